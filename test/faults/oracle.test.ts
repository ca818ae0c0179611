import { beforeAll, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { tables } from '#schemas/tables.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { type Feed, feedOf, isHeartbeat, makeFeed } from './feed.ts';
import { compare, type Expectation, expected } from './oracle.ts';
import { recountVehicles } from './recount.ts';

let feed: Feed;
let wanted: Expectation;

beforeAll(async () => {
  feed = await makeFeed(7, { minutes: 8, partitions: 2 });
  wanted = await expected(feed);
}, 60_000);

describe('the feed of the tests of faults', () => {
  it('is the same for the same seed, and another for another', async () => {
    const values = ({ records }: Feed): string =>
      Buffer.concat(records.map(({ value }) => value)).toString('base64');
    expect(values(await makeFeed(7, { minutes: 8, partitions: 2 })) === values(feed)).toBe(true);
    expect(values(await makeFeed(8, { minutes: 8, partitions: 2 })) === values(feed)).toBe(false);
  }, 60_000);

  it('gives every second of the city a batch that ends with heartbeats', () => {
    const batches = feed.batches();
    expect(batches.flat()).toEqual(feed.records);
    expect(batches.length).toBe(481);
    expect(batches.every((batch) => isHeartbeat(batch.at(-1)!))).toBe(true);
  });
});

describe('the oracle', () => {
  it('has rows in every table, and nothing missing in any ledger', () => {
    // The city runs for less than an hour: forecasts are counted by the hour, and no controller applies a plan.
    const empty = tables
      .filter(({ name }) => name !== 'forecast_accuracy' && name !== 'signal_benefit')
      .filter(({ name }) => (wanted.rows.get(name)?.size ?? 0) === 0)
      .map(({ name }) => name);
    expect(empty).toEqual([]);
    expect(wanted.ledger.map(({ open, deficit }) => [open, deficit])).toEqual(
      wanted.ledger.map(() => [0, 0]),
    );
  });

  it('counts every row that a store lacks', async () => {
    const { rows, first } = await compare(createMemoryMeasures(), wanted);
    expect(rows).toBe(wanted.rowCount);
    expect(first[0]).toMatch(/^link_state \S+ \d+: is missing; expected \{/);
  });

  it('counts the vehicles of a frame that is gone', () => {
    const lost = feed.records.findIndex(
      (record) =>
        record.topic === detectorFrames.name && !isHeartbeat(record) && record.at > feed.startAt + minutes(2),
    );
    const without = feedOf(feed, feed.records.toSpliced(lost, 1));
    const before = recountVehicles(feed);
    const after = recountVehicles(without);
    const changed = [...before].filter(([cell, vehicles]) => after.get(cell) !== vehicles);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.every(([cell, vehicles]) => (after.get(cell) as number) < vehicles)).toBe(true);
  });

  it('does not count a frame twice that comes twice', () => {
    const twice = feedOf(
      feed,
      feed.records.flatMap((record) => (isHeartbeat(record) ? [record] : [record, record])),
    );
    expect(recountVehicles(twice)).toEqual(recountVehicles(feed));
  });
});
