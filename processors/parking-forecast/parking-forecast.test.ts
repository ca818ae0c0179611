import { describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '#domain/forecast/model-file.ts';
import { stubbornModel } from '#domain/forecast/small-model.ts';
import type { Network } from '#domain/network.ts';
import { minutes } from '#domain/time.ts';
import { drive, type Happening } from '#runtime/drive.ts';
import type { ForecastAccuracy } from '#schemas/generated/forecast.accuracy.v1.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { forecastAccuracies, forecastModels, parkingForecasts, parkingStates } from '#schemas/topics.ts';
import { keptAgain } from '../forecasting/kept.fixture.ts';
import { parkingForecast } from './parking-forecast.ts';

const begin = Date.UTC(2026, 4, 4, 5, 0);
const day = 24 * 60;
const network = { timeZone: 'Europe/Copenhagen' } as Network;

const state = (minute: number, occupiedSpaces: number | null, facility = 'quay'): ParkingState => ({
  district: 'harbour',
  facility,
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

type Occupied = (minute: number) => number | null;
type Heard = ParkingState | ForecastModel;

/** A state every minute from the first on. */
const statesOf = (occupied: Occupied, until: number): Happening<Heard>[] =>
  Array.from({ length: until }, (_, i) => ({
    topic: parkingStates,
    event: state(i + 1, occupied(i + 1)),
  }));

const emitted = <Event>(topic: { readonly name: string }, happenings: Happening<Heard>[], until: number) =>
  drive(parkingForecast, network, happenings, begin + minutes(until + 1))
    .filter((one) => one.topic === topic.name)
    .map(({ event }) => event as Event);

const forecasts = (occupied: Occupied, until: number): ParkingForecast[] =>
  emitted(parkingForecasts, statesOf(occupied, until), until);

const find = (said: readonly ParkingForecast[], minute: number, horizonMinutes: number) =>
  said.find((one) => one.at === begin + minutes(minute) && one.horizonMinutes === horizonMinutes);

/** The same numbers between 0 and 1 each time. */
const even = (n: number): number => (Math.abs(Math.sin(n * 12.9898)) * 43758.5453) % 1;

describe('the parking forecast', () => {
  it('starts from the last value, at three horizons', () => {
    const first = forecasts(() => 40, 6).slice(0, 3);
    expect(first.map(({ horizonMinutes, target, at }) => [horizonMinutes, target - at])).toEqual([
      [15, minutes(15)],
      [30, minutes(30)],
      [60, minutes(60)],
    ]);
    for (const one of first) {
      expect(one).toMatchObject({ freeSpaces: 60, quality: 'forecast', coveragePermille: null });
      expect(one.lowSpaces).toBeLessThan(60);
      expect(one.highSpaces).toBeGreaterThan(60);
    }
  });

  it('goes on from the newest occupancy, not from the mean of the last minutes', () => {
    expect(forecasts((minute) => 10 * minute, 4)[0]).toMatchObject({ freeSpaces: 60 });
  });

  it('says that a space is all but certain in an empty car park and unlikely in a full one', () => {
    expect(forecasts(() => 10, 6)[0]?.spaceProbabilityPermille).toBe(999);
    expect(forecasts(() => 100, 6)[0]?.spaceProbabilityPermille).toBeLessThan(500);
  });

  it('gives chances that come true as often as they say', () => {
    // Full in two of five, by chance, and else nearly so: the last value tells nothing.
    const occupied: Occupied = (minute) => (even(Math.floor(minute / 5)) < 0.4 ? 100 : 96);
    const said = forecasts(occupied, 8 * day).filter(({ at }) => at > begin + minutes(2 * day));
    const judged = said.filter(({ target }) => target <= begin + minutes(8 * day));
    const chances = judged.map(({ spaceProbabilityPermille }) => (spaceProbabilityPermille as number) / 1000);
    const came = judged.map(({ target }) => (occupied((target - begin) / minutes(1)) === 100 ? 0 : 1));
    const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;
    expect(mean(came)).toBeCloseTo(0.6, 1);
    expect(Math.abs(mean(chances) - mean(came))).toBeLessThan(0.03);
  });

  it('gives no chance, and says that it is stale, once nothing was observed for 20 minutes', () => {
    const said = forecasts((minute) => (minute <= 5 ? 40 : null), 90);
    expect(find(said, 25, 15)).toMatchObject({ freeSpaces: 60, quality: 'forecast' });
    expect(find(said, 25, 15)?.spaceProbabilityPermille).toBeGreaterThan(900);
    expect(find(said, 30, 15)).toMatchObject({
      freeSpaces: 60,
      spaceProbabilityPermille: null,
      quality: 'stale',
    });
    expect(find(said, 75, 15)).toMatchObject({ freeSpaces: null, model: 'none', quality: 'missing' });
  });

  it('learns the course of the day: later it foresees the morning rush', () => {
    // Full from 08:00 local time, which is an hour after begin, on every day.
    const occupied: Occupied = (minute) => (minute % day > 60 && minute % day < 600 ? 90 : 20);
    const said = forecasts(occupied, 4 * day);
    expect(find(said, 45, 30)?.freeSpaces).toBe(80);
    expect(find(said, 3 * day + 45, 30)?.freeSpaces).toBeLessThan(25);
  });

  it('measures the coverage of its own interval, and says hour by hour how it did', () => {
    const last = forecasts(() => 40, 240).at(-1);
    expect(last?.coveragePermille).toBe(1000);
    expect(last?.highSpaces).toBeLessThan(66);
    const hours = emitted<ForecastAccuracy>(
      forecastAccuracies,
      statesOf(() => 40, 240),
      240,
    );
    expect(hours.at(-1)).toMatchObject({
      subject: 'parking',
      id: 'quay',
      horizonMinutes: 60,
      judged: 12,
      absoluteError: 0,
    });
  });

  it('goes on with a capacity that has changed', () => {
    const half = { ...state(6, 40), capacitySpaces: 50, freeSpaces: 10 };
    const said = emitted<ParkingForecast>(
      parkingForecasts,
      [
        { topic: parkingStates, event: state(1, 40) },
        { topic: parkingStates, event: half },
      ],
      10,
    );
    expect(said.at(-1)).toMatchObject({ capacitySpaces: 50, freeSpaces: 10 });
  });

  it('lets a model speak that is handed in for car parks', () => {
    const model = Buffer.from(writeModelFile(stubbornModel(0, 'parking')));
    const file = readModelFile(model);
    const name = 'model' in file ? file.model.name : '';
    const event = { district: 'harbour', subject: 'parking' as const, name, at: begin, sequence: 0, model };
    const said = emitted<ParkingForecast>(
      parkingForecasts,
      [{ topic: forecastModels, event }, ...statesOf(() => 40, 10)],
      10,
    );
    expect(said.at(-1)).toMatchObject({ model: name, freeSpaces: 60 });
  });
});

describe('the parking forecast, kept as rows', () => {
  /** Two days of two car parks, one of them often full; begins again at every `every`th tick. */
  function run(every: number, isBefore = false): ParkingForecast[] {
    let memory = parkingForecast.initial(network, () => true);
    const rows = new Map<string, unknown>();
    const out: ParkingForecast[] = [];
    const emit = (_topic: unknown, event: unknown): void => void out.push(event as ParkingForecast);
    const beginAgain = (): void => {
      for (const [key, value] of parkingForecast.keep!.changed(memory)) rows.set(key, keptAgain(value));
      memory = parkingForecast.initial(network, () => true);
      parkingForecast.keep!.restore(memory, [...rows]);
    };
    for (let minute = 1; minute <= 2 * day; minute++) {
      const step = (facility: string, occupied: number): void => {
        const event = state(minute, occupied, facility);
        parkingForecast.step(memory, { kind: 'event', at: event.at, topic: '', event }, emit, network);
      };
      step('quay', even(Math.floor(minute / 5)) < 0.4 ? 100 : 96);
      if (minute % 7 === 0) step('hill', Math.round(50 + 30 * Math.sin(minute / 200)));
      if (minute % 5 > 0) continue;
      const isDue = (minute / 5) % every === 0;
      if (isDue && isBefore) beginAgain();
      const at = begin + minutes(minute) + 1;
      parkingForecast.step(memory, { kind: 'watermark', at: at - 1 }, emit, network);
      if (isDue && !isBefore) beginAgain();
    }
    return out;
  }

  it('goes on after a restart as if there had been none', () => {
    const undisturbed = run(Number.POSITIVE_INFINITY);
    expect(undisturbed.length).toBeGreaterThan(3000);
    expect(run(7)).toEqual(undisturbed);
    expect(run(7, true)).toEqual(undisturbed);
  });
});
