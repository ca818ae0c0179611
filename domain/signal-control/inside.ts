/** Those who turn, have crossed the stop bar and wait inside the junction for a gap: nobody sees them there. */
import { shareOf } from './discharge.ts';
import { freeGiving, insideGapFactor } from './gaps.ts';
import type { LaneState } from './lane-estimate.ts';
import { type Layout, service } from './layout.ts';

/** As many as have room inside, of one lane: HCM's sneakers. */
export const storedMost = 2;
/** When their green ends or becomes protected, they get out of the way, vehicles a second. */
export const clearedVps = 0.5;

/** What was seen at the stop bar of a lane in one interval. */
export interface Crossed {
  readonly vehicles: number;
  /** Share of the interval for which somebody was on its loop; undefined where there is none. */
  readonly occupancy: number | undefined;
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
    const { vehicles, occupancy } = crossed[l] as Crossed;
    const entered = served > 0 ? (vehicles * giving) / served : 0;
    const out = freeGiving * insideGapFactor(flow) * seconds;
    state.inside = Math.min(storedMost + 1, Math.max(0, state.inside + entered - out));
    const isBlocked = wasGreen && vehicles < 1 && (occupancy ?? 0) > blockedOccupancy;
    if (isBlocked) state.inside = Math.max(state.inside, storedMost);
  }
}
