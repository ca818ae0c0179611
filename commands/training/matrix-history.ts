import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { cityTick } from '#domain/forecast/city-ticks.ts';
import type { Subject } from '#domain/forecast/subject.ts';
import { type EventTime, parseRfc3339 } from '#domain/time.ts';
import { createLocalClock } from '#ingest/replay/local-time.ts';
import { gunzipped } from '#ingest/replay/matrix.ts';
import { ArterialError } from '#runtime/errors.ts';
import { enough, type Source } from './source.ts';

export interface MatrixOptions {
  readonly subject: Subject;
  /** A value that says that nothing was measured, beside empty cells. */
  readonly missing: string | undefined;
  /** The value that counts as 100; a fifth more than the largest when undefined. */
  readonly span: number | undefined;
  readonly horizons: readonly number[];
  /** Of times without a zone, and of the week. */
  readonly timeZone: string;
  /** Only so many of the last days. */
  readonly days: number;
}

/** Rows as they stand: when each began, and its numbers. */
interface Rows {
  readonly sensors: readonly string[];
  readonly times: readonly EventTime[];
  readonly values: Float32Array;
}

/** What a CSV matrix tells, or the one in a folder: a column of times, then one a sensor; gzipped if it is named so. */
export async function matrixHistory(source: string, options: MatrixOptions): Promise<Source> {
  const path = await matrixIn(source);
  const rows = await readRows(path, options);
  const step = stepOf(rows.times);
  if (rows.times.length < 2 || step < 1000)
    throw wrong(path, 'no two rows of times that grow', 'rows at even steps of time');
  const last = rows.times.at(-1)!;
  const start = Math.max(rows.times[0]!, last - Math.round((options.days * 86_400_000) / step) * step + step);
  const ticks = Math.round((last - start) / step) + 1;
  const count = rows.sensors.length;
  if (ticks > 20 * rows.times.length) throw wrong(path, 'more holes than rows', 'rows at even steps of time');
  const values = new Float32Array(ticks * count).fill(Number.NaN);
  const span = options.span ?? roundUp(1.2 * largestOf(rows.values));
  for (const [row, time] of rows.times.entries()) {
    const tick = Math.round((time - start) / step);
    for (let i = 0; tick >= 0 && i < count; i++)
      values[tick * count + i] = Math.max(0, Math.min(100, (100 * rows.values[row * count + i]!) / span));
  }
  const tickSeconds = Math.round(step / 1000);
  // A row tells of the time that begins with it, so its tick ends a step later.
  const endOf = (tick: number): EventTime => start + (tick + 1) * step;
  const pace = { tickSeconds, horizons: options.horizons, recalls: options.subject === 'parking' };
  return enough({
    ...{ subject: options.subject, span, unit: 'units of the file', from: endOf(0), to: endOf(ticks - 1) },
    history: {
      pace,
      sensors: rows.sensors,
      ticks: Array.from({ length: ticks }, (_, i) => cityTick(endOf(i), pace, options.timeZone)),
      values,
    },
  });
}

async function matrixIn(source: string): Promise<string> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) throw wrong(source, 'no such file', 'history, or a CSV file or a folder with one');
  if (!found.isDirectory()) return source;
  const names = (await readdir(source)).filter((name) => /\.csv(\.gz)?$/.test(name));
  const known = ['speed.csv.gz', 'speed_kmh.csv.gz'].find((name) => names.includes(name));
  const [only] = names;
  if (known === undefined && (only === undefined || names.length > 1))
    throw wrong(source, `${names.length} CSV files`, 'one, or speed.csv.gz,');
  return join(source, known ?? only!);
}

async function readRows(path: string, { missing, timeZone }: MatrixOptions): Promise<Rows> {
  const input: Readable = path.endsWith('.gz') ? gunzipped(path) : createReadStream(path);
  const parser = parse({ bom: true });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  const clock = createLocalClock(timeZone);
  const timeOf = (text: string): EventTime | undefined =>
    parseRfc3339(text) ?? clock(text.length === 16 ? `${text}:00` : text);
  let sensors: readonly string[] | undefined;
  const times: EventTime[] = [];
  let values = new Float32Array(0);
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      const [first = '', ...cells] = record;
      if (sensors === undefined) {
        sensors = cells;
        if (cells.length === 0 || new Set(cells).size < cells.length)
          throw wrong(path, 'a header without a name of its own for each sensor', 'time, then the sensors');
        continue;
      }
      const at = timeOf(first);
      // An hour that the clock on the wall skipped, and a time that it showed twice, are passed over.
      if (at === undefined && Number.isNaN(Date.parse(first)))
        throw wrong(path, `row ${times.length + 2}: time "${first}"`, '2012-03-01 00:05:00');
      if (at === undefined || at === times.at(-1)) continue;
      if (at < (times.at(-1) ?? at)) {
        if (times.at(-1)! - at <= 3_600_000) continue;
        throw wrong(path, `row ${times.length + 2}: "${first}" after a later one`, 'rows in order of time');
      }
      values = grown(values, (times.length + 1) * sensors.length);
      for (const [i, cell] of cells.entries())
        values[times.length * sensors.length + i] = numberIn(path, times.length + 2, cell, missing);
      times.push(at);
    }
  } catch (cause) {
    if (cause instanceof ArterialError) throw cause;
    throw new ArterialError(
      'replay.source',
      `${basename(path)} cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  return { sensors: sensors ?? [], times, values: values.subarray(0, times.length * (sensors ?? []).length) };
}

function grown(values: Float32Array<ArrayBuffer>, needed: number): Float32Array<ArrayBuffer> {
  if (needed <= values.length) return values;
  const more = new Float32Array(Math.max(2 * values.length, needed, 1 << 16));
  more.set(values);
  return more;
}

function numberIn(path: string, row: number, cell: string, missing: string | undefined): number {
  if (cell === '' || cell === missing) return Number.NaN;
  const value = Number(cell);
  if (Number.isNaN(value)) throw wrong(path, `row ${row}: "${cell}"`, 'a number, or nothing,');
  return missing !== undefined && value === Number(missing) ? Number.NaN : value;
}

/** The step that is most often between two rows. Milliseconds. */
function stepOf(times: readonly EventTime[]): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < times.length; i++) {
    const step = times[i]! - times[i - 1]!;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}

function largestOf(values: Float32Array): number {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  return largest || 1;
}

/** The next larger number of one digit and zeros. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / unit) * unit;
}

const wrong = (path: string, found: string, right: string): ArterialError =>
  new ArterialError('replay.source', `${path}: ${found}; ${right} would be right`);
