/**
 * The gate that every advised stage passes before it leaves: each condition of safety, evaluated with its numbers. A
 * stage changes nothing but who is green next; yellow and red clearance are the controller's own.
 */
import type { Intersection, Phase } from '../network.ts';
import { add, type Constraint, longestRedClearanceSeconds, passes, yellowRange } from './constraint.ts';
import { defaultBounds } from './safety-gate.ts';

/**
 * Where nobody measured how fast they come, the tables vouch for a yellow as short as this, s: the controller goes
 * through its own plan with no other, and a stage does not change it. So much is the time to see it and begin to brake.
 */
const vouchedYellowSeconds = 2;

/** A stage that is to be shown, and what it takes the place of. */
export interface StageCall {
  /** Phases to be green. */
  readonly phases: readonly number[];
  /** Phases that are green now; none while all clear. */
  readonly green: readonly number[];
  /** How long the last of them will have been green when the stage is called, s. */
  readonly shownSeconds: number;
}

/** Every condition that the stage must meet at the intersection, met or not. */
export function evaluateStage(
  intersection: Intersection,
  { phases, green, shownSeconds }: StageCall,
): Constraint[] {
  const constraints: Constraint[] = [];
  add(constraints, 'phases', null, phases.length, 'atLeast', 1, 'phases');
  const unknown = phases.filter((phase) => phaseOf(intersection, phase) === undefined);
  add(constraints, 'phaseUnknown', null, unknown.length, 'equals', 0, 'phases');
  const known = phases.flatMap((phase) => phaseOf(intersection, phase) ?? []);
  for (const { number, ring } of known) {
    const beside = known.filter((other) => other.ring === ring);
    add(constraints, 'ringOnce', number, beside.length, 'equals', 1, 'phases');
    const defined = intersection.phases.filter((phase) => phase.number === number);
    add(constraints, 'phaseDefinedOnce', number, defined.length, 'equals', 1, 'phases');
  }
  const barriers = new Set(known.map(({ barrier }) => barrier));
  add(constraints, 'barrierOne', null, barriers.size, 'equals', 1, 'barrier groups');
  for (const number of green) {
    if (phases.includes(number)) continue;
    const phase = phaseOf(intersection, number);
    if (phase !== undefined) ends(constraints, phase, shownSeconds);
  }
  return constraints;
}

/** Whether every green may end once it has lasted: else a stage could be held for good, and none could follow. */
export const mayChange = ({ phases }: Intersection): boolean =>
  phases.every((phase) => {
    const constraints: Constraint[] = [];
    ends(constraints, phase, Number.MAX_SAFE_INTEGER);
    return passes(constraints);
  });

const phaseOf = ({ phases }: Intersection, number: number): Phase | undefined =>
  phases.find((phase) => phase.number === number);

/** What a green that ends must have given. */
function ends(constraints: Constraint[], phase: Phase, shownSeconds: number): void {
  const { number, minGreenSeconds, pedestrian } = phase;
  const leastYellow = phase.approachKph === undefined ? vouchedYellowSeconds : yellowRange.minimum;
  add(constraints, 'yellowMinimum', number, phase.yellowSeconds, 'atLeast', leastYellow);
  add(constraints, 'yellowMaximum', number, phase.yellowSeconds, 'atMost', yellowRange.maximum);
  const red = phase.redClearanceSeconds;
  add(constraints, 'redClearanceMaximum', number, red, 'atMost', longestRedClearanceSeconds);
  const least = Math.max(minGreenSeconds, defaultBounds.greenFloorSeconds);
  add(constraints, 'minimumGreen', number, shownSeconds, 'atLeast', least);
  if (pedestrian === undefined) return;
  const walking = pedestrian.walkSeconds + pedestrian.clearanceSeconds;
  add(constraints, 'pedestrianGreen', number, shownSeconds, 'atLeast', walking);
}
