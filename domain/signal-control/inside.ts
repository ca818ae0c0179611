/** Those who turn, have crossed the stop bar and wait inside the junction for a gap: nobody sees them there. */
import {
  type DischargeState,
  openChance,
  permittedHeadwaySeconds,
  type Rate,
  rateOf,
  shareOf,
} from './discharge.ts';
import { freeGiving, insideGapFactor } from './gaps.ts';
import type { LaneState } from './lane-estimate.ts';
import { type Lane, type Layout, service } from './layout.ts';

/** As many as have room inside, of one lane: HCM's sneakers. */
export const storedMost = 2;
/** When their green ends or becomes protected, they get out of the way, vehicles a second. */
export const clearedVps = 0.5;

/** What was seen at the stop bar of a lane in one interval. */
export interface Crossed {
  readonly vehicles: number;
  /** Share of the interval for which somebody was on its loop; undefined where there is none. */
  readonly occupancy: number | undefined;
  /** Whether there was a queue all the time. */
  readonly presses: boolean;
}

/** On for longer than this, somebody stands on the loop although it is green: there is no room inside. */
const blockedOccupancy = 0.8;

/**
 * Takes up one interval in which a stage showed, or nothing, and what crossed the stop bars; `wasGreen` when the stage
 * showed all the time.
 */
export function followInside(
  layout: Layout,
  states: readonly LaneState[],
  stage: number | undefined,
  wasGreen: boolean,
  crossed: readonly Crossed[],
  seconds: number,
): void {
  for (const [l, lane] of layout.lanes.entries()) {
    const state = states[l] as LaneState;
    const does = stage === undefined ? [] : (lane.service[stage] ?? []);
    if (stage === undefined || !does.includes(service.permitted)) {
      state.inside = Math.max(0, state.inside - clearedVps * seconds);
      continue;
    }
    let flow = 0;
    for (const foe of layout.foes[stage]?.[l] ?? []) flow += (crossed[foe] as Crossed).vehicles / seconds;
    let [giving, served] = [0, 0];
    for (const [link, what] of does.entries()) {
      if (what === service.none) continue;
      const share = shareOf(state.discharge, link);
      served += share;
      if (what === service.permitted) giving += share;
    }
    const { vehicles, occupancy, presses } = crossed[l] as Crossed;
    const entered = served > 0 ? (vehicles * giving) / served : 0;
    if (wasGreen && presses) learnGiving(lane, state, does, flow, vehicles, seconds);
    const out = insideRate(state.discharge, flow) * seconds;
    state.inside = Math.min(storedMost + 1, Math.max(0, state.inside + entered - out));
    const isBlocked = wasGreen && vehicles < 1 && (presses || (occupancy ?? 0) > blockedOccupancy);
    if (isBlocked) state.inside = Math.max(state.inside, storedMost);
  }
}

/** Vehicles a second that find a gap in a stream of `flow` vehicles a second. */
export const insideRate = ({ giving }: DischargeState, flow: number): number =>
  freeGiving * Math.min(1, giving * insideGapFactor(flow));

/** Where there is no room inside, one gets there so seldom, vehicles a second. */
const fullVps = 0.07;

/** Bounds of what is learnt of gaps, and how fast. */
const [leastGiving, mostGiving, step] = [0.2, 2.5, 0.05];

/** More crossed than was thought, or fewer: gaps are used more often there, or less. */
function learnGiving(
  lane: Lane,
  { discharge, inside }: LaneState,
  does: readonly number[],
  flow: number,
  crossed: number,
  seconds: number,
): void {
  const rate = crossingRate(lane, discharge, does);
  const expected = expectedCrossing(
    rate,
    openChance(discharge, does),
    inside,
    insideRate(discharge, flow),
    seconds,
  );
  const giving = discharge.giving * Math.exp(step * (crossed - expected));
  discharge.giving = Math.min(mostGiving, Math.max(leastGiving, giving));
}

/** Of a lane of which some give way: they cross the stop bar at once while there is room inside. */
export function crossingRate(
  lane: Lane,
  discharge: DischargeState,
  does: readonly number[],
  closed?: readonly boolean[],
): Rate {
  const { fast, slow, passing } = rateOf(lane, discharge, does, 1, closed);
  return { fast, slow: slow * permittedHeadwaySeconds * freeGiving, passing };
}

/** Vehicles that cross the stop bar while more wait, of whom `out` a second leave the inside when it is full. */
function expectedCrossing(
  { fast, slow, passing }: Rate,
  open: number,
  inside: number,
  out: number,
  seconds: number,
): number {
  let [first, within, crossed] = [open, inside, 0];
  for (let s = 0; s < seconds; s++) {
    const quick = fast * first;
    const others = slow * (within < storedMost ? 1 : out / freeGiving);
    const entering = others * (1 - first);
    crossed += quick + entering;
    first += passing * entering - (1 - passing) * quick;
    within = Math.max(0, within + entering - out);
  }
  return crossed;
}

/** Vehicles a second that cross the stop bar to wait inside: none who is seen while it is full. */
export const stopBarRate = ({ inside }: LaneState): number =>
  inside > storedMost - 0.5 ? fullVps : freeGiving;
