import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { Columns } from './columns.ts';
import { lineFeatures, RobustLines } from './robust-line.ts';

function made(tickSeconds = 300, features = lineFeatures, memorySeconds?: number) {
  const columns = new Columns();
  const lines = new RobustLines(columns, tickSeconds, [0.6, 0.3], features, memorySeconds);
  columns.grow(2);
  return { columns, lines };
}

/** Departures that keep a share, with noise, and with an outlier now and then; other features tell nothing. */
function teach(
  { lines }: ReturnType<typeof made>,
  share: number,
  outliers: number,
  from = 0,
  to = 3000,
): void {
  const chance = new Chance(1);
  for (let i = 0; i < to; i++) {
    const features = Float32Array.from({ length: lineFeatures }, () => 3 * chance.normal());
    features[6] = 1;
    const then = share * features[0]! + 0.5 * chance.normal();
    const seen = chance.share() < outliers ? then + 90 : then;
    if (i < from) continue;
    for (const horizon of [0, 1]) lines.learn(1, horizon, features, 0, seen);
  }
}
const guess = ({ lines }: ReturnType<typeof made>, sensor: number, horizon: number): number =>
  lines.guess(sensor, horizon, Float32Array.of(10, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0), 0);

describe('a line', () => {
  it('follows a change the sooner the less it remembers', () => {
    const all = [made(300, lineFeatures, 100_000), made(300, lineFeatures, 3_000_000)];
    for (const one of all) {
      teach(one, 0.9, 0);
      teach(one, 0.1, 0, 0, 400);
    }
    const [quick, slow] = all.map((one) => guess(one, 1, 0));
    expect(quick).toBeLessThan(slow! - 1);
  });

  it('keeps at first the share of a departure that mostly lasts', () => {
    const all = made();
    expect(guess(all, 0, 0)).toBeCloseTo(6, 4);
    expect(guess(all, 0, 1)).toBeCloseTo(3, 4);
  });

  it('learns how much of a departure lasts, for each sensor by itself', () => {
    const all = made();
    teach(all, 0.9, 0);
    expect(guess(all, 1, 0)).toBeCloseTo(9, 0);
    expect(guess(all, 1, 1)).toBeCloseTo(9, 0);
    expect(guess(all, 0, 0)).toBeCloseTo(6, 4);
  });

  it('is not led away by outliers that all lie on one side', () => {
    const all = made();
    teach(all, 0.9, 0.05);
    // Least squares would be 4.5 higher.
    expect(Math.abs(guess(all, 1, 0) - 9)).toBeLessThan(1);
  });

  it('forgets by time, and so faster where targets are fewer', () => {
    const [often, seldom] = [made(300), made(1800)];
    for (const all of [often, seldom]) {
      teach(all, 0.9, 0);
      teach(all, 0.2, 0, 0, 400);
    }
    expect(guess(seldom, 1, 0)).toBeLessThan(guess(often, 1, 0) - 0.5);
  });

  it('learns from as many features as it is made for', () => {
    const all = made(300, 13);
    const chance = new Chance(2);
    const features = new Float32Array(13);
    for (let i = 0; i < 3000; i++) {
      for (let k = 0; k < 13; k++) features[k] = chance.normal();
      all.lines.learn(0, 0, features, 0, 2 * features[12]! - features[1]!);
      all.lines.learn(0, 1, features, 0, features[11]!);
    }
    features.fill(0);
    features[12] = features[1] = 3;
    expect(all.lines.guess(0, 0, features, 0)).toBeCloseTo(3, 1);
    expect(all.lines.guess(1, 0, features, 0)).toBe(0);
  });

  it('is finite still when nothing ever happens', () => {
    const all = made();
    const nothing = new Float32Array(lineFeatures);
    nothing[6] = 1;
    for (let i = 0; i < 350_000; i++) all.lines.learn(0, 1, nothing, 0, 0);
    expect(guess(all, 0, 1)).toBeCloseTo(3, 1);
  });

  it('is the same to the last byte when it was saved on the way', () => {
    const [straight, before, after] = [made(), made(), made()];
    teach(straight, 0.7, 0.05);
    teach(before, 0.7, 0.05, 0, 1000);
    after.columns.restore(1, before.columns.save(1));
    teach(after, 0.7, 0.05, 1000);
    expect(after.columns.save(1)).toEqual(straight.columns.save(1));
  });
});
