import { describe, expect, it } from 'vitest';
import { Columns } from './columns.ts';
import { DayFeatures, dayFeatures } from './day-features.ts';
import type { Pace } from './pace.ts';
import { Recent } from './recent.ts';
import { tickOf } from './town.fixture.ts';
import { WeekMemory } from './week-memory.ts';
import { slotOf } from './weekly-profile.ts';

const pace: Pace = { tickSeconds: 1800, horizons: [1, 3], recalls: true };
const [day, nothing] = [48, Number.NaN];
const usual = 40;

/** What is told at each tick of a car park that measured these values, of the farther horizon, when 6 more is usual. */
function toldOf(values: readonly number[]) {
  const columns = new Columns();
  const recent = new Recent(columns, pace.tickSeconds, 43_200);
  const memory = new WeekMemory(columns, pace.tickSeconds);
  const features = new DayFeatures(columns, pace, recent, memory);
  columns.grow(1);
  let slot = -1;
  const [told, before]: [number[][], number[][]] = [[], []];
  for (const [t, value] of values.entries()) {
    const tick = tickOf(t, pace);
    if (slot >= 0) memory.keep(slot, 1);
    slot = slotOf(tick.moment(0));
    if (!Number.isNaN(value)) memory.take(0, value);
    recent.take(t, Float32Array.of(value), Float32Array.of(usual), 1);
    features.begin(tick, slot);
    const row = new Float32Array(dayFeatures + 1);
    features.toldBefore(0, 1, row, 1);
    before.push([...row.subarray(1)]);
    features.tell(0, 1, 6, row, 1);
    told.push([...row.subarray(1)]);
  }
  return { told, before };
}

const wave = Array.from({ length: 9 * day }, (_, t) => 50 + ((t * t) % 37) - 18);

describe('what the lines of car parks are told besides', () => {
  it('is how the last tick and the last hour went, and how much the usual rises for one so full', () => {
    const t = 5 * day + 7;
    const [last, hour, full] = toldOf(wave).told[t]!;
    expect(last).toBeCloseTo(wave[t]! - wave[t - 1]!, 3);
    expect(hour).toBeCloseTo(wave[t]! - wave[t - 2]!, 3);
    expect(full).toBeCloseTo((6 * wave[t]!) / 100, 3);
  });

  it('is how yesterday and a week ago compare, and how they went on; nothing where that is not known', () => {
    const { told } = toldOf(wave);
    const t = 8 * day + 20;
    const recalled = [day, 7 * day].flatMap((ago) => [
      wave[t]! - wave[t - ago]!,
      wave[t - ago + 3]! - wave[t - ago]!,
    ]);
    for (const [i, one] of recalled.entries()) expect(told[t]![6 + i]).toBeCloseTo(one, 1);
    expect(told[2 * day]!.slice(8, 10)).toEqual([0, 0]);
    expect(told[day / 2]!.slice(6, 10)).toEqual([0, 0, 0, 0]);
  });

  it('is how long the value has rested, or nothing came, up to an hour', () => {
    const rest = (values: readonly number[]): number[] =>
      toldOf([30, 50, ...values])
        .told.at(-1)!
        .slice(3, 6);
    expect(rest([])).toEqual([0, 0, 0]);
    expect(rest([50])).toEqual([0.5, 3, 5]);
    expect(rest([50, 50, 50])).toEqual([1, 6, 10]);
    expect(rest([50, 51])).toEqual([0, 0, 0]);
    expect(rest([nothing, nothing]).slice(0, 2)).toEqual([1, 6]);
  });

  it('is what changes by the time of day', () => {
    const { told } = toldOf(wave);
    const t = 3 * day + 12;
    const changes = [1, wave[t]! - usual, wave[t]! - wave[t - 2]!, 6];
    // At six the hand of the day is at a quarter.
    const clock = [...changes, 0, 0, 0, 0];
    for (const [i, one] of clock.entries()) expect(told[t]![10 + i]).toBeCloseTo(one, 3);
    // And at midnight it is on top.
    expect(told[3 * day]!.slice(10, 14).every((one) => Math.abs(one) === 0)).toBe(true);
    expect(told[3 * day]![14]).toBe(1);
    expect(told[3 * day]![15]).toBeCloseTo(wave[3 * day]! - usual, 3);
  });

  it('is told again when the target has come', () => {
    const { told, before } = toldOf(wave.slice(0, 60));
    for (let t = 3; t < 60; t++) expect(before[t]).toEqual(told[t - 3]);
    expect(before[2]).toEqual(new Array(dayFeatures).fill(0));
  });
});
