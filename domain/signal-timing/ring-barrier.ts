/** The ring-barrier diagram of an intersection, as NEMA draws it. */
import type { Intersection, Phase, Plan } from '../network.ts';

/** What one ring does between two barriers: its phases, in order. */
export interface Run {
  readonly ring: number;
  readonly phases: readonly Phase[];
}

/**
 * The barrier groups in order, each with the run of every ring that has phases in it. The runs of a group start
 * and end together. A ring without a run in a group rests in red meanwhile.
 */
export function barrierGroups(intersection: Intersection): readonly (readonly Run[])[] {
  const groups = new Map<number, Map<number, Phase[]>>();
  for (const phase of intersection.phases) {
    const group = groups.get(phase.barrier) ?? new Map<number, Phase[]>();
    groups.set(phase.barrier, group);
    const run = group.get(phase.ring) ?? [];
    group.set(phase.ring, run);
    run.push(phase);
  }
  return [...groups.entries()].sort(byNumber).map(([, group]) =>
    [...group.entries()].sort(byNumber).map(([ring, phases]) => ({
      ring,
      phases: phases.sort((a, b) => a.position - b.position || a.number - b.number),
    })),
  );
}

const byNumber = (a: readonly [number, unknown], b: readonly [number, unknown]): number => a[0] - b[0];

/** Split of each phase, s; NaN for a phase that the plan gives more than once. */
export function splitsOf(plan: Plan): ReadonlyMap<number, number> {
  const splits = new Map<number, number>();
  for (const { phase, seconds } of plan.splits) splits.set(phase, splits.has(phase) ? Number.NaN : seconds);
  return splits;
}

/** The part of a split that is not green, s: yellow and red clearance. */
export const changeSeconds = (phase: Phase): number => phase.yellowSeconds + phase.redClearanceSeconds;
