import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';

const draw = (seed: number, stream: string, count: number): number[] => {
  const random = createRandom(seed, stream);
  return Array.from({ length: count }, () => random.next());
};

describe('random numbers', () => {
  it('are the same for the same seed and stream', () => {
    expect(draw(7, 'traffic', 50)).toEqual(draw(7, 'traffic', 50));
  });

  it('differ between seeds and between streams', () => {
    const first = draw(7, 'traffic', 50);
    expect(draw(8, 'traffic', 50)).not.toEqual(first);
    expect(draw(7, 'cameras', 50)).not.toEqual(first);
  });

  it('go on where they were saved', () => {
    const random = createRandom(1, 'x');
    random.next();
    const saved = random.save();
    const ahead = [random.next(), random.gaussian(), random.poisson(3)];
    const other = createRandom(99, 'y');
    other.restore(JSON.parse(JSON.stringify(saved)));
    expect([other.next(), other.gaussian(), other.poisson(3)]).toEqual(ahead);
  });

  it('have the means that they are asked for', () => {
    const random = createRandom(3, 'means');
    const mean = (next: () => number): number => {
      let sum = 0;
      for (let i = 0; i < 20_000; i++) sum += next();
      return sum / 20_000;
    };
    expect(mean(() => random.poisson(0.4))).toBeCloseTo(0.4, 1);
    expect(mean(() => random.exponential(5)) / 5).toBeCloseTo(1, 1);
    expect(mean(() => random.gaussian())).toBeCloseTo(0, 1);
    expect(mean(() => random.integer(10))).toBeCloseTo(4.5, 0);
  });
});
