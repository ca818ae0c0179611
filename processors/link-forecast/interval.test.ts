import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveragePermille, createErrors, intervalAround, noteError } from './interval.ts';

/** Numbers between 0 and 1, the same ones each time for the same seed (Park and Miller). */
function* uniform(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 48271) % 0x7fffffff;
    yield state / 0x7fffffff;
  }
}

/** Forecasts 500 `count` times while the actual is off by `error`; says the share of the last half that was held. */
function held(count: number, error: (random: number, i: number) => number, seed = 7): number {
  const errors = createErrors(75);
  const random = uniform(seed);
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const actual = 500 + error(random.next().value, i);
    const { low, high } = intervalAround(errors, 500);
    const hit = low <= actual && actual <= high;
    if (i >= count / 2 && hit) hits++;
    noteError(errors, actual - 500, hit);
  }
  return hits / (count / 2);
}

describe('interval of a forecast', () => {
  it('begins as two and a half times the spread that is expected of a forecaster without a past', () => {
    expect(intervalAround(createErrors(40), 500)).toEqual({ low: 400, high: 600 });
  });

  it('keeps its word: nine targets in ten, whether errors are even, skewed or growing', () => {
    const even = held(4000, (random) => 100 * (random - 0.5));
    const skewed = held(4000, (random) => -200 * random ** 4);
    const growing = held(4000, (random, i) => (50 + i / 20) * (random - 0.5));
    for (const share of [even, skewed, growing]) {
      expect(share).toBeGreaterThan(0.88);
      expect(share).toBeLessThan(0.92);
    }
  });

  it('says no coverage before twenty targets were scored', () => {
    const errors = createErrors(75);
    for (let i = 0; i < 19; i++) noteError(errors, 0, true);
    expect(coveragePermille(errors)).toBeNull();
    noteError(errors, 0, false);
    expect(coveragePermille(errors)).toBe(950);
  });

  it('forgets old targets slowly', () => {
    const errors = createErrors(75);
    for (let i = 0; i < 2000; i++) noteError(errors, 0, true);
    expect(errors.scored).toBe(1000);
    for (let i = 0; i < 500; i++) noteError(errors, 900, false);
    expect(coveragePermille(errors)).toBe(667);
  });

  it('always holds its own forecast and stays within 0..300 km/h', () => {
    const error = fc.integer({ min: -3000, max: 3000 });
    fc.assert(
      fc.property(fc.array(error, { maxLength: 80 }), fc.integer({ min: 1, max: 3000 }), (past, decikph) => {
        const errors = createErrors(75);
        for (const one of past) noteError(errors, one, Math.abs(one) < 200);
        const { low, high } = intervalAround(errors, decikph);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(decikph);
        expect(high).toBeGreaterThanOrEqual(decikph);
        expect(high).toBeLessThanOrEqual(3000);
      }),
    );
  });
});
