/** Who reads and who writes what: the plan from which tasks and their sources follow. */
import { strict as assert } from 'node:assert';
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
