/** What stood and came before a signal, window by window, from the estimates of its lanes. */
import type { Intersection } from '#domain/network.ts';
import { saturationOf, shareDeviation, shareOf } from '#domain/signal-control/discharge.ts';
import { deviationOfArrival, type LaneState, rateOfArrival } from '#domain/signal-control/lane-estimate.ts';
import type { Lane, Layout } from '#domain/signal-control/layout.ts';
import type { Prediction } from '#domain/signal-control/model.ts';
import { placeOfLane } from '#domain/signal-control/network-model.ts';
import { type EventTime, floorTo, minutes } from '#domain/time.ts';
import type { ApproachLane, ApproachState, TwinPrediction } from '#schemas/generated/approach.state.v1.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import type { Followed, LaneSums, Window } from './state.ts';
import type { Twin } from './worth.ts';

export const windowLength = minutes(1);

/** Takes up the estimates that a status led to. */
export function fold(followed: Followed, states: readonly LaneState[], status: SignalStatus): void {
  const start = floorTo(status.at, windowLength);
  if (followed.window === null || followed.window.start < start)
    followed.window = { start, twin: null, statuses: 0, seconds: 0, lanes: states.map(noSums) };
  const { window } = followed;
  if (window.start !== start) return;
  const { intervalSeconds } = status;
  window.statuses++;
  window.seconds += intervalSeconds;
  let stood = 0;
  for (const [l, { vehicles, moving, beyond, inside, variance, waitedSeconds, isFull }] of states.entries()) {
    const sums = window.lanes[l] as LaneSums;
    const standing = Math.max(0, vehicles - moving) + beyond + inside;
    stood += standing * intervalSeconds;
    sums.stoodSeconds += standing * intervalSeconds;
    sums.deviationSeconds += Math.sqrt(variance) * intervalSeconds;
    sums.longestQueue = Math.max(sums.longestQueue, standing);
    sums.longestWaitSeconds = Math.max(sums.longestWaitSeconds, waitedSeconds);
    sums.isFull ||= isFull;
  }
  const { twin } = window;
  if (twin === null || status.at > twin.at + twin.seconds * 1000) return;
  twin.stoodSeconds += stood;
  twin.statuses++;
  if (isFollowing(followed, status)) twin.followed++;
}

/** Whether the controller shows what was advised last, or clears to it. */
function isFollowing({ said, stages }: Followed, { green, next }: SignalStatus): boolean {
  const advised = said === null ? undefined : stages[said.stage];
  const isIt = (phases: readonly number[]): boolean =>
    phases.length === advised?.length && phases.every((phase) => advised.includes(phase));
  return isIt(green) || isIt(next);
}

/** Notes what the twin predicts; only at the first status of a window, so that what follows is within it. */
export function predict(followed: Followed, prediction: Prediction, status: SignalStatus): void {
  const { window } = followed;
  if (window === null || window.statuses !== 1 || window.twin !== null) return;
  window.twin = { ...prediction, at: status.at, stoodSeconds: 0, statuses: 0, followed: 0 };
}

const noSums = (): LaneSums => ({
  stoodSeconds: 0,
  deviationSeconds: 0,
  longestQueue: 0,
  longestWaitSeconds: 0,
  isFull: false,
});

/** The window of a signal, once it is over. */
export function approachState(
  { district, id }: Intersection,
  { lanes }: Layout,
  states: readonly LaneState[],
  window: Window,
  at: EventTime,
): ApproachState {
  return {
    district,
    intersection: id,
    at,
    windowStart: window.start,
    windowSeconds: windowLength / 1000,
    statuses: window.statuses,
    twin: window.twin === null ? null : twinOf(window.twin),
    lanes: lanes.map((lane, l) =>
      laneOf(lane, states[l] as LaneState, window.lanes[l] as LaneSums, window.seconds),
    ),
  };
}

const twinOf = (twin: Twin): TwinPrediction => ({
  seconds: Math.round(twin.seconds),
  advisedVehicleSeconds: Math.round(twin.advisedSeconds),
  nativeVehicleSeconds: Math.round(twin.nativeSeconds),
  stoppedVehicleSeconds: Math.round(twin.stoodSeconds),
  followedPermille: twin.statuses === 0 ? 0 : Math.round((1000 * twin.followed) / twin.statuses),
});

function laneOf(lane: Lane, state: LaneState, sums: LaneSums, seconds: number): ApproachLane {
  const { arrived, discharge, sound } = state;
  const saturation = saturationOf(lane, discharge);
  const detectors = (lane.stop === undefined ? 0 : 1) + lane.advance.length + lane.zones.length;
  return {
    ...placeOfLane(lane.id),
    queueDecivehicles: tenths(sums.stoodSeconds / Math.max(1, seconds)),
    deviationDecivehicles: tenths(sums.deviationSeconds / Math.max(1, seconds)),
    longestQueueDecivehicles: tenths(sums.longestQueue),
    longestWaitSeconds: Math.round(sums.longestWaitSeconds),
    stoppedVehicleSeconds: Math.round(sums.stoodSeconds),
    arrivalVph: perHour(rateOfArrival(arrived)),
    arrivalDeviationVph: perHour(deviationOfArrival(arrived)),
    saturationVph: saturation === undefined ? null : perHour(saturation.vps),
    saturationDeviationVph: saturation === undefined ? null : perHour(saturation.deviationVps),
    spillsBack: sums.isFull,
    shares: lane.links.map(({ movement }, link) => ({
      movement,
      permille: Math.round(1000 * shareOf(discharge, link)),
      deviationPermille: Math.round(1000 * shareDeviation(discharge, link)),
    })),
    quality: sound === 0 ? 'missing' : sound < detectors ? 'imputed' : 'observed',
  };
}

const tenths = (vehicles: number): number => Math.min(100_000, Math.round(vehicles * 10));
const perHour = (vps: number): number => Math.min(10_000, Math.round(vps * 3600));
