import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { ErrorTails } from './error-tails.ts';

describe('tails of errors', () => {
  it('are apart by horizon, by unrest and by level', () => {
    const tails = new ErrorTails(2);
    const cells = [0, 1].flatMap((horizon) =>
      [0, 0.2, 0.4, 0.7, 2].flatMap((unrest) =>
        [0, 0.5, 0.7, 0.8, 0.95, 2].map((level) => tails.cell(horizon, unrest, level, 'none')),
      ),
    );
    expect(new Set(cells).size).toBe(60);
    const silent = (['short', 'hours', 'days'] as const).map((silence) => tails.cell(1, 0, 2, silence));
    expect(new Set([...cells, ...silent]).size).toBe(63);
    expect(tails.cell(1, 2, 2, 'days')).toBe(silent[2]);
    expect(tails.ofSilent(tails.cell(1, 0.4, 2, 'none'))).toBe(silent[2]);
    expect(tails.ofSilent(silent[2]!)).toBe(silent[2]);
    expect(Math.max(...cells, ...silent) + 3).toBe(tails.numbers.length);
    expect([...tails.numbers.subarray(0, 3)]).toEqual([-2, 2, 0]);
  });

  it('become those that nine in ten errors lie between, where errors are not even too', () => {
    const tails = new ErrorTails(1);
    const chance = new Chance(1);
    const cell = tails.cell(0, 0.3, 0.7, 'none');
    for (let i = 0; i < 5000; i++) tails.learn(cell, -Math.log(1 - chance.share()));
    const [low, high, count] = tails.numbers.subarray(cell, cell + 3);
    expect(low).toBeCloseTo(-Math.log(0.95), 1);
    expect(Math.abs(high! + Math.log(0.05))).toBeLessThan(0.4);
    expect(count).toBe(5000);
    expect([...tails.numbers.subarray(0, 2)]).toEqual([-2, 2]);
  });
});
