import { describe, expect, it } from 'vitest';
import { Columns } from './columns.ts';
import { slotSeconds, WeeklyProfiles, type WeekMoment } from './weekly-profile.ts';

const at = (weekday: number, hour: number): WeekMoment => ({ weekday, secondOfDay: hour * 3600 });

/** Every ten minutes of the week. */
const week: readonly WeekMoment[] = Array.from({ length: 7 * 144 }, (_, i) =>
  at(Math.floor(i / 144), (i % 144) / 6),
);

function made() {
  const columns = new Columns();
  const profiles = new WeeklyProfiles(columns, 1);
  columns.grow(2);
  const usual = (moment: WeekMoment): number[] => {
    const into = new Float32Array(2);
    profiles.usual(moment, into, 2);
    return [...into];
  };
  return { columns, profiles, usual };
}

/** Wednesdays are busier than other working days, and weekends quiet; the second sensor never speaks. */
const speaks = ({ weekday, secondOfDay }: WeekMoment): number =>
  weekday >= 5 ? 20 : (weekday === 2 ? 60 : 40) + (secondOfDay >= 43_200 ? 10 : 0);

function learnt(weeks: number) {
  const all = made();
  for (let i = 0; i < weeks; i++)
    for (const moment of week) all.profiles.learn(moment, Float32Array.of(speaks(moment), Number.NaN), 2);
  return all;
}

describe('weekly profiles', () => {
  it('learn working days, weekends and the one day that is not as the others', () => {
    const { usual } = learnt(24);
    expect(usual(at(0, 9))[0]).toBeCloseTo(40, 0);
    expect(usual(at(2, 9))[0]).toBeCloseTo(60, 0);
    expect(usual(at(4, 15))[0]).toBeCloseTo(50, 0);
    expect(usual(at(6, 9))[0]).toBeCloseTo(20, 1);
  });

  it('go from the middle of one half hour to that of the next in proportion, over midnight too', () => {
    const { usual } = learnt(1);
    const [before, after] = [usual(at(0, 11.75))[0]!, usual(at(0, 12.25))[0]!];
    expect(after - before).toBeCloseTo(10, 1);
    expect(usual(at(0, 12))[0]).toBeCloseTo((before + after) / 2, 2);
    expect(usual(at(0, 12.125))[0]).toBeCloseTo(before + 0.75 * (after - before), 2);
    const [friday, saturday] = [usual(at(4, 23.75))[0]!, usual(at(5, 0.25))[0]!];
    expect(usual(at(5, 0))[0]).toBeCloseTo((friday + saturday) / 2, 2);
    expect(usual(at(0, 0))[0]).not.toBeNaN();
  });

  it('say of a half hour what its own ticks measured, when there is but one tick in it', () => {
    const columns = new Columns();
    const profiles = new WeeklyProfiles(columns, slotSeconds);
    columns.grow(1);
    for (const hour of [9, 9.5, 10]) profiles.learn(at(0, hour), Float32Array.of(10 * hour), 1);
    const usual = new Float32Array(1);
    profiles.usual(at(0, 9.5), usual, 1);
    expect(usual[0]).toBeCloseTo(95, 1);
  });

  it('say nothing of what never spoke, and of a half hour never seen what the other kind of day knows', () => {
    const { profiles, usual } = made();
    expect(usual(at(0, 9))).toEqual([Number.NaN, Number.NaN]);
    for (const hour of [9, 9.5, 10]) profiles.learn(at(0, hour), Float32Array.of(30, Number.NaN), 2);
    expect(usual(at(3, 9.5))[0]).toBeCloseTo(30, 1);
    expect(usual(at(6, 9.5))[0]).toBeCloseTo(30, 1);
    expect(usual(at(0, 15))[0]).toBeNaN();
    expect(usual(at(0, 9.5))[1]).toBeNaN();
  });

  it('follow what changes for good', () => {
    const { profiles, usual } = learnt(6);
    for (let i = 0; i < 12; i++)
      for (const moment of week) profiles.learn(moment, Float32Array.of(80, Number.NaN), 2);
    expect(usual(at(1, 9))[0]).toBeGreaterThan(78);
    expect(usual(at(6, 9))[0]).toBeGreaterThan(70);
  });

  it('are the same to the last byte when they were saved in the middle of a half hour and taken up elsewhere', () => {
    const [first, rest] = [week.slice(0, 200), week.slice(200)];
    expect(first.at(-1)!.secondOfDay % slotSeconds).toBe(600);
    const noise = (moment: WeekMoment): Float32Array =>
      Float32Array.of((moment.secondOfDay * 7919) % 97, speaks(moment));
    const before = made();
    for (const moment of first) before.profiles.learn(moment, noise(moment), 2);
    const after = made();
    for (const sensor of [0, 1]) after.columns.restore(sensor, before.columns.save(sensor));
    after.profiles.slot = before.profiles.slot;
    for (const moment of rest)
      for (const one of [before, after]) one.profiles.learn(moment, noise(moment), 2);
    for (const sensor of [0, 1]) expect(after.columns.save(sensor)).toEqual(before.columns.save(sensor));
  });
});
