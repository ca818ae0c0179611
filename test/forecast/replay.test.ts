import { describe, expect, it } from 'vitest';
import { stubbornNetwork } from '#domain/forecast/small-model.ts';
import { dataSets } from './data-sets.ts';
import { goalsOf } from './goals.ts';
import type { Result } from './judge.ts';
import { timeManySensors } from './many-sensors.ts';
import { deadSensors, growthOf, type Outage, silentHours } from './outages.ts';
import { picture } from './picture.ts';
import { type ReplayOptions, replay } from './replay.ts';
import { measuresOf, reportOf, textOf } from './report.ts';
import type { Said } from './said.ts';
import { scoresOf } from './score.ts';
import { rowCount, type Series, splitOf } from './series.ts';
import { ownTown } from './town.ts';

const steps = [3, 6, 12];
const town = ownTown(4, 10, 3);
const { testFrom } = splitOf(rowCount(town), 'single');

const forecast = (series: Series, options: Partial<ReplayOptions> = {}) =>
  replay(series, {
    ...{ steps, testFrom, isOnline: true, outages: [] },
    ...{ told: () => undefined, note: () => undefined, ...options },
  });

/** All that was said from some rows. */
const all = (said: Said, first = testFrom, end = rowCount(town)): number[] =>
  Array.from({ length: end - first }, (_, i) =>
    steps.flatMap((_, step) =>
      [0, 1, 2, 3].flatMap((sensor) => [
        said.value(first + i, step, sensor),
        said.low(first + i, step, sensor),
        said.high(first + i, step, sensor),
      ]),
    ),
  ).flat();

describe('a replay', () => {
  it('says of a row nothing that follows from later ones', async () => {
    const cut = testFrom + 60;
    const changed = { ...town, values: town.values.map((value, i) => (i >= cut * 4 ? 99 - value : value)) };
    const [{ usual: one }, { usual: other }] = [await forecast(town), await forecast(changed)];
    const at = (said: Said, row: number) => all(said, row, row + 1);
    for (let row = testFrom; row < cut; row++) expect(at(other, row)).toEqual(at(one, row));
    expect(at(other, cut)).not.toEqual(at(one, cut));
  });

  it('is better than the last value and the profile, and holds nine in ten', async () => {
    const { usual } = await forecast(town);
    for (const { own, last, profile } of scoresOf(town, usual, 'single', steps)) {
      expect(last.besides).toBeLessThan(last.error);
      expect(profile.besides).toBeLessThan(profile.error);
      expect(Math.abs(own.coverage - 0.9)).toBeLessThan(0.03);
    }
  });

  it('forecasts beside it what it would have said had nothing come, with the same networks', async () => {
    const none: Outage = { name: 'dead', isSilent: () => false, isJudged: () => true };
    const [silent, orders] = [silentHours(town, testFrom, 5), [] as number[]];
    const { usual, disturbed } = await forecast(town, {
      ...{ isOnline: false, outages: [none, silent] },
      teach: async ({ pace, times }) => {
        orders.push(times.length);
        return stubbornNetwork(pace, 0.05);
      },
    });
    expect(orders.length).toBeGreaterThan(1);
    expect(all(disturbed.get(none)!)).toEqual(all(usual));
    expect(all(disturbed.get(silent)!)).not.toEqual(all(usual));
  });
});

describe('outages', () => {
  it('kill three in ten sensors from a row on, others for another seed', () => {
    const dead = (seed: number): number[] => {
      const outage = deadSensors(20, 100, seed);
      expect(outage.isSilent(99, 0)).toBe(false);
      return Array.from({ length: 20 }, (_, i) => i).filter((sensor) => outage.isSilent(100, sensor));
    };
    expect(dead(1)).toHaveLength(6);
    expect(dead(1)).toEqual(dead(1));
    expect(dead(1)).not.toEqual(dead(2));
  });

  it('silence all for an hour of each day, at times that differ, and judge that hour and the next', () => {
    const outage = silentHours(town, testFrom, 2);
    const rows = Array.from({ length: rowCount(town) }, (_, row) => row);
    const silent = rows.filter((row) => outage.isSilent(row, 0));
    const days = Math.floor((rowCount(town) - testFrom) / 288);
    expect(silent).toHaveLength(12 * days);
    expect(rows.filter((row) => outage.isJudged(row))).toHaveLength(24 * days);
    const begins = silent.filter((row) => !silent.includes(row - 1));
    expect(new Set(begins.map((row) => (row - testFrom) % 288)).size).toBe(days);
  });

  it('are measured by how much errors and intervals grow, of those that speak and of the silent', async () => {
    const outage = deadSensors(4, testFrom, 1);
    const { usual, disturbed } = await forecast(town, { outages: [outage] });
    const range = splitOf(rowCount(town), 'single').origins(3);
    const growth = growthOf(town, outage, [usual, disturbed.get(outage)!], 0, range);
    expect(growth.speaking).toBe(1);
    expect(growth.silent).toBeGreaterThan(1.05);
    expect(growth.all).toBeGreaterThan(1);
    expect(growth.all).toBeLessThan(growth.silent);
    expect(growth.width).not.toBe(1);
    const none = growthOf(town, outage, [usual, usual], 0, range);
    expect([none.all, none.width]).toEqual([1, 1]);
  });
});

describe('the report', () => {
  it('has a line a goal, tables and a picture', async () => {
    const outages = [deadSensors(4, testFrom, 1)];
    const { usual, disturbed } = await forecast(town, { outages });
    const { origins } = splitOf(rowCount(town), 'single');
    const dataSet = dataSets.find(({ name }) => name === 'town')!;
    const result: Result = {
      dataSet: { ...dataSet, goals: { online: [0.1, 99, 99] }, isOurs: false },
      ...{ stepSeconds: 300, rows: rowCount(town), sensors: 4, testFrom: '2026-01-12T00:00:00' },
      judged: [
        {
          ...{ mode: 'online', scores: scoresOf(town, usual, 'single', steps), cpuSeconds: 1 },
          outages: outages.map((outage) => ({
            name: outage.name,
            growths: steps.map((ahead, step) =>
              growthOf(town, outage, [usual, disturbed.get(outage)!], step, origins(ahead)),
            ),
          })),
          sample: [
            { at: 0, measured: 50, value: 51, low: 40, high: 60 },
            { at: 3_600_000, measured: Number.NaN, value: 52, low: 41, high: 61 },
          ],
        },
      ],
    };
    const many = { sensors: 100_000, ticks: 3, members: 4, cpuSeconds: 0.5, bytesASensor: 2048 };
    const goals = goalsOf([result], many).map(({ name }) => name);
    expect(goals).toEqual(
      expect.arrayContaining([
        ...['town-online-15-min-error', 'town-online-60-min-error', 'town-online-coverage-off'],
        ...['town-online-worst-sensor', 'town-online-against-last-value', 'town-online-against-profile'],
        ...['town-online-dead-error-of-living', 'town-online-dead-width', '100000-sensors-tick'],
      ]),
    );
    const page = reportOf([result], ['goals of aarhus: skipped'], many, '2026-01-01');
    expect(page).toContain('goal town-online-15-min-error: measured');
    expect(page).toContain('goals of aarhus: skipped');
    expect(page).toContain('| online only | 15 min |');
    expect(textOf(result)).toContain('the last fifth of what is here');
    expect(JSON.stringify(measuresOf(result))).toContain('"minutes":15');
    const drawn = picture([result]);
    expect(drawn.startsWith('<svg ')).toBe(true);
    expect(drawn).toContain('<polygon');
    expect(drawn).not.toContain('NaN');
  });

  it('knows what is missing, and how METR-LA is to be called', () => {
    for (const { name, title } of dataSets)
      if (name === 'metr-la-10') expect(title).toBe('METR-LA, 10 of 207 sensors');
    expect(dataSets.find(({ name }) => name === 'town')!.missing()).toBeUndefined();
  });

  it('times a city of as many links as one likes', () => {
    const few = timeManySensors(300, 3);
    expect(few.cpuSeconds).toBeGreaterThan(0);
    expect(few.bytesASensor).toBeGreaterThan(500);
  }, 30_000);
});
