import { describe, expect, it } from 'vitest';
import { twoLanes } from './approach.fixture.ts';
import type { Reading } from './model.ts';
import { estimateSignal, initialSignal } from './signal-estimate.ts';
import { stageRates } from './stage-rates.ts';
import { followStray, type Queued } from './strays.ts';

/** Of the lane of those who turn right: the chance that its first has strayed, and that it may go in each stage. */
function told(meters: number, ...intervals: readonly Omit<Queued, 'seconds'>[]) {
  const short = twoLanes(meters);
  const { lanes } = initialSignal(short);
  for (const interval of intervals) followStray(short.lanes[0]!, lanes[0]!, { ...interval, seconds: 5 });
  const { first } = stageRates(short, lanes, [[false], [false]]);
  return { strayed: lanes[0]!.strayed, mayGo: [first[0]!, first[2]!] };
}

const stuck = { stage: 0, left: 0, stands: true };

describe('a queue on green that does not leave', () => {
  it('is thought to be behind one who wants the lane beside it, and to go with that one', () => {
    const { strayed, mayGo } = told(9, { stage: 0, left: 1, stands: true }, stuck, stuck);
    expect(strayed).toBeGreaterThan(0.8);
    expect(mayGo[0]).toBeLessThan(0.2);
    expect(mayGo[1]).toBe(1);
  });

  it('is one like any other as soon as somebody leaves, or nobody stands there', () => {
    expect(told(9, stuck, stuck, { stage: 0, left: 1, stands: true }).strayed).toBeLessThan(0.1);
    expect(told(9, stuck, stuck, { stage: 0, left: 0, stands: false }).strayed).toBeLessThan(0.1);
  });

  it('says nothing while the lights changed, nor when the lane beside it is green as well', () => {
    expect(told(9, { ...stuck, stage: undefined }, { ...stuck, stage: undefined }).strayed).toBeLessThan(0.1);
    expect(told(9, { ...stuck, stage: 1 }, { ...stuck, stage: 1 }).strayed).toBeLessThan(0.1);
  });

  it('is no matter of strays where the lanes are as long as is seen', () => {
    expect(told(200, stuck, stuck)).toEqual({ strayed: 0, mayGo: [1, 1] });
  });
});

/** The right lane after 20 s of its own green in which `came` passed the loop upstream, and nobody the stop bar. */
function held(meters: number, came: number, halted: number | undefined) {
  const layout = twoLanes(meters);
  const state = initialSignal(layout);
  for (let at = 0; at <= 20; at += 5) {
    const readings = new Map<string, Reading>([
      ['X north stop', { kind: 'loop', vehicles: 0, occupancy: 0, isOn: false }],
      ['X north advance', { kind: 'loop', vehicles: at === 5 ? came : 0, occupancy: 0.1, isOn: false }],
      [
        'X north queue',
        halted === undefined ? { kind: 'fault' } : { kind: 'zone', vehicles: halted, halted, jamMeters: 0 },
      ],
    ]);
    const shown = { id: 'X', stage: 0, clearingTo: undefined, elapsedSeconds: 10 + at };
    const seen = { at, intervalSeconds: at === 0 ? 0 : 5, latencySeconds: 1, readings, signals: [shown] };
    estimateSignal(layout, state, seen, shown);
  }
  return state.lanes[0]!;
}

it('compares what the loops of a lane counted', () => {
  expect(held(200, 4, undefined).entered.vehicles).toBeGreaterThan(3.9);
});

describe('a lane that stays full on its own green', () => {
  it('is held by a stray, as zones see it', () => {
    expect(held(9, 3, 3).strayed).toBeGreaterThan(0.8);
    expect(held(9, 3, 0).strayed).toBeLessThan(0.1);
  });

  it('is held by a stray, as loops count it: nobody at the stop bar does not empty it', () => {
    const { strayed, vehicles } = held(9, 4, undefined);
    expect(strayed).toBeGreaterThan(0.8);
    expect(vehicles).toBeGreaterThan(3);
    expect(held(200, 4, undefined).vehicles).toBeLessThan(2);
  });
});
