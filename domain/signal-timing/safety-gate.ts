/**
 * The gate that every plan passes before it leaves: each condition of safety, evaluated with its numbers.
 * A plan goes out only if all are met. See docs/dictionary.md for the names.
 */
import type { Intersection, Phase, Plan } from '../network.ts';
import {
  pedestrianClearanceSeconds,
  redClearanceSeconds,
  walkAndClearanceSeconds,
  yellowChangeSeconds,
} from './clearance.ts';
import { add, type Constraint, longestRedClearanceSeconds, passes, yellowRange } from './constraint.ts';
import { barrierGroups, changeSeconds, splitsOf } from './ring-barrier.ts';

/** What a plan may be and how far it may move. All in seconds. */
export interface TimingBounds {
  readonly minimumCycleSeconds: number;
  readonly maximumCycleSeconds: number;
  /** How far a split may move from the plan in force in one recommendation. */
  readonly splitChangeSeconds: number;
  /** How far the cycle may move from the plan in force in one recommendation. */
  readonly cycleChangeSeconds: number;
  /** How far a split may stand from the plan in the tables, however many recommendations led there. */
  readonly splitDriftSeconds: number;
  /** 7 s; 4 s where MUTCD 4E.06 allows it. */
  readonly minimumWalkSeconds: number;
  /** No green is shorter, whatever the tables say. */
  readonly greenFloorSeconds: number;
}

export const defaultBounds: TimingBounds = {
  minimumCycleSeconds: 30,
  maximumCycleSeconds: 180,
  splitChangeSeconds: 30,
  cycleChangeSeconds: 60,
  splitDriftSeconds: 30,
  minimumWalkSeconds: 7,
  greenFloorSeconds: 4,
};

/** MUTCD 4E.06: the shortest walk anywhere. */
const shortestWalkSeconds = 4;
/** MUTCD 4E.06: between the end of the pedestrian clearance and the next conflicting green. */
const pedestrianBufferSeconds = 3;

/** Bounds that an engineer asks for. They can only narrow the defaults, except the walk, down to 4 s. */
export type AskedBounds = { readonly [Name in keyof TimingBounds]?: number | undefined };

/** The bounds that hold when `asked` is asked for; a number that is not finite narrows nothing. */
export function boundsFor(asked: AskedBounds = {}): TimingBounds {
  const narrowed = (name: keyof TimingBounds, narrower: (a: number, b: number) => number): number => {
    const value = asked[name];
    return value === undefined || !Number.isFinite(value)
      ? defaultBounds[name]
      : narrower(value, defaultBounds[name]);
  };
  const walk = asked.minimumWalkSeconds;
  return {
    minimumCycleSeconds: narrowed('minimumCycleSeconds', Math.max),
    maximumCycleSeconds: narrowed('maximumCycleSeconds', Math.min),
    splitChangeSeconds: narrowed('splitChangeSeconds', Math.min),
    cycleChangeSeconds: narrowed('cycleChangeSeconds', Math.min),
    splitDriftSeconds: narrowed('splitDriftSeconds', Math.min),
    minimumWalkSeconds:
      walk === undefined || !Number.isFinite(walk)
        ? defaultBounds.minimumWalkSeconds
        : Math.max(shortestWalkSeconds, walk),
    greenFloorSeconds: narrowed('greenFloorSeconds', Math.max),
  };
}

/** How far the cycle may move, s: one that is too long by more than a usual step comes down to the longest at once. */
export const cycleMoveMost = ({ cycleSeconds }: Plan, bounds: TimingBounds): number =>
  Math.max(bounds.cycleChangeSeconds, cycleSeconds - bounds.maximumCycleSeconds);

/** Every condition that `proposed` must meet at `intersection` when `previous` is in force, met or not. */
export function evaluatePlan(
  intersection: Intersection,
  previous: Plan,
  proposed: Plan,
  asked: AskedBounds = {},
): Constraint[] {
  const bounds = boundsFor(asked);
  const splits = splitsOf(proposed);
  const constraints: Constraint[] = [];
  form(constraints, intersection, proposed);
  for (const phase of intersection.phases) {
    clearance(constraints, phase);
    if (phase.pedestrian !== undefined) crossing(constraints, phase, phase.pedestrian, bounds);
    const split = splits.get(phase.number) ?? Number.NaN;
    if (split === 0) omission(constraints, intersection, phase, splits);
    else green(constraints, phase, split, bounds);
  }
  rings(constraints, intersection, proposed, splits);
  cycle(constraints, proposed, bounds);
  change(constraints, intersection, previous, proposed, bounds);
  return constraints;
}

/** Whole numbers, and every phase exactly once. */
function form(constraints: Constraint[], intersection: Intersection, plan: Plan): void {
  const times = [plan.cycleSeconds, plan.offsetSeconds, ...plan.splits.map(({ seconds }) => seconds)];
  const broken = times.filter((time) => !Number.isInteger(time)).length;
  add(constraints, 'wholeSeconds', null, broken, 'equals', 0, 'fractions');
  add(constraints, 'phases', null, intersection.phases.length, 'atLeast', 1, 'phases');
  for (const { number } of intersection.phases) {
    const defined = intersection.phases.filter((phase) => phase.number === number).length;
    const given = plan.splits.filter(({ phase }) => phase === number).length;
    add(constraints, 'phaseDefinedOnce', number, defined, 'equals', 1, 'phases');
    add(constraints, 'phaseGivenOnce', number, given, 'equals', 1, 'splits');
  }
  const unknown = plan.splits.filter(
    ({ phase }) => !intersection.phases.some(({ number }) => number === phase),
  );
  add(constraints, 'phaseUnknown', null, unknown.length, 'equals', 0, 'splits');
}

/** Whether a plan may pass at all: none passes where the tables have a clearance that does not, as none changes it. */
export const mayBeTimed = ({ phases }: Intersection): boolean =>
  phases.every((phase) => {
    const constraints: Constraint[] = [];
    clearance(constraints, phase);
    return passes(constraints);
  });

function clearance(constraints: Constraint[], phase: Phase): void {
  const { number, yellowSeconds: yellow, redClearanceSeconds: red } = phase;
  const { approachKph, grade, clearanceMeters } = phase;
  // Where nobody measured how fast they come, the tables vouch for yellow and red.
  if (approachKph !== undefined)
    add(constraints, 'yellowFormula', number, yellow, 'atLeast', yellowChangeSeconds({ approachKph, grade }));
  add(constraints, 'yellowMinimum', number, yellow, 'atLeast', yellowRange.minimum);
  add(constraints, 'yellowMaximum', number, yellow, 'atMost', yellowRange.maximum);
  const least = approachKph === undefined ? 0 : redClearanceSeconds({ approachKph, clearanceMeters });
  add(constraints, 'redClearanceFormula', number, red, 'atLeast', least);
  add(constraints, 'redClearanceMaximum', number, red, 'atMost', longestRedClearanceSeconds);
}

function crossing(
  constraints: Constraint[],
  phase: Phase,
  pedestrian: NonNullable<Phase['pedestrian']>,
  bounds: TimingBounds,
): void {
  const { walkSeconds: walk, clearanceSeconds, crossingMeters } = pedestrian;
  const together = walkAndClearanceSeconds(crossingMeters);
  add(constraints, 'walkMinimum', phase.number, walk, 'atLeast', bounds.minimumWalkSeconds);
  add(
    constraints,
    'pedestrianClearance',
    phase.number,
    clearanceSeconds,
    'atLeast',
    pedestrianClearanceSeconds(crossingMeters),
  );
  add(constraints, 'walkAndClearance', phase.number, walk + clearanceSeconds, 'atLeast', together);
  add(
    constraints,
    'pedestrianBuffer',
    phase.number,
    changeSeconds(phase),
    'atLeast',
    pedestrianBufferSeconds,
  );
}

/** A phase is left out only where the tables let it, nobody walks in it, and others serve all its movements. */
function omission(
  constraints: Constraint[],
  { phases }: Intersection,
  { number, movements, mayBeOmitted, pedestrian }: Phase,
  splits: ReadonlyMap<number, number>,
): void {
  const shown = phases.filter((phase) => (splits.get(phase.number) ?? 0) > 0);
  const served = new Set(shown.flatMap((phase) => phase.movements.map(({ movement }) => movement)));
  const left = movements.filter(({ movement }) => !served.has(movement));
  add(constraints, 'omissionAllowed', number, mayBeOmitted ? 1 : 0, 'equals', 1, 'phases');
  add(constraints, 'omissionServed', number, left.length, 'equals', 0, 'movements');
  add(constraints, 'omissionWalked', number, pedestrian === undefined ? 0 : 1, 'equals', 0, 'crossings');
}

function green(constraints: Constraint[], phase: Phase, split: number, bounds: TimingBounds): void {
  const { number, minGreenSeconds, maxGreenSeconds, pedestrian } = phase;
  const shown = split - changeSeconds(phase);
  const least = Math.max(minGreenSeconds, bounds.greenFloorSeconds);
  add(constraints, 'minimumGreen', number, shown, 'atLeast', least);
  if (maxGreenSeconds !== 0) add(constraints, 'maximumGreen', number, shown, 'atMost', maxGreenSeconds);
  if (pedestrian !== undefined) {
    const walking = pedestrian.walkSeconds + pedestrian.clearanceSeconds;
    add(constraints, 'pedestrianGreen', number, shown, 'atLeast', walking);
  }
}

/** All runs of a barrier group end together, and the splits of each ring make up the cycle. */
function rings(
  constraints: Constraint[],
  intersection: Intersection,
  plan: Plan,
  splits: ReadonlyMap<number, number>,
): void {
  const groups = barrierGroups(intersection).map((runs) =>
    runs.map(({ ring, phases }) => ({
      ring,
      last: phases.at(-1)?.number ?? null,
      seconds: phases.reduce((sum, { number }) => sum + (splits.get(number) ?? Number.NaN), 0),
    })),
  );
  const lengths = groups.map((runs) => runs[0]?.seconds ?? Number.NaN);
  for (const [i, runs] of groups.entries())
    for (const { last, seconds } of runs.slice(1))
      add(constraints, 'barrierTogether', last, seconds, 'equals', lengths[i] as number);
  const numbers = new Set(groups.flatMap((runs) => runs.map(({ ring }) => ring)));
  for (const number of [...numbers].sort((a, b) => a - b)) {
    let sum = 0;
    let last: number | null = null;
    for (const [i, runs] of groups.entries()) {
      const run = runs.find(({ ring }) => ring === number);
      sum += run?.seconds ?? (lengths[i] as number);
      last = run?.last ?? last;
    }
    add(constraints, 'ringSum', last, sum, 'equals', plan.cycleSeconds);
  }
}

function cycle(constraints: Constraint[], plan: Plan, bounds: TimingBounds): void {
  add(constraints, 'cycleMinimum', null, plan.cycleSeconds, 'atLeast', bounds.minimumCycleSeconds);
  add(constraints, 'cycleMaximum', null, plan.cycleSeconds, 'atMost', bounds.maximumCycleSeconds);
  add(constraints, 'offsetMinimum', null, plan.offsetSeconds, 'atLeast', 0);
  add(constraints, 'offsetMaximum', null, plan.offsetSeconds, 'atMost', plan.cycleSeconds - 1);
}

function change(
  constraints: Constraint[],
  intersection: Intersection,
  previous: Plan,
  proposed: Plan,
  bounds: TimingBounds,
): void {
  const cycleMove = Math.abs(proposed.cycleSeconds - previous.cycleSeconds);
  add(constraints, 'cycleChange', null, cycleMove, 'atMost', cycleMoveMost(previous, bounds));
  const now = splitsOf(proposed);
  const before = splitsOf(previous);
  const base = splitsOf(intersection.plan);
  for (const { number } of intersection.phases) {
    const split = now.get(number) ?? Number.NaN;
    const moved = Math.abs(split - (before.get(number) ?? Number.NaN));
    const drifted = Math.abs(split - (base.get(number) ?? Number.NaN));
    // A phase that is left out, or comes back, does so whole.
    if (split === 0) continue;
    if (before.get(number) !== 0)
      add(constraints, 'splitChange', number, moved, 'atMost', bounds.splitChangeSeconds);
    add(constraints, 'splitDrift', number, drifted, 'atMost', bounds.splitDriftSeconds);
  }
}
