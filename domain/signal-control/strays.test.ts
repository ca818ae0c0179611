import { describe, expect, it } from 'vitest';
import { twoLanes } from './approach.fixture.ts';
import { initialSignal } from './signal-estimate.ts';
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

const held = { stage: 0, left: 0, stands: true };

describe('a queue on green that does not leave', () => {
  it('is thought to be behind one who wants the lane beside it, and to go with that one', () => {
    const { strayed, mayGo } = told(9, { stage: 0, left: 1, stands: true }, held, held);
    expect(strayed).toBeGreaterThan(0.8);
    expect(mayGo[0]).toBeLessThan(0.2);
    expect(mayGo[1]).toBe(1);
  });

  it('is one like any other as soon as somebody leaves, or nobody stands there', () => {
    expect(told(9, held, held, { stage: 0, left: 1, stands: true }).strayed).toBeLessThan(0.1);
    expect(told(9, held, held, { stage: 0, left: 0, stands: false }).strayed).toBeLessThan(0.1);
  });

  it('says nothing while the lights changed, nor when the lane beside it is green as well', () => {
    expect(told(9, { ...held, stage: undefined }, { ...held, stage: undefined }).strayed).toBeLessThan(0.1);
    expect(told(9, { ...held, stage: 1 }, { ...held, stage: 1 }).strayed).toBeLessThan(0.1);
  });

  it('is no matter of strays where the lanes are as long as is seen', () => {
    expect(told(200, held, held)).toEqual({ strayed: 0, mayGo: [1, 1] });
  });
});
