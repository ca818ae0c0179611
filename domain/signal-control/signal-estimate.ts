/** The estimate of all lanes of one signal, from what its detectors say and what it shows. */
import { type HealthState, initialHealth, judge } from './detector-health.ts';
import { expectedLeaving, learnLinks, learntRatio, openChance, type Rate, rateOf } from './discharge.ts';
import { followGreen } from './green-learning.ts';
import { followInside } from './inside.ts';
import {
  count,
  estimate,
  initialLane,
  type LaneReadings,
  type LaneState,
  rateOfArrival,
} from './lane-estimate.ts';
import { type Approach, type Lane, type Layout, service } from './layout.ts';
import type { LoopReading, Observation, SignalShown, ZoneReading } from './model.ts';

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

export function estimateSignal(
  layout: Layout,
  state: SignalState,
  seen: Observation,
  shown: SignalShown,
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
  const arrived = arrivals(layout, state, readings, seconds);
  // The lights that vehicles of the interval had: those before it while it clears, else those at its end.
  const during = shown.stage ?? before.stage;
  const left = new Array<number>(layout.lanes.length).fill(0);
  for (const [i, lane] of layout.lanes.entries()) {
    const does =
      during === undefined ? lane.links.map(() => service.none) : (lane.service[during] as number[]);
    left[i] = takeLane(lane, state.lanes[i] as LaneState, readings[i] as LaneReadings, arrived[i] as number, {
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
  const crossed = left.map((vehicles, l) => ({ vehicles, occupancy: readings[l]?.stop?.occupancy }));
  followInside(layout, state.lanes, during, wasGreen, crossed, seconds);
}

function readingsOf(lane: Lane, state: SignalState, known: LaneState, seen: Observation): LaneReadings {
  const loop = (id: string): LoopReading | undefined => {
    const reading = seen.readings.get(id);
    return reading?.kind === 'loop' ? reading : undefined;
  };
  const loops = [...(lane.stop === undefined ? [] : [lane.stop]), ...lane.advance.map(({ id }) => id)];
  const sound = new Set<string>();
  for (const id of [...loops, ...lane.zones.map((zone) => zone.id)]) {
    const others = Math.max(
      0,
      ...loops.filter((other) => other !== id).map((other) => loop(other)?.vehicles ?? 0),
    );
    state.health[id] ??= initialHealth();
    if (judge(state.health[id], seen.readings.get(id), others, seen.intervalSeconds)) sound.add(id);
  }
  known.sound = sound.size;
  const stop = lane.stop !== undefined && sound.has(lane.stop) ? loop(lane.stop) : undefined;
  const advance = lane.advance.filter(({ id }) => sound.has(id));
  const advances = advance.map(({ id, sharedBy }) => ({ reading: loop(id) as LoopReading, sharedBy }));
  return {
    stop,
    advance:
      advances.length === 0 || advances.length < lane.advance.length
        ? undefined
        : {
            vehicles: advances.reduce((sum, { reading, sharedBy }) => sum + reading.vehicles / sharedBy, 0),
            occupancy: Math.max(...advances.map(({ reading }) => reading.occupancy)),
            isOn: advances.some(({ reading }) => reading.isOn),
          },
    zone: zoneOf(lane, sound, seen),
  };
}

function zoneOf(lane: Lane, sound: ReadonlySet<string>, seen: Observation): LaneReadings['zone'] {
  const zones = lane.zones.filter(({ id }) => sound.has(id));
  if (zones.length === 0) return undefined;
  const sum = (of: (reading: ZoneReading) => number): number =>
    zones.reduce((total, { id, sharedBy }) => total + of(seen.readings.get(id) as ZoneReading) / sharedBy, 0);
  const meters = zones.reduce((total, zone) => total + zone.meters, 0);
  const jamMeters = zones.reduce(
    (total, { id }) => total + (seen.readings.get(id) as ZoneReading).jamMeters,
    0,
  );
  if (meters < 0.4 * lane.sightMeters) return undefined;
  return {
    vehicles: sum(({ vehicles }) => vehicles),
    halted: sum(({ halted }) => halted),
    jamMeters,
    meters,
  };
}

/** Vehicles for each lane: those of its advance loop, less or more those that changed lanes after it. */
function arrivals(
  layout: Layout,
  state: SignalState,
  readings: readonly LaneReadings[],
  seconds: number,
): number[] {
  const arrived = new Array<number>(layout.lanes.length).fill(0);
  for (const approach of layout.approaches) {
    const entered = approach.lanes.map((i) => {
      const lane = state.lanes[i] as LaneState;
      const advance = readings[i]?.advance;
      if (advance === undefined) return rateOfArrival(lane.arrived) * seconds;
      if (!lane.isFull) count(lane.entered, advance.vehicles, seconds);
      return advance.vehicles;
    });
    const changed = changeLanes(approach, state, readings, entered);
    for (const [k, i] of approach.lanes.entries()) arrived[i] = changed[k] as number;
  }
  return arrived;
}

/** What lanes have too many of at the stop bar, in the long run, came from those that have too few there. */
function changeLanes(
  { lanes }: Approach,
  state: SignalState,
  readings: readonly LaneReadings[],
  entered: readonly number[],
): number[] {
  const of = (i: number): LaneState => state.lanes[i] as LaneState;
  if (lanes.length < 2 || lanes.some((i) => !readings[i]?.advance || !readings[i]?.stop)) return [...entered];
  const into = lanes.map((i) => of(i).entered.vehicles);
  const outOf = lanes.map((i) => of(i).left.vehicles);
  const total = into.reduce((a, b) => a + b, 0);
  const gone = outOf.reduce((a, b) => a + b, 0);
  if (total < 10 || gone < 10) return [...entered];
  const surplus = into.map((vehicles, k) => vehicles - ((outOf[k] as number) * total) / gone);
  const lacking = surplus.reduce((sum, vehicles) => sum + Math.max(0, -vehicles), 0);
  if (lacking <= 0) return [...entered];
  let moved = 0;
  const kept = entered.map((vehicles, k) => {
    const share = Math.max(0, surplus[k] as number) / Math.max(1e-9, into[k] as number);
    moved += vehicles * share;
    return vehicles * (1 - share);
  });
  return kept.map((vehicles, k) => vehicles + (moved * Math.max(0, -(surplus[k] as number))) / lacking);
}

interface Interval {
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
  { at, does, stage, shownStage, elapsedSeconds, seconds, departed, clearance }: Interval,
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
  const waits = readings.stop?.isOn ?? queue + arrived - left > 1;
  if (readings.stop !== undefined) {
    followGreen(lane, state.discharge, readings.stop, {
      at,
      stage: shownStage,
      elapsedSeconds,
      seconds,
      clearance,
    });
    learnLinks(lane, state.discharge, does, left, waits, seconds);
    count(state.left, left, seconds);
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
  estimate(lane, state, readings, { arrived, left, seconds, isFree });
  const isWaiting = state.vehicles - state.moving >= 0.5;
  state.waitedSeconds = isWaiting && left === 0 ? state.waitedSeconds + seconds : 0;
  return left;
}
