/** Those who turn, have crossed the stop bar and wait inside the junction for a gap: nobody sees them there. */
import { shareOf } from './discharge.ts';
import { freeGiving, gapFactor } from './gaps.ts';
import type { LaneState } from './lane-estimate.ts';
import { type Layout, service } from './layout.ts';

/** As many as have room inside, of one lane: HCM's sneakers. */
export const storedMost = 2;
/** When their green ends or becomes protected, they get out of the way, vehicles a second. */
export const clearedVps = 0.5;

/** Takes up one interval in which a stage showed, or nothing, and `left` vehicles of each lane crossed the stop bar. */
export function followInside(
  layout: Layout,
  states: readonly LaneState[],
  stage: number | undefined,
  left: readonly number[],
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
    for (const foe of layout.foes[stage]?.[l] ?? []) flow += (left[foe] as number) / seconds;
    let [giving, served] = [0, 0];
    for (const [link, what] of does.entries()) {
      if (what === service.none) continue;
      const share = shareOf(state.discharge, link);
      served += share;
      if (what === service.permitted) giving += share;
    }
    const entered = served > 0 ? ((left[l] as number) * giving) / served : 0;
    const out = freeGiving * gapFactor(flow) * seconds;
    state.inside = Math.min(storedMost + 1, Math.max(0, state.inside + entered - out));
  }
}
