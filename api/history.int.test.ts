/** What the API says of the past is the same whatever the history is kept in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import { anyWindows, commitOfRows } from '#runtime/aggregates.contract.ts';
import type { IntersectionAggregate, LinkAggregate, ParkingAggregate } from '#runtime/aggregates.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#runtime/embedded-postgres.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { createPostgresMeasures } from '#runtime/postgres-measures.ts';
import { startTimescale, type TimescaleServer } from '#runtime/timescale.fixture.ts';
import { intersectionHistory, linkHistory, parkingHistory } from './history.ts';
import { readBuckets, readStatesAt } from './history-rows.ts';
import { rangeOf } from './range.ts';

const now = Date.UTC(2024, 5, 2, 14);
const folder = mkdtempSync(join(tmpdir(), 'arterial-history-'));
let plain: EmbeddedPostgres;
let timescale: TimescaleServer;
const stores: MeasureStore[] = [createMemoryMeasures()];

beforeAll(async () => {
  plain = await startEmbeddedPostgres(folder);
  timescale = await startTimescale();
  const notice = (text: string): never => {
    throw new Error(text);
  };
  const { url } = await timescale.newSchema();
  stores.push(createPostgresMeasures(plain.url), createPostgresMeasures(url, { poolSize: 1, notice }));
  const samples = fc.sample(anyWindows, { numRuns: 25, seed: 7 });
  for (const store of stores) {
    await store.migrate();
    for (const [i, measures] of samples.entries()) {
      expect(await store.commit(commitOfRows(i + 1, measures))).toBe('committed');
      // Half of it comes after buckets were made ready of the rest.
      if (i === 12) await store.maintain(undefined);
    }
  }
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await timescale.stop();
  await plain.stop();
  rmSync(folder, { recursive: true });
});

async function historyIn(store: MeasureStore, resolution: '1m' | '5m' | '15m' | '1h' | '1d') {
  const range = rangeOf({ resolution, from: '2024-06-01T11:00:00Z', to: '2024-06-02T11:00:00Z' }, now);
  return [
    linkHistory(await readBuckets<LinkAggregate>(store, 'link', 'a', range), range, 50),
    parkingHistory(await readBuckets<ParkingAggregate>(store, 'parking', 'a', range), range),
    intersectionHistory(await readBuckets<IntersectionAggregate>(store, 'intersection', 'a', range), range),
  ];
}

describe('history in memory, in PostgreSQL and in TimescaleDB', () => {
  it.each(['1m', '5m', '15m', '1h', '1d'] as const)(
    'is one and the same at a resolution of %s',
    async (resolution) => {
      const [inMemory, ...others] = await Promise.all(stores.map((store) => historyIn(store, resolution)));
      expect(inMemory?.every(({ buckets }) => buckets.some(({ quality }) => quality !== 'missing'))).toBe(
        true,
      );
      for (const other of others) expect(other).toEqual(inMemory);
    },
  );

  it.each([
    ['link', 'link'],
    ['parking', 'facility'],
  ])('has the same state of each %s at an instant', async (kind, id) => {
    let found = 0;
    for (let at = Date.UTC(2024, 5, 1, 10); at < Date.UTC(2024, 5, 1, 14); at += minutes(7)) {
      const [inMemory, ...others] = await Promise.all(
        stores.map((store) => readStatesAt<Record<string, unknown>>(store, kind, id, at)),
      );
      found += inMemory?.size ?? 0;
      for (const other of others) expect(other).toEqual(inMemory);
    }
    expect(found).toBeGreaterThan(0);
  });
});
