/** The estimate of all lanes of one signal, from what its detectors say and what it shows. */
import { arrivals, compare } from './balance.ts';
import { type HealthState, initialHealth, judge } from './detector-health.ts';
import { expectedLeaving, learnLinks, learntRatio, openChance, type Rate, rateOf } from './discharge.ts';
import { followGreen } from './green-learning.ts';
import { followInside, stopBarRate } from './inside.ts';
import { count, estimate, initialLane, type LaneReadings, type LaneState } from './lane-estimate.ts';
import { type Lane, type Layout, service } from './layout.ts';
import type { LoopReading, Observation, Reading, SignalShown, ZoneReading } from './model.ts';
import { followStray, mayBeHeld } from './strays.ts';

/** Of one signal; plain data. */
export interface SignalState {
  readonly lanes: readonly LaneState[];
  readonly health: Record<string, HealthState>;
  shown: { stage: number | undefined; clearingTo: number | undefined; elapsedSeconds: number };
  /** What each link of each lane sent on in the last interval, vehicles. */
  departed: number[][];
}

export const initialSignal = (layout: Layout): SignalState => ({
  lanes: layout.lanes.map(initialLane),
  health: {},
  shown: { stage: undefined, clearingTo: undefined, elapsedSeconds: 0 },
  departed: layout.lanes.map(({ links }) => links.map(() => 0)),
});

/** Memory of a plan: demand comes in waves of some minutes, and a plan has to bear them all. */
const usualSeconds = 1200;

/** `sent` are vehicles that signals upstream let go and that are due in sight of each lane. */
export function estimateSignal(
  layout: Layout,
  state: SignalState,
  seen: Observation,
  shown: SignalShown,
  sent: readonly number[] = [],
): void {
  const seconds = seen.intervalSeconds;
  const before = state.shown;
  state.shown = {
    stage: shown.stage,
    clearingTo: shown.clearingTo,
    elapsedSeconds: shown.elapsedSeconds,
  };
  if (seconds <= 0) return;
  const readings = layout.lanes.map((lane, l) => readingsOf(lane, state, state.lanes[l] as LaneState, seen));
  for (const [l, lane] of state.lanes.entries()) compare(lane, readings[l] as LaneReadings, seconds);
  const arrived = arrivals(layout, state.lanes, readings, seconds);
  // The lights that vehicles of the interval had: those before it while it clears, else those at its end.
  const during = shown.stage ?? before.stage;
  const left = new Array<number>(layout.lanes.length).fill(0);
  const stood = state.lanes.map(standing);
  for (const [i, lane] of layout.lanes.entries()) {
    const does =
      during === undefined ? lane.links.map(() => service.none) : (lane.service[during] as number[]);
    left[i] = takeLane(lane, state.lanes[i] as LaneState, readings[i] as LaneReadings, arrived[i] as number, {
      sent: sent[i] ?? 0,
      does,
      stage: before.stage === shown.stage ? shown.stage : undefined,
      at: seen.at,
      clearance: layout.clearance,
      shownStage: shown.stage,
      elapsedSeconds: shown.elapsedSeconds,
      seconds,
      departed: state.departed[i] as number[],
    });
  }
  const wasGreen =
    shown.stage !== undefined && before.stage === shown.stage && shown.elapsedSeconds >= seconds;
  const crossed = left.map((vehicles, l) => ({
    vehicles,
    occupancy: readings[l]?.stop?.occupancy,
    presses:
      readings[l]?.stop !== undefined &&
      Math.min(stood[l] as number, standing(state.lanes[l] as LaneState)) >= pressingVehicles,
  }));
  followInside(layout, state.lanes, during, wasGreen, crossed, seconds);
}

/** So many that stand are a queue, however it was counted. */
const pressingVehicles = 2;
const standing = ({ vehicles, moving, beyond }: LaneState): number => vehicles - moving + beyond;

function readingsOf(lane: Lane, state: SignalState, known: LaneState, seen: Observation): LaneReadings {
  const { detectors, loops } = lane;
  // What its detectors say, in their order; undefined for those that are not believed.
  const said: (Reading | undefined)[] = [];
  for (let i = 0; i < detectors.length; i++) said.push(seen.readings.get(detectors[i] as string));
  const counts: number[] = [];
  for (let k = 0; k < loops; k++)
    counts.push(said[k]?.kind === 'loop' ? (said[k] as LoopReading).vehicles : 0);
  known.sound = 0;
  for (let i = 0; i < detectors.length; i++) {
    const id = detectors[i] as string;
    let others = 0;
    for (let k = 0; k < loops; k++) if (k !== i) others = Math.max(others, counts[k] as number);
    state.health[id] ??= initialHealth();
    if (judge(state.health[id], said[i], others, seen.intervalSeconds)) known.sound++;
    else said[i] = undefined;
  }
  return {
    stop: lane.stop !== undefined && said[0]?.kind === 'loop' ? said[0] : undefined,
    advance: advanceOf(lane, said),
    zone: zoneOf(lane, said),
  };
}

/** Undefined unless all loops upstream are believed. */
function advanceOf(lane: Lane, said: readonly (Reading | undefined)[]): LaneReadings['advance'] {
  const { advance, stop } = lane;
  if (advance.length === 0) return undefined;
  const first = stop === undefined ? 0 : 1;
  let [vehicles, occupancy, isOn] = [0, Number.NEGATIVE_INFINITY, false];
  for (let k = 0; k < advance.length; k++) {
    const reading = said[first + k] as LoopReading | undefined;
    if (reading === undefined) return undefined;
    vehicles += reading.vehicles / (advance[k] as Lane['advance'][number]).sharedBy;
    occupancy = Math.max(occupancy, reading.occupancy);
    isOn ||= reading.isOn;
  }
  return { vehicles, occupancy, isOn };
}

function zoneOf(lane: Lane, said: readonly (Reading | undefined)[]): LaneReadings['zone'] {
  let [vehicles, halted, jamMeters, meters] = [0, 0, 0, 0];
  let isSeen = false;
  for (let k = 0; k < lane.zones.length; k++) {
    const reading = said[lane.loops + k] as ZoneReading | undefined;
    if (reading === undefined) continue;
    const zone = lane.zones[k] as Lane['zones'][number];
    isSeen = true;
    vehicles += reading.vehicles / zone.sharedBy;
    halted += reading.halted / zone.sharedBy;
    jamMeters += reading.jamMeters;
    meters += zone.meters;
  }
  return isSeen && meters >= 0.4 * lane.sightMeters ? { vehicles, halted, jamMeters, meters } : undefined;
}

interface Interval {
  readonly sent: number;
  readonly does: readonly number[];
  /** The stage that showed at both ends of the interval. */
  readonly stage: number | undefined;
  /** Its end, s. */
  readonly at: number;
  readonly clearance: Layout['clearance'];
  /** The stage at its end. */
  readonly shownStage: number | undefined;
  readonly elapsedSeconds: number;
  readonly seconds: number;
  readonly departed: number[];
}

function takeLane(
  lane: Lane,
  state: LaneState,
  readings: LaneReadings,
  arrived: number,
  { at, sent, does, stage, shownStage, elapsedSeconds, seconds, departed, clearance }: Interval,
): number {
  const rate: Rate = rateOf(
    lane,
    state.discharge,
    does,
    stage === undefined ? 1 : learntRatio(state.discharge, stage),
  );
  const open = openChance(state.discharge, does);
  const queue = state.vehicles + state.beyond;
  const expected = Math.min(queue + arrived, expectedLeaving(rate, open, seconds));
  const left = readings.stop?.vehicles ?? expected;
  // Who waits behind somebody inside the junction may stand short of the loop.
  const stands =
    readings.zone === undefined ? queue - left >= pressingVehicles : readings.zone.halted >= pressingVehicles;
  const waits = readings.stop === undefined ? queue + arrived - left > 1 : readings.stop.isOn || stands;
  if (readings.stop !== undefined) {
    followGreen(lane, state.discharge, readings.stop, {
      at,
      stage: shownStage,
      elapsedSeconds,
      seconds,
      clearance,
    });
    learnLinks(lane, state.discharge, does, left, waits, seconds, stopBarRate(state));
  }
  for (const [i, link] of does.entries()) {
    const share = link === service.none ? 0 : (state.discharge.shares[i] as number);
    departed[i] = share;
  }
  const served = departed.reduce((a, b) => a + b, 0) || 1;
  for (let i = 0; i < departed.length; i++) departed[i] = ((departed[i] as number) / served) * left;
  const came = readings.advance === undefined ? left : arrived;
  count(state.arrived, came, seconds);
  count(state.usually, came, seconds, usualSeconds);
  const isFree =
    stage !== undefined && elapsedSeconds > seconds && does.every((what) => what === service.protected);
  const held = elapsedSeconds >= seconds && mayBeHeld(lane, stage) && queue - left >= pressingVehicles;
  estimate(lane, state, readings, { arrived, left, sent, seconds, isFree, mayBeHeld: held });
  followStray(lane, state, {
    stage: elapsedSeconds >= seconds ? stage : undefined,
    left,
    stands: readings.zone === undefined ? state.isFull || held : readings.zone.halted >= 1,
    seconds,
  });
  const isWaiting = state.vehicles - state.moving >= 0.5;
  state.waitedSeconds = isWaiting && left === 0 ? state.waitedSeconds + seconds : 0;
  return left;
}
