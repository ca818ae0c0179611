import { describe, expect, it } from 'vitest';
import { benefitOf, calibrate } from './benefit.ts';
import { randomFrom } from './seeded.ts';

const exact = { ratio: 1, deviation: 0 };
const windows = (...pairs: (readonly [expected: number, measured: number])[]) =>
  pairs.map(([expectedSeconds, delaySeconds]) => ({ expectedSeconds, delaySeconds }));

describe('the benefit of a plan', () => {
  it('is not told of fewer than three windows', () => {
    expect(benefitOf(windows([50, 40], [52, 41]), exact)).toBeUndefined();
  });

  it('is better, worse or neither by its interval', () => {
    expect(benefitOf(windows([50, 40], [52, 41], [48, 39]), exact)).toMatchObject({
      windows: 3,
      saving: { mean: 10 },
      verdict: 'better',
    });
    expect(benefitOf(windows([50, 60], [52, 63], [48, 57]), exact)?.verdict).toBe('worse');
    expect(benefitOf(windows([50, 40], [50, 60], [50, 51]), exact)?.verdict).toBe('unsure');
  });

  it('does not mistake less traffic for a better plan', () => {
    // The plan before would have had as much less delay.
    expect(benefitOf(windows([60, 60], [40, 40], [20, 20]), exact)).toMatchObject({
      saving: { mean: 0, low: 0, high: 0 },
      verdict: 'unsure',
    });
  });

  it('is less sure where the model was less sure', () => {
    const measured = windows([50, 46], [52, 48], [48, 44]);
    expect(benefitOf(measured, exact)?.verdict).toBe('better');
    expect(benefitOf(measured, { ratio: 1, deviation: 0.1 })?.verdict).toBe('unsure');
  });

  it('holds the truth nine times in ten', () => {
    const random = randomFrom(7);
    const gauss = (): number => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += random();
      return sum;
    };
    let held = 0;
    for (let i = 0; i < 2000; i++) {
      const measured = windows(...Array.from({ length: 5 }, () => [50, 47 + 4 * gauss()] as const));
      const { low, high } = benefitOf(measured, exact)?.saving ?? { low: 9, high: 9 };
      if (low <= 3 && high >= 3) held++;
    }
    expect(held / 2000).toBeGreaterThan(0.88);
    expect(held / 2000).toBeLessThan(0.92);
  });
});

describe('the calibration of the model', () => {
  it('is what was measured over what was modelled, with its deviation', () => {
    const of = (...pairs: (readonly [number, number])[]) =>
      calibrate(pairs.map(([measuredSeconds, modelledSeconds]) => ({ measuredSeconds, modelledSeconds })));
    expect(of([44, 40], [36, 40])).toEqual({ ratio: 1, deviation: expect.closeTo(0.1, 9) });
    expect(of([44, 40])).toBeUndefined();
    expect(of([44, 40], [0, 0])).toBeUndefined();
  });
});

it('has nothing to compare with when nobody was delayed before', () => {
  const window = { measuredSeconds: 0, modelledSeconds: 12 };
  expect(calibrate([window, window, window])).toBeUndefined();
});
