import { describe, expect, it } from 'vitest';
import { Columns } from './columns.ts';
import { Widths } from './widths.ts';

describe('widths of intervals', () => {
  const made = () => {
    const columns = new Columns();
    const widths = new Widths(columns, 2);
    columns.grow(2);
    return widths;
  };

  it('grow with each miss and shrink a little with each hit, by sensor and horizon', () => {
    const widths = made();
    widths.judge(1, 0, false);
    expect(widths.of(1, 0)).toBeGreaterThan(1);
    widths.judge(1, 1, true);
    expect(widths.of(1, 1)).toBeLessThan(1);
    expect([widths.of(0, 0), widths.of(0, 1)]).toEqual([1, 1]);
  });

  it('move together when many miss at a tick, and stay within bounds', () => {
    const widths = made();
    for (let i = 0; i < 30; i++) widths.judge(1, 0, false);
    expect(widths.of(0, 0)).toBe(1);
    widths.endTick();
    expect(widths.of(0, 0)).toBeCloseTo(Math.exp(0.09), 6);
    for (let i = 0; i < 1000; i++) widths.judge(1, 0, false);
    expect(widths.of(1, 0) / widths.of(0, 0)).toBeCloseTo(5, 5);
  });
});
