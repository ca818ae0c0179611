/** The goals of the benchmark, from what was measured. */
import type { Goal } from '#commands/goals.ts';
import type { PairResult, Results, SingleResult } from './comparison.ts';
import { cpuPerMillion, ratiosOf, readingsPerCoreSecond, spreadOf } from './paired.ts';

export function goalsOf({ pairs, singles, trials }: Results): Goal[] {
  const goals: Goal[] = [];
  for (const result of pairs) {
    if (result.pair.goal !== undefined)
      goals.push({
        name: `${result.pair.name}-ratio`,
        measured: ratioOf(result),
        relation: '>=',
        bound: result.pair.goal,
        unit: 'times',
      });
    goals.push({
      name: `${result.pair.name}-wrong-runs`,
      measured: [...result.ours, ...result.theirs].filter(({ wrong }) => wrong !== undefined).length,
      relation: '=',
      bound: 0,
      unit: 'runs',
    });
  }
  const frames = pairs.find(({ pair }) => pair.name === 'frames-kafka-streams-own-store');
  if (frames !== undefined) goals.push(...stageGoals(frames));
  const whole = singles.find(({ single }) => single.isWhole);
  if (whole !== undefined)
    goals.push({
      name: 'whole-system-rate',
      measured: wholeRate(whole),
      relation: '>=',
      bound: 1.5,
      unit: 'M readings/s',
    });
  goals.push(...growthGoals(singles), ...trials.flatMap(({ goals }) => goals));
  return goals;
}

const ratioOf = ({ ours, theirs }: PairResult): number | undefined =>
  spreadOf(ratiosOf(ours, theirs))?.median;

function stageGoals({ ours, theirs }: PairResult): Goal[] {
  const rate = spreadOf(ours.map(readingsPerCoreSecond))?.median;
  return [
    {
      name: 'processing-stage',
      measured: rate === undefined ? undefined : rate / 1e6,
      relation: '>=',
      bound: 2.5,
      unit: 'M readings/s/core',
    },
    {
      name: 'cpu-per-million',
      measured: spreadOf(ours.map(cpuPerMillion))?.median,
      relation: '<=',
      bound: 0.35,
      unit: 's',
    },
    {
      name: 'memory-against-kafka-streams',
      measured: spreadOf(ratiosOf(ours, theirs, ({ peakMib }) => peakMib))?.median,
      relation: '<=',
      bound: 0.1,
      unit: 'times',
    },
  ];
}

const wholeRate = ({ drain: { wrong, readings, seconds } }: SingleResult): number | undefined =>
  wrong === undefined ? readings / seconds / 1e6 : undefined;

function growthGoals(singles: readonly SingleResult[]): Goal[] {
  const of = (name: string): SingleResult | undefined => singles.find(({ single }) => single.name === name);
  const [few, many] = [of('detectors-1000'), of('detectors-100000')];
  if (few === undefined || many === undefined) return [];
  const growth = cpuPerMillion(many.drain) / cpuPerMillion(few.drain);
  return [
    {
      name: 'growth-with-detectors',
      measured: Number.isNaN(growth) ? undefined : growth,
      relation: '<=',
      bound: 1.5,
      unit: 'times',
    },
    {
      name: 'memory-at-100000-detectors',
      measured: Number.isNaN(many.drain.peakMib) ? undefined : many.drain.peakMib,
      relation: '<=',
      bound: 512,
      unit: 'MiB',
    },
  ];
}
