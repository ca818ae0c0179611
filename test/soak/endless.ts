/** The demo city as records for a log, second by second, for as long as somebody takes them. */
import { demoCity } from '#commands/demo-city.ts';
import { ingestAll } from '#commands/stage.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { createIngest } from '#ingest/ingest.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { createSimulation } from '#simulators/simulation.ts';
import { type FeedRecord, feedSource, recordingLog, startAt } from '../faults/feed.ts';

export interface Endless {
  /** Everything before this time of the city has been given. */
  readonly now: EventTime;
  /** The records of the next second. */
  next(): Promise<readonly FeedRecord[]>;
  /** Heartbeats so far ahead that all windows close. */
  close(): Promise<readonly FeedRecord[]>;
}

export async function endlessFeed(seed: number, partitions: number): Promise<Endless> {
  const network = await readNetwork(demoCity);
  const simulation = createSimulation({ network, seed, startAt });
  let taken: FeedRecord[] = [];
  const log = await recordingLog(partitions, (topic, records, partition) => {
    const place = partition === undefined ? {} : { partition };
    for (const { key, value } of records) taken.push({ topic, key, value, at: simulation.now, ...place });
  });
  const clock = { now: () => simulation.now, rate: 0 };
  const ingest = createIngest({ log, network, ids: embeddedIds, clock });
  await ingest.heartbeat(feedSource, startAt);
  const take = (): FeedRecord[] => {
    const records = taken;
    taken = [];
    return records;
  };
  return {
    get now() {
      return simulation.now;
    },
    async next() {
      await ingestAll(ingest, simulation.advance());
      // What is true of the street is of no use here, and would fill the memory.
      simulation.drainTruth();
      await ingest.heartbeat(feedSource, simulation.now);
      return take();
    },
    async close() {
      await ingest.heartbeat(feedSource, simulation.now + minutes(20));
      return take();
    },
  };
}
