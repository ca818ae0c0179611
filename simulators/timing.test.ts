import { describe, expect, it } from 'vitest';
import type { Phase, Plan } from '#domain/network.ts';
import { createTestNetwork } from './test-network.ts';
import { code, faultOf, type Schedule, scheduleOf } from './timing.ts';

const intersection = [...createTestNetwork().intersections.values()][0]!;
const { phases, plan } = intersection;

/** Draws a schedule, one character for 5 s of each phase: G green, y yellow or red clearance, . red. */
function drawn(schedule: Schedule, list: readonly Phase[]): string[] {
  return list.map(({ number }) => {
    let state = '.';
    let row = '';
    for (let at = 0; at < schedule.cycleSeconds * 10; at += 50) {
      for (const moment of schedule.moments) {
        if (moment.parameter !== number || moment.at > at || moment.at <= at - 50) continue;
        if (moment.code === code.beginGreen) state = 'G';
        if (moment.code === code.beginYellow) state = 'y';
        if (moment.code === code.endRedClearance) state = '.';
      }
      row += state;
    }
    return `${number} ${row}`;
  });
}

const withSplits = (changes: Readonly<Record<number, number>>, more: Partial<Plan> = {}): Plan => ({
  ...plan,
  splits: plan.splits.map(({ phase, seconds }) => ({ phase, seconds: changes[phase] ?? seconds })),
  ...more,
});

describe('the schedule of a cycle', () => {
  it('runs both rings side by side and lets them meet at the barriers', () => {
    expect(drawn(scheduleOf(phases, plan, 0), phases)).toEqual([
      '1 GGy...............',
      '2 ...GGGGGy.........',
      '3 .........GGy......',
      '4 ............GGGGGy',
      '5 GGy...............',
      '6 ...GGGGGy.........',
      '7 .........GGy......',
      '8 ............GGGGGy',
    ]);
  });

  it('lets the rings change phase apart within a barrier', () => {
    const apart = withSplits({ 1: 20, 2: 25 });
    expect(faultOf(phases, apart)).toBeUndefined();
    expect(drawn(scheduleOf(phases, apart, 0), phases).slice(0, 6)).toEqual([
      '1 GGGy..............',
      '2 ....GGGGy.........',
      '3 .........GGy......',
      '4 ............GGGGGy',
      '5 GGy...............',
      '6 ...GGGGGy.........',
    ]);
  });

  it('stretches one barrier in both rings to move the offset, and shortens nothing', () => {
    expect(drawn(scheduleOf(phases, plan, 10), phases)).toEqual([
      '1 GGy.................',
      '2 ...GGGGGGGy.........',
      '3 ...........GGy......',
      '4 ..............GGGGGy',
      '5 GGy.................',
      '6 ...GGGGGGGy.........',
      '7 ...........GGy......',
      '8 ..............GGGGGy',
    ]);
  });

  it('serves a crossing with walk and clearance inside the green', () => {
    const { moments } = scheduleOf(phases, plan, 0);
    const ofPhase2 = moments.filter(({ parameter, code: c }) => parameter === 2 && c >= 21 && c <= 23);
    expect(ofPhase2.map(({ at, code: c }) => `${at / 10} s: ${c}`)).toEqual([
      '15 s: 21',
      '22 s: 22',
      '33 s: 23',
    ]);
  });
});

describe('a plan is refused', () => {
  it.each([
    ['when its splits do not fill the cycle', withSplits({}, { cycleSeconds: 100 }), 'the splits make 90 s'],
    ['when the rings miss each other', withSplits({ 2: 35 }, { cycleSeconds: 95 }), 'barrier 1 apart'],
    ['when a crossing is too short', withSplits({ 2: 22, 6: 22 }, { cycleSeconds: 82 }), '23 s is its least'],
    ['when a left turn is too short', withSplits({ 1: 9, 2: 36 }), '10.1 s is its least'],
    ['when a phase is left out', { ...plan, splits: plan.splits.slice(1) }, 'phase 1 has no split'],
    [
      'when it names a phase that is not there',
      { ...plan, splits: [...plan.splits, { phase: 9, seconds: 10 }] },
      'no phase 9',
    ],
    ['when its offset lies outside the cycle', withSplits({}, { offsetSeconds: 90 }), 'outside the cycle'],
  ])('%s', (_, wrong, reason) => {
    expect(faultOf(phases, wrong)).toContain(reason);
  });

  it('but not the plan of the network', () => {
    expect(faultOf(phases, plan)).toBeUndefined();
  });
});
