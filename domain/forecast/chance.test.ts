import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';

const draws = <Drawn>(count: number, draw: () => Drawn): Drawn[] => Array.from({ length: count }, draw);

describe('chance', () => {
  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number): number[] => {
      const chance = new Chance(seed);
      return draws(5, () => chance.bits());
    };
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
    expect(of(0)[0]).not.toBe(of(0)[1]);
  });

  it('draws whole numbers evenly', () => {
    const chance = new Chance(1);
    const counts = new Array<number>(10).fill(0);
    for (const drawn of draws(20_000, () => chance.below(10))) counts[drawn]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('draws normal numbers with mean 0 and deviation 1', () => {
    const chance = new Chance(2);
    const drawn = draws(20_000, () => chance.normal());
    const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
    const deviation = Math.sqrt(drawn.reduce((sum, one) => sum + (one - mean) ** 2, 0) / drawn.length);
    expect(mean).toBeCloseTo(0, 1);
    expect(deviation).toBeCloseTo(1, 1);
    expect(drawn.filter((one) => Math.abs(one) > 1.96).length / drawn.length).toBeCloseTo(0.05, 2);
  });
});
