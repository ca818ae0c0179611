import { expect, it } from 'vitest';
import type { Drain } from './drain.ts';
import { orderOf, ratiosOf, spreadOf } from './paired.ts';

const run = (readings: number, cpuSeconds: number): Drain => ({
  subject: 'a',
  wrong: undefined,
  seconds: 1,
  cpuSeconds,
  readings,
  peakMib: 1,
  machineCpuSeconds: 1,
});

it('has each of the two first as often as the other', () => {
  expect(orderOf(4)).toEqual(['ours', 'theirs', 'theirs', 'ours', 'ours', 'theirs', 'theirs', 'ours']);
});

it('compares the runs of each round', () => {
  expect(ratiosOf([run(1_000, 1), run(1_000, 2)], [run(1_000, 10), run(1_000, 10)])).toEqual([10, 5]);
});

it('says nothing of ratios when one run does not count', () => {
  expect(spreadOf(ratiosOf([run(1_000, 1)], [run(Number.NaN, Number.NaN)]))).toBeUndefined();
  expect(spreadOf([3, 1, 2, 10])).toEqual({ least: 1, median: 2.5, most: 10 });
});
