/** Critical-movement analysis on the ring-barrier diagram, and the plan that Webster (1958) draws from it. */
import type { Intersection, Phase, Plan } from '../network.ts';
import { allocate, type Part } from './allocate.ts';
import { barrierGroups, changeSeconds, type Run, splitsOf } from './ring-barrier.ts';
import { type AskedBounds, boundsFor, cycleMoveMost, type TimingBounds } from './safety-gate.ts';

/** What wants to go through one phase. */
export interface PhaseDemand {
  readonly phase: number;
  /** All vehicles of the phase, vehicles per hour. */
  readonly volumeVph: number;
  /** Those of its critical lane group, vehicles per hour. */
  readonly criticalVph: number;
  /** Saturation flow of the critical lane group, vehicles per hour of green. */
  readonly saturationVph: number;
  /** As how many its vehicles count where delay is weighed; 1 when left out. */
  readonly weight?: number;
}

/** Above this, Webster's formula has no meaning: the cycle would grow without end. */
export const oversaturatedFlowRatio = 0.95;

/** What limits an intersection. */
export interface CriticalMovements {
  /** Phases of the critical path, barrier group by barrier group. */
  readonly phases: readonly number[];
  /** Sum of the flow ratios of the critical path, Y. */
  readonly flowRatio: number;
  /**
   * Lost time of the critical path, L, s. A phase loses its yellow and red clearance: HCM's default of 2 s at
   * the start, with 2 s of the yellow used.
   */
  readonly lostSeconds: number;
  /** Y is 0.95 or more: no cycle serves the demand. */
  readonly oversaturated: boolean;
  /** Webster's optimum (1.5 L + 5) / (1 - Y), s; undefined when oversaturated. */
  readonly cycleSeconds: number | undefined;
}

/** Flow ratio y of a phase; 0 for one whose demand is not given. */
function flowRatios(demands: readonly PhaseDemand[]): ReadonlyMap<number, number> {
  return new Map(
    demands.map(({ phase, criticalVph, saturationVph }) => [
      phase,
      saturationVph > 0 ? criticalVph / saturationVph : 0,
    ]),
  );
}

/** The critical path: in each barrier group, the ring with the largest sum of flow ratios. */
export function criticalMovements(
  intersection: Intersection,
  demands: readonly PhaseDemand[],
): CriticalMovements {
  const ratios = flowRatios(demands);
  const critical = barrierGroups(intersection).flatMap((runs) => criticalRun(runs, ratios).phases);
  const flowRatio = critical.reduce((sum, { number }) => sum + (ratios.get(number) ?? 0), 0);
  const lostSeconds = critical.reduce((sum, phase) => sum + changeSeconds(phase), 0);
  const oversaturated = flowRatio >= oversaturatedFlowRatio;
  return {
    phases: critical.map(({ number }) => number),
    flowRatio,
    lostSeconds,
    oversaturated,
    cycleSeconds: oversaturated ? undefined : (1.5 * lostSeconds + 5) / (1 - flowRatio),
  };
}

function criticalRun(runs: readonly Run[], ratios: ReadonlyMap<number, number>): Run {
  const sum = (run: Run): number => run.phases.reduce((y, { number }) => y + (ratios.get(number) ?? 0), 0);
  return runs.reduce((worst, run) => (sum(run) > sum(worst) ? run : worst));
}

/** Cycle lengths that legal plans within the bounds can have; undefined when there is no such plan. */
export function cycleRange(
  intersection: Intersection,
  demands: readonly PhaseDemand[],
  previous: Plan,
  asked: AskedBounds = {},
): { readonly minimum: number; readonly maximum: number } | undefined {
  const bounds = boundsFor(asked);
  const ratios = flowRatios(demands);
  const ranges = splitRanges(intersection, previous, bounds, ratios);
  const groups = barrierGroups(intersection).map((runs) => groupPart(runs, ranges, ratios));
  const minimum = Math.max(
    Math.ceil(bounds.minimumCycleSeconds),
    Math.ceil(previous.cycleSeconds - cycleMoveMost(previous, bounds)),
    groups.reduce((sum, { floor }) => sum + floor, 0),
  );
  const maximum = Math.min(
    Math.floor(bounds.maximumCycleSeconds),
    Math.floor(previous.cycleSeconds + bounds.cycleChangeSeconds),
    groups.reduce((sum, { ceiling }) => sum + ceiling, 0),
  );
  const possible = minimum <= maximum && groups.every(({ floor, ceiling }) => floor <= ceiling);
  return possible ? { minimum, maximum } : undefined;
}

/**
 * The plan with the given cycle that shares the green by flow ratio, within the bounds and as near to the plan
 * in force as they demand; undefined when there is none. Phases without demand given keep at least the split
 * that they have: what is not measured is not taken from.
 */
export function websterPlan(
  intersection: Intersection,
  demands: readonly PhaseDemand[],
  previous: Plan,
  cycleSeconds: number,
  asked: AskedBounds = {},
): Plan | undefined {
  const ratios = flowRatios(demands);
  const ranges = splitRanges(intersection, previous, boundsFor(asked), ratios);
  const groups = barrierGroups(intersection);
  const lengths = allocate(
    cycleSeconds,
    groups.map((runs) => groupPart(runs, ranges, ratios)),
  );
  if (lengths === undefined) return undefined;
  const splits: { phase: number; seconds: number }[] = [];
  for (const [i, runs] of groups.entries())
    for (const { phases } of runs) {
      const seconds = allocate(
        lengths[i] as number,
        phases.map((phase) => ({
          ...(ranges.get(phase.number) as Range),
          fixed: changeSeconds(phase),
          weight: ratios.get(phase.number) ?? 0,
        })),
      );
      if (seconds === undefined) return undefined;
      for (const [j, { number }] of phases.entries())
        splits.push({ phase: number, seconds: seconds[j] as number });
    }
  return {
    id: 'advised',
    cycleSeconds,
    offsetSeconds: previous.offsetSeconds % cycleSeconds,
    splits: splits.sort((a, b) => a.phase - b.phase),
  };
}

/** What a split may be, whole seconds. */
export interface Range {
  readonly floor: number;
  readonly ceiling: number;
}

/** What each split may be. The phases that are not in `measured` may not lose anything. */
export function splitRanges(
  intersection: Intersection,
  previous: Plan,
  bounds: TimingBounds,
  measured: { has(phase: number): boolean },
): ReadonlyMap<number, Range> {
  const before = splitsOf(previous);
  const base = splitsOf(intersection.plan);
  return new Map(
    intersection.phases.map((phase) => {
      const now = before.get(phase.number) ?? Number.NaN;
      const table = base.get(phase.number) ?? Number.NaN;
      const least = leastSplit(phase, bounds);
      // One that was left out comes back as it is in the tables, at most.
      if (now === 0)
        return [phase.number, { floor: Math.ceil(least), ceiling: Math.max(Math.ceil(least), table) }];
      const held = measured.has(phase.number) ? least : Math.max(least, now);
      const most = phase.maxGreenSeconds === 0 ? Infinity : phase.maxGreenSeconds + changeSeconds(phase);
      return [
        phase.number,
        {
          floor: Math.ceil(
            Math.max(held, now - bounds.splitChangeSeconds, table - bounds.splitDriftSeconds) - 1e-6,
          ),
          ceiling: Math.floor(
            Math.min(most, now + bounds.splitChangeSeconds, table + bounds.splitDriftSeconds) + 1e-6,
          ),
        },
      ];
    }),
  );
}

/** The shortest legal split, s: minimum green, or the pedestrians, and the change interval. */
export function leastSplit(phase: Phase, bounds: TimingBounds): number {
  const walking =
    phase.pedestrian === undefined ? 0 : phase.pedestrian.walkSeconds + phase.pedestrian.clearanceSeconds;
  return Math.max(phase.minGreenSeconds, bounds.greenFloorSeconds, walking) + changeSeconds(phase);
}

/** A barrier group as one part of the cycle: it must hold each of its runs, and is weighed by the critical. */
function groupPart(
  runs: readonly Run[],
  ranges: ReadonlyMap<number, Range>,
  ratios: ReadonlyMap<number, number>,
): Part {
  const sums = runs.map(({ phases }) => ({
    floor: phases.reduce((sum, { number }) => sum + (ranges.get(number) as Range).floor, 0),
    ceiling: phases.reduce((sum, { number }) => sum + (ranges.get(number) as Range).ceiling, 0),
  }));
  const { phases } = criticalRun(runs, ratios);
  return {
    floor: Math.max(...sums.map(({ floor }) => floor)),
    ceiling: Math.min(...sums.map(({ ceiling }) => ceiling)),
    fixed: phases.reduce((sum, phase) => sum + changeSeconds(phase), 0),
    weight: phases.reduce((sum, { number }) => sum + (ratios.get(number) ?? 0), 0),
  };
}
