import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { type Forecast, Forecaster, layers, nothingSaid } from './forecaster.ts';
import type { NetworkModel } from './network-model.ts';
import type { Pace } from './pace.ts';
import { stubbornModel } from './small-model.ts';
import { tickOf, town, usualSpeed } from './town.fixture.ts';

const pace: Pace = { tickSeconds: 300, horizons: [3, 6, 12], recalls: false };
const nothing = Number.NaN;

/** Gives a forecaster rows from a tick on; what it then says, tick by tick, sensor by sensor and horizon by horizon. */
function run(forecaster: Forecaster, rows: readonly (readonly number[])[], from = 0): Forecast[][][] {
  return rows.map((row, i) => {
    forecaster.take(tickOf(from + i, forecaster.ground.pace), Float32Array.from(row), row.length);
    return row.map((_, sensor) =>
      pace.horizons.map((_, horizon) => {
        const said = nothingSaid();
        forecaster.forecast(sensor, horizon, said);
        return said;
      }),
    );
  });
}

const rowsOf = (ticks: number, value: (tick: number, sensor: number) => number, sensors = 1): number[][] =>
  Array.from({ length: ticks }, (_, t) => Array.from({ length: sensors }, (_, sensor) => value(t, sensor)));

const stubborn = (spreads: number): NetworkModel => stubbornModel(spreads).model;

describe('a forecaster', () => {
  it('says nothing before the first value, then the last value', () => {
    const said = run(new Forecaster(pace), [[nothing], [42], [nothing]]).map(([one]) => one!);
    expect(said[0]!.map(({ layer }) => layer)).toEqual([-1, -1, -1]);
    for (const forecast of [...said[1]!, ...said[2]!]) expect(forecast.value).toBeCloseTo(42, 1);
  });

  it('says what is usual when a sensor has been silent for over an hour', () => {
    const days = 15;
    const speeds = rowsOf(days * 288, (t) => usualSpeed(tickOf(t, pace), 0));
    const silence = rowsOf(100, () => nothing);
    const said = run(new Forecaster(pace), [...speeds, ...silence]);
    for (let t = days * 288 + 13; t < said.length; t++)
      for (const [horizon, ahead] of pace.horizons.entries()) {
        const { value, layer } = said[t]![0]![horizon]!;
        expect(layers[layer]).not.toBe('last');
        expect(Math.abs(value - usualSpeed(tickOf(t + ahead, pace), 0))).toBeLessThan(1.5);
      }
  });

  it('goes on in a silence with what it expected when a sensor spoke last', () => {
    const chance = new Chance(7);
    const speeds = rowsOf(3000, (t) => 50 + 12 * Math.sin(t / 40) + chance.normal());
    const said = run(new Forecaster(pace), [...speeds, ...rowsOf(6, () => nothing)]);
    const [spoken, silent] = [said[2999]![0]!, said[3005]![0]!];
    // Six ticks later the target six ticks ahead is the one that was twelve ahead.
    expect(silent[1]!.value).toBeCloseTo(spoken[2]!.value, 1);
    expect(silent[0]!.value).toBeGreaterThanOrEqual(Math.min(spoken[1]!.value, spoken[2]!.value) - 0.5);
    expect(silent[0]!.value).toBeLessThanOrEqual(Math.max(spoken[1]!.value, spoken[2]!.value) + 0.5);
  });

  it('never says what is no number, and an interval that holds the value, with gaps and steps and a network', () => {
    const chance = new Chance(1);
    const rows = rowsOf(
      3000,
      (t, sensor) => {
        if (chance.share() < 0.1 || (sensor === 1 && t % 500 < 60)) return nothing;
        if (chance.share() < 0.02) return chance.share() < 0.5 ? 0 : 100;
        return Math.max(0, Math.min(100, (sensor === 2 ? 97 : 3) + 4 * chance.normal()));
      },
      3,
    );
    const forecaster = new Forecaster(pace);
    const early = run(forecaster, rows.slice(0, 1000));
    forecaster.employ(stubborn(0.2), new Map());
    for (const forecast of [...early, ...run(forecaster, rows.slice(1000), 1000)].flat(2)) {
      if (forecast.layer < 0) continue;
      const { low, value, high } = forecast;
      expect(low >= 0 && low <= value && value <= high && high <= 100, JSON.stringify(forecast)).toBe(true);
    }
  });

  it.each([
    ['even', (chance: Chance) => 40 * chance.share() + 30],
    ['skewed', (chance: Chance) => 20 - 6 * Math.log(1 - chance.share())],
    ['growing', (chance: Chance, t: number) => 50 + (1 + t / 800) * chance.normal()],
  ])('holds nine in ten where errors are %s, and says how many it held', (_, draw) => {
    const chance = new Chance(3);
    const rows = rowsOf(5000, (t) => draw(chance, t), 4);
    const said = run(new Forecaster(pace), rows);
    for (const [horizon, ahead] of pace.horizons.entries()) {
      let [held, judged] = [0, 0];
      for (let t = 2000; t < rows.length - ahead; t++)
        for (const sensor of [0, 1, 2, 3]) {
          const { low, high } = said[t]![sensor]![horizon]!;
          const value = rows[t + ahead]![sensor]!;
          judged++;
          if (value >= low && value <= high) held++;
        }
      expect(Math.abs(held / judged - 0.9), `${ahead} ahead held ${held / judged}`).toBeLessThan(0.02);
      expect(Math.abs(said.at(-1)![0]![horizon]!.coverage - 0.9)).toBeLessThan(0.03);
    }
  });

  it('says how often intervals held only when enough were judged', () => {
    const said = run(
      new Forecaster(pace),
      rowsOf(30, () => 50),
    );
    expect(said.map(([one]) => Number.isNaN(one![0]!.coverage)).lastIndexOf(true)).toBe(3 + 18);
  });

  it('leaves a layer that is worse once that is known, and takes the one that is better', () => {
    const chance = new Chance(4);
    const forecaster = new Forecaster(pace);
    forecaster.employ(stubborn(5), new Map());
    const said = run(
      forecaster,
      rowsOf(200, () => 50 + chance.normal()),
    );
    const spoke = said.map(([one]) => layers[one![0]!.layer]);
    expect(spoke[0]).toBe('network');
    expect(spoke.slice(60)).not.toContain('network');
    expect(Math.abs(said[199]![0]![0]!.value - 50)).toBeLessThan(3);
  });

  it('knows at most 2 KB of a sensor', () => {
    const forecaster = new Forecaster(pace);
    run(forecaster, [[1]]);
    expect(forecaster.ground.columns.bytesASensor).toBeLessThanOrEqual(2048);
  });

  it('is the same to the last byte after the same inputs, and says the same', () => {
    const { values } = town(pace, 3, 9, 5);
    const rows = rowsOf(values.length / 3, (t, sensor) => values[3 * t + sensor]!, 3);
    const of = () => {
      const forecaster = new Forecaster(pace);
      forecaster.employ(stubborn(0.1), new Map([['a', 1]]));
      const said = run(forecaster, rows);
      return {
        last: said.at(-1),
        columns: [0, 1, 2].map((sensor) => forecaster.ground.columns.save(sensor)),
      };
    };
    expect(of()).toEqual(of());
  });

  it('says the same when it was saved on the way, in the middle of a trial, and taken up anew', () => {
    const { values } = town(pace, 3, 9, 5);
    const rows = rowsOf(values.length / 3, (t, sensor) => values[3 * t + sensor]!, 3);
    const sensors = [0, 1, 2];
    const places = new Map([['a', 1]]);
    const [before, after] = [new Forecaster(pace), new Forecaster(pace)];
    for (const one of [before, after]) one.propose(stubborn(0.3), places);
    run(before, rows.slice(0, 2000));
    for (const one of [before, after]) one.propose(stubborn(0.1), places);
    run(before, rows.slice(2000, 2100), 2000);
    after.trialColumns.grow(3);
    after.ground.columns.grow(3);
    for (const sensor of sensors) {
      after.ground.columns.restore(sensor, before.ground.columns.save(sensor));
      after.trialColumns.restore(sensor, before.trialColumns.save(sensor));
    }
    after.restore(JSON.parse(JSON.stringify(before.save())));
    expect(after.models.onTrial).toBeDefined();
    const [straight, taken] = [before, after].map((one) => run(one, rows.slice(2100), 2100));
    expect(taken).toEqual(straight);
    expect(after.models).toEqual(before.models);
    expect(after.models.onTrial).toBeUndefined();
    expect(after.save()).toEqual(before.save());
    for (const sensor of sensors)
      expect(after.ground.columns.save(sensor)).toEqual(before.ground.columns.save(sensor));
  });

  it('lets a network speak once it has been better for a day, and not one that is worse', () => {
    const chance = new Chance(6);
    const forecaster = new Forecaster(pace);
    const [worse, good, bad] = [stubborn(3), stubborn(0), stubborn(5)];
    forecaster.propose(worse, new Map());
    run(
      forecaster,
      rowsOf(20, () => 50 + chance.normal()),
    );
    forecaster.propose(good, new Map());
    run(
      forecaster,
      rowsOf(287, () => 50 + chance.normal()),
      20,
    );
    expect(forecaster.models).toEqual({ employed: worse, onTrial: good });
    run(forecaster, [[50]], 307);
    expect(forecaster.models).toEqual({ employed: good, onTrial: undefined });
    forecaster.propose(bad, new Map());
    run(
      forecaster,
      rowsOf(288, () => 50 + chance.normal()),
      308,
    );
    expect(forecaster.models).toEqual({ employed: good, onTrial: undefined });
  });

  it('goes on undisturbed when sensors join', () => {
    const speed = (t: number): number => 50 + 10 * Math.sin(t / 20);
    const [alone, joined] = [new Forecaster(pace), new Forecaster(pace)];
    const first = run(alone, rowsOf(400, speed));
    run(joined, rowsOf(100, speed));
    const later = run(
      joined,
      rowsOf(300, (t, sensor) => (sensor === 0 ? speed(t + 100) : nothing), 40),
      100,
    );
    expect(later.at(-1)![0]!.map(({ value }) => value)).toEqual(first.at(-1)![0]!.map(({ value }) => value));
  });
});
