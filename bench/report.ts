/** `BENCHMARKS.md` and its picture, from what was measured. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { formatGoals } from '#commands/goals.ts';
import type { PairResult, Results, SingleResult } from './comparison.ts';
import type { Drain } from './drain.ts';
import { goalsOf } from './goals.ts';
import type { Kept } from './kept.ts';
import { cpuPerMillion, ratiosOf, readingsPerCoreSecond, type Spread, spreadOf } from './paired.ts';
import { trials as allTrials } from './plan.ts';
import { shortfalls } from './shortfalls.ts';
import type { TrialResult } from './trial.ts';

/** The machine, as far as it tells. */
export function machineText(): string {
  const linux = readFileSync('/proc/version', 'utf8').split(' ').slice(0, 3).join(' ');
  const memory = Math.round(totalmem() / 2 ** 30);
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  return `${cores}, ${memory} GiB, ${linux}, Node ${process.versions.node}`;
}

type Origins = ReadonlyMap<string, Kept<unknown>>;

export function reportOf(results: Results, origins: Origins): string {
  const { pairs, singles, trials } = results;
  const goals = goalsOf(results);
  const short = shortfalls(goals);
  const machines = [...new Set([...origins.values()].map(({ machine }) => machine))];
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- --report`; the jobs are in [bench/JOBS.md](bench/JOBS.md). Every table that counts',
    'here was equal to that of an oracle to the last bit. Ratios are of readings a second of a core, by the CPU time',
    'of the subject alone, of runs that follow one another: median of the rounds, and the least and the most. Rates',
    'in seconds are those of the machine. Each row names the day and the commit of which it was measured.',
    '',
    `On ${machines.join(', and ')}.`,
    '',
    '![Readings a second of a core](docs/benchmarks.svg)',
    '',
    '## Arterial and its peers in turn',
    '',
    'Above 1 Arterial does more with a core, **below 1 it loses**. Each run is measured from the start of its process',
    'to its last row, with all that it takes to start: what is warm has read most of a topic before its first rows.',
    '',
    '| job | peer | ratio | rounds | CPU s a million, Arterial | peer | peak MiB, Arterial | peer | measured |',
    '|---|---|---|---|---|---|---|---|---|',
    ...pairs.map((result) => pairRow(result, origins)),
    '',
    '## Arterial alone',
    '',
    '| what | readings | M readings/s | CPU s a million | all cores | peak MiB | measured |',
    '|---|---|---|---|---|---|---|',
    ...singles.map((result) => singleRow(result, origins)),
    '',
    ...trials.flatMap((result) => trialLines(result, origins)),
    '## Goals',
    '',
    '```',
    formatGoals(goals, false),
    '```',
    '',
    ...(short.length > 0 ? ['## What falls short, and where its time goes', '', ...short, ''] : []),
  ].join('\n');
}

const two = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));
const spreadText = (spread: Spread | undefined, digits: (value: number) => string): string =>
  spread === undefined
    ? 'does not count'
    : `**${digits(spread.median)}** (${digits(spread.least)} to ${digits(spread.most)})`;
const medianOf = (runs: readonly Drain[], of: (drain: Drain) => number): string => {
  const spread = spreadOf(runs.map(of));
  return spread === undefined ? '-' : two(spread.median);
};

const originText = (origins: Origins, name: string): string => {
  const { date, commit } = origins.get(name)!;
  return `${date}, ${commit}`;
};

function pairRow({ pair, ours, theirs }: PairResult, origins: Origins): string {
  const cells = [
    pair.load.job,
    pair.peer.name,
    spreadText(spreadOf(ratiosOf(ours, theirs)), two),
    String(ours.length),
    medianOf(ours, cpuPerMillion),
    medianOf(theirs, cpuPerMillion),
    medianOf(ours, ({ peakMib }) => peakMib),
    medianOf(theirs, ({ peakMib }) => peakMib),
    originText(origins, pair.name),
  ];
  return `| ${cells.join(' | ')} |`;
}

function singleRow({ single, readings, drain }: SingleResult, origins: Origins): string {
  const { wrong, seconds, machineCpuSeconds, peakMib } = drain;
  const origin = originText(origins, single.name);
  if (wrong !== undefined)
    return `| ${single.name} | ${readings} | does not count: ${wrong} | - | - | - | ${origin} |`;
  const cells = [
    single.name,
    String(readings),
    two(readings / seconds / 1e6),
    two(cpuPerMillion(drain)),
    two((1e6 * machineCpuSeconds) / readings),
    peakMib.toFixed(0),
    origin,
  ];
  return `| ${cells.join(' | ')} |`;
}

function trialLines({ name, measured }: TrialResult, origins: Origins): string[] {
  const does = allTrials.find((trial) => trial.name === name)?.does ?? '';
  const rows = measured.map(([what, value]) => `| ${what} | ${value} |`);
  return [
    `## ${name}`,
    '',
    does,
    '',
    `Measured: ${originText(origins, name)}.`,
    '',
    '| what | measured |',
    '|---|---|',
    ...rows,
    '',
  ];
}

const [width, rowHeight, labelWidth] = [860, 26, 260];

/** A bar for each subject of each pair: millions of readings a second of a core. */
export function picture({ pairs }: Results): string {
  const bars = pairs.flatMap(({ pair, ours, theirs }) =>
    [
      { name: `${pair.load.job}: Arterial`, runs: ours, colour: '#1f6feb' },
      { name: `${pair.load.job}: ${pair.peer.name}`, runs: theirs, colour: '#8b949e' },
    ].map(({ name, runs, colour }) => ({
      name,
      colour,
      value: (spreadOf(runs.map(readingsPerCoreSecond))?.median ?? 0) / 1e6,
    })),
  );
  const most = Math.max(1e-9, ...bars.map(({ value }) => value));
  const rows = bars.map(({ name, colour, value }, i) => {
    const y = i * rowHeight + 34;
    const length = (value / most) * (width - labelWidth - 80);
    return (
      `<text x="${labelWidth - 8}" y="${y + 13}" text-anchor="end">${name}</text>` +
      `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${rowHeight - 8}" fill="${colour}"/>` +
      `<text x="${(labelWidth + length + 6).toFixed(1)}" y="${y + 13}">${value.toPrecision(2)}</text>`
    );
  });
  const height = bars.length * rowHeight + 44;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>Millions of readings a second of a core, by job and subject</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="8" y="20" font-weight="bold">Millions of readings a second of a core</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}
