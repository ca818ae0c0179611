/** What every store of measures promises of its aggregates, and of rows that grow old. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anyEvent } from '#schemas/any-event.ts';
import { shapeOf } from '#schemas/avro-schema.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import { rowOf } from '#schemas/row.ts';
import { tables } from '#schemas/tables.ts';
import { aggregates, keptLengths } from './aggregates.ts';
import { linkRow, type OpenedStore } from './measures.contract.ts';
import type { Commit, MeasureStore, Row } from './measures.ts';
import { createMemoryMeasures } from './memory-measures.ts';

const minute = 60_000;
const day = 86_400_000;
const noon = Date.UTC(2024, 5, 1, 12);

/** A commit of nothing but rows. */
export const commitOfRows = (version: number, measures: Commit['measures']): Commit => ({
  processor: 'p',
  partition: 0,
  expectedVersion: version - 1,
  progress: {
    version,
    epoch: 1,
    stateVersion: 1,
    releasedThrough: null,
    topics: [],
    ledger: { read: 0, folded: 0, late: 0, rejected: 0, duplicate: 0, heartbeats: 0, open: 0 },
    outbox: Buffer.alloc(0),
  },
  measures,
  unusable: [],
  kept: [],
});

/** Rows of every table that has an aggregate, of two things in some hours of three days. */
export const anyWindows: fc.Arbitrary<ReadonlyMap<string, readonly Row[]>> = fc
  .tuple(
    ...aggregates.map(({ table, id }) => {
      const { topic } = tables.find(({ name }) => name === table) as (typeof tables)[number];
      const windows = fc.record({
        event: anyEvent(shapeOf(schemas[topic.name] as never)),
        id: fc.constantFrom('a', 'b'),
        start: fc.integer({ min: -1500, max: 1500 }).map((minutes) => noon + minutes * minute),
        seconds: fc.constantFrom(60, 300),
        quality: fc.constantFrom('observed', 'observed', 'imputed', 'missing'),
      });
      const rows = windows.map(
        ({ event, id: thing, start, seconds, quality }): Row => ({
          ...(rowOf(event as object) as Row),
          [id]: thing,
          window_start: start,
          window_seconds: seconds,
          quality,
        }),
      );
      return fc.array(rows, { maxLength: 12 }).map((list) => [table, list] as const);
    }),
  )
  .map((lists) => new Map(lists));

/** Of all three tables, in every length that is kept and one that is not. */
export async function allAggregates(store: MeasureStore, from = noon - 2 * day, to = noon + 2 * day) {
  const found: Record<string, readonly Row[]> = {};
  for (const { table } of aggregates)
    for (const length of [minute, ...Object.values(keptLengths), 7 * minute])
      for (const id of [undefined, 'a'])
        found[`${table} ${id} ${length}`] = await store.aggregate({
          table,
          length,
          from: Math.floor(from / day) * day,
          to: Math.floor(to / day) * day,
          ...(id === undefined ? {} : { id }),
        });
  return found;
}

/** Calls for a store that is empty but migrated. */
export function describeAggregates(name: string, open: () => Promise<OpenedStore>, numRuns = 12): void {
  describe(name, () => {
    let opened: OpenedStore;
    let store: MeasureStore;
    let version = 0;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      version = 0;
    });
    afterEach(async () => {
      await store.close();
      await opened.dispose?.();
    });
    const commit = async (...rows: Row[]): Promise<void> => {
      const measures = new Map([['link_state', rows]]);
      expect(await store.commit(commitOfRows(++version, measures))).toBe('committed');
    };
    const hourly = (change: { from?: number; to?: number; id?: string } = {}): Promise<readonly Row[]> =>
      store.aggregate({
        table: 'link_state',
        length: 60 * minute,
        from: noon,
        to: noon + 3 * 60 * minute,
        ...change,
      });

    it('sums whole numbers, of what was measured alone', async () => {
      await commit(
        linkRow('a', noon, { vehicles: 30, flowVph: 1800, spaceMeanDecikph: 600 }),
        linkRow('a', noon + minute, {
          vehicles: 7,
          flowVph: null,
          spaceMeanDecikph: 200,
          quality: 'imputed',
        }),
        linkRow('a', noon + 2 * minute, { vehicles: 99, quality: 'missing' }),
        linkRow('a', noon + 60 * minute, { vehicles: 1, flowVph: 60, spaceMeanDecikph: 300, samples: 2 }),
      );
      const [first, second, ...more] = await hourly();
      expect(more).toEqual([]);
      expect(first).toMatchObject({
        link: 'a',
        bucket: noon,
        windows: 3,
        observed_windows: 1,
        imputed_windows: 1,
        window_seconds_most: 60,
        measured_seconds: 120,
        measured_end: noon + 2 * minute,
        counted_windows: 1,
        vehicles: 30,
        flow_seconds: 60,
        flow_by_seconds: 108_000,
        // 1/600 and 1/200 in parts of 100,000,000, and the former 30 times
        pace_windows: 2,
        pace_total: 166_667 + 500_000,
        pace_vehicles: 30,
        pace_by_vehicles: 5_000_000,
        delay_windows: 2,
        delay_total: 24,
        delay_by_vehicles: 360,
        samples: 12,
      });
      expect(second).toMatchObject({ bucket: noon + 60 * minute, windows: 1, vehicles: 1, samples: 2 });
    });

    it('has the buckets of a range by time and then by id, and of one thing where that is asked for', async () => {
      await commit(
        ...['b', 'a'].flatMap((link) => [130, 0, 60].map((m) => linkRow(link, noon + m * minute))),
      );
      const named = (rows: readonly Row[]) =>
        rows.map((row) => `${row['link']}${((row['bucket'] as number) - noon) / minute}`);
      expect(named(await hourly())).toEqual(['a0', 'b0', 'a60', 'b60', 'a120', 'b120']);
      expect(named(await hourly({ id: 'b', to: noon + 120 * minute }))).toEqual(['b0', 'b60']);
      expect(named(await hourly({ id: "b' OR true --" }))).toEqual([]);
      // A range that cuts a bucket has of it what lies within.
      const cut = await hourly({ id: 'a', from: noon + 1 });
      expect(named(cut)).toEqual(['a60', 'a120']);
    });

    it('sees a revision at once', async () => {
      await commit(linkRow('a', noon, { vehicles: 5, flowVph: 300 }));
      expect((await hourly())[0]?.['vehicles']).toBe(5);
      await commit(linkRow('a', noon, { revision: 1, vehicles: 8, flowVph: 480 }));
      expect((await hourly())[0]).toMatchObject({ windows: 1, vehicles: 8 });
      await store.maintain(undefined);
      await commit(linkRow('a', noon, { revision: 2, vehicles: 9, flowVph: 540 }), linkRow('b', noon));
      expect((await hourly()).map((row) => [row['link'], row['vehicles']])).toEqual([
        ['a', 9],
        ['b', 12],
      ]);
      await store.maintain(undefined);
      expect((await hourly({ id: 'a' }))[0]).toMatchObject({ windows: 1, vehicles: 9 });
    });

    it('is the same to the last digit as in memory, whatever the windows', async () => {
      const memory = createMemoryMeasures();
      await fc.assert(
        fc.asyncProperty(anyWindows, fc.boolean(), async (measures, isMaintained) => {
          const next = commitOfRows(++version, measures);
          expect(await memory.commit(next)).toBe('committed');
          expect(await store.commit(next)).toBe('committed');
          if (isMaintained) await store.maintain(undefined);
          expect(await allAggregates(store)).toEqual(await allAggregates(memory));
        }),
        // Each run adds to the rows of those before, so a failing one cannot be made smaller.
        { numRuns, interruptAfterTimeLimit: 60_000, endOnFailure: true },
      );
    });

    it('of a table that has none is a mistake', async () => {
      const asked = Promise.resolve().then(() =>
        store.aggregate({ table: 'incident', length: minute, from: 0, to: minute }),
      );
      await expect(asked).rejects.toThrow('incident has no aggregate');
    });

    it('loses with age what is older than a day of UTC, and nothing when nothing is said', async () => {
      const dawn = Math.floor(noon / day) * day;
      await commit(...[-day, -1, 0, day].map((after) => linkRow('a', dawn + after)));
      const ask = () => hourly({ from: dawn - 2 * day, to: dawn + 2 * day });
      await store.maintain(undefined);
      expect((await ask()).map((row) => row['windows'])).toEqual([1, 1, 1, 1]);
      await store.maintain(dawn + 5 * minute);
      expect((await ask()).map((row) => row['bucket'])).toEqual([dawn, dawn + day]);
      const rows = { table: 'link_state', where: {}, timeColumn: 'window_start', limit: 10 };
      const left = await store.select({ ...rows, from: 0, to: Number.POSITIVE_INFINITY });
      expect(left.map((row) => row['window_start'])).toEqual([dawn, dawn + day]);
      // What comes after all is there until the next time.
      await commit(linkRow('a', dawn - day));
      expect((await ask()).map((row) => row['bucket'])).toEqual([dawn - day, dawn, dawn + day]);
      await store.maintain(dawn);
      expect((await ask()).map((row) => row['bucket'])).toEqual([dawn, dawn + day]);
    });
  });
}
