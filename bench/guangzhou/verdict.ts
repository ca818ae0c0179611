/** What the trial of a city measured, as rows and goals. */
import type { Goal } from '#commands/goals.ts';
import type { LedgerLine } from '#commands/ledger.ts';
import { linkState } from '#processors/link-state/link-state.ts';
import { processors } from '#processors/main.ts';
import type { TrialResult } from '../trial.ts';
import { frameSeconds } from './city.ts';
import type { Sent } from './generator.ts';
import { growthOf, type LagSample } from './lag-watch.ts';
import type { Appeared } from './live-watch.ts';

export interface Measured {
  readonly devices: number;
  readonly cores: number;
  readonly seconds: number;
  /** By the clock of the machine. Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Of all cores. */
  readonly idleShare: number;
  readonly processes: readonly {
    readonly name: string;
    readonly cpuSeconds: number;
    readonly peakMib: number;
  }[];
  readonly sent: Sent;
  /** Records a second. */
  readonly sentRate: number;
  readonly drainedSeconds: number | undefined;
  readonly lag: readonly LagSample[];
  readonly appeared: readonly Appeared[];
  readonly ledger: readonly LedgerLine[];
  readonly started: { readonly processors: string; readonly api: string };
}

const windowMilliseconds = 60_000;
/** A reading belongs to the window that holds its middle: the last ends half an interval later. Milliseconds. */
const marginMilliseconds = frameSeconds * 500;
/** Lag is known to the saves of the tasks; by so much of what is sent a second it may seem to grow. */
const noiseShare = 0.01;

export function resultOf(name: string, measured: Measured): TrialResult {
  const minutes = minutesOf(measured);
  const latencies = minutes.flat().sort((a, b) => a - b);
  const growth = growthOf(measured.lag);
  const bound = Math.round(noiseShare * measured.sentRate);
  const goals: Goal[] = [
    { name: `${name}-lag-growth`, measured: growth, relation: '<=', bound, unit: 'records/s' },
    { name: `${name}-cpu-idle`, measured: 100 * measured.idleShare, relation: '>=', bound: 40, unit: '%' },
    {
      name: `${name}-live-state-p99`,
      measured: quantile(latencies, 0.99),
      relation: '<=',
      bound: 250,
      unit: 'ms',
    },
    {
      name: `${name}-ledger-deficit`,
      measured: measured.ledger.reduce((sum, { deficit }) => sum + deficit, 0) + missing(measured),
      relation: '=',
      bound: 0,
      unit: 'records',
    },
  ];
  return { name, goals, measured: rowsOf(measured, latencies, minutes, growth) };
}

function rowsOf(
  measured: Measured,
  latencies: readonly number[],
  minutes: readonly (readonly number[])[],
  growth: number,
): [string, string][] {
  const { sent, seconds, processes, lag, ledger } = measured;
  const records = sum(Object.values(sent.records));
  const most = Math.max(...lag.map((sample) => sample.records));
  const share = (n: number): string => `${((100 * n) / seconds / measured.cores).toFixed(1)} %`;
  return [
    ['devices', `${measured.devices}`],
    ['records sent', `${records} (${measured.sentRate.toFixed(0)} a second), ${mib(sent.bytes)} MiB`],
    ...Object.entries(sent.records).map(([topic, n]): [string, string] => [`records of ${topic}`, `${n}`]),
    ['latest slice of the devices', `${sent.latestMilliseconds.toFixed(0)} ms after its time`],
    ['processors', measured.started.processors],
    ['api', measured.started.api],
    ['CPU idle, of all cores', `${(100 * measured.idleShare).toFixed(1)} %`],
    ...processes.map(({ name, cpuSeconds, peakMib }): [string, string] => [
      `${name}: CPU of all cores, CPU s a million records, peak`,
      `${share(cpuSeconds)}, ${((1e6 * cpuSeconds) / seconds / measured.sentRate).toFixed(2)} s, ` +
        `${peakMib.toFixed(0)} MiB`,
    ]),
    [
      'lag of the group by least squares over all topics, which its saves make a saw',
      `${growth.toFixed(1)} records/s, at most ${most} records (${(most / measured.sentRate).toFixed(1)} s)`,
    ],
    [
      'all was read and saved after the last record',
      measured.drainedSeconds === undefined ? 'never' : `${measured.drainedSeconds.toFixed(1)} s`,
    ],
    [
      `minute of a link in live state, after its end, the lateness and half an interval, ${marginMilliseconds} ms`,
      [0.5, 0.99, 1].map((q) => `${quantile(latencies, q)?.toFixed(0)}`).join(' / ') +
        ` ms (p50 / p99 / most of ${latencies.length})`,
    ],
    [
      'the last link of each minute',
      `${minutes.map((minute) => Math.max(...minute).toFixed(0)).join(', ')} ms`,
    ],
    ...ledger.map(({ processor, read, folded, late, rejected, duplicate, open }): [string, string] => [
      `ledger of ${processor}`,
      `${read} read, ${folded} folded, ${late} late, ${rejected} rejected, ${duplicate} repeated, ${open} open`,
    ]),
  ];
}

/** Records that were sent and that no processor of their topics has read. */
function missing({ sent, ledger }: Measured): number {
  let records = 0;
  for (const { name, reads } of processors) {
    if (!reads.every(({ progress }) => progress.by === 'events')) continue;
    const line = ledger.find(({ processor }) => processor === name);
    const own = sum(reads.map((topic) => sent.records[topic.name] ?? 0));
    records += Math.abs(own - ((line?.read ?? 0) - (line?.heartbeats ?? 0)));
  }
  return records;
}

/** From when a window could first be told to when it was seen in live state, minute by minute. Milliseconds. */
function minutesOf({ appeared, from, to }: Measured): number[][] {
  const minutes = new Map<number, number[]>();
  for (const { windowStart, seenAt } of appeared) {
    const due = windowStart + windowMilliseconds + linkState.lateness + marginMilliseconds;
    if (due < from || due > to) continue;
    const minute = minutes.get(windowStart) ?? [];
    minute.push(seenAt - due);
    minutes.set(windowStart, minute);
  }
  return [...minutes].sort(([a], [b]) => a - b).map(([, minute]) => minute);
}

const quantile = (ascending: readonly number[], share: number): number | undefined =>
  ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))];
const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
