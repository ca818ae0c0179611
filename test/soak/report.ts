/** What a soak has measured: goals, a table and a picture. */
import type { Goal } from '#commands/goals.ts';
import { type Mark, plot, slope } from './plot.ts';

/** Memory of a process that has just started says nothing. */
const warmUpShare = 0.25;

export interface Sample {
  /** Minutes since the begin. */
  readonly at: number;
  /** Of the process that nobody kills: resident, and used by objects and buffers. Megabytes. */
  readonly resident: number;
  readonly used: number;
  /** Whether its garbage has just been collected. */
  readonly isCollected: boolean;
  /** On how many partitions it works at the moment. */
  readonly partitions: number;
  readonly lagSeconds: number;
}

export interface Soaked {
  readonly minutes: number;
  readonly rate: number;
  readonly samples: readonly Sample[];
  readonly faults: readonly Mark[];
  readonly records: number;
  readonly deficit: number;
  readonly tablesThatDiffer: number;
  readonly settledSeconds: number;
}

/**
 * What the garbage collector leaves, once the process is warm. Only when it works on as many partitions as most of the
 * time: it has more to keep while the other process is dead.
 */
function keptOf({ samples, minutes }: Soaked): (readonly [hours: number, megabytes: number])[] {
  const warm = samples.filter(({ at, isCollected }) => isCollected && at > warmUpShare * minutes);
  const usual = quantile(
    warm.map(({ partitions }) => partitions),
    0.5,
  );
  return warm
    .filter(({ partitions }) => partitions === usual)
    .map(({ at, used }) => [at / 60, used] as const);
}

/** Megabytes an hour. */
const memorySlope = (soaked: Soaked): number | undefined => slope(keptOf(soaked));

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

export function goalsOf(soaked: Soaked): Goal[] {
  const kept = keptOf(soaked).map(([, megabytes]) => megabytes);
  const hourly = memorySlope(soaked);
  return [
    { name: 'ledgerDeficit', measured: soaked.deficit, relation: '=', bound: 0, unit: 'records' },
    { name: 'tablesThatDiffer', measured: soaked.tablesThatDiffer, relation: '=', bound: 0, unit: 'tables' },
    {
      name: 'memorySlope',
      measured: hourly === undefined ? undefined : (100 * hourly) / quantile(kept, 0.5),
      relation: '<=',
      bound: 10,
      unit: '% an hour',
    },
    { name: 'settled', measured: soaked.settledSeconds, relation: '<=', bound: 15, unit: 's' },
  ];
}

export function tableOf(soaked: Soaked): string {
  const lags = soaked.samples.map(({ lagSeconds }) => lagSeconds);
  const quantiles = (values: readonly number[]): string =>
    [0, 0.5, 1].map((share) => quantile(values, share).toFixed(0)).join(', ');
  const rows: readonly (readonly [string, string])[] = [
    ['minutes', String(soaked.minutes)],
    ['seconds of the city a second', soaked.rate.toFixed(0)],
    ['records', String(soaked.records)],
    ['faults', String(soaked.faults.length)],
    ['lag, median and most, s', `${quantile(lags, 0.5).toFixed(1)}, ${quantile(lags, 1).toFixed(1)}`],
    ['resident, least, median and most, MB', quantiles(soaked.samples.map(({ resident }) => resident))],
    ['used, least, median and most, MB', quantiles(soaked.samples.map(({ used }) => used))],
    ['kept, least, median and most, MB', quantiles(keptOf(soaked).map(([, megabytes]) => megabytes))],
    ['slope of what is kept, MB an hour', memorySlope(soaked)?.toFixed(1) ?? '-'],
    ['ledger deficit', String(soaked.deficit)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(36)}${value}`).join('\n');
}

export function picture({ samples, minutes, faults }: Soaked): string {
  const points = (of: (sample: Sample) => number): (readonly [number, number])[] =>
    samples.map((sample) => [sample.at, of(sample)] as const);
  return plot(
    [
      {
        title: 'memory of the process that nobody kills',
        unit: 'MB',
        lines: [
          { name: 'resident', points: points(({ resident }) => resident) },
          { name: 'used', points: points(({ used }) => used) },
          {
            name: 'kept',
            points: samples.filter(({ isCollected }) => isCollected).map(({ at, used }) => [at, used]),
          },
        ],
      },
      {
        title: 'partitions on which it works',
        unit: 'of 3',
        lines: [{ name: 'partitions', points: points(({ partitions }) => partitions) }],
      },
      {
        title: 'lag behind what was sent',
        unit: 's',
        lines: [{ name: 'link-state', points: points(({ lagSeconds }) => lagSeconds) }],
      },
    ],
    minutes,
    faults,
  );
}
