import { describe, expect, it } from 'vitest';
import { crossing, Street } from './crossing.fixture.ts';
import { initialHealth, judge } from './detector-health.ts';
import { type Layout, layoutsOf } from './layout.ts';
import type { DetectorModel, Observation, Reading } from './model.ts';
import { estimateSignal, initialSignal } from './signal-estimate.ts';

const lanes = ['north', 'east', 'west'] as const;

/** Estimates through fixed greens of 30 s with a vehicle to the north every `gap` seconds; calls back each tick. */
function watch(
  sees: 'loops' | 'zones',
  change: (seen: Observation) => Observation,
  look: (street: Street, state: ReturnType<typeof initialSignal>) => void,
  minutes = 20,
): void {
  const model = crossing(sees);
  const layout = layoutsOf(model).get('X') as Layout;
  const state = initialSignal(layout);
  const street = new Street();
  for (let t = 0; t < minutes * 60; t++) {
    if (t % 6 === 0) street.arrive(0);
    if (t % 10 === 0) street.arrive(1);
    if (t % 14 === 0) street.arrive(t % 28 === 0 ? 2 : 3);
    if (t % 40 === 0) street.follow([call((t / 40) % 3)]);
    street.step();
    if (street.now % 5 !== 0) continue;
    const seen = change(street.observe(5));
    estimateSignal(layout, state, seen, seen.signals[0] as Observation['signals'][number]);
    look(street, state);
  }
}

const call = (stage: number) => ({ stage, afterSeconds: 0 });

const without =
  (...ids: string[]) =>
  (seen: Observation): Observation => ({
    ...seen,
    readings: new Map(
      [...seen.readings].map(([id, reading]) => [id, ids.includes(id) ? { kind: 'fault' } : reading]),
    ),
  });

/** Mean distance between estimate and truth, vehicles, and the share of ticks within two standard deviations. */
function errors(sees: 'loops' | 'zones', change: (seen: Observation) => Observation) {
  let [ticks, off, within] = [0, 0, 0];
  watch(sees, change, (street, state) => {
    if (street.now < 300) return;
    for (const [l, lane] of lanes.entries()) {
      const { vehicles, beyond, variance } = state.lanes[l] as (typeof state.lanes)[number];
      const error = Math.abs(vehicles + beyond - street.vehicles(lane));
      ticks++;
      off += error;
      if (error <= 2 * Math.sqrt(variance) + 1) within++;
    }
  });
  return { mean: off / ticks, within: within / ticks };
}

describe('the estimate of a queue', () => {
  it('is that of a zone where one sees it', () => {
    expect(errors('zones', (seen) => seen).mean).toBeLessThan(0.7);
  });

  it('is known to be seen as long as a zone is believed, and counted otherwise', () => {
    const seenAfter = (sees: 'loops' | 'zones', ...dead: string[]): boolean[] => {
      let seen: boolean[] = [];
      const look = (_: Street, state: ReturnType<typeof initialSignal>): void => {
        seen = state.lanes.map(({ isSeen }) => isSeen);
      };
      watch(sees, without(...dead), look, 1);
      return seen;
    };
    expect(seenAfter('zones')).toEqual([true, true, true]);
    expect(seenAfter('zones', 'X north queue')).toEqual([false, true, true]);
    expect(seenAfter('loops')).toEqual([false, false, false]);
  });

  it('counts all that zones side by side see where roads join upstream, and is as sure as a number can be', () => {
    const model = crossing('zones');
    const zone = model.detectors.find(({ id }) => id === 'X north queue') as DetectorModel;
    const branch = { ...zone, id: 'branch', distanceMeters: 30, lengthMeters: 45 };
    const layout = layoutsOf({ ...model, detectors: [...model.detectors, branch] }).get('X') as Layout;
    const state = initialSignal(layout);
    const sees = (vehicles: number): Reading => ({ kind: 'zone', vehicles, halted: 0, jamMeters: 0 });
    const shown = { id: 'X', stage: 0, clearingTo: undefined, elapsedSeconds: 10 };
    const readings = new Map([zone, branch].map(({ id }) => [id, sees(2)]));
    const seen = { at: 5, intervalSeconds: 5, latencySeconds: 1, readings, signals: [shown] };
    estimateSignal(layout, state, seen, shown);
    const { vehicles, variance } = state.lanes[0] as (typeof state.lanes)[number];
    expect(vehicles).toBe(4);
    expect(variance).toBeGreaterThan(0);
  });

  it('counts who is sent to a full road, though no more enter than leave', () => {
    const layout = layoutsOf(crossing('zones')).get('X') as Layout;
    const beyond = (sent: number): number => {
      const state = initialSignal(layout);
      const shown = { id: 'X', stage: 1, clearingTo: undefined, elapsedSeconds: 60 };
      const full: Reading = { kind: 'zone', vehicles: 10, halted: 10, jamMeters: 75 };
      const readings = new Map([['X north queue', full]]);
      for (let at = 5; at <= 60; at += 5)
        estimateSignal(
          layout,
          state,
          { at, intervalSeconds: 5, latencySeconds: 1, readings, signals: [shown] },
          shown,
          [sent],
        );
      return state.lanes[0]?.beyond ?? 0;
    };
    expect(beyond(2)).toBeGreaterThan(18);
    expect(beyond(0)).toBeLessThan(10);
  });

  it('stays near the truth with loops alone, and within what it says of itself', () => {
    const { mean, within } = errors('loops', (seen) => seen);
    expect(mean).toBeLessThan(1);
    expect(within).toBeGreaterThan(0.85);
  });

  it('does not drift away when a loop misses one vehicle in ten', () => {
    let missed = 0;
    const miss = (seen: Observation): Observation => ({
      ...seen,
      readings: new Map(
        [...seen.readings].map(([id, reading]): [string, Reading] => {
          if (reading.kind !== 'loop' || !id.endsWith('stop') || reading.vehicles === 0 || missed++ % 5 !== 0)
            return [id, reading];
          return [id, { ...reading, vehicles: reading.vehicles - 1 }];
        }),
      ),
    });
    expect(errors('loops', miss).mean).toBeLessThan(2.2);
  });

  it('goes on from the other loop when one is dead', () => {
    expect(errors('loops', without('X north advance')).mean).toBeLessThan(2.5);
    expect(errors('loops', without('X north stop')).mean).toBeLessThan(2.5);
  });

  it('learns how many come, and that the lane from the west is shared', () => {
    let last: ReturnType<typeof initialSignal> | undefined;
    watch(
      'loops',
      (seen) => seen,
      (_, state) => {
        last = state;
      },
    );
    const [north, , west] = last?.lanes ?? [];
    expect((north?.arrived.vehicles ?? 0) / (north?.arrived.seconds ?? 1)).toBeCloseTo(1 / 6, 1);
    const [straight = 0, left = 0] = west?.discharge.shares ?? [];
    expect(left / (straight + left)).toBeGreaterThan(0.3);
    expect(left / (straight + left)).toBeLessThan(0.7);
  });
});

describe('a detector', () => {
  const loop = (vehicles: number, occupancy: number, isOn: boolean): Reading => ({
    kind: 'loop',
    vehicles,
    occupancy,
    isOn,
  });

  it('is not believed when it reports a fault', () => {
    expect(judge(initialHealth(), { kind: 'fault' }, 0, 5)).toBe(false);
    expect(judge(initialHealth(), undefined, 0, 5)).toBe(false);
  });

  it('is not believed when it is on for longer than any red, until it lets go', () => {
    const state = initialHealth();
    for (let t = 0; t < 295; t += 5) expect(judge(state, loop(0, 1, true), 0, 5)).toBe(true);
    expect(judge(state, loop(0, 1, true), 0, 5)).toBe(false);
    expect(judge(state, loop(1, 0.3, false), 0, 5)).toBe(true);
  });

  it('is not believed when it is silent while the other of its lane counts', () => {
    const state = initialHealth();
    for (let i = 0; i < 5; i++) expect(judge(state, loop(0, 0, false), 2, 5)).toBe(true);
    for (let i = 0; i < 2; i++) judge(state, loop(0, 0, false), 2, 5);
    expect(judge(state, loop(0, 0, false), 0, 5)).toBe(false);
  });
});
