/**
 * Where the lanes of an approach are shorter than its queues, vehicles sort themselves upstream. One that has not got
 * into its own lane waits in the one beside it, and all behind it wait although they could go.
 */
import { openChance } from './discharge.ts';
import type { LaneState } from './lane-estimate.ts';
import type { Lane } from './layout.ts';

/** Chance that the first of a queue has strayed, before anything tells. */
const usualChance = 0.03;

/** What one interval tells of the first vehicle of a lane. */
export interface Queued {
  /** The stage that showed all the time; undefined when there was none. */
  readonly stage: number | undefined;
  /** Vehicles that crossed the stop bar. */
  readonly left: number;
  /** Whether somebody was seen to stand in the lane. */
  readonly stands: boolean;
  readonly seconds: number;
}

/** Nobody leaves a queue that may go: the longer, the more likely its first vehicle wants another lane (Bayes). */
export function followStray(lane: Lane, state: LaneState, { stage, left, stands, seconds }: Queued): void {
  if (lane.freesStrays === undefined) return;
  if (left > 0 || !stands) {
    state.strayed = usualChance;
    return;
  }
  if (stage === undefined) return;
  const free = openChance(state.discharge, lane.service[stage] as readonly number[]);
  const frees = lane.freesStrays[stage] as number;
  const none = Math.exp(-seconds * lane.saturationVps);
  const ifOwn = 1 - free * (1 - none);
  const ifStrayed = 1 - frees * (1 - none);
  const chance = state.strayed * ifStrayed;
  state.strayed = Math.max(usualChance, chance / (chance + (1 - state.strayed) * ifOwn));
}

/** Whether a stray could hold a lane under a stage. */
export const mayBeHeld = ({ freesStrays }: Lane, stage: number | undefined): boolean =>
  stage !== undefined && freesStrays !== undefined && (freesStrays[stage] as number) < 1;

/** Chance that the first vehicle of a lane may go under a stage as far as strays are concerned. */
export const unheldChance = ({ freesStrays }: Lane, { strayed }: LaneState, stage: number): number =>
  freesStrays === undefined ? 1 : 1 - strayed * (1 - (freesStrays[stage] as number));
