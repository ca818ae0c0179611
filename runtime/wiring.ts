/** Who reads and who writes what: the plan from which tasks and their sources follow. */
import { strict as assert } from 'node:assert';
import type { AnyTopic } from '#schemas/topic.ts';
import type { AnyProcessor } from './processor.ts';

/** The name under which a task vouches for what it has appended. */
export const sourceOf = (processor: string, partition: number): string => `${processor}/${partition}`;

/** For each derived topic, every task that appends to it. */
export function sourcesByTopic(
  processors: readonly AnyProcessor[],
  partitions: number,
): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, string[]>();
  for (const processor of processors)
    for (const topic of processor.writes) {
      const list = sources.get(topic.name) ?? [];
      for (let partition = 0; partition < partitions; partition++)
        list.push(sourceOf(processor.name, partition));
      sources.set(topic.name, list);
    }
  for (const processor of processors)
    for (const topic of processor.reads)
      assert(
        topic.progress.by === 'events' || sources.has(topic.name),
        `${processor.name} reads ${topic.name}, which no processor writes; add its writer to the list`,
      );
  return sources;
}

/** The processors that a feed of these topics reaches: all of their topics come from it, directly or not. */
export function processorsFor(processors: readonly AnyProcessor[], fed: readonly AnyTopic[]): AnyProcessor[] {
  const there = new Set(fed.map(({ name }) => name));
  const reached = new Set<AnyProcessor>();
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const processor of processors)
      if (processor.reads.every(({ name }) => there.has(name))) {
        reached.add(processor);
        for (const { name } of processor.writes) there.add(name);
      }
  }
  return processors.filter((processor) => reached.has(processor));
}
