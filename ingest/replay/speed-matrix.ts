/** Recorded speeds, and counts where there are any, as the frames of roadside cabinets. */
import { join } from 'node:path';
import type { Network } from '#domain/network.ts';
import { type EventTime, parseRfc3339, seconds } from '#domain/time.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { createLocalClock } from './local-time.ts';
import { countRows, type Matrix, type MatrixRow, numberIn, openMatrix } from './matrix.ts';
import { aarhusNetwork, exists, sensorNetwork, stepSeconds } from './measured-network.ts';
import type { Replay, ReplayBatch } from './replay.ts';

/** How one recording is to be read. */
interface Recording {
  readonly network: Network;
  readonly speeds: Matrix;
  /** Absent where the recording has no counts. */
  readonly counts: Matrix | undefined;
  readonly kphPerUnit: number;
  /** Undefined for a time that never was. */
  readonly timeOf: (text: string) => EventTime | undefined;
}

/** Where the readings of one cabinet stand in a row. */
interface Cabinet {
  readonly id: string;
  readonly site: string;
  readonly columns: readonly number[];
  readonly channels: Int32Array;
}

/**
 * Opens a folder of five-minute speeds: links.csv with speed_kmh.csv.gz and vehicle_count.csv.gz (Aarhus), or
 * speed.csv.gz alone (Los Angeles, mph, 0 is missing).
 *
 * A row is read as the interval that begins at its time, so `at` is five minutes later. A count of 0 is a
 * count, but the speed beside it is one of earlier vehicles that the feed repeats: it is left out. A
 * cabinet whose detectors all say nothing still spoke, so its frame is sent, with every reading absent.
 *
 * Times. Aarhus: taken as UTC, as its counts peak at 5-6 and 13-14 h, which is 7-8 and 15-16 h on the
 * clocks of that summer. Los Angeles: the clock on the wall; its rows in the hour skipped on 2012-03-11
 * hold nothing and are passed over.
 *
 * The files have no counter, so the number of the interval since 1970 is the `sequence`.
 */
export async function openSpeedMatrix(folder: string): Promise<Replay> {
  const recording = await openRecording(folder);
  const cabinets = cabinetsOf(recording.network, recording.speeds);
  const rows = await countRows(recording.speeds.path);
  return {
    network: recording.network,
    records: rows * cabinets.length,
    batches: () => batchesOf(recording, cabinets),
  };
}

async function openRecording(folder: string): Promise<Recording> {
  const has = (file: string): Promise<boolean> => exists(join(folder, file));
  if (await has('speed_kmh.csv.gz')) {
    const speeds = await openMatrix(join(folder, 'speed_kmh.csv.gz'));
    const counts = await openMatrix(join(folder, 'vehicle_count.csv.gz'));
    if (speeds.columns.join() !== counts.columns.join())
      throw new ArterialError(
        'replay.source',
        `${counts.path}:1: other sensors than in ${speeds.path}; the same, in the same order, would be right`,
      );
    const network = await aarhusNetwork(folder, speeds.columns);
    const timeOf = (text: string): EventTime | undefined => parseRfc3339(`${text}Z`);
    return { network, speeds, counts, kphPerUnit: 1, timeOf };
  }
  if (await has('speed.csv.gz')) {
    const speeds = await openMatrix(join(folder, 'speed.csv.gz'));
    const network = await sensorNetwork(folder, speeds);
    const timeOf = createLocalClock('America/Los_Angeles');
    return { network, speeds, counts: undefined, kphPerUnit: 1.609344, timeOf };
  }
  throw new ArterialError(
    'replay.source',
    `${folder} has no speed matrix; ` +
      'speed_kmh.csv.gz with vehicle_count.csv.gz and links.csv, or speed.csv.gz, would be right',
  );
}

function cabinetsOf(network: Network, speeds: Matrix): Cabinet[] {
  const columnOf = new Map(speeds.columns.map((id, i) => [id, i]));
  const byCabinet = new Map<string, { site: string; columns: number[]; channels: number[] }>();
  for (const { cabinet, site, channel, link } of network.detectors.values()) {
    const own = byCabinet.get(cabinet) ?? { site, columns: [], channels: [] };
    byCabinet.set(cabinet, own);
    own.columns.push(columnOf.get(link) as number);
    own.channels.push(channel);
    columnOf.delete(link);
  }
  const [unknown] = columnOf.keys();
  if (unknown !== undefined)
    throw new ArterialError(
      'replay.source',
      `${speeds.path}:1: sensor ${unknown} is not in links.csv; a row with that REPORT_ID would be right`,
    );
  return [...byCabinet].map(([id, { site, columns, channels }]) => ({
    id,
    site,
    columns,
    channels: Int32Array.from(channels),
  }));
}

async function* batchesOf(recording: Recording, cabinets: readonly Cabinet[]): AsyncGenerator<ReplayBatch> {
  const { speeds, counts, timeOf } = recording;
  const countRowsIterator = counts?.rows();
  let last = Number.NEGATIVE_INFINITY;
  try {
    for await (const row of speeds.rows()) {
      const counted = (await countRowsIterator?.next())?.value ?? undefined;
      if (counts !== undefined && counted?.time !== row.time)
        throw new ArterialError(
          'replay.source',
          `${counts.path}:${row.line} timestamp: "${counted?.time ?? ''}"; ` +
            `"${row.time}", as in ${speeds.path}, would be right`,
        );
      const start = timeOf(row.time);
      if (start === undefined) {
        refuseValuesWithoutTime(recording, row);
        continue;
      }
      if (start <= last)
        throw new ArterialError(
          'replay.source',
          `${speeds.path}:${row.line} timestamp: "${row.time}" after a later one; ` +
            'rows in order of time would be right',
        );
      last = start;
      const at = start + seconds(stepSeconds);
      const events = cabinets.map((cabinet) => frameOf(recording, cabinet, row, counted, at));
      yield { topic: detectorFrames, events, at };
    }
  } finally {
    await countRowsIterator?.return();
  }
}

function frameOf(
  { speeds, counts, kphPerUnit }: Recording,
  { id, site, columns, channels }: Cabinet,
  row: MatrixRow,
  counted: MatrixRow | undefined,
  at: EventTime,
): DetectorFrame {
  const { length } = columns;
  const count = new Int32Array(length).fill(-1);
  const speedDecikph = new Int32Array(length).fill(-1);
  for (let i = 0; i < length; i++) {
    const column = columns[i] as number;
    if (counts !== undefined && counted !== undefined) count[i] = numberIn(counts, counted, column) ?? -1;
    const speed = numberIn(speeds, row, column) ?? 0;
    const isMeasured = counts === undefined || (count[i] as number) > 0;
    if (speed > 0 && isMeasured) speedDecikph[i] = Math.round(speed * kphPerUnit * 10);
  }
  return {
    site,
    cabinet: id,
    sequence: Math.floor(at / seconds(stepSeconds)),
    at,
    intervalSeconds: stepSeconds,
    readings: {
      length,
      detector: channels,
      count,
      occupancyPermille: new Int32Array(length).fill(-1),
      speedDecikph,
    },
  };
}

/** A row whose time never was may be passed over only if it says nothing. */
function refuseValuesWithoutTime({ speeds }: Recording, row: MatrixRow): void {
  const speaks = row.cells.some((_, column) => (numberIn(speeds, row, column) ?? 0) > 0);
  if (speaks)
    throw new ArterialError(
      'replay.source',
      `${speeds.path}:${row.line} timestamp: "${row.time}" is no time that the clock showed; ` +
        'yyyy-mm-ddThh:mm:ss of the recording would be right',
    );
}
