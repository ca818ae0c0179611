import { describe, expect, it } from 'vitest';
import { Tally, worstCoverage } from './metrics.ts';
import { lastValues, weeklyMeans } from './plain-forecasts.ts';
import { Said } from './said.ts';
import { scoresOf } from './score.ts';
import { type Series, splitOf } from './series.ts';

const nothing = Number.NaN;
/** A Monday. */
const monday = Date.UTC(2026, 0, 5);

function series(values: readonly number[], sensors = 1, stepSeconds = 300): Series {
  return {
    sensors: Array.from({ length: sensors }, (_, i) => `S${i}`),
    stepSeconds,
    times: Float64Array.from(
      { length: values.length / sensors },
      (_, row) => monday + row * stepSeconds * 1000,
    ),
    values: Float32Array.from(values),
  };
}

describe('a tally', () => {
  it('is of errors, of shares of what is not 0, and of intervals', () => {
    const tally = new Tally();
    tally.add(10, 12, 9, 14);
    tally.add(0, 1, 0, 2);
    // 3 above an interval 2 wide.
    tally.add(20, 16, 15, 17);
    expect(tally.targets).toBe(3);
    expect(tally.meanError).toBeCloseTo((2 + 1 + 4) / 3, 12);
    expect(tally.rootMeanSquare).toBeCloseTo(Math.sqrt((4 + 1 + 16) / 3), 12);
    expect(tally.meanShare).toBeCloseTo(100 * ((0.2 + 0.2) / 2), 12);
    expect(tally.coverage).toBeCloseTo(2 / 3, 12);
    expect(tally.meanWidth).toBeCloseTo((5 + 2 + 2) / 3, 12);
    expect(tally.intervalScore).toBeCloseTo((5 + 2 + 2 + 20 * 3) / 3, 12);
  });

  it('finds the sensor that was held least, but for those of few targets', () => {
    const of = (held: number, missed: number): Tally => {
      const tally = new Tally();
      for (let i = 0; i < held + missed; i++) tally.add(5, 5, 4, i < held ? 6 : 4.5);
      return tally;
    };
    expect(worstCoverage([of(95, 5), of(85, 15), of(0, 99)])).toBeCloseTo(0.85, 12);
    expect(worstCoverage([of(0, 99)])).toBeNaN();
  });
});

describe('the part that counts', () => {
  it('is the last fifth of the windows, as in the tables that were published', () => {
    // METR-LA and PEMS-BAY: 6850 and 10419 windows.
    expect(splitOf(34_272, 'single').testFrom).toBe(34_272 - 12 - 6850);
    expect(splitOf(52_116, 'single').testFrom).toBe(52_116 - 12 - 10_419);
    const [first, end] = splitOf(34_272, 'single').origins(12);
    expect(end - first).toBe(6850);
  });

  it('is of windows in the last fifth of the rows where errors are means over steps', () => {
    const { testFrom, origins } = splitOf(2016, 'mean');
    expect(origins(3)).toEqual([1612 + 11, 2013]);
    expect(testFrom).toBeLessThanOrEqual(1623);
  });
});

describe('plain forecasts', () => {
  it('are the last value that was measured', () => {
    const last = lastValues(series([nothing, 1, 2, nothing, nothing, 3], 2));
    expect([...last]).toEqual([nothing, 1, 2, 1, 2, 3]);
  });

  it('are the mean of that time of the week, of its kind of day, of any day, of all', () => {
    // Three values a day from Monday on; two weeks are known.
    const days = 21;
    const values = Array.from({ length: 3 * days }, (_, i) => {
      const [day, step] = [Math.floor(i / 3), i % 3];
      if (day % 7 === 2) return nothing;
      if (day % 7 >= 5) return step === 0 ? nothing : 50;
      return 10 * step + (day < 7 ? 0 : 2);
    });
    const usual = weeklyMeans(series(values, 1, 28_800), 3 * 14);
    const at = (day: number, step: number): number => usual[3 * (14 + day) + step]!;
    expect([0, 1, 2].map((step) => at(0, step))).toEqual([1, 11, 21]);
    expect(at(2, 1)).toBe(11);
    expect(at(5, 1)).toBe(50);
    expect(at(5, 0)).toBe(1);
  });
});

describe('scores', () => {
  const rows = 300;
  const from = splitOf(rows, 'single').testFrom;

  /** Says 1 more than the row counts, at 1 ahead, 2 more at 2 ahead; an interval that is 1 wide on each side. */
  function judged(protocol: 'single' | 'mean', hole: number) {
    const measured = series(Array.from({ length: rows }, (_, row) => (row === hole ? nothing : row)));
    const said = new Said(from, rows, [1, 2], 1);
    for (let row = from; row < rows; row++) {
      const y = [[row + 1 + 1], [row + 2 + 2]];
      said.note(row, { y, lo: y.map(([v]) => [v! - 1]), hi: y.map(([v]) => [v! + 1]) });
    }
    return scoresOf(measured, said, protocol, [1, 2]);
  }

  it('are of one step each, over the same rows, without what was not measured', () => {
    const [one, two] = judged('single', from + 10);
    expect([one!.all.meanError, two!.all.meanError]).toEqual([1, 2]);
    expect([one!.own.coverage, two!.own.coverage]).toEqual([1, 0]);
    const [first, end] = splitOf(rows, 'single').origins(2);
    expect([one!.all.targets, two!.all.targets]).toEqual([end - first - 1, end - first - 1]);
    expect(two!.last.besides).toBe(2);
    // From the row of the hole the last value is one older.
    expect(one!.last.error).toBeCloseTo(1 + 1 / (end - first - 1), 9);
  });

  it('are means of all steps up to the horizon where the protocol says so', () => {
    const [one, two] = judged('mean', 0);
    expect(one!.all.meanError).toBe(1);
    expect(two!.all.meanError).toBe(1.5);
    expect(two!.own.meanError).toBe(2);
    expect(two!.own.coverage).toBe(0);
  });

  it('are told by the hour of the target', () => {
    const [one] = judged('single', 0);
    const hours = one!.byHour.flatMap(({ error }, hour) => (Number.isNaN(error) ? [] : [hour]));
    const [first, end] = splitOf(rows, 'single').origins(1);
    const right = new Set<number>();
    for (let row = first + 1; row <= end; row++) right.add(Math.floor((row * 300) / 3600) % 24);
    expect(hours).toEqual([...right].sort((a, b) => a - b));
  });
});
