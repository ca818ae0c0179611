import { describe, expect, it } from 'vitest';
import { goalsOf, type Sample, type Soaked } from './report.ts';

/** A soak of half an hour, sampled twice a minute. */
function soaked(sample: (minute: number) => Partial<Sample>): Soaked {
  const samples = Array.from({ length: 60 }, (_, i) => ({
    at: i / 2,
    resident: 300,
    used: 60,
    isCollected: true,
    partitions: 2,
    lagSeconds: 1,
    ...sample(i / 2),
  }));
  return {
    minutes: 30,
    rate: 30,
    samples,
    faults: [],
    records: 1,
    deficit: 0,
    tablesThatDiffer: 0,
    settledSeconds: 1,
  };
}

const slopeOf = (of: Soaked): number | undefined =>
  goalsOf(of).find(({ name }) => name === 'memorySlope')?.measured;

describe('the memory of a soak', () => {
  it('is judged by what a collection leaves', () => {
    // 60 MB that are kept, and twice as much that waits to be collected.
    expect(
      slopeOf(soaked((at) => (at % 1 === 0 ? {} : { isCollected: false, used: 60 + 8 * at }))),
    ).toBeCloseTo(0);
    expect(slopeOf(soaked((at) => ({ used: 60 + at })))).toBeCloseTo(75, -1);
  });

  it('is not judged while it warms up, or does the work of another', () => {
    expect(slopeOf(soaked((at) => (at < 7 ? { used: 6 * at } : {})))).toBeCloseTo(0);
    expect(slopeOf(soaked((at) => (at > 25 && at < 27 ? { used: 90, partitions: 3 } : {})))).toBeCloseTo(0);
  });
});
