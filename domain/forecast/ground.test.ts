import { describe, expect, it } from 'vitest';
import { anchorsOf, Ground, inputsOf, linesTold, mostNeighbours, persistence } from './ground.ts';
import type { Pace } from './pace.ts';
import { tickOf, town } from './town.fixture.ts';

const links: Pace = { tickSeconds: 300, horizons: [3, 6, 12], recalls: false };
const carParks: Pace = { tickSeconds: 1800, horizons: [1, 2, 4], recalls: true };

/** A week and a day of a town. */
function grown(pace: Pace): { ground: Ground; last: Float32Array } {
  const { ticks, values } = town(pace, 3, 8, 1);
  const ground = new Ground(pace);
  let last = new Float32Array(3);
  for (const [t, tick] of ticks.entries()) {
    last = values.slice(3 * t, 3 * t + 3);
    ground.take(tick, last, 3);
    ground.look(last);
  }
  return { ground, last };
}

describe('the ground of forecasts', () => {
  it('tells a network as many numbers as it says, all finite, from the first tick on', () => {
    for (const pace of [links, carParks])
      for (const ground of [new Ground(pace), grown(pace).ground]) {
        ground.take(tickOf(10_000, pace), Float32Array.of(Number.NaN, 5, 90), 3);
        ground.look(Float32Array.of(Number.NaN, 5, 90));
        for (const sensor of [0, 1, 2]) {
          const into = new Float32Array(inputsOf(pace) + 2).fill(1234);
          ground.inputs(sensor, [2, 1], into, 1);
          expect([into[0], into.at(-1)]).toEqual([1234, 1234]);
          expect([...into.subarray(1, -1)].filter((one) => !Number.isFinite(one) || one === 1234)).toEqual(
            [],
          );
        }
      }
  });

  it('tells what neighbours do, each in units of its own spread, and nothing where there are none', () => {
    const { ground } = grown(links);
    const inputs = (neighbours: readonly number[]): Float32Array => {
      const into = new Float32Array(inputsOf(links));
      ground.inputs(0, neighbours, into, 0);
      return into.slice(-2 * mostNeighbours);
    };
    const { recent } = ground;
    expect([...inputs([])]).toEqual(new Array(12).fill(0));
    const [now, change] = inputs([2]);
    expect(now).toBeCloseTo(recent.departure(2, 0) / recent.spread(2), 5);
    expect(change).toBeCloseTo((recent.departure(2, 0) - recent.departure(2, 3)) / recent.spread(2), 5);
    expect(inputs([-1, 2]).slice(2, 4)).toEqual(inputs([2]).slice(0, 2));
  });

  it('tells what lines say and how the usual rises and falls, in spreads', () => {
    const { ground } = grown(links);
    const into = new Float32Array(inputsOf(links));
    ground.inputs(1, [], into, 0);
    const told = into.slice(-2 * mostNeighbours - 7, -2 * mostNeighbours);
    const [now, spread] = [ground.now[1]!, ground.recent.spread(1)];
    const usual = (ahead: number): number => ground.usual(ahead)[1]!;
    for (const [horizon, ahead] of links.horizons.entries())
      expect(told[horizon]).toBeCloseTo(
        (ground.line(1, horizon) - ground.base(1, usual(ahead), ahead)) / spread,
        4,
      );
    expect(told[3]).toBeCloseTo((usual(1) - now) / spread, 4);
    expect(told[4]).toBeCloseTo((now - ground.recent.usual(1, 12)) / spread, 4);
    expect(told[5]).toBeCloseTo((now - ground.recent.usual(1, 3)) / spread, 4);
    expect(told[6]).toBeCloseTo((usual(12) - usual(9)) / spread, 4);
    expect(told.every((one) => one !== 0)).toBe(true);
  });

  it('tells a network of car parks how restless they were, and how long they have rested', () => {
    const ground = new Ground(carParks);
    const into = new Float32Array(inputsOf(carParks));
    const values = [...Array.from({ length: 96 }, (_, i) => 50 + ((i * 7) % 11)), 60, 60, 60, 60];
    for (const [t, value] of values.entries()) {
      ground.take(tickOf(t, carParks), Float32Array.of(value), 1);
      ground.look(Float32Array.of(value));
    }
    const { recent } = ground;
    const spread = recent.spread(0);
    ground.inputs(0, [], into, 0);
    const [hour, long, moved, share, ticks] = into.slice(-5);
    expect(hour).toBeCloseTo(recent.unrest(0, 2) / spread, 5);
    expect(long).toBeCloseTo(recent.unrest(0, 12) / spread, 5);
    expect(long).toBeGreaterThan(hour!);
    expect([moved, share]).toEqual([0, 1]);
    expect(ticks).toBeCloseTo(Math.log(4), 5);
  });

  it('tells the lines of the horizons that are nearest to the anchors, each once', () => {
    expect(linesTold(links)).toEqual([0, 1, 2]);
    expect(linesTold({ ...links, horizons: [2, 4] })).toEqual([0, 1]);
    expect(linesTold({ ...links, horizons: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] })).toEqual([2, 5, 11]);
  });

  it('looks ahead a quarter, a half and the whole of the farthest horizon', () => {
    expect(anchorsOf(links)).toEqual([3, 6, 12]);
    expect(anchorsOf({ ...links, horizons: [1, 5] })).toEqual([2, 3, 5]);
  });

  it('takes as a base the usual and the share of the departure that mostly lasts, less the farther ahead', () => {
    const { ground, last } = grown(links);
    const departure = last[1]! - ground.now[1]!;
    expect(ground.recent.departure(1, 0)).toBeCloseTo(departure, 4);
    expect(ground.base(1, 40, 3)).toBeCloseTo(40 + persistence(links, 3) * departure, 4);
    expect(persistence(links, 3)).toBeCloseTo(0.6, 6);
    expect(persistence(links, 12)).toBeCloseTo(0.3, 6);
    expect(persistence(links, 1)).toBe(0.8);
  });

  it('tells lines of car parks what was yesterday, and they say nothing beyond what was ever measured', () => {
    const day = 48;
    const noise = Array.from({ length: day }, (_, i) => ((i * 29) % 48) - 24);
    // As far above as yesterday it was below.
    const value = (t: number): number => 50 + noise[t % day]! * (Math.floor(t / day) % 2 === 0 ? 1 : -1);
    const ground = new Ground(carParks);
    let [error, beyond] = [0, 0];
    for (let t = 0; t < 40 * day; t++) {
      const row = Float32Array.of(value(t));
      ground.take(tickOf(t, carParks), row, 1);
      ground.look(row);
      if (t < 30 * day) continue;
      const said = ground.line(0, 0);
      error += Math.abs(said - value(t + 1)) / (10 * day);
      if (said < 50 - 24 || said > 50 + 24) beyond++;
    }
    expect(error).toBeLessThan(4);
    expect(beyond).toBe(0);
  });
});
