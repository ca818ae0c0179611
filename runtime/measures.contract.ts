/** What every store of measures promises, whatever it is made of. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForecastAccuracy } from '#schemas/generated/forecast.accuracy.v1.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { rowOf } from '#schemas/row.ts';
import { ArterialError } from './errors.ts';
import type { Commit, MeasureStore, Progress, Row, Select, Unusable } from './measures.ts';

export interface OpenedStore {
  readonly store: MeasureStore;
  /** Closes the store and opens it again on the same data; absent where nothing outlives it. */
  readonly reopen?: () => Promise<MeasureStore>;
  /** Removes what the test has left. */
  readonly dispose?: () => Promise<void>;
}

const noon = Date.UTC(2024, 5, 1, 12);
const minute = 60_000;

/** A row of link_state. */
export const linkRow = (link: string, windowStart: number, change: Partial<LinkState> = {}): Row => {
  const event: LinkState = {
    district: 'centre',
    link,
    at: windowStart + 90_000,
    windowStart,
    windowSeconds: 60,
    revision: 0,
    vehicles: 12,
    flowVph: 720,
    occupancyPermille: 110,
    spaceMeanDecikph: 431,
    delayDeciseconds: 12,
    travelTimeIndexPermille: 1160,
    levelOfService: 'B',
    quality: 'observed',
    samples: 4,
    expectedSamples: 4,
    ...change,
  };
  return rowOf(event) as Row;
};

const forecastRow = (link: string, at: number, horizonMinutes: number): Row => {
  const event: LinkForecast = {
    district: 'centre',
    link,
    at,
    target: at + horizonMinutes * minute,
    horizonMinutes,
    spaceMeanDecikph: 400,
    lowDecikph: null,
    highDecikph: null,
    levelPermille: 900,
    coveragePermille: null,
    model: 'profile',
    quality: 'forecast',
  };
  return rowOf(event) as Row;
};

const accuracyRow = (
  id: string,
  horizonMinutes: number,
  windowStart: number,
  change: Partial<ForecastAccuracy> = {},
): Row => {
  const event: ForecastAccuracy = {
    district: 'centre',
    subject: 'link',
    id,
    at: windowStart + 60 * minute,
    windowStart,
    windowSeconds: 3600,
    horizonMinutes,
    judged: 12,
    held: 11,
    absoluteError: 500,
    persistenceJudged: 12,
    persistenceError: 900,
    absoluteErrorBesidePersistence: 500,
    profileJudged: 0,
    profileError: 0,
    absoluteErrorBesideProfile: 0,
    width: 1200,
    intervalScore: 1700,
    ...change,
  };
  return rowOf(event) as Row;
};

const incidentRow = (incident: string, change: Partial<Incident> = {}): Row => {
  const event: Incident = {
    district: 'centre',
    incident,
    at: noon,
    revision: 0,
    kind: 'debris',
    status: 'detected',
    severity: 'minor',
    link: null,
    longitude: 10.2039,
    latitude: 56.1629,
    startedAt: noon,
    detectedAt: noon + 5000,
    endedAt: null,
    confidencePermille: 800,
    sources: ['camera/1#5', 'report/2'],
    text: 'Debris on the road',
    plateToken: null,
    ...change,
  };
  return rowOf(event) as Row;
};

const progressOf = (version: number, epoch = 1): Progress => ({
  version,
  epoch,
  stateVersion: 3,
  releasedThrough: noon + version * minute,
  topics: [
    { topic: 'detector.frame.v1', processedTo: version * 100 },
    { topic: 'camera.observation.v1', processedTo: 0 },
  ],
  ledger: { read: 10, folded: 5, late: 1, rejected: 1, duplicate: 1, heartbeats: 1, open: 1 },
  outbox: Buffer.from([0, 255, version]),
});

/** A commit of version `version` by the owner of `epoch`. */
const commitOf = (version: number, change: Partial<Commit> = {}, epoch = 1): Commit => ({
  processor: 'link-state',
  partition: 0,
  expectedVersion: version - 1,
  progress: progressOf(version, epoch),
  measures: new Map(),
  unusable: [],
  kept: [],
  ...change,
});

const links = (...rows: Row[]): Pick<Commit, 'measures'> => ({ measures: new Map([['link_state', rows]]) });

const allLinks: Select = {
  table: 'link_state',
  where: {},
  timeColumn: 'window_start',
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  limit: 100_000,
};

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const failure = await work.then(
    () => 'it went well',
    (error: unknown) => error,
  );
  return failure instanceof ArterialError ? failure.code : failure;
};

/** Calls for a store that is empty but migrated. */
export function describeMeasureStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(name, () => {
    let opened: OpenedStore;
    let store: MeasureStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => {
      await store.close();
      await opened.dispose?.();
    });
    const commit = async (next: Commit): Promise<void> => {
      expect(await store.commit(next)).toBe('committed');
    };

    describe('progress', () => {
      it('of a task that never committed is none', async () => {
        expect(await store.claim('link-state', 0, 3)).toBeUndefined();
        expect(await store.listProgress()).toEqual([]);
      });

      it('comes back as it was committed, with the epoch of the new owner', async () => {
        await commit(commitOf(1));
        await commit(commitOf(2));
        expect(await store.claim('link-state', 0, 3)).toEqual({
          progress: { ...progressOf(2), epoch: 2 },
          kept: [],
        });
        expect((await store.claim('link-state', 0, 3))?.progress.epoch).toBe(3);
      });

      it('may have released nothing, and then says null', async () => {
        await commit(commitOf(1, { progress: { ...progressOf(1), releasedThrough: null } }));
        expect((await store.claim('link-state', 0, 3))?.progress.releasedThrough).toBeNull();
      });

      it('is listed by processor and partition', async () => {
        await commit(commitOf(1, { partition: 10 }));
        await commit(commitOf(1, { partition: 2 }));
        await commit(commitOf(1, { processor: 'incident', partition: 7 }));
        const listed = await store.listProgress();
        expect(listed.map(({ processor, partition }) => `${processor}/${partition}`)).toEqual([
          'incident/7',
          'link-state/2',
          'link-state/10',
        ]);
        expect(listed[0]).toEqual({ processor: 'incident', partition: 7, ...progressOf(1) });
      });

      it('of another state version is refused, and the owner of before stays the owner', async () => {
        await commit(commitOf(1));
        expect(await codeOf(store.claim('link-state', 0, 4))).toBe('store.version');
        await commit(commitOf(2));
      });
    });

    describe('a commit', () => {
      it('that expects another version is fenced and leaves no trace', async () => {
        await commit(
          commitOf(1, { ...links(linkRow('a', noon)), kept: [{ key: 'k', value: 'of the owner' }] }),
        );
        const before = [await store.digest(['link_state']), await store.listProgress()];
        for (const expectedVersion of [0, 2]) {
          const late = commitOf(expectedVersion + 1, {
            ...links(linkRow('a', noon, { vehicles: 99 }), linkRow('b', noon)),
            kept: [{ key: 'k', value: 'of a stranger' }],
          });
          expect(await store.commit(late)).toBe('fenced');
        }
        expect([await store.digest(['link_state']), await store.listProgress()]).toEqual(before);
        expect((await store.claim('link-state', 0, 3))?.kept).toEqual([{ key: 'k', value: 'of the owner' }]);
      });

      it('for a task that is not there, but is expected to be, is fenced', async () => {
        expect(await store.commit(commitOf(2, links(linkRow('a', noon))))).toBe('fenced');
        expect(await store.select(allLinks)).toEqual([]);
        expect(await store.listProgress()).toEqual([]);
      });

      it('of the owner of before is fenced from the moment of the claim', async () => {
        await commit(commitOf(1));
        await store.claim('link-state', 0, 3);
        expect(await store.commit(commitOf(2, {}, 1))).toBe('fenced');
        await commit(commitOf(2, {}, 2));
        expect(await store.commit(commitOf(3, {}, 1))).toBe('fenced');
        await commit(commitOf(3, {}, 2));
      });

      it.each([0, 4])(
        'at version %i is won by one of many who race for it, and is his alone',
        async (version) => {
          for (let v = 1; v <= version; v++) await commit(commitOf(v));
          const racers = Array.from({ length: 8 }, (_, i) => `racer-${i}`);
          const outcomes = await Promise.all(
            racers.map((racer) =>
              store.commit(
                commitOf(version + 1, {
                  ...links(linkRow(racer, noon)),
                  kept: [{ key: 'won', value: racer }],
                }),
              ),
            ),
          );
          expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
          const winner = racers[outcomes.indexOf('committed')];
          expect((await store.select(allLinks)).map((row) => row['link'])).toEqual([winner]);
          expect((await store.claim('link-state', 0, 3))?.kept).toEqual([{ key: 'won', value: winner }]);
        },
      );

      it('of one task does not hinder another', async () => {
        const tasks = Array.from({ length: 12 }, (_, partition) =>
          store.commit(commitOf(1, { partition, ...links(linkRow(`link-${partition}`, noon)) })),
        );
        expect(new Set(await Promise.all(tasks))).toEqual(new Set(['committed']));
        expect(await store.listProgress()).toHaveLength(12);
        expect(await store.select(allLinks)).toHaveLength(12);
      });

      it('with a mistake in it fails and leaves no trace', async () => {
        const { quality, ...incomplete } = linkRow('a', noon);
        expect(quality).toBe('observed');
        const mistaken: Commit['measures'][] = [
          new Map([['no_such_table', []]]),
          new Map([['link_state', [linkRow('a', noon), incomplete]]]),
          new Map([['link_state', [{ ...linkRow('a', noon), colour: 'red' }]]]),
          new Map([['link_state', [{ ...linkRow('a', noon), vehicles: Number.NaN }]]]),
          new Map([
            ['link_state', [linkRow('a', noon)]],
            ['incident', [linkRow('a', noon)]],
          ]),
        ];
        for (const measures of mistaken)
          expect(
            await codeOf(Promise.resolve().then(() => store.commit(commitOf(1, { measures })))),
          ).toBeInstanceOf(TypeError);
        expect(await store.listProgress()).toEqual([]);
        expect(await store.select(allLinks)).toEqual([]);
        await commit(commitOf(1));
      });

      it('holds thousands of rows', async () => {
        const rows = Array.from({ length: 5000 }, (_, i) => linkRow(`link-${i % 50}`, noon + i * minute));
        await commit(commitOf(1, links(...rows)));
        expect(await store.select(allLinks)).toHaveLength(5000);
      });

      it('may name an unusable record that is there already', async () => {
        const unusable: Unusable = {
          topic: 'detector.frame.v1',
          partition: 0,
          position: 2 ** 40,
          kind: 'rejected',
          code: 'wire.text',
          field: "readings[3].'detector\0\\",
          detail: 'half a \ud800 pair, {"a"} and \t',
          bytes: Buffer.from([0, 1, 254, 255]),
        };
        await commit(
          commitOf(1, { unusable: [unusable, { ...unusable, position: 7, kind: 'late', code: 'late' }] }),
        );
        await commit(commitOf(2, { unusable: [unusable] }));
        await commit(commitOf(1, { processor: 'other', unusable: [unusable] }));
      });
    });

    describe('kept state', () => {
      const kept = async (): Promise<unknown> => (await store.claim('link-state', 0, 3))?.kept;

      it('is what was last kept of each key, by key', async () => {
        await commit(
          commitOf(1, {
            kept: [
              { key: 'b', value: 1 },
              { key: 'a', value: { profile: [1, null, 'x'], nested: { z: 1, a: true } } },
              { key: 'c', value: 'gone soon' },
              { key: 'B', value: null },
            ],
          }),
        );
        await commit(
          commitOf(2, {
            kept: [
              { key: 'b', value: [2] },
              { key: 'c', value: undefined },
              { key: 'never', value: undefined },
            ],
          }),
        );
        expect(await kept()).toEqual([
          { key: 'B', value: null },
          { key: 'a', value: { profile: [1, null, 'x'], nested: { z: 1, a: true } } },
          { key: 'b', value: [2] },
        ]);
      });

      it('is bytes where bytes were kept, and whatever was kept last of the two', async () => {
        const bytes = Buffer.from([0, 1, 0xff, 0x5c, 0x27]);
        await commit(
          commitOf(1, {
            kept: [
              { key: 'a', value: bytes },
              { key: 'b', value: 1 },
              { key: 'c', value: bytes },
            ],
          }),
        );
        bytes[0] = 9;
        await commit(
          commitOf(2, {
            kept: [
              { key: 'a', value: Buffer.alloc(0) },
              { key: 'b', value: bytes },
              { key: 'd', value: null },
            ],
          }),
        );
        expect(await kept()).toEqual([
          { key: 'a', value: Buffer.alloc(0) },
          { key: 'b', value: Buffer.from([9, 1, 0xff, 0x5c, 0x27]) },
          { key: 'c', value: Buffer.from([0, 1, 0xff, 0x5c, 0x27]) },
          { key: 'd', value: null },
        ]);
      });

      it('of a key that changes twice in a commit is the later', async () => {
        await commit(
          commitOf(1, {
            kept: [
              { key: 'a', value: 1 },
              { key: 'b', value: undefined },
              { key: 'a', value: 2 },
              { key: 'b', value: 3 },
            ],
          }),
        );
        expect(await kept()).toEqual([
          { key: 'a', value: 2 },
          { key: 'b', value: 3 },
        ]);
      });

      it('does not change with the object that it was taken from, nor with the one that is given back', async () => {
        const value = { count: 1 };
        await commit(commitOf(1, { kept: [{ key: 'a', value }] }));
        value.count = 2;
        const [row] = (await kept()) as { value: { count: number } }[];
        row!.value.count = 3;
        expect(await kept()).toEqual([{ key: 'a', value: { count: 1 } }]);
      });

      it('is each task’s own', async () => {
        await commit(commitOf(1, { kept: [{ key: 'a', value: 0 }] }));
        await commit(commitOf(1, { partition: 1, kept: [{ key: 'a', value: 1 }] }));
        await commit(commitOf(1, { processor: 'other', kept: [{ key: 'a', value: 2 }] }));
        await commit(commitOf(2, { partition: 1, kept: [{ key: 'a', value: undefined }] }));
        expect(await kept()).toEqual([{ key: 'a', value: 0 }]);
        expect((await store.claim('link-state', 1, 3))?.kept).toEqual([]);
        expect((await store.claim('other', 0, 3))?.kept).toEqual([{ key: 'a', value: 2 }]);
      });

      it('may be large and of any text', async () => {
        const value = { memory: 'x'.repeat(2_000_000), odd: '\0 \ud800 "\\ 路口 😀 {}' };
        await commit(commitOf(1, { kept: [{ key: 'odd, "key" {\\}', value }] }));
        expect(await kept()).toEqual([{ key: 'odd, "key" {\\}', value }]);
      });
    });

    describe('rows', () => {
      const back = async (row: Row): Promise<Row | undefined> => {
        await commit(commitOf(1, links(row)));
        return (await store.select(allLinks))[0];
      };

      it('come back column by column, times as EventTime and what is missing as null', async () => {
        const row = linkRow('a', noon, { spaceMeanDecikph: null, levelOfService: null, quality: 'missing' });
        expect(await back(row)).toEqual(row);
      });

      it.each([
        ['the first that can be written', -62_167_219_200_000],
        ['the last of the year 0', -62_135_596_800_001],
        ['the first of the year 1', -62_135_596_800_000],
        ['before 1970', -1],
        ['now', noon + 123],
        ['the last that can be written', 253_402_300_799_999],
      ])('keep a time to the millisecond: %s', async (_, at) => {
        expect(await back(linkRow('a', noon, { at, windowStart: at }))).toMatchObject({
          at,
          window_start: at,
        });
      });

      it('keep nested values, fractions and text of any kind', async () => {
        const row = incidentRow('tab\t, "quote", \\backslash\\n', {
          text: 'first\nsecond\r\n\\N \\. 路口 😀 \u0001\u007f\u2028',
          sources: ['a\tb', '{"not": "parsed"}', ''],
          longitude: 0.1 + 0.2,
          latitude: -1.234567890123e-7,
        });
        await commit(commitOf(1, { measures: new Map([['incident', [row]]]) }));
        expect(await store.newest('incident', ['incident'], ['revision'])).toEqual([row]);
      });

      it('with text that no database may hold have U+FFFD in its place', async () => {
        const row = incidentRow('a', { text: 'nul \0, half \ud83d', sources: ['\0'] });
        await commit(commitOf(1, { measures: new Map([['incident', [row]]]) }));
        expect(await store.newest('incident', ['incident'], ['revision'])).toMatchObject([
          { text: 'nul \ufffd, half \ufffd', sources: ['\ufffd'] },
        ]);
      });

      it('replace those of the same key, within a commit as well', async () => {
        await commit(commitOf(1, links(linkRow('a', noon, { vehicles: 1 }), linkRow('b', noon))));
        await commit(
          commitOf(
            2,
            links(
              linkRow('a', noon, { vehicles: 2, revision: 1 }),
              linkRow('a', noon, { vehicles: 3, revision: 2, flowVph: null }),
            ),
          ),
        );
        const rows = await store.select(allLinks);
        expect(rows).toEqual([
          linkRow('a', noon, { vehicles: 3, revision: 2, flowVph: null }),
          linkRow('b', noon),
        ]);
      });

      it('replace those of the same key, also when both say that they are the first', async () => {
        await commit(commitOf(1, links(linkRow('a', noon, { vehicles: 1 }))));
        const again = links(linkRow('a', noon, { vehicles: 2 }), linkRow('b', noon));
        await commit(commitOf(2, again));
        expect(await store.select(allLinks)).toEqual([
          linkRow('a', noon, { vehicles: 2 }),
          linkRow('b', noon),
        ]);
      });
    });

    describe('a selection', () => {
      beforeEach(async () => {
        const rows = [3, 0, 2, 1].flatMap((n) => [
          linkRow('b', noon + n * minute, { revision: n }),
          linkRow('a', noon + n * minute, { district: n < 2 ? 'north' : 'south' }),
        ]);
        await commit(commitOf(1, links(...rows)));
      });
      const found = async (change: Partial<Select>): Promise<string[]> =>
        (await store.select({ ...allLinks, ...change })).map(
          (row) => `${row['link']}${((row['window_start'] as number) - noon) / minute}`,
        );

      it('takes the from and leaves the to, oldest first, then by key', async () => {
        expect(await found({})).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
        expect(await found({ from: noon + minute, to: noon + 3 * minute })).toEqual(['a1', 'b1', 'a2', 'b2']);
        expect(await found({ from: noon + minute, to: noon + minute })).toEqual([]);
      });

      it('holds what equals all that was asked for', async () => {
        expect(await found({ where: { link: 'a' } })).toEqual(['a0', 'a1', 'a2', 'a3']);
        expect(await found({ where: { link: 'a', district: 'south' } })).toEqual(['a2', 'a3']);
        expect(await found({ where: { revision: 3 } })).toEqual(['b3']);
        expect(await found({ where: { window_start: noon, link: 'b' } })).toEqual(['b0']);
        expect(await found({ where: { link: "a' OR true --" } })).toEqual([]);
      });

      it('may leave out windows that are over by then', async () => {
        const endsAfter = noon + 2 * minute;
        expect(await found({ endsAfter })).toEqual(['a2', 'b2', 'a3', 'b3']);
        expect(await found({ endsAfter: endsAfter - 1, to: noon + 3 * minute })).toEqual([
          'a1',
          'b1',
          'a2',
          'b2',
        ]);
      });

      it('stops at the limit, so that one may go on from its last', async () => {
        expect(await found({ limit: 3 })).toEqual(['a0', 'b0', 'a1']);
        expect(await found({ where: { link: 'b' }, from: noon + minute, limit: 2 })).toEqual(['b1', 'b2']);
      });

      it('by a column or of a table that is not there is a mistake', async () => {
        const asked = (change: Partial<Select>): Promise<unknown> =>
          codeOf(Promise.resolve().then(() => store.select({ ...allLinks, ...change })));
        expect(await asked({ table: 'progress' })).toBeInstanceOf(TypeError);
        expect(await asked({ timeColumn: 'window_start; DROP TABLE link_state' })).toBeInstanceOf(TypeError);
        expect(await asked({ where: { '1=1 --': 1 } })).toBeInstanceOf(TypeError);
      });
    });

    describe('the newest', () => {
      it('of an empty table is none', async () => {
        expect(await store.newest('link_state', ['link'], ['window_start', 'revision'])).toEqual([]);
      });

      it('is one row of each id, by id', async () => {
        await commit(
          commitOf(
            1,
            links(
              linkRow('b', noon + minute, { revision: 0 }),
              linkRow('a', noon),
              linkRow('b', noon, { revision: 7 }),
              linkRow('c', noon - minute),
              linkRow('Z', noon + 9 * minute),
            ),
          ),
        );
        const rows = await store.newest('link_state', ['link'], ['window_start', 'revision']);
        expect(rows).toEqual([
          linkRow('Z', noon + 9 * minute),
          linkRow('a', noon),
          linkRow('b', noon + minute),
          linkRow('c', noon - minute),
        ]);
      });

      it('tells ids of several columns apart', async () => {
        const rows = [0, 5, 10].flatMap((after) =>
          ['a', 'b'].flatMap((link) =>
            [15, 60, 120].map((horizon) => forecastRow(link, noon + after * minute, horizon)),
          ),
        );
        await commit(commitOf(1, { measures: new Map([['link_forecast', rows]]) }));
        await commit(
          commitOf(2, { measures: new Map([['link_forecast', [forecastRow('a', noon - minute, 30)]]]) }),
        );
        const newest = await store.newest('link_forecast', ['link', 'horizon_minutes'], ['at']);
        expect(newest.map((row) => [row['link'], row['horizon_minutes'], row['at']])).toEqual([
          ['a', 15, noon + 10 * minute],
          ['a', 30, noon - minute],
          ['a', 60, noon + 10 * minute],
          ['a', 120, noon + 10 * minute],
          ['b', 15, noon + 10 * minute],
          ['b', 60, noon + 10 * minute],
          ['b', 120, noon + 10 * minute],
        ]);
      });
    });

    describe('sums', () => {
      const hour = 60 * minute;
      const ask = {
        table: 'forecast_accuracy',
        where: { subject: 'link' },
        timeColumn: 'window_start',
        from: noon,
        to: noon + 2 * hour,
        sums: ['judged', 'absolute_error'],
      };
      beforeEach(async () => {
        const rows = [
          accuracyRow('b', 15, noon, { judged: 3, absoluteError: 3_000_000_000 }),
          accuracyRow('b', 15, noon + hour, { judged: 4, absoluteError: 1_500_000_000 }),
          accuracyRow('b', 60, noon + hour, { judged: 5, absoluteError: 50 }),
          accuracyRow('a', 15, noon + hour, { judged: 6, absoluteError: 60 }),
          accuracyRow('a', 15, noon - hour, { judged: 100 }),
          accuracyRow('a', 15, noon + 2 * hour, { judged: 100 }),
          accuracyRow('a', 15, noon, { subject: 'parking', judged: 7 }),
        ];
        await commit(commitOf(1, { measures: new Map([['forecast_accuracy', rows]]) }));
      });

      it('are of each group, in their order, of rows in the range alone', async () => {
        expect(await store.sums({ ...ask, by: ['id'] })).toEqual([
          { id: 'a', judged: 6, absolute_error: 60 },
          { id: 'b', judged: 12, absolute_error: 4_500_000_050 },
        ]);
        expect(await store.sums({ ...ask, by: ['horizon_minutes', 'window_start'] })).toEqual([
          { horizon_minutes: 15, window_start: noon, judged: 3, absolute_error: 3_000_000_000 },
          { horizon_minutes: 15, window_start: noon + hour, judged: 10, absolute_error: 1_500_000_060 },
          { horizon_minutes: 60, window_start: noon + hour, judged: 5, absolute_error: 50 },
        ]);
      });

      it('of nothing are no row, not 0', async () => {
        expect(await store.sums({ ...ask, where: { id: 'z' }, by: ['id'] })).toEqual([]);
      });

      it('see a row that replaced another once', async () => {
        const again = [accuracyRow('a', 15, noon + hour, { judged: 8 })];
        await commit(commitOf(2, { measures: new Map([['forecast_accuracy', again]]) }));
        expect((await store.sums({ ...ask, by: ['id'] }))[0]).toMatchObject({ id: 'a', judged: 8 });
      });

      it('of what is no whole number, or may be missing, are a mistake', async () => {
        const sum = (table: string, column: string): Promise<unknown> =>
          Promise.resolve().then(() =>
            store.sums({ ...ask, table, where: {}, by: ['at'], sums: [column], timeColumn: 'at' }),
          );
        await expect(sum('forecast_accuracy', 'id')).rejects.toThrow(TypeError);
        await expect(sum('link_state', 'flow_vph')).rejects.toThrow(TypeError);
        await expect(sum('link_state', 'no_column')).rejects.toThrow(TypeError);
      });
    });

    describe('the digest', () => {
      const rows = [linkRow('b', noon), linkRow('a', noon + minute, { flowVph: null }), linkRow('a', noon)];

      it('does not depend on when and in which order the rows came', async () => {
        await commit(commitOf(1, links(linkRow('a', noon, { vehicles: 500 }))));
        await commit(commitOf(2, links(...rows)));
        const together = await store.digest(['link_state', 'incident']);
        const again = await open();
        for (const [i, row] of [...rows].reverse().entries())
          expect(await again.store.commit(commitOf(1, { partition: i, ...links(row) }))).toBe('committed');
        const apart = await again.store.digest(['link_state', 'incident']);
        await again.store.close();
        await again.dispose?.();
        expect(apart).toBe(together);
        expect(together).toMatch(/^[0-9a-f]{64}$/);
      });

      it('changes with every cell, with a row more and with the list of tables', async () => {
        await commit(commitOf(1, links(...rows)));
        const seen = [await store.digest(['link_state'])];
        await commit(commitOf(2, links(linkRow('a', noon, { vehicles: 13 }))));
        seen.push(await store.digest(['link_state']));
        await commit(commitOf(3, links(linkRow('a', noon, { vehicles: 13, flowVph: null }))));
        seen.push(await store.digest(['link_state']));
        await commit(commitOf(4, links(linkRow('d', noon))));
        seen.push(await store.digest(['link_state']), await store.digest(['link_state', 'incident']));
        expect(new Set(seen).size).toBe(5);
      });

      it('of given rows is the same in every store and every release', async () => {
        await commit(
          commitOf(1, {
            measures: new Map([
              ['link_state', rows],
              ['incident', [incidentRow('é"\\', { latitude: 1e-7, sources: ['b', '\u0001'] })]],
            ]),
          }),
        );
        expect(await store.digest(['link_state', 'incident'])).toBe(
          '3849ad56420b1fbf2c608d7b590cb39adec695729146a3dfc5b9bfaf7d04fd6f',
        );
      });
    });

    it('is brought up to date once, however often and by however many that is asked for', async () => {
      await commit(commitOf(1, links(linkRow('a', noon))));
      await Promise.all([store.migrate(), store.migrate(), store.migrate()]);
      expect(await store.select(allLinks)).toHaveLength(1);
    });

    it('holds after reopening all that was committed', async () => {
      if (!opened.reopen) return;
      await commit(commitOf(1, { ...links(linkRow('a', noon)), kept: [{ key: 'k', value: 'v' }] }));
      const digest = await store.digest(['link_state']);
      store = await opened.reopen();
      expect(await store.digest(['link_state'])).toBe(digest);
      expect(await store.claim('link-state', 0, 3)).toEqual({
        progress: { ...progressOf(1), epoch: 2 },
        kept: [{ key: 'k', value: 'v' }],
      });
    });
  });
}
