import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes, toRfc3339 } from '#domain/time.ts';
import {
  type AnyAggregate,
  aggregateOf,
  aggregateRows,
  type IntersectionAggregate,
  type LinkAggregate,
  type ParkingAggregate,
} from '#runtime/aggregates.ts';
import type { Row } from '#runtime/measures.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { rowOf } from '#schemas/row.ts';
import { eight, linkState, parkingState } from './city-fixture.ts';
import { intersectionHistory, linkHistory, parkingHistory, spaceMeanKph } from './history.ts';
import { readBuckets, tableOf } from './history-rows.ts';
import { type Range, rangeOf } from './range.ts';

const missing: Partial<LinkState> = {
  vehicles: 0,
  flowVph: null,
  occupancyPermille: null,
  spaceMeanDecikph: null,
  delayDeciseconds: null,
  travelTimeIndexPermille: null,
  levelOfService: null,
  quality: 'missing',
  samples: 0,
};

/**
 * Windows of a minute from eight o'clock, one word each: `14@25` 14 vehicles at 25 km/h, `-` the window is
 * missing, `.` there is no window at all.
 */
const drawn = (drawing: string): LinkState[] =>
  drawing.split(' ').flatMap((word, i) => {
    const windowStart = eight + minutes(i);
    if (word === '.') return [];
    if (word === '-') return [linkState({ ...missing, windowStart })];
    const [vehicles, speed] = word.split('@').map(Number) as [number, number | undefined];
    const spaceMeanDecikph = speed === undefined ? null : speed * 10;
    return [linkState({ windowStart, vehicles, flowVph: vehicles * 60, spaceMeanDecikph })];
  });

const fiveMinutes = (count: number): Range => ({
  from: eight,
  to: eight + minutes(5 * count),
  resolution: minutes(5),
  now: eight + minutes(5 * count),
});

/** The states as a store sums them up. */
const summedUp = <Aggregate extends AnyAggregate>(kind: string, states: readonly object[], range: Range) => {
  const rows = states.map((state) => rowOf(state) as Row);
  const aggregate = aggregateOf(tableOf(kind).name);
  const store = {
    aggregate: async ({ length }: { length: number }) => aggregateRows(aggregate, rows, length),
  };
  return readBuckets<Aggregate>(store, kind, 'the only one', range);
};
const ofLink = async (states: readonly LinkState[], range: Range) =>
  linkHistory(await summedUp<LinkAggregate>('link', states, range), range, 50);

/** Each bucket in a line. */
const report = async (drawing: string): Promise<string[]> =>
  (await ofLink(drawn(drawing), fiveMinutes(Math.ceil(drawing.split(' ').length / 5)))).buckets.map(
    ({ quality, vehicles, flowVph, speedKph, levelOfService, missingPercent }) =>
      `${quality}: ${vehicles} veh, ${flowVph} vph, ${speedKph} km/h ${levelOfService}, ${missingPercent} % missing`,
  );

describe('the history of a link', () => {
  it('sums the vehicles, takes the mean of the flow, and the harmonic mean of the speed by vehicles', async () => {
    // 30 vehicles at 60 and 30 at 20 km/h: 60 / (30/60 + 30/20) = 30 km/h, not 40
    expect(await report('30@60 30@20 . . .')).toEqual([
      'observed: 60 veh, 1800 vph, 30 km/h C, 60 % missing',
    ]);
  });

  it('does not take a missing window for 0, and says what share is missing', async () => {
    expect(await report('10@40 - 10@40 - 10@40 - - - - -')).toEqual([
      'observed: 30 veh, 600 vph, 40 km/h B, 40 % missing',
      'missing: null veh, null vph, null km/h null, 100 % missing',
    ]);
  });

  it('has a bucket for a time of which nothing is known', async () => {
    expect(await report('10@40 10@40 10@40 10@40 10@40 . . . . . 5@40 . . . .')).toEqual([
      'observed: 50 veh, 600 vph, 40 km/h B, 0 % missing',
      'missing: null veh, null vph, null km/h null, 100 % missing',
      'observed: 5 veh, 300 vph, 40 km/h B, 80 % missing',
    ]);
  });

  it('counts an empty road as 0 vehicles, without a speed', async () => {
    expect(await report('0 0 0 0 0')).toEqual(['observed: 0 veh, 0 vph, null km/h null, 0 % missing']);
  });

  it('does not call the future missing, nor shows it', async () => {
    const range = { ...fiveMinutes(3), now: eight + minutes(7) };
    const { buckets } = await ofLink(drawn('9@40 9@40 9@40 9@40 9@40 9@40 9@40'), range);
    expect(buckets.map(({ start, missingPercent }) => [start, missingPercent])).toEqual([
      ['2026-01-05T08:00:00.000Z', 0],
      ['2026-01-05T08:05:00.000Z', 0],
    ]);
  });

  it('widens the buckets to windows that are longer', async () => {
    const states = [0, 5].map((m) => linkState({ windowStart: eight + minutes(m), windowSeconds: 300 }));
    const history = await ofLink(states, { ...fiveMinutes(2), resolution: minutes(1) });
    expect(history.resolutionSeconds).toBe(300);
    expect(history.buckets.map(({ missingPercent }) => missingPercent)).toEqual([0, 0]);
  });

  it('says imputed when most of what is there was', async () => {
    const imputed = drawn('9@40 9@40 9@40').map(
      (state, i): LinkState => (i === 0 ? state : { ...state, quality: 'imputed' }),
    );
    expect((await ofLink(imputed, fiveMinutes(1))).buckets[0]?.quality).toBe('imputed');
  });
});

describe('in any history', () => {
  const states = fc.array(
    fc.record({ vehicles: fc.integer({ min: 0, max: 99 }), speed: fc.integer({ min: 1, max: 1200 }) }),
    { minLength: 1, maxLength: 60 },
  );
  const statesOf = (drawnStates: { vehicles: number; speed: number }[]) =>
    drawnStates.map(({ vehicles, speed }, i) =>
      linkState({
        windowStart: eight + minutes(i),
        vehicles,
        flowVph: vehicles * 60,
        spaceMeanDecikph: speed,
      }),
    );

  it('no vehicle is lost or made, however long the buckets are', () => {
    return fc.assert(
      fc.asyncProperty(states, fc.constantFrom(1, 5, 15, 60), async (drawnStates, length) => {
        const to = eight + minutes(60);
        const range = { from: eight, to, resolution: minutes(length), now: to };
        const { buckets } = await ofLink(statesOf(drawnStates), range);
        const sum = buckets.reduce((total, bucket) => total + (bucket.vehicles ?? 0), 0);
        expect(sum).toBe(drawnStates.reduce((total, { vehicles }) => total + vehicles, 0));
      }),
    );
  });

  it('a mean speed lies between the slowest and the fastest', () => {
    return fc.assert(
      fc.asyncProperty(states, async (drawnStates) => {
        const range = { from: eight, to: eight + minutes(60), resolution: minutes(60), now: eight };
        const { aggregates } = await summedUp<LinkAggregate>('link', statesOf(drawnStates), range);
        const speeds = drawnStates.map(({ speed }) => speed / 10);
        const mean = spaceMeanKph(aggregates[0] as LinkAggregate) as number;
        expect(mean).toBeGreaterThanOrEqual(Math.min(...speeds) - 0.001);
        expect(mean).toBeLessThanOrEqual(Math.max(...speeds) + 0.001);
      }),
    );
  });
});

describe('the history of a car park', () => {
  it('says how it stood at the end, the fewest free spaces, and what went in and out', async () => {
    const states = [57, 31, 40].map((freeSpaces, i) =>
      parkingState({ windowStart: eight + minutes(i), freeSpaces, occupiedSpaces: 200 - freeSpaces }),
    );
    const known = await summedUp<ParkingAggregate>('parking', states, fiveMinutes(2));
    expect(parkingHistory(known, fiveMinutes(2)).buckets).toEqual([
      {
        start: '2026-01-05T08:00:00.000Z',
        quality: 'observed',
        capacitySpaces: 200,
        occupiedSpaces: 160,
        freeSpaces: 40,
        leastFreeSpaces: 31,
        entries: 9,
        exits: 3,
        samples: 3,
        missingPercent: 40,
      },
      expect.objectContaining({ quality: 'missing', freeSpaces: null, entries: null, samples: 0 }),
    ]);
  });
});

describe('the history of an intersection', () => {
  it('weighs the delay by the volume', async () => {
    const performance = (windowStart: number, volumeVph: number, controlDelayDeciseconds: number) => ({
      district: 'D1',
      intersection: 'I1',
      at: eight,
      windowStart,
      windowSeconds: 60,
      revision: 0,
      cycles: 2,
      cycleDeciseconds: 900,
      phases: [
        {
          phase: 2,
          greenDeciseconds: 300,
          volumeVph,
          saturationVph: 3600,
          volumeToCapacityPermille: 800,
          controlDelayDeciseconds,
          levelOfService: 'C' as const,
          greenOccupancyPermille: null,
          splitFailures: 1,
          quality: 'observed' as const,
        },
      ],
      controlDelayDeciseconds,
      levelOfService: 'C' as const,
      quality: 'observed' as const,
    });
    const states = [performance(eight, 900, 300), performance(eight + minutes(1), 300, 700)];
    const known = await summedUp<IntersectionAggregate>('intersection', states, fiveMinutes(1));
    expect(intersectionHistory(known, fiveMinutes(1)).buckets).toEqual([
      {
        start: '2026-01-05T08:00:00.000Z',
        quality: 'observed',
        cycleSeconds: 90,
        // (900 x 30 + 300 x 70) / 1200
        controlDelaySeconds: 40,
        levelOfService: 'D',
        splitFailures: 2,
        samples: 4,
        missingPercent: 60,
      },
    ]);
  });
});

describe('a range', () => {
  const shown = ({ from, to }: Range) => `${toRfc3339(from).slice(8, 16)} to ${toRfc3339(to).slice(8, 16)}`;

  it('is the last 180 buckets when nothing is said', () => {
    expect(shown(rangeOf({}, eight))).toBe('05T05:00 to 05T08:00');
  });

  it('is widened to whole buckets', () => {
    const asked = {
      from: '2026-01-05T06:07:00Z',
      to: '2026-01-05T07:01:00+00:00',
      resolution: '15m',
    } as const;
    expect(shown(rangeOf(asked, eight))).toBe('05T06:00 to 05T07:15');
  });

  it('may not be turned round', () => {
    const asked = { from: '2026-01-05T08:00:00Z', to: '2026-01-05T08:00:00Z' };
    expect(() => rangeOf(asked, eight)).toThrow(/query.from: .* a time before/);
  });

  it('may not be longer than its resolution allows', () => {
    const asked = { from: '2026-01-03T08:00:00Z', to: '2026-01-05T08:00:00Z' };
    expect(() => rangeOf(asked, eight)).toThrow('2.0 days found; 1 at most at resolution 1m');
    expect(() => rangeOf({ ...asked, resolution: '5m' }, eight)).not.toThrow();
    for (const resolution of ['1m', '5m', '15m', '1h', '1d'] as const)
      expect(() => rangeOf({ resolution }, eight)).not.toThrow();
  });
});
