/** What a plan must keep to be run by a controller at all: rings, barriers, sums and minimum times. */
import type { Movement, Phase } from '#domain/network.ts';
import type { Row } from './table.ts';

/** A phase with its split and the line that it stands on. */
export interface TimedPhase {
  readonly phase: Phase;
  readonly splitSeconds: number;
  readonly row: Row;
}

/** Splits are kept in tenths of a second by controllers, so sums may be off by less than that. */
const toleranceSeconds = 0.05;

/**
 * A phase serves something at its own node, and its split holds its minimum green or its pedestrian service,
 * with yellow and red clearance (MUTCD 4E.06; NTCIP 1202 split).
 */
export function checkPhase(
  { phase, splitSeconds, row }: TimedPhase,
  node: string,
  movements: ReadonlyMap<string, Movement>,
): void {
  if (phase.movements.length === 0 && phase.pedestrian === undefined)
    row.problem(
      'timing_phase_id',
      `phase ${phase.number} serves no movement and no crossing`,
      'a row in signal_phase_mvmt.csv would be right',
    );
  for (const { movement } of phase.movements) {
    const at = movements.get(movement)?.node;
    if (at !== undefined && at !== node)
      row.problem(
        'timing_phase_id',
        `phase ${phase.number} serves ${movement} of node ${at}`,
        `a movement of ${node} would be right`,
      );
  }
  if (phase.minGreenSeconds > phase.maxGreenSeconds)
    row.problem(
      'max_green',
      `${phase.maxGreenSeconds} s, less than the minimum green`,
      `${phase.minGreenSeconds} s or more would be right`,
    );
  checkClearance(phase, row);
  const { pedestrian } = phase;
  const crossing = pedestrian === undefined ? 0 : pedestrian.walkSeconds + pedestrian.clearanceSeconds;
  const least = Math.max(phase.minGreenSeconds, crossing) + phase.yellowSeconds + phase.redClearanceSeconds;
  if (splitSeconds < least - toleranceSeconds)
    row.problem(
      'split',
      `${splitSeconds} s, less than the phase's minimum green or crossing, yellow and red clearance`,
      `${round(least)} s or more would be right`,
    );
}

function checkClearance(phase: Phase, row: Row): void {
  const total = phase.yellowSeconds + phase.redClearanceSeconds;
  const stated = row.optionalNumber('clearance', 0, 120);
  if (stated !== undefined && Math.abs(stated - total) > toleranceSeconds)
    row.problem(
      'clearance',
      `${stated} s`,
      `${round(total)} s, yellow and red_clear together, would be right`,
    );
}

/**
 * No two phases are in one place; a barrier group ends together in all rings that have phases in it, and
 * the splits of a ring sum to the cycle. A ring without phases in a group rests in red meanwhile.
 */
export function checkRings(plan: Row, cycleSeconds: number, phases: readonly TimedPhase[]): void {
  if (phases.length === 0) {
    plan.problem('timing_plan_id', 'no phases', 'rows in signal_timing_phase.csv would be right');
    return;
  }
  checkPlaces(phases);
  const rings = distinct(phases.map(({ phase }) => phase.ring));
  const barriers = distinct(phases.map(({ phase }) => phase.barrier));
  const lasts = (ring: number, barrier: number): number | undefined => {
    const own = phases.filter(({ phase }) => phase.ring === ring && phase.barrier === barrier);
    return own.length === 0 ? undefined : own.reduce((sum, { splitSeconds }) => sum + splitSeconds, 0);
  };
  const longest = (barrier: number): number => Math.max(...rings.map((ring) => lasts(ring, barrier) ?? 0));
  for (const barrier of barriers) {
    const sums = rings.flatMap((ring) => ({ ring, sum: lasts(ring, barrier) ?? longest(barrier) }));
    const lengths = sums.map(({ ring, sum }) => `${round(sum)} s in ring ${ring}`).join(', ');
    if (sums.some(({ sum }) => longest(barrier) - sum > toleranceSeconds))
      plan.problem(
        'timing_plan_id',
        `barrier group ${barrier} lasts ${lengths}`,
        'the same in every ring would be right, as the rings cross a barrier together',
      );
  }
  for (const ring of rings) {
    const sum = barriers.reduce((total, barrier) => total + (lasts(ring, barrier) ?? longest(barrier)), 0);
    if (Math.abs(sum - cycleSeconds) > toleranceSeconds)
      plan.problem(
        'cycle_length',
        `the splits of ring ${ring} sum to ${round(sum)} s`,
        `${cycleSeconds} s, the cycle, would be right`,
      );
  }
}

function checkPlaces(phases: readonly TimedPhase[]): void {
  const numbers = new Map<number, number>();
  const places = new Map<string, number>();
  for (const { phase, row } of phases) {
    const sameNumber = numbers.get(phase.number);
    if (sameNumber !== undefined && !Number.isNaN(phase.number))
      row.problem(
        'signal_phase_num',
        `phase ${phase.number} is already on line ${sameNumber}`,
        'each once in a plan would be right',
      );
    numbers.set(phase.number, row.line);
    const place = `ring ${phase.ring}, barrier ${phase.barrier}, position ${phase.position}`;
    const samePlace = places.get(place);
    if (samePlace !== undefined && !place.includes('NaN'))
      row.problem(
        'position',
        `${place} is already taken on line ${samePlace}`,
        'a place of its own would be right',
      );
    places.set(place, row.line);
  }
}

const distinct = (numbers: readonly number[]): number[] =>
  [...new Set(numbers.filter((n) => !Number.isNaN(n)))].sort((a, b) => a - b);

const round = (n: number): number => Math.round(n * 100) / 100;
