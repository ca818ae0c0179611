/**
 * Phases and plan of a crossing. Phase numbers as NEMA has them: 2 and 6 the greater road, 4 and 8 the other,
 * 1, 5, 3, 7 the left turns against them.
 *
 *   eight   ring 1 | 1 2 | 3 4 |     six   | 1 2 | 4 |     four   | 2 | 4 |
 *           ring 2 | 5 6 | 7 8 |           | 5 6 | 8 |            | 6 | 8 |
 *
 *   two     ring 1 | 2   | 4   |     tee   | 1 2 | 4 |
 *                                          | 6   |   |
 */
import type { Phase, Plan } from '#domain/network.ts';
import {
  pedestrianClearanceSeconds,
  redClearanceSeconds,
  upToTenth,
  yellowChangeSeconds,
} from '#domain/signal-timing/clearance.ts';
import {
  hasOwnLeft,
  type Legs,
  majorSides,
  type Scheme,
  type Side,
  type SidedMovement,
  teeLeftSide,
} from './legs.ts';

const laneMeters = 3.25;
/** From the stop bar to the kerb line of the crossing road, both sides together. */
const setbacksMeters = 8;
const walkSeconds = 7;
const leftTurnKph = 35;
/** The 85th percentile lies above the speed of an undisturbed mean driver. */
const percentileKph = 5;

interface Slot {
  readonly number: number;
  readonly ring: number;
  readonly barrier: number;
  readonly position: number;
  /** Sides whose traffic it serves. */
  readonly sides: readonly Side[];
  readonly serves: 'left' | 'rest' | 'all';
}

/** The phases of a crossing, in order of number; `grades` by side, rise over run. */
export function phasesOf(
  legs: Legs,
  scheme: Scheme,
  movements: readonly SidedMovement[],
  grades: ReadonlyMap<Side, number>,
): Phase[] {
  return slots(legs, scheme).map((slot) => {
    const isLeft = slot.serves === 'left';
    const served = movements.filter(
      ({ side, turn }) =>
        slot.sides.includes(side) && (slot.serves === 'all' || (turn === 'left') === isLeft),
    );
    const inbound = slot.sides.map((side) => legs.get(side)!.inbound);
    const approachKph = isLeft
      ? leftTurnKph
      : Math.max(...inbound.map(({ freeFlowKph }) => freeFlowKph)) + percentileKph;
    const grade = Math.min(...slot.sides.map((side) => grades.get(side) ?? 0));
    const crossingMeters = widthAcross(legs, slot.sides[0]!);
    const clearanceMeters = crossingMeters + setbacksMeters + (isLeft ? 4 : 0);
    const isOnRing = slot.sides.some((side) => legs.get(side)?.rank === 1);
    return {
      number: slot.number,
      ring: slot.ring,
      barrier: slot.barrier,
      position: slot.position,
      movements: served.map(({ id, turn }) => ({
        movement: id,
        // A right turn yields to the crossing beside it; a left turn without a phase of its own, to who
        // comes.
        protection: turn === 'thru' || isLeft || isStemOfTee(legs, slot, turn) ? 'protected' : 'permitted',
      })),
      minGreenSeconds: isLeft ? 5 : isOnRing ? 10 : 7,
      maxGreenSeconds: isLeft ? 25 : 60,
      yellowSeconds: Math.max(3, upToTenth(yellowChangeSeconds({ approachKph, grade }))),
      redClearanceSeconds: upToTenth(redClearanceSeconds({ approachKph, clearanceMeters })),
      pedestrian: isLeft
        ? undefined
        : {
            walkSeconds,
            clearanceSeconds: Math.ceil(pedestrianClearanceSeconds(crossingMeters)),
            crossingMeters,
          },
      approachKph,
      grade,
      clearanceMeters,
    };
  });
}

/** Nobody comes against the left turn out of the stem of a T. */
const isStemOfTee = (legs: Legs, slot: Slot, turn: string): boolean =>
  turn === 'left' && legs.size === 3 && slot.sides.length === 1 && !majorSides(legs).includes(slot.sides[0]!);

function slots(legs: Legs, scheme: Scheme): Slot[] {
  const [a, b] = majorSides(legs);
  const minor = ([0, 1, 2, 3] as const).filter((side) => legs.has(side) && side !== a && side !== b);
  const slot = (
    number: number,
    barrier: number,
    position: number,
    sides: readonly Side[],
    serves: Slot['serves'],
  ): Slot => ({ number, ring: number <= 4 ? 1 : 2, barrier, position, sides, serves });
  const pair = (first: number, barrier: number, one: Side, other: Side): Slot[] =>
    hasOwnLeft(legs, scheme, one)
      ? [
          slot(first, barrier, 1, [other], 'left'),
          slot(first + 1, barrier, 2, [one], 'rest'),
          slot(first + 4, barrier, 1, [one], 'left'),
          slot(first + 5, barrier, 2, [other], 'rest'),
        ]
      : [slot(first + 1, barrier, 1, [one], 'all'), slot(first + 5, barrier, 1, [other], 'all')];
  if (scheme === 'two') return [slot(2, 1, 1, [a, b], 'all'), slot(4, 2, 1, minor, 'all')];
  if (scheme === 'tee') {
    const left = teeLeftSide(legs);
    const other = left === a ? b : a;
    return [
      slot(1, 1, 1, [left], 'left'),
      slot(2, 1, 2, [other], 'all'),
      slot(4, 2, 1, minor, 'all'),
      slot(6, 1, 1, [left], 'rest'),
    ];
  }
  const [c, d] = minor as [Side, Side];
  return [...pair(1, 1, a, b), ...pair(3, 2, c, d)].sort((x, y) => x.number - y.number);
}

/** Width of the road that one crosses when going straight in from a side: its widest leg, both directions. */
function widthAcross(legs: Legs, side: Side): number {
  const across = [((side + 1) % 4) as Side, ((side + 3) % 4) as Side].flatMap((s) => legs.get(s) ?? []);
  const lanes = Math.max(...across.map(({ inbound, outbound }) => inbound.lanes + outbound.lanes));
  return lanes * laneMeters + 1;
}

/** Whole seconds that a phase needs at least. */
const leastSplit = (phase: Phase): number => {
  const crossing = phase.pedestrian ? phase.pedestrian.walkSeconds + phase.pedestrian.clearanceSeconds : 0;
  const green = Math.max(phase.minGreenSeconds, crossing);
  return Math.ceil(green + phase.yellowSeconds + phase.redClearanceSeconds - 1e-9);
};

/**
 * The plan of a crossing: every phase gets its least, the groups share the rest of the cycle as 6 to 4 for
 * the greater road, and within a group left turns get a quarter of what is spare in their ring.
 */
export function planOf(
  id: string,
  phases: readonly Phase[],
  cycleSeconds: number,
  offsetSeconds: number,
): Plan {
  const barriers = [...new Set(phases.map(({ barrier }) => barrier))].sort();
  const inGroup = (barrier: number, ring: number): Phase[] =>
    phases.filter((phase) => phase.barrier === barrier && phase.ring === ring);
  const least = (barrier: number): number =>
    Math.max(...[1, 2].map((ring) => inGroup(barrier, ring).reduce((sum, p) => sum + leastSplit(p), 0)));
  const spare = cycleSeconds - barriers.reduce((sum, barrier) => sum + least(barrier), 0);
  if (spare < 0) throw new Error(`${id}: a cycle of ${cycleSeconds} s is ${-spare} s too short`);
  const splits = new Map<number, number>();
  let left = spare;
  barriers.forEach((barrier, i) => {
    const share = i === barriers.length - 1 ? left : Math.round(spare * 0.6);
    left -= share;
    for (const ring of [1, 2]) shareGroup(inGroup(barrier, ring), least(barrier) + share, splits);
  });
  return {
    id,
    cycleSeconds,
    offsetSeconds,
    splits: phases.map(({ number }) => ({ phase: number, seconds: splits.get(number)! })),
  };
}

function shareGroup(group: readonly Phase[], seconds: number, splits: Map<number, number>): void {
  let left = seconds - group.reduce((sum, phase) => sum + leastSplit(phase), 0);
  group.forEach((phase, i) => {
    const extra = i === group.length - 1 ? left : Math.floor(left / 4);
    left -= extra;
    splits.set(phase.number, leastSplit(phase) + extra);
  });
}
