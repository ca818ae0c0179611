import { describe, expect, it } from 'vitest';
import { Columns } from './columns.ts';
import { Widths } from './widths.ts';

describe('widths of intervals', () => {
  const made = () => {
    const columns = new Columns();
    const widths = new Widths(columns, [12, 12]);
    columns.grow(2);
    return widths;
  };

  it('grow with each miss and shrink a little with each hit, by sensor and horizon', () => {
    const widths = made();
    widths.judge(1, 0, false, 0);
    expect(widths.of(1, 0)).toBeGreaterThan(1);
    widths.judge(1, 1, true, 0);
    expect(widths.of(1, 1)).toBeLessThan(1);
    expect([widths.of(0, 0), widths.of(0, 1)]).toEqual([1, 1]);
  });

  it('move slower where targets come later', () => {
    const columns = new Columns();
    const widths = new Widths(columns, [1, 6, 12]);
    columns.grow(1);
    for (const horizon of [0, 1, 2]) widths.judge(0, horizon, false, 0);
    const [soon, later, last] = [0, 1, 2].map((horizon) => widths.of(0, horizon));
    expect(soon).toBeGreaterThan(later!);
    expect(later).toBeGreaterThan(last!);
    expect(last).toBeGreaterThan(1);
  });

  it('move together when many miss at a tick, and stay within bounds', () => {
    const widths = made();
    for (let i = 0; i < 30; i++) widths.judge(1, 0, false, 0);
    expect(widths.of(0, 0)).toBe(1);
    widths.endTick();
    expect(widths.of(0, 0)).toBeCloseTo(Math.exp(0.09), 6);
    for (let i = 0; i < 1000; i++) widths.judge(1, 0, false, 0);
    for (let i = 0; i < 100; i++) widths.judge(1, 1, true, 0);
    for (let i = 0; i < 100; i++) widths.judge(1, 0, false, 0);
    expect(widths.of(1, 0) / widths.of(0, 0)).toBeCloseTo(5 * Math.exp(0.15 * 5), 3);
  });

  it('of all horizons are wider while the nearest misses, and for no single miss', () => {
    const widths = made();
    widths.judge(0, 0, false, 0);
    expect(widths.of(0, 1)).toBe(1);
    for (let i = 0; i < 3; i++) widths.judge(0, 0, false, 0);
    expect(widths.of(0, 1)).toBeGreaterThan(1.2);
    for (let i = 0; i < 20; i++) widths.judge(0, 0, true, 0);
    expect(widths.of(0, 1)).toBe(1);
  });

  it('repay in spreads what was missed too often, until it is repaid', () => {
    const widths = made();
    widths.judge(0, 1, false, 0);
    expect(widths.added(0, 1)).toBe(0);
    for (let i = 0; i < 6; i++) widths.judge(0, 1, false, 0);
    expect(widths.added(0, 1)).toBeCloseTo((7 * 0.9 - 1) / 5, 1);
    expect(widths.added(0, 0)).toBe(0);
    for (let i = 0; i < 60; i++) widths.judge(0, 1, true, 0);
    expect(widths.added(0, 1)).toBe(0);
  });

  it('are wider of a sensor of which little was seen', () => {
    const widths = made();
    for (let i = 0; i < 100; i++) {
      widths.judge(0, 1, i % 10 === 9, 1);
      widths.judge(1, 1, i % 10 === 9, 0);
    }
    expect(widths.of(0, 1)).toBeGreaterThan(widths.of(1, 1));
  });
});
