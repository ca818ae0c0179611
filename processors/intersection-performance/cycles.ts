import type { EventTime, Milliseconds } from '#domain/time.ts';

/** Indiana enumeration: what a phase does. */
const beginGreen = 1;
const beginYellow = 8;
const beginRedClearance = 10;

/** A longer "cycle" is a hole in the log, or a phase that was not called. */
const longestCycle: Milliseconds = 600_000;

/** Where a phase stands in its cycle. Null is not yet, or not known. */
export interface PhaseCycle {
  greenAt: EventTime | null;
  yellowAt: EventTime | null;
  redClearanceAt: EventTime | null;
  /** An event came twice or out of turn: the cycle will not count. */
  broken: boolean;
}

/** One whole cycle of a phase, from green to green. */
export interface WholeCycle {
  readonly cycle: Milliseconds;
  readonly green: Milliseconds;
}

export const createPhaseCycle = (): PhaseCycle => ({
  greenAt: null,
  yellowAt: null,
  redClearanceAt: null,
  broken: false,
});

/** Since when the phase is green; null when it is not or nobody knows. */
export const greenSince = (phase: PhaseCycle): EventTime | null =>
  phase.yellowAt === null && !phase.broken ? phase.greenAt : null;

/**
 * Takes in a controller event of the phase; returns the cycle that it ends. A cycle is whole, and counts, when
 * it held exactly one begin of green, of yellow and of red clearance, in that order.
 */
export function noteEvent(phase: PhaseCycle, code: number, at: EventTime): WholeCycle | undefined {
  if (code === beginYellow) {
    if (phase.greenAt === null || phase.yellowAt !== null || at <= phase.greenAt) phase.broken = true;
    else phase.yellowAt = at;
  } else if (code === beginRedClearance) {
    if (phase.yellowAt === null || phase.redClearanceAt !== null) phase.broken = true;
    else phase.redClearanceAt = at;
  } else if (code === beginGreen) {
    const ended = wholeCycle(phase, at);
    phase.greenAt = at;
    phase.yellowAt = null;
    phase.redClearanceAt = null;
    phase.broken = false;
    return ended;
  }
  return undefined;
}

function wholeCycle(phase: PhaseCycle, nextGreenAt: EventTime): WholeCycle | undefined {
  const { greenAt, yellowAt, redClearanceAt, broken } = phase;
  if (broken || greenAt === null || yellowAt === null || redClearanceAt === null) return undefined;
  const cycle = nextGreenAt - greenAt;
  return cycle <= longestCycle ? { cycle, green: yellowAt - greenAt } : undefined;
}
