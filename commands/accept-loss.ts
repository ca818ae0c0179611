/** `arterial accept-loss`: lets tasks go on that stand still because records of theirs are gone from the log. */
import { deficitOf } from '#runtime/deficit.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { MeasureStore } from '#runtime/measures.ts';

/** Accepts every gap that tasks have noted; how many records are gone, by task and topic. Stop the processors first. */
export async function acceptLoss(store: MeasureStore): Promise<readonly string[]> {
  const said: string[] = [];
  for (const { processor, partition, stateVersion, ledger, topics } of await store.listProgress()) {
    if (deficitOf({ ledger, topics }) === 0 || topics.every(({ gap }) => gap === undefined)) continue;
    // Taken over, so that a task that still runs is fenced.
    const claimed = await store.claim(processor, partition, stateVersion);
    if (claimed === undefined) continue;
    const { progress } = claimed;
    const outcome = await store.commit({
      processor,
      partition,
      expectedVersion: progress.version,
      progress: {
        ...progress,
        version: progress.version + 1,
        topics: progress.topics.map(({ gap, ...topic }) =>
          gap ? { ...topic, gap: { ...gap, isAccepted: true } } : topic,
        ),
      },
      measures: new Map(),
      unusable: [],
      kept: [],
    });
    if (outcome === 'fenced')
      throw new ArterialError('store.fenced', `${processor}/${partition} still runs; stop it first`);
    for (const { topic, gap } of progress.topics)
      if (gap) said.push(`${processor}/${partition}: ${gap.to - gap.from} records of ${topic} are gone`);
  }
  return said;
}
