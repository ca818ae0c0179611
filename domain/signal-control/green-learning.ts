/**
 * Follows each green from its start for as long as vehicles press at the stop bar, and learns the discharge from the
 * whole of it, so that what is lost at the start and won in the yellow is in what is learnt.
 */
import { type DischargeState, expectedLeaving, learnRatio, rateOf } from './discharge.ts';
import { type Lane, service } from './layout.ts';

/** A loop over which this part of the nominal flow goes has a queue behind it. */
const pressing = 0.6;
/** A loop that is on for this part of an interval of red has somebody on it. */
const standing = 0.3;

/** One interval at the stop bar. */
export interface StopBar {
  readonly vehicles: number;
  readonly occupancy: number;
  readonly isOn: boolean;
}

/** What the signal showed at the end of the interval. */
export interface ShownThen {
  readonly at: number;
  /** Undefined while it clears. */
  readonly stage: number | undefined;
  readonly elapsedSeconds: number;
  readonly seconds: number;
  readonly clearance: readonly (readonly number[])[];
}

export function followGreen(lane: Lane, state: DischargeState, stop: StopBar, shown: ShownThen): void {
  const { stage, at, elapsedSeconds, seconds } = shown;
  const presses = stop.isOn || stop.vehicles >= pressing * lane.saturationVps * seconds;
  const green = state.green;
  if (stage === undefined) {
    if (green?.lasts) green.left += stop.vehicles;
    return;
  }
  if (green === undefined || green.stage !== stage) {
    if (green?.lasts) end(lane, state, green, stop, shown);
    const startedAt = at - elapsedSeconds;
    const isSeenWhole = elapsedSeconds <= seconds;
    state.green = {
      stage,
      startedAt,
      seconds: elapsedSeconds,
      left: stop.vehicles,
      lasts: isSeenWhole && presses,
    };
    return;
  }
  if (!green.lasts) return;
  if (presses) {
    green.seconds = elapsedSeconds;
    green.left += stop.vehicles;
    return;
  }
  green.lasts = false;
  learn(lane, state, green.stage, green.left, green.seconds);
}

/** The queue outlasted the green when somebody stands there now. Lanes that stay green are not judged. */
function end(
  lane: Lane,
  state: DischargeState,
  green: NonNullable<DischargeState['green']>,
  stop: StopBar,
  { stage, at, elapsedSeconds, clearance }: ShownThen,
): void {
  const goes = (lane.service[stage as number] as readonly number[]).some((what) => what !== service.none);
  if (goes || !(stop.isOn || stop.occupancy > standing)) return;
  const cleared = clearance[green.stage]?.[stage as number] as number;
  const seconds = at - elapsedSeconds - cleared - green.startedAt;
  const left = green.left + stop.vehicles;
  learn(lane, state, green.stage, left, seconds);
}

function learn(lane: Lane, state: DischargeState, stage: number, left: number, driven: number): void {
  const rate = rateOf(lane, state, lane.service[stage] as readonly number[], 1);
  if (driven > 0 && rate.fast + rate.slow > 0)
    learnRatio(state, stage, left, expectedLeaving(rate, rate.passing, driven));
}
