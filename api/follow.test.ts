import { describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import type { EventLog } from '#runtime/log.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { linkStates } from '#schemas/topics.ts';
import { eight, linkState } from './city-fixture.ts';
import { follow } from './follow.ts';

/** A log whose reads wait until the test lets them go on. */
async function startSlowLog() {
  const log = createMemoryLog();
  await log.createTopic(linkStates.name, 1);
  const waiting: (() => void)[] = [];
  let reads = 0;
  const slow: EventLog = {
    ...log,
    async read(...place) {
      reads++;
      const batch = await log.read(...place);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return batch;
    },
  };
  return {
    slow,
    reads: () => reads,
    append: (n: number) => {
      const state = linkState({ windowStart: eight + minutes(n), vehicles: n });
      const value = encodeRecord(linkStates, state, embeddedIds.id(linkStates.name));
      return log.append(linkStates.name, [{ key: 'D1', value }]);
    },
    /** Lets reads go on until the promise is done. */
    async until(done: Promise<unknown>) {
      let isDone = false;
      void done.then(() => {
        isDone = true;
      });
      while (!isDone) {
        for (const go of waiting.splice(0)) go();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe('whoever follows a topic', () => {
  it('knows everything that was in it when asked, though a reading was under way that had begun before', async () => {
    const city = await startSlowLog();
    const seen: number[] = [];
    const follower = follow(city.slow, linkStates, embeddedIds, ({ vehicles }) => seen.push(vehicles));
    await city.append(1);
    const first = follower.caughtUp();
    while (city.reads() === 0) await new Promise((resolve) => setImmediate(resolve));
    await city.append(2);
    const second = follower.caughtUp();
    await city.until(first);
    expect(seen).toEqual([1]);
    await city.until(second);
    expect(seen).toEqual([1, 2]);
  });

  it('reads each record once, however many ask', async () => {
    const city = await startSlowLog();
    const seen: number[] = [];
    const follower = follow(city.slow, linkStates, embeddedIds, ({ vehicles }) => seen.push(vehicles));
    for (const n of [1, 2, 3]) await city.append(n);
    await city.until(Promise.all([1, 2, 3, 4].map(() => follower.caughtUp())));
    expect(seen).toEqual([1, 2, 3]);
  });
});
