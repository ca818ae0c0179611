import { describe, expect, it } from 'vitest';
import { Columns } from './columns.ts';
import { networkFeatures, Recent } from './recent.ts';

const nothing = Number.NaN;

/** Takes in values tick by tick, where 50 is usual. */
function recentOf(values: readonly number[], usual = 50) {
  const columns = new Columns();
  const recent = new Recent(columns, 300, 3600);
  columns.grow(1);
  for (const [tick, value] of values.entries())
    recent.take(tick, Float32Array.of(value), Float32Array.of(usual), 1);
  return { columns, recent };
}

describe('what has happened of late', () => {
  it('is told as departures from the usual, the newest first', () => {
    const { recent } = recentOf([40, 45, 60]);
    expect([0, 1, 2, 3].map((ago) => recent.departure(0, ago))).toEqual([10, -5, -10, 0]);
    expect(recent.value(0)).toBe(60);
    expect(recent.unrest(0)).toBeCloseTo(Math.sqrt(225 / 12 - (5 / 12) ** 2), 4);
  });

  it('tells how restless so many ticks were, how far the value went up and down, and how long it has rested', () => {
    const { recent } = recentOf([40, 45, 60, 58, 58, 58]);
    expect(recent.unrest(0, 4)).toBeCloseTo(Math.sqrt(3) / 2, 4);
    expect([1, 2, 4, 5].map((ticks) => recent.moved(0, ticks))).toEqual([0, 0, 17, 22]);
    expect([1, 2, 3, 11].map((most) => recent.rested(0, most))).toEqual([1, 2, 2, 2]);
    const silent = recentOf([40, 45, 60, nothing, nothing]).recent;
    expect(silent.rested(0, 11)).toBe(2);
  });

  it('lets a departure fade of which nothing is heard, and is fresh for an hour', () => {
    const silence = (ticks: number) => recentOf([40, ...new Array<number>(ticks).fill(nothing)]).recent;
    expect(silence(12).value(0)).toBeCloseTo(50 - 10 / Math.E, 4);
    expect([silence(12).isFresh(0), silence(13).isFresh(0)]).toEqual([true, false]);
    expect(silence(300).value(0)).toBeCloseTo(50, 4);
    expect([0, 1, 12, 13, 239, 240, 300].map((ticks) => silence(ticks).silence(0))).toEqual([
      ...['none', 'short', 'short', 'hours', 'hours', 'days', 'days'],
    ]);
    expect([silence(13).last(0), silence(13).age(0), silence(300).age(0)]).toEqual([40, 13, 255]);
  });

  it('carries on how far a value was from the usual, not the value', () => {
    const columns = new Columns();
    const recent = new Recent(columns, 300, 1e12);
    columns.grow(1);
    recent.take(0, Float32Array.of(40), Float32Array.of(50), 1);
    recent.take(1, Float32Array.of(nothing), Float32Array.of(80), 1);
    expect([recent.value(0), recent.departure(0, 0), recent.last(0)]).toEqual([70, -10, 40]);
    recent.take(2, Float32Array.of(nothing), Float32Array.of(nothing), 1);
    expect(recent.value(0)).toBe(30);
  });

  it('has no number that is none, before anything came and without anything usual', () => {
    for (const { recent } of [
      recentOf([nothing]),
      recentOf([nothing], nothing),
      recentOf([30, 20], nothing),
    ]) {
      const into = new Float32Array(networkFeatures);
      recent.network(0, into, 0);
      expect([...into].filter((number) => !Number.isFinite(number))).toEqual([]);
    }
    expect(recentOf([30, 20], nothing).recent.value(0)).toBe(20);
    expect(recentOf([nothing]).recent.isFresh(0)).toBe(false);
  });

  it('tells a line the same of a tick, then and looking back', () => {
    const values = Array.from({ length: 40 }, (_, i) => 50 + ((i * 37) % 23) - 11);
    const [then, later] = [new Float32Array(11), new Float32Array(11)];
    const early = recentOf(values.slice(0, 28)).recent;
    early.line(0, 0, 47, then);
    recentOf(values).recent.line(0, 12, 47, later);
    // The high value, in the last four, has moved since.
    expect(later.slice(0, 7)).toEqual(then.slice(0, 7));
    expect([...then.slice(0, 3)]).toEqual([values[27]! - 50, values[26]! - 50, values[25]! - 50]);
    expect(then[3]).toBeCloseTo(values.slice(16, 28).reduce((sum, one) => sum + one - 50, 0) / 12, 4);
    expect(then[5]).toBe(47 - 50);
  });

  it('knows the least and the most that was ever measured, and brings a value within', () => {
    const { recent } = recentOf([40, 70, nothing, 20, 50]);
    expect([10, 20, 45, 70, 80].map((value) => recent.within(0, value))).toEqual([20, 20, 45, 70, 70]);
    expect(recent.within(0, nothing)).toBeNaN();
    expect([recent.value(0, 1), recent.value(0, 4)]).toEqual([20, 40]);
  });

  it('learns how large a departure mostly is, and a value that few are above', () => {
    const { recent } = recentOf(Array.from({ length: 4000 }, (_, i) => 50 + ((i * 8) % 21) - 10));
    expect(recent.spread(0)).toBeCloseTo(110 / 21, 1);
    expect(recent.perHigh(0, 58)).toBeCloseTo(1, 1);
  });
});
