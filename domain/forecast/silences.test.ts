import { describe, expect, it } from 'vitest';
import { Silences } from './silences.ts';

describe('silences to learn from', () => {
  const pace = { tickSeconds: 300, horizons: [3], recalls: false };
  const ticks = 20_000;
  const heard = (seed: number, sensors = 5): number[][] => {
    const silences = new Silences(sensors, pace, seed);
    return Array.from({ length: ticks }, (_, t) => [...silences.over(new Float32Array(sensors).fill(t))]);
  };

  it('are of one sensor, and of all, for an hour on average', () => {
    const rows = heard(1);
    const share = (is: (row: number[]) => boolean): number => rows.filter(is).length / ticks;
    expect(share((row) => row.every(Number.isNaN))).toBeCloseTo(0.02, 1.8);
    expect(share((row) => Number.isNaN(row[0]!))).toBeCloseTo(0.05, 1.8);
    const starts = rows.filter((row, t) => Number.isNaN(row[0]!) && !Number.isNaN(rows[t - 1]?.[0] ?? 0));
    const length = (share((row) => Number.isNaN(row[0]!)) * ticks) / starts.length;
    expect(Math.abs(length - 12.5)).toBeLessThan(2.5);
  });

  it('leave everything else as it is, and are the same for the same seed', () => {
    for (const [t, row] of heard(2).entries())
      for (const value of row) expect(Number.isNaN(value) || value === t).toBe(true);
    expect(heard(3)).toEqual(heard(3));
    expect(heard(3)).not.toEqual(heard(4));
  });
});
