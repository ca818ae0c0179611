/**
 * The plan of a given cycle with the least expected delay. Phases of a run follow one another, runs of a group go
 * side by side, groups follow one another: composing what each can do in series and in parallel gives the exact
 * best over all whole-second splits, without a search.
 */
import type { Intersection, Phase, Plan } from '../network.ts';
import { paysTooMuch, phaseDelay } from './plan-delay.ts';
import { barrierGroups, splitsOf } from './ring-barrier.ts';
import { type AskedBounds, boundsFor } from './safety-gate.ts';
import { type PhaseDemand, type Range, splitRanges } from './webster.ts';

type Split = Plan['splits'][number];

/** The least cost of every length from `low` on, Infinity where it cannot be, and the splits that cost it. */
interface Options {
  readonly low: number;
  readonly costs: readonly number[];
  splitsAt(length: number): Split[];
}

/** Between plans of equal delay, the one that moves less. */
const costOfMoving = 1e-6;

/**
 * The legal plan within the bounds of change with the least delay over the phases whose demand is given, in
 * which none of them pays too much; undefined when there is none. The others keep at least their split.
 */
export function leastDelayPlan(
  intersection: Intersection,
  demands: readonly PhaseDemand[],
  previous: Plan,
  cycleSeconds: number,
  asked: AskedBounds = {},
): Plan | undefined {
  const measured = new Set(demands.map(({ phase }) => phase));
  const ranges = splitRanges(intersection, previous, boundsFor(asked), measured);
  const ofPhase = (phase: Phase): Options =>
    phaseOptions(phase, demands, previous, cycleSeconds, ranges.get(phase.number) as Range);
  const whole = barrierGroups(intersection)
    .map((runs) => runs.map(({ phases }) => phases.map(ofPhase).reduce(inSeries)).reduce(inParallel))
    .reduce(inSeries);
  if (!Number.isFinite(whole.costs[cycleSeconds - whole.low] ?? Infinity)) return undefined;
  return {
    id: 'advised',
    cycleSeconds,
    offsetSeconds: previous.offsetSeconds % cycleSeconds,
    splits: whole.splitsAt(cycleSeconds).sort((a, b) => a.phase - b.phase),
  };
}

function phaseOptions(
  phase: Phase,
  demands: readonly PhaseDemand[],
  previous: Plan,
  cycleSeconds: number,
  { floor, ceiling }: Range,
): Options {
  const now = splitsOf(previous).get(phase.number) as number;
  const demand = demands.find((candidate) => candidate.phase === phase.number);
  const before = demand && phaseDelay(phase, now, previous.cycleSeconds, demand);
  const costs: number[] = [];
  for (let split = floor; split <= ceiling && split < cycleSeconds; split++) {
    let cost = costOfMoving * Math.abs(split - now);
    if (demand !== undefined && before !== undefined) {
      const after = phaseDelay(phase, split, cycleSeconds, demand);
      const vehicles = (demand.weight ?? 1) * demand.volumeVph;
      cost += paysTooMuch(before, after) ? Infinity : vehicles * after.delaySeconds;
    }
    costs.push(cost);
  }
  return { low: floor, costs, splitsAt: (seconds) => [{ phase: phase.number, seconds }] };
}

function inSeries(first: Options, second: Options): Options {
  const low = first.low + second.low;
  const costs = new Array<number>(Math.max(0, first.costs.length + second.costs.length - 1)).fill(Infinity);
  const lengths = new Array<number>(costs.length).fill(first.low);
  for (const [i, one] of first.costs.entries())
    for (const [j, other] of second.costs.entries())
      if (one + other < (costs[i + j] as number)) {
        costs[i + j] = one + other;
        lengths[i + j] = first.low + i;
      }
  return {
    low,
    costs,
    splitsAt: (length) => {
      const ofFirst = lengths[length - low] as number;
      return [...first.splitsAt(ofFirst), ...second.splitsAt(length - ofFirst)];
    },
  };
}

function inParallel(first: Options, second: Options): Options {
  const low = Math.max(first.low, second.low);
  const costs: number[] = [];
  for (let length = low; ; length++) {
    const one = first.costs[length - first.low];
    const other = second.costs[length - second.low];
    if (one === undefined || other === undefined) break;
    costs.push(one + other);
  }
  return { low, costs, splitsAt: (length) => [...first.splitsAt(length), ...second.splitsAt(length)] };
}
