/** The data that forecasts are judged on. They lie beside a checkout, not in it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { utcOffset } from '#domain/local-time.ts';
import { csvRows } from '#ingest/replay/csv-rows.ts';
import { openMatrix } from '#ingest/replay/matrix.ts';
import type { Protocol, Series } from './series.ts';
import { ownTown } from './town.ts';

/** What is aimed at: mean absolute errors by horizon, and the score of the intervals. */
export interface Bounds {
  readonly online?: readonly number[];
  readonly network?: readonly number[];
  readonly intervalScore?: readonly number[];
}

export interface DataSet {
  readonly name: string;
  /** As it is always to be called where its errors are quoted. */
  readonly title: string;
  readonly unit: string;
  readonly protocol: Protocol;
  /** Rows ahead. */
  readonly horizons: readonly number[];
  readonly goals: Bounds;
  /** Whether it may be shown value by value. */
  readonly isOurs?: boolean;
  /** What is missing, or undefined when it can be read. */
  missing(): string | undefined;
  read(): Promise<Series>;
}

const folder = new URL('../../../shared/data/', import.meta.url).pathname;

const beside = (path: string, read: (path: string) => Promise<Series>) => ({
  missing: () => (existsSync(join(folder, path)) ? undefined : `../shared/data/${path}`),
  read: () => read(join(folder, path)),
});

export const dataSets: readonly DataSet[] = [
  {
    ...{ name: 'metr-la-10', title: 'METR-LA, 10 of 207 sensors', unit: 'mph' },
    ...{ protocol: 'single', horizons: [3, 6, 12] },
    goals: {
      online: [2.84, 3.17, 3.4],
      network: [2.62, 2.9, 3.12],
      intervalScore: [19, 22.2, 24.8],
    },
    ...beside('metr-la-10/speed.csv.gz', (path) => readMatrix(path, zeroIsNothing)),
  },
  {
    ...{ name: 'los-loop', title: 'Los-loop, the first week of METR-LA, 207 sensors', unit: 'mph' },
    ...{ protocol: 'mean', horizons: [3, 6, 12] },
    goals: { network: [2.64, 2.95, 3.35] },
    ...beside('metr-la-week1-207/speed.csv.gz', (path) => readMatrix(path, zeroIsNothing)),
  },
  {
    ...{ name: 'aarhus', title: 'Aarhus, 244 links', unit: 'km/h', protocol: 'single', horizons: [3, 6, 12] },
    goals: { online: [6.98, 7.05, 7.1], network: [6.88, 6.95, 6.98] },
    ...beside('aarhus-traffic/speed_valid_244.csv.gz', (path) => readMatrix(path, zeroIsNothing)),
  },
  {
    ...{ name: 'birmingham', title: 'Birmingham, 29 car parks', unit: 'points of capacity' },
    ...{ protocol: 'single', horizons: [1, 2] },
    goals: { online: [1.42, 2.36], network: [1.34, 2.25] },
    ...beside('parking-birmingham/dataset.csv.gz', readBirmingham),
  },
  {
    ...{ name: 'germany', title: 'Germany, 274 car parks', unit: 'points of capacity' },
    ...{ protocol: 'single', horizons: [2, 4] },
    goals: { online: [1.85, 2.75], network: [1.7, 2.52] },
    ...beside('parking-germany/free_spaces_15min.csv.gz', readGermany),
  },
  {
    ...{ name: 'town', title: 'a town of our own, 6 links', unit: 'km/h', protocol: 'single' },
    ...{ horizons: [3, 6, 12], goals: {}, isOurs: true },
    ...{ missing: () => undefined, read: async () => ownTown(6, 28, 1) },
  },
];

const zeroIsNothing = (value: number): number => (value === 0 ? Number.NaN : value);

/** A column of times, then one a sensor. `clean` gives what a number means, NaN for nothing. */
async function readMatrix(path: string, clean: (value: number, column: number) => number): Promise<Series> {
  const matrix = await openMatrix(path);
  const times: number[] = [];
  const rows: Float32Array[] = [];
  for await (const { time, cells } of matrix.rows()) {
    times.push(Date.parse(`${time.slice(0, 19)}Z`));
    rows.push(
      Float32Array.from(cells, (cell, column) => clean(cell === '' ? Number.NaN : Number(cell), column)),
    );
  }
  const values = new Float32Array(rows.length * matrix.columns.length);
  for (const [row, numbers] of rows.entries()) values.set(numbers, row * matrix.columns.length);
  const stepSeconds = (times[1]! - times[0]!) / 1000;
  return { sensors: matrix.columns, stepSeconds, times: Float64Array.from(times), values };
}

/**
 * Share of the spaces that are free, in percent; of car parks of unknown size, of the most that are ever free. The file
 * has times in UTC, but drivers come by the clock on the wall.
 */
async function readGermany(path: string): Promise<Series> {
  const capacities = new Map<string, number>();
  for await (const row of csvRows(join(path, '..', 'places.csv'), ['place_id', 'num_all', 'q999_free']))
    capacities.set(row.text('place_id'), row.number(row.text('num_all') === '' ? 'q999_free' : 'num_all'));
  const ofColumn = (await openMatrix(path)).columns.map((id) => capacities.get(id) ?? Number.NaN);
  const series = await readMatrix(path, (free, column) =>
    free < 0 ? Number.NaN : Math.min(100, (100 * free) / ofColumn[column]!),
  );
  return { ...series, times: series.times.map((at) => at + utcOffset(at, 'Europe/Berlin')) };
}

const halfHour = 1_800_000;

/** Share of the spaces that are taken, in percent, at the nearest half hour; below none and above all is refused. */
async function readBirmingham(path: string): Promise<Series> {
  const sensors: string[] = [];
  const counts: { readonly at: number; readonly sensor: number; readonly value: number }[] = [];
  const columns = ['SystemCodeNumber', 'Capacity', 'Occupancy', 'LastUpdated'];
  for await (const row of csvRows(path, columns)) {
    const id = row.text('SystemCodeNumber');
    if (!sensors.includes(id)) sensors.push(id);
    const value = (100 * row.number('Occupancy')) / row.number('Capacity');
    const at = Date.parse(`${row.text('LastUpdated').replace(' ', 'T')}Z`);
    if (value >= 0 && value <= 100)
      counts.push({ at: halfHour * Math.round(at / halfHour), sensor: sensors.indexOf(id), value });
  }
  const first = counts.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const last = counts.reduce((most, { at }) => Math.max(most, at), first);
  const times = Float64Array.from({ length: (last - first) / halfHour + 1 }, (_, i) => first + i * halfHour);
  const values = new Float32Array(times.length * sensors.length).fill(Number.NaN);
  for (const { at, sensor, value } of counts)
    values[((at - first) / halfHour) * sensors.length + sensor] = value;
  return { sensors, stepSeconds: 1800, times, values };
}
