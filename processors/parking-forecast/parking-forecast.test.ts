import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { minutes } from '#domain/time.ts';
import { drive } from '#runtime/drive.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { parkingStates } from '#schemas/topics.ts';
import { createErrors, interval, note, spaceProbability } from './errors.ts';
import { parkingForecast } from './parking-forecast.ts';

const begin = Date.UTC(2026, 4, 4, 5, 0);
const network = { timeZone: 'Europe/Copenhagen' } as Network;

const state = (minute: number, occupiedSpaces: number | null): ParkingState => ({
  district: 'harbour',
  facility: 'quay',
  at: begin + minutes(minute),
  windowStart: begin + minutes(minute - 1),
  windowSeconds: 60,
  revision: 0,
  capacitySpaces: 100,
  occupiedSpaces,
  freeSpaces: occupiedSpaces === null ? null : 100 - occupiedSpaces,
  entries: 0,
  exits: 0,
  driftSpaces: 0,
  method: 'gates',
  quality: occupiedSpaces === null ? 'missing' : 'observed',
  observedAt: null,
});

function forecasts(occupied: (minute: number) => number | null, until: number): ParkingForecast[] {
  const happenings = Array.from({ length: until }, (_, i) => ({
    topic: parkingStates,
    event: state(i + 1, occupied(i + 1)),
  }));
  return drive(parkingForecast, network, happenings, begin + minutes(until + 1)).map(
    ({ event }) => event as ParkingForecast,
  );
}

describe('the parking forecast', () => {
  it('starts from the last value with an interval as wide as others were wrong', () => {
    const [first] = forecasts(() => 40, 6);
    expect(first).toMatchObject({
      freeSpaces: 60,
      lowSpaces: 57,
      highSpaces: 63,
      model: 'last-value',
      quality: 'forecast',
      coveragePermille: null,
    });
  });

  it('says that a space is all but certain in an empty car park and unlikely in a full one', () => {
    expect(forecasts(() => 10, 6)[0]?.spaceProbabilityPermille).toBe(1000);
    expect(forecasts(() => 100, 6)[0]?.spaceProbabilityPermille).toBeLessThan(500);
  });

  it('is missing, not the last value, once nothing was observed for 20 minutes', () => {
    const said = forecasts((minute) => (minute <= 6 ? 40 : null), 40);
    const at = (minute: number) =>
      said.find((f) => f.at === begin + minutes(minute) && f.horizonMinutes === 15);
    expect(at(25)).toMatchObject({ freeSpaces: 60, quality: 'forecast' });
    expect(at(30)).toMatchObject({ freeSpaces: null, spaceProbabilityPermille: null, quality: 'missing' });
  });

  it('learns the course of the day: on the second day it foresees the morning rush', () => {
    // Full from 08:00 local time, which is two hours after begin, on every day.
    const occupied = (minute: number): number => (minute % 1440 > 60 && minute % 1440 < 600 ? 90 : 20);
    const said = forecasts(occupied, 1440 + 120);
    const rushOf = (day: number) =>
      said.find((f) => f.at === begin + minutes(day * 1440 + 45) && f.horizonMinutes === 30);
    expect(rushOf(0)?.freeSpaces).toBe(80);
    expect(rushOf(1)?.freeSpaces).toBe(10);
  });

  it('measures the coverage of its own interval', () => {
    const last = forecasts(() => 40, 240).at(-1);
    expect(last?.coveragePermille).toBe(1000);
    expect(last?.highSpaces).toBe(60);
  });
});

describe('errors of a forecaster', () => {
  it('give quantiles that hold their level', () => {
    const errors = createErrors();
    for (let i = -100; i <= 100; i++) note(errors, i, true);
    const { below, above } = interval(errors, 900, 1);
    expect(below).toBeGreaterThanOrEqual(90);
    expect(below).toBeLessThanOrEqual(93);
    expect(above).toBe(below);
  });

  it('say how often a space would have been free', () => {
    const errors = createErrors();
    for (let i = 0; i < 100; i++) note(errors, i < 30 ? 50 : -50, true);
    expect(spaceProbability(errors, 970, 100, 1)).toBe(698);
  });

  it('forget what is old', () => {
    const errors = createErrors();
    for (let i = 0; i < 1000; i++) note(errors, i < 700 ? 500 : 0, i >= 700);
    expect(errors.signed).toHaveLength(288);
    expect(errors.coveragePermille).toBe(1000);
  });
});
