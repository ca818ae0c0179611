import { describe, expect, it } from 'vitest';
import { droppedOf, lessonsOf, neighboursOf, teach } from './curriculum.ts';
import { Forecaster, nothingSaid } from './forecaster.ts';
import { cityInputs } from './ground.ts';
import { outputsOf } from './network-model.ts';
import { town, usualSpeed } from './town.fixture.ts';

const pace = { tickSeconds: 900, horizons: [2, 4], recalls: false };
const history = town(pace, 6, 28, 11);
const count = history.sensors.length;
const teaching = { name: 'town', seed: 1, members: 1, lessons: 100_000 };
const model = teach(history, teaching);

/** Mean absolute errors two ticks ahead in days that were not taught, by who forecasts. */
function errorsIn(unseen: typeof history): Record<'network' | 'line' | 'persistence' | 'usual', number> {
  const [forecaster, untaught] = [new Forecaster(pace), new Forecaster(pace)];
  const places = new Map(history.sensors.map((sensor, i) => [sensor, i]));
  const said = nothingSaid();
  const other = { ...said };
  const errors = { network: 0, line: 0, persistence: 0, usual: 0 };
  const learned = 14 * 96;
  let judged = 0;
  for (const [t, tick] of unseen.ticks.slice(0, -2).entries()) {
    if (t === learned - 300) forecaster.employ(model, places);
    for (const one of [forecaster, untaught])
      one.take(tick, unseen.values.slice(t * count, (t + 1) * count), count);
    for (let sensor = 0; sensor < count; sensor++)
      for (const horizon of [0, 1]) {
        forecaster.forecast(sensor, horizon, said);
        untaught.forecast(sensor, horizon, other);
        if (t < learned || horizon > 0) continue;
        const then = unseen.values[(t + 2) * count + sensor]!;
        judged++;
        errors.network += Math.abs(then - said.value);
        errors.line += Math.abs(then - other.value);
        errors.persistence += Math.abs(then - unseen.values[t * count + sensor]!);
        errors.usual += Math.abs(then - usualSpeed(unseen.ticks[t + 2]!, sensor));
      }
  }
  for (const name of ['network', 'line', 'persistence', 'usual'] as const) errors[name] /= judged;
  return errors;
}

describe('the curriculum', () => {
  it('finds as neighbours those whose departures go with a sensor, never itself', () => {
    const neighbours = neighboursOf(history);
    expect(neighbours).toHaveLength(count);
    for (const [sensor, others] of neighbours.entries()) {
      expect(others).not.toContain(sensor);
      expect(others.length).toBeLessThanOrEqual(6);
    }
    expect(neighbours[2]).toEqual(expect.arrayContaining([1, 3]));
  });

  it('has lessons with what was known at a tick, and as answers what came then', () => {
    const { lessons, means, scales } = lessonsOf(history, neighboursOf(history), { seed: 1, lessons: 2000 });
    expect(lessons.count).toBeGreaterThan(1800);
    expect(lessons.count).toBeLessThanOrEqual(3040);
    expect(lessons.shape.outputs).toBe(outputsOf(pace).length);
    expect(lessons.rows.every(Number.isFinite)).toBe(true);
    expect([...means, ...scales].every(Number.isFinite)).toBe(true);
    const mean = lessons.weights.slice(0, lessons.count).reduce((sum, one) => sum + one, 0) / lessons.count;
    expect(mean).toBeCloseTo(1, 4);
  });

  it('learns how the whole city is from two months on', () => {
    const cityOf = (days: number): readonly number[] => {
      const { scales } = lessonsOf(town(pace, 2, days, 11), [[], []], { seed: 1, lessons: 1000 });
      return [...scales.subarray(cityInputs.from, cityInputs.from + cityInputs.count)];
    };
    expect(cityOf(28).every((one) => one > 1e8)).toBe(true);
    expect(cityOf(61).every((one) => one < 10)).toBe(true);
  });

  it('leaves nothing out where car parks have been seen for two months and tell many lessons', () => {
    const dropped = (days: number, count: number, recalls: boolean): number =>
      droppedOf({ pace: { ...pace, recalls }, ticks: new Array(96 * days) }, count);
    expect(dropped(60, 400_000, true)).toBe(0);
    expect(dropped(59, 400_000, true)).toBe(0.25);
    expect(dropped(60, 399_999, true)).toBe(0.25);
    expect(dropped(60, 400_000, false)).toBe(0.25);
    const { lessons } = lessonsOf(history, neighboursOf(history), { seed: 1, lessons: 2000 });
    expect(lessons.dropped).toBe(0.25);
  });

  it('has no lesson of a sensor of which nothing is known', () => {
    const values = history.values.map((value, at) => (at % count === 3 ? Number.NaN : value));
    const without = lessonsOf({ ...history, values }, neighboursOf({ ...history, values }), teaching);
    const all = lessonsOf(history, neighboursOf(history), teaching);
    expect(without.lessons.count).toBe((all.lessons.count / count) * (count - 1));
    expect(without.lessons.rows.every(Number.isFinite)).toBe(true);
  });

  it('teaches a network that forecasts days it has not seen better than the last value, and than the usual', () => {
    const errors = errorsIn(town(pace, 6, 28, 99));
    expect(errors.network).toBeLessThan(0.6 * errors.persistence);
    expect(errors.network).toBeLessThan(0.7 * errors.usual);
    // A line knows nothing of the jam that is at its neighbour.
    expect(errors.network).toBeLessThan(0.75 * errors.line);
  });

  it('teaches the same network to the last byte from the same history', () => {
    const some = town(pace, 3, 10, 11);
    const few = { ...teaching, members: 2, lessons: 1500 };
    const [one, again] = [teach(some, few), teach(some, few)];
    expect(one).toEqual(again);
    expect(one.members[0]).not.toEqual(one.members[1]);
  });
});
