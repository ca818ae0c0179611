/** What the last windows say about the demand of an intersection, made robust against any one of them. */
import type { Intersection, Phase, Plan } from '#domain/network.ts';
import type { Quality } from '#domain/quality.ts';
import { barrierGroups, changeSeconds, splitsOf } from '#domain/signal-timing/ring-barrier.ts';
import type { PhaseDemand } from '#domain/signal-timing/webster.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type {
  IntersectionPerformance,
  PhasePerformance,
} from '#schemas/generated/intersection.performance.v1.ts';

/** With fewer windows there is nothing to compare. */
export const windowsNeeded = 2;
/** An odd number, so that the median is one of them. */
export const windowsUsed = 5;
/** What was measured longer ago says nothing about now. */
export const evidenceSpan = minutes(30);

/** More than this over capacity cannot have been served; a detector that says so is clipped to it. */
const plausibleVolumeToCapacity = 1.3;
/** How far a measured cycle may be from the cycle of the plan said to be in force. */
const cycleToleranceShare = 0.1;

/** The demand that a recommendation rests on. */
export interface Evidence {
  /** Oldest first. */
  readonly windows: readonly IntersectionPerformance[];
  /** Median demand of each phase that most windows measured, in phase order. */
  readonly demands: readonly PhaseDemand[];
  /** The same phases as each window alone saw them, the median where it did not. */
  readonly byWindow: readonly (readonly PhaseDemand[])[];
  /** The worst of the windows. */
  readonly quality: Quality;
}

/** The evidence that the windows give at `at`, or why they give none. */
export function gatherEvidence(
  intersection: Intersection,
  windows: readonly IntersectionPerformance[],
  inForce: Plan,
  at: EventTime,
): Evidence | string {
  const dark = intersection.phases.find((phase) => !(greenShare(phase, inForce) > 0));
  if (dark !== undefined) return `the plan in force gives no green to phase ${dark.number}`;
  const usable = usableWindows(windows, at);
  if (usable.length < windowsNeeded)
    return `${usable.length} usable windows in the last ${evidenceSpan / minutes(1)} min; ${windowsNeeded} are needed`;
  const stray = usable.find(({ cycleDeciseconds }) => !runs(inForce, cycleDeciseconds));
  if (stray?.cycleDeciseconds != null)
    return (
      `the controller ran a cycle of ${stray.cycleDeciseconds / 10} s, ` +
      `not the ${inForce.cycleSeconds} s of the plan in force`
    );
  const measured = usable.map((window) => windowDemand(intersection, window, inForce));
  const demands: PhaseDemand[] = [];
  for (const { number } of intersection.phases) {
    const seen = measured.flatMap((demand) => demand.get(number) ?? []);
    if (seen.length * 2 > usable.length) demands.push(medianDemand(number, seen));
  }
  demands.sort((a, b) => a.phase - b.phase);
  if (!demands.some(({ criticalVph }) => criticalVph > 0)) return 'no demand was measured on any phase';
  return {
    windows: usable,
    demands,
    byWindow: measured.map((demand) => demands.map((median) => demand.get(median.phase) ?? median)),
    quality: usable.some(({ quality }) => quality === 'imputed') ? 'imputed' : 'observed',
  };
}

/** The newest windows that are recent, measured or imputed; of each, the last revision; oldest first. */
export function usableWindows(
  windows: readonly IntersectionPerformance[],
  at: EventTime,
): IntersectionPerformance[] {
  const newest = new Map<EventTime, IntersectionPerformance>();
  for (const window of windows) {
    const known = newest.get(window.windowStart);
    if (known === undefined || known.revision < window.revision) newest.set(window.windowStart, window);
  }
  return [...newest.values()]
    .filter(
      ({ windowStart, windowSeconds, quality }) =>
        windowStart >= at - evidenceSpan && windowStart + seconds(windowSeconds) <= at && isMeasured(quality),
    )
    .sort((a, b) => a.windowStart - b.windowStart)
    .slice(-windowsUsed);
}

/** Whether a window has values that were measured, or filled in from such. */
export const isMeasured = (quality: Quality): boolean => quality === 'observed' || quality === 'imputed';

const runs = (plan: Plan, cycleDeciseconds: number | null): boolean =>
  cycleDeciseconds === null ||
  Math.abs(cycleDeciseconds / 10 - plan.cycleSeconds) <= plan.cycleSeconds * cycleToleranceShare;

/** Share of the cycle that is green for the phase, g/C; NaN when the plan does not say. */
const greenShare = (phase: Phase, plan: Plan): number =>
  ((splitsOf(plan).get(phase.number) ?? Number.NaN) - changeSeconds(phase)) / plan.cycleSeconds;

/** Demand of each phase that the window measured, in phase order. */
export const demandsOf = (
  intersection: Intersection,
  window: IntersectionPerformance,
  inForce: Plan,
): PhaseDemand[] =>
  [...windowDemand(intersection, window, inForce).values()].sort((a, b) => a.phase - b.phase);

/** Demand of each phase that the window measured. */
function windowDemand(
  intersection: Intersection,
  window: IntersectionPerformance,
  inForce: Plan,
): ReadonlyMap<number, PhaseDemand> {
  const demands = new Map<number, PhaseDemand>();
  for (const phase of intersection.phases) {
    const seen = window.phases.find((candidate) => candidate.phase === phase.number);
    if (seen === undefined || seen.volumeVph === null || !isMeasured(seen.quality)) continue;
    if (seen.saturationVph === 0) continue;
    const most = plausibleVolumeToCapacity * seen.saturationVph * greenShare(phase, inForce);
    const critical = criticalVph(seen, window.cycleDeciseconds);
    const credible = critical > most ? most / critical : 1;
    demands.set(phase.number, {
      phase: phase.number,
      volumeVph: seen.volumeVph * credible,
      criticalVph: critical * credible,
      saturationVph: seen.saturationVph,
    });
  }
  return demands;
}

/** Volume of the critical lane group: from its v/c where that is known, or all of the phase's. */
function criticalVph(phase: PhasePerformance, cycleDeciseconds: number | null): number {
  const { volumeToCapacityPermille, greenDeciseconds, saturationVph, volumeVph } = phase;
  if (volumeToCapacityPermille === null || greenDeciseconds === null || !cycleDeciseconds)
    return volumeVph as number;
  return (volumeToCapacityPermille * saturationVph * greenDeciseconds) / (1000 * cycleDeciseconds);
}

function medianDemand(phase: number, seen: readonly PhaseDemand[]): PhaseDemand {
  return {
    phase,
    volumeVph: median(seen.map(({ volumeVph }) => volumeVph)),
    criticalVph: median(seen.map(({ criticalVph }) => criticalVph)),
    saturationVph: median(seen.map(({ saturationVph }) => saturationVph)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/**
 * The plan that the controller was seen to run: mean greens and their change intervals, when all windows agree
 * and the rings add up; undefined otherwise. For when somebody else has changed the plan.
 */
export function observedPlan(
  intersection: Intersection,
  windows: readonly IntersectionPerformance[],
  at: EventTime,
): Plan | undefined {
  const plans = usableWindows(windows, at).map((window) => planOf(intersection, window));
  const [first] = plans;
  if (plans.length < windowsNeeded || first === undefined) return undefined;
  return plans.every((plan) => JSON.stringify(plan) === JSON.stringify(first)) ? first : undefined;
}

function planOf(intersection: Intersection, window: IntersectionPerformance): Plan | undefined {
  if (window.cycleDeciseconds === null) return undefined;
  const cycleSeconds = Math.round(window.cycleDeciseconds / 10);
  const splits: { phase: number; seconds: number }[] = [];
  for (const phase of [...intersection.phases].sort((a, b) => a.number - b.number)) {
    const green = window.phases.find((seen) => seen.phase === phase.number)?.greenDeciseconds;
    if (green == null) return undefined;
    splits.push({ phase: phase.number, seconds: Math.round(green / 10 + changeSeconds(phase)) });
  }
  const plan = { id: 'observed', cycleSeconds, offsetSeconds: intersection.plan.offsetSeconds, splits };
  return addsUp(intersection, plan) ? plan : undefined;
}

function addsUp(intersection: Intersection, plan: Plan): boolean {
  const splits = splitsOf(plan);
  let cycle = 0;
  for (const runs of barrierGroups(intersection)) {
    const lengths = runs.map(({ phases }) =>
      phases.reduce((sum, { number }) => sum + (splits.get(number) ?? Number.NaN), 0),
    );
    if (lengths.some((length) => length !== lengths[0])) return false;
    cycle += lengths[0] ?? 0;
  }
  return cycle === plan.cycleSeconds;
}
