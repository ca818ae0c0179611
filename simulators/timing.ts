/** What a plan means for its phases, second by second: the ring and barrier arithmetic of NTCIP 1202. */
import type { Phase, Plan } from '#domain/network.ts';

/** Indiana enumeration of controller events, as far as these controllers send them. */
export const code = {
  beginGreen: 1,
  greenTermination: 7,
  beginYellow: 8,
  endYellow: 9,
  beginRedClearance: 10,
  endRedClearance: 11,
  walk: 21,
  pedestrianClearance: 22,
  dontWalk: 23,
  barrier: 31,
  detectorOff: 81,
  detectorOn: 82,
  patternChange: 131,
  cycleChange: 132,
} as const;

/** Something that the controller does at a point of its cycle. */
export interface Moment {
  /** Tenths of a second after the start of the cycle. */
  readonly at: number;
  readonly code: number;
  /** Phase, barrier, pattern or cycle length. */
  readonly parameter: number;
}

export interface Schedule {
  readonly cycleSeconds: number;
  /** In the order in which they happen. */
  readonly moments: readonly Moment[];
}

/** Phases of a ring within one barrier, in order. */
interface Group {
  readonly barrier: number;
  readonly rings: readonly (readonly Phase[])[];
}

function groupsOf(phases: readonly Phase[]): Group[] {
  const barriers = [...new Set(phases.map(({ barrier }) => barrier))].sort((a, b) => a - b);
  return barriers.map((barrier) => {
    const within = phases.filter((phase) => phase.barrier === barrier);
    const rings = [...new Set(within.map(({ ring }) => ring))].sort((a, b) => a - b);
    return {
      barrier,
      rings: rings.map((ring) =>
        within.filter((phase) => phase.ring === ring).sort((a, b) => a.position - b.position),
      ),
    };
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** Least split that respects minimum green, walk with its clearance, yellow and red clearance. Seconds. */
export const leastSplitSeconds = (phase: Phase): number =>
  Math.max(
    phase.minGreenSeconds,
    phase.pedestrian === undefined ? 0 : phase.pedestrian.walkSeconds + phase.pedestrian.clearanceSeconds,
  ) +
  phase.yellowSeconds +
  phase.redClearanceSeconds;

/** Why a controller must not run the plan; undefined when it may. */
export function faultOf(phases: readonly Phase[], plan: Plan): string | undefined {
  const splits = new Map(plan.splits.map(({ phase, seconds }) => [phase, seconds]));
  if (splits.size !== plan.splits.length) return 'a phase has two splits';
  for (const phase of phases) {
    const split = splits.get(phase.number);
    if (split === undefined) return `phase ${phase.number} has no split`;
    if (!Number.isInteger(split)) return `the split of phase ${phase.number} is not in whole seconds`;
    if (split < leastSplitSeconds(phase))
      return `the split of phase ${phase.number} is ${split} s; ${leastSplitSeconds(phase)} s is its least`;
  }
  for (const number of splits.keys())
    if (!phases.some((phase) => phase.number === number)) return `there is no phase ${number}`;
  let cycle = 0;
  for (const { barrier, rings } of groupsOf(phases)) {
    const lengths = rings.map((ring) => sum(ring.map(({ number }) => splits.get(number) ?? 0)));
    if (new Set(lengths).size > 1) return `the rings reach barrier ${barrier} apart: ${lengths.join(', ')} s`;
    cycle += lengths[0] ?? 0;
  }
  if (cycle !== plan.cycleSeconds) return `the splits make ${cycle} s of a cycle of ${plan.cycleSeconds} s`;
  if (plan.offsetSeconds < 0 || plan.offsetSeconds >= plan.cycleSeconds)
    return `the offset ${plan.offsetSeconds} s lies outside the cycle`;
  return undefined;
}

/**
 * The moments of one cycle. `extraSeconds` lengthens the cycle, to move the offset: it goes to the last phase of
 * each ring in the longest barrier, so that nothing becomes shorter. A ring that reaches a barrier first rests in
 * green until the other is there.
 */
export function scheduleOf(phases: readonly Phase[], plan: Plan, extraSeconds: number): Schedule {
  const splits = new Map(plan.splits.map(({ phase, seconds }) => [phase, seconds]));
  const lengthOf = (ring: readonly Phase[]): number => sum(ring.map(({ number }) => splits.get(number) ?? 0));
  const groups = groupsOf(phases).map(({ barrier, rings }) => ({
    barrier,
    rings,
    seconds: Math.max(...rings.map(lengthOf)),
  }));
  const longest = Math.max(...groups.map(({ seconds }) => seconds));
  const stretched = groups.findIndex(({ seconds }) => seconds === longest);
  const moments: Moment[] = [];
  let start = 0;
  groups.forEach(({ barrier, rings, seconds }, index) => {
    const end = start + seconds + (index === stretched ? extraSeconds : 0);
    for (const ring of rings) {
      let from = start;
      ring.forEach((phase, i) => {
        const to = i === ring.length - 1 ? end : from + (splits.get(phase.number) ?? 0);
        if (to > from) moments.push(...momentsOf(phase, from * 10, to * 10));
        from = to;
      });
    }
    moments.push({ at: end * 10, code: code.barrier, parameter: barrier });
    start = end;
  });
  return { cycleSeconds: start, moments: moments.sort((a, b) => a.at - b.at || order(a) - order(b)) };
}

/** At one instant people are off the crossing first, then phases end, the barrier is crossed, and phases begin. */
function order({ code: what }: Moment): number {
  if (what === code.dontWalk) return 0;
  if (what === code.barrier) return 2;
  return what === code.beginGreen || what === code.walk ? 3 : 1;
}

function momentsOf(phase: Phase, from: number, to: number): Moment[] {
  const redAt = to - Math.round(phase.redClearanceSeconds * 10);
  const yellowAt = redAt - Math.round(phase.yellowSeconds * 10);
  const moment = (at: number, what: number): Moment => ({ at, code: what, parameter: phase.number });
  const moments = [
    moment(from, code.beginGreen),
    moment(yellowAt, code.greenTermination),
    moment(yellowAt, code.beginYellow),
    moment(redAt, code.endYellow),
    moment(redAt, code.beginRedClearance),
    moment(to, code.endRedClearance),
  ];
  if (phase.pedestrian === undefined) return moments;
  const clearanceAt = from + Math.round(phase.pedestrian.walkSeconds * 10);
  const dontWalkAt = clearanceAt + Math.round(phase.pedestrian.clearanceSeconds * 10);
  // A split too short for the crossing does not serve it.
  if (dontWalkAt > yellowAt) return moments;
  return [
    ...moments,
    moment(from, code.walk),
    moment(clearanceAt, code.pedestrianClearance),
    moment(dontWalkAt, code.dontWalk),
  ];
}
