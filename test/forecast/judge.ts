/** Replays a data set with networks and without, and judges what was forecast. */
import { createProgress, type ProgressStream } from '#ingest/replay/progress.ts';
import type { DataSet } from './data-sets.ts';
import { deadSensors, type Growth, growthOf, silentHours } from './outages.ts';
import { replay } from './replay.ts';
import type { Said } from './said.ts';
import { type Score, scoresOf } from './score.ts';
import { rowCount, type Series, splitOf, timeText } from './series.ts';

export const modes = ['online', 'network'] as const;
export type Mode = (typeof modes)[number];

export interface Judged {
  readonly mode: Mode;
  readonly scores: readonly Score[];
  /** By horizon. */
  readonly outages: readonly { readonly name: 'dead' | 'silent'; readonly growths: readonly Growth[] }[];
  /** The last day of the first sensor, at the farthest horizon; only of data of our own. */
  readonly sample: readonly Moment[];
  readonly cpuSeconds: number;
}

/** What was measured, NaN where nothing was, and what had been forecast of it. */
export interface Moment {
  readonly at: number;
  readonly measured: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Result {
  readonly dataSet: DataSet;
  readonly stepSeconds: number;
  readonly rows: number;
  readonly sensors: number;
  /** When the part begins that is forecast. */
  readonly testFrom: string;
  readonly judged: readonly Judged[];
}

export interface JudgeOptions {
  readonly seed: number;
  readonly note: (line: string) => void;
  readonly progress: ProgressStream;
}

export async function judge(
  dataSet: DataSet,
  asked: readonly Mode[],
  options: JudgeOptions,
): Promise<Result> {
  const series = await dataSet.read();
  const rows = rowCount(series);
  const { testFrom } = splitOf(rows, dataSet.protocol);
  const judged: Judged[] = [];
  for (const mode of asked) judged.push(await judgeMode(dataSet, series, mode, options));
  return {
    ...{ dataSet, rows, judged, stepSeconds: series.stepSeconds, sensors: series.sensors.length },
    testFrom: timeText(series.times[testFrom]!),
  };
}

function sampleOf(series: Series, said: Said): Moment[] {
  const { times, values, sensors } = series;
  const step = said.steps.length - 1;
  const ahead = said.steps[step]!;
  const first = rowCount(series) - Math.round(86_400 / series.stepSeconds);
  return Array.from(times.subarray(first), (at, i) => {
    const row = first + i - ahead;
    return {
      ...{ at, measured: values[(first + i) * sensors.length]!, value: said.value(row, step, 0) },
      ...{ low: said.low(row, step, 0), high: said.high(row, step, 0) },
    };
  });
}

async function judgeMode(
  { name, protocol, horizons, isOurs }: DataSet,
  series: Series,
  mode: Mode,
  { seed, note, progress }: JudgeOptions,
): Promise<Judged> {
  const split = splitOf(rowCount(series), protocol);
  const { testFrom } = split;
  const farthest = horizons.at(-1)!;
  const steps = protocol === 'single' ? horizons : Array.from({ length: farthest }, (_, i) => i + 1);
  const outages = [
    deadSensors(series.sensors.length, testFrom, seed),
    silentHours(series, testFrom, seed + 1),
  ];
  const bar = createProgress(progress, `rows of ${name}, ${mode}`, rowCount(series));
  const before = process.cpuUsage();
  const { usual, disturbed } = await replay(series, {
    ...{ isOnline: mode === 'online', steps, testFrom, outages },
    note: (line) => note(`${name}: ${line}`),
    told: () => bar.add(1),
  });
  bar.end();
  const { user, system } = process.cpuUsage(before);
  return {
    mode,
    scores: scoresOf(series, usual, protocol, horizons),
    outages: outages.map((outage) => ({
      name: outage.name,
      growths: horizons.map((ahead) =>
        growthOf(series, outage, [usual, disturbed.get(outage)!], steps.indexOf(ahead), split.origins(ahead)),
      ),
    })),
    sample: isOurs ? sampleOf(series, usual) : [],
    cpuSeconds: (user + system) / 1e6,
  };
}
