/** The goals of the forecasts, from what was measured. */
import type { Goal } from '#commands/goals.ts';
import type { Judged, Result } from './judge.ts';
import type { ManySensors } from './many-sensors.ts';
import type { Growth } from './outages.ts';
import type { Score } from './score.ts';

/** Intervals are to hold nine in ten, within one in a hundred, and of no sensor fewer than this. */
const [coverage, coverageOff, worstSensor] = [0.9, 0.01, 0.88];
/** By how much errors may grow when something goes wrong: those of all sensors, and those of the living alone. */
const growthMost = 1.15;
const [tickSeconds, stateBytes] = [1, 2048];

export const minutesOf = (ahead: number, { stepSeconds }: Pick<Result, 'stepSeconds'>): number =>
  (ahead * stepSeconds) / 60;

export const goalsOf = (results: readonly Result[], many: ManySensors | undefined): Goal[] => [
  ...results.flatMap((result) => result.judged.flatMap((judged) => goalsOfMode(result, judged))),
  ...(many === undefined ? [] : goalsOfMany(many)),
];

function goalsOfMode(result: Result, judged: Judged): Goal[] {
  const { dataSet } = result;
  const { mode, scores, outages } = judged;
  const start = `${dataSet.name}-${mode}`;
  const { unit, goals } = dataSet;
  const ofHorizons = (
    what: string,
    bounds: readonly number[] | undefined,
    of: (score: Score) => number,
  ): Goal[] =>
    scores.flatMap((score, i) => {
      const bound = bounds?.[i];
      const name = `${start}-${minutesOf(score.ahead, result)}-min-${what}`;
      return bound === undefined
        ? []
        : [{ name, measured: of(score), relation: '<=' as const, bound, unit, digits: 3 }];
    });
  const highest = (of: (score: Score) => number): number => Math.max(...scores.map(of));
  const lowest = (of: (score: Score) => number): number => Math.min(...scores.map(of));
  return [
    ...ofHorizons('error', goals[mode], ({ all }) => all.meanError),
    ...(mode === 'network'
      ? ofHorizons('interval-score', goals.intervalScore, ({ own }) => own.intervalScore)
      : []),
    share(
      `${start}-coverage-off`,
      highest(({ own }) => Math.abs(own.coverage - coverage)),
      '<=',
      coverageOff,
    ),
    share(
      `${start}-worst-sensor`,
      lowest(({ worst }) => worst),
      '>=',
      worstSensor,
    ),
    factor(
      `${start}-against-last-value`,
      highest(({ last }) => last.besides / last.error),
      '<=',
      1,
    ),
    factor(
      `${start}-against-profile`,
      highest(({ profile }) => profile.besides / profile.error),
      '<=',
      1,
    ),
    // The jams of our own town are over within minutes: nobody knows of them after an hour of silence.
    ...(dataSet.isOurs ? [] : outages).flatMap(({ name, growths }) => [
      ...(name === 'dead'
        ? [factor(`${start}-dead-error-of-living`, most('speaking', growths), '<=', growthMost)]
        : []),
      factor(`${start}-${name}-error`, most('all', growths), '<=', growthMost),
      factor(`${start}-${name}-width`, meanWidth(growths), '>=', 1),
    ]),
  ];
}

/** By what factor intervals of the silent are wider, over all horizons. */
const meanWidth = (growths: readonly Growth[]): number =>
  growths.reduce((sum, { width }) => sum + width, 0) / growths.length;

const most = (what: 'all' | 'speaking', growths: readonly Growth[]): number =>
  Math.max(...growths.map((growth) => growth[what]));

type Relation = Goal['relation'];

const share = (name: string, measured: number, relation: Relation, bound: number): Goal => ({
  ...{ name, relation, bound, unit: 'of the targets', digits: 3 },
  measured: Number.isNaN(measured) ? undefined : measured,
});

const factor = (name: string, measured: number, relation: Relation, bound: number): Goal => ({
  ...{ name, relation, bound, unit: 'times', digits: 3 },
  measured: Number.isNaN(measured) ? undefined : measured,
});

const goalsOfMany = ({ sensors, cpuSeconds, bytesASensor }: ManySensors): Goal[] => [
  {
    ...{ name: `${sensors}-sensors-tick`, measured: cpuSeconds, relation: '<=', bound: tickSeconds },
    ...{ unit: 's of one core', digits: 2 },
  },
  {
    ...{ name: `${sensors}-sensors-state`, measured: bytesASensor, relation: '<=', bound: stateBytes },
    ...{ unit: 'bytes a sensor' },
  },
];
