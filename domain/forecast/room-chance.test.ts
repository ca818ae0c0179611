import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { Columns } from './columns.ts';
import { laplaceBelow, RoomChance } from './room-chance.ts';

describe('the chance by errors alone', () => {
  it('is a half at the limit, and leaves one in twenty beyond each end of the interval', () => {
    expect(laplaceBelow(50, 50, 4, 8)).toBe(0.5);
    expect(laplaceBelow(58, 50, 4, 8)).toBeCloseTo(0.95);
    expect(laplaceBelow(46, 50, 4, 8)).toBeCloseTo(0.05);
    expect(laplaceBelow(66, 50, 4, 8)).toBeCloseTo(0.995);
  });

  it('is all or nothing where the interval has no width', () => {
    expect(laplaceBelow(51, 50, 0, 0)).toBe(1);
    expect(laplaceBelow(49, 50, 0, 0)).toBe(0);
  });
});

describe('the chance of room', () => {
  const horizons = [3, 6] as const;

  /** Tells it over and over that things are `told` likely, which then come true as often as `really`. */
  function chanceAfter(ticks: number, told: number, really: number): number {
    const columns = new Columns();
    const room = new RoomChance(columns, horizons);
    columns.grow(4);
    const chance = new Chance(3);
    let said = 0;
    for (let tick = 0; tick < ticks; tick++)
      for (let sensor = 0; sensor < 4; sensor++) {
        room.judge(sensor, tick, chance.share() < really);
        for (const [horizon] of horizons.entries()) said = room.say(sensor, horizon, tick, told);
      }
    return said;
  }

  it('is what errors say before anything was judged', () => {
    expect(chanceAfter(1, 0.7, 0.2)).toBeCloseTo(0.7);
  });

  it('comes true as often as it says once enough was judged, and stays between never and always', () => {
    expect(chanceAfter(2000, 0.7, 0.85)).toBeCloseTo(0.85, 1);
    expect(chanceAfter(2000, 0.3, 0.1)).toBeCloseTo(0.1, 1);
    expect(chanceAfter(2000, 0.99, 1)).toBeLessThanOrEqual(0.999);
    expect(chanceAfter(2000, 0.01, 0)).toBeGreaterThanOrEqual(0.001);
  });

  it('judges what was said for the tick, and nothing where it was silent', () => {
    const columns = new Columns();
    const room = new RoomChance(columns, horizons);
    columns.grow(1);
    room.say(0, 0, 10, 0.6);
    room.say(0, 1, 10, 0.6);
    room.skip(0, 0, 11);
    for (const tick of [11, 12, 13]) room.judge(0, tick, true);
    expect([...room.biases].filter((one) => one !== 0)).toEqual([1, expect.closeTo(0.4)]);
  });
});
