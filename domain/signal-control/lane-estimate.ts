/** How many vehicles stand on and come along a lane, from loops that count or zones that see, with how sure that is. */
import { type DischargeState, initialDischarge } from './discharge.ts';
import type { Lane } from './layout.ts';

/** A count that forgets. */
export interface RateState {
  vehicles: number;
  seconds: number;
}

/** Of one lane; plain data. */
export interface LaneState {
  /** Within sight of the detectors, those that move included. */
  vehicles: number;
  /** Of `vehicles`. */
  variance: number;
  /** Of them, those that have not reached the stop bar or the end of the queue. */
  moving: number;
  /** In a queue that reaches out of sight. */
  beyond: number;
  /** Past the stop bar, where those who turn wait for a gap. */
  inside: number;
  /** Chance that the first in the queue wants the lane beside this one, 0..1. */
  strayed: number;
  /** Whether a zone sees its vehicles; else they are counted. */
  isSeen: boolean;
  /** Whether the queue reaches the end of sight. */
  isFull: boolean;
  /** Passed the advance loop, before lanes are changed. */
  readonly entered: RateState;
  /** Passed the stop bar. */
  readonly left: RateState;
  /** Arrived for this lane, after lanes are changed. */
  readonly arrived: RateState;
  /** The same over a longer time. */
  readonly usually: RateState;
  /** Sent here by signals upstream. */
  readonly sent: RateState;
  /** Of its detectors, those that are believed. */
  sound: number;
  /** Since somebody was last at the stop bar, s. */
  emptySeconds: number;
  /** Without service while somebody waits, s. */
  waitedSeconds: number;
  readonly discharge: DischargeState;
}

/** What the detectors of a lane said of one interval; undefined for those that are not there or not believed. */
export interface LaneReadings {
  readonly stop:
    | { readonly vehicles: number; readonly occupancy: number; readonly isOn: boolean }
    | undefined;
  readonly advance:
    | { readonly vehicles: number; readonly occupancy: number; readonly isOn: boolean }
    | undefined;
  readonly zone:
    | {
        readonly vehicles: number;
        readonly halted: number;
        readonly jamMeters: number;
        readonly meters: number;
      }
    | undefined;
}

/** Front to front of standing vehicles, m: 5 m and a gap of 2.5 m. */
export const vehicleMeters = 7.5;
/** Rates follow the last minutes: shorter is noise, longer misses the peak. */
const rememberedSeconds = 300;
/** Where nothing was counted yet, vehicles a second: a lane at a third of 600 veh/h. */
const priorRate = 0.055;
const priorSeconds = 20;
/** On for longer than this share, a loop has a standing vehicle on it; a queue that discharges is on for 0.3 to 0.5. */
const standingOccupancy = 0.8;
/** Below it nobody stood at the stop bar. */
const passingOccupancy = 0.15;
/** Longer than the next in a queue takes to move up, s. */
const emptyForSureSeconds = 5;
/** Of a count that nobody misses, a lane change a cycle remains; vehicles squared a vehicle. */
const countVariance = 0.05;

export const initialLane = (lane: Lane): LaneState => ({
  vehicles: 0,
  variance: 4,
  moving: 0,
  beyond: 0,
  inside: 0,
  strayed: 0,
  isSeen: false,
  isFull: false,
  entered: { vehicles: 0, seconds: 0 },
  left: { vehicles: 0, seconds: 0 },
  arrived: { vehicles: 0, seconds: 0 },
  usually: { vehicles: 0, seconds: 0 },
  sent: { vehicles: 0, seconds: 0 },
  sound: 0,
  emptySeconds: 0,
  waitedSeconds: 0,
  discharge: initialDischarge(lane),
});

export function count(rate: RateState, vehicles: number, seconds: number, memory = rememberedSeconds): void {
  const kept = Math.exp(-seconds / memory);
  rate.vehicles = rate.vehicles * kept + vehicles;
  rate.seconds = rate.seconds * kept + seconds;
}

/** Vehicles a second. */
export const rateOfArrival = ({ vehicles, seconds }: RateState): number =>
  (vehicles + priorRate * priorSeconds) / (seconds + priorSeconds);

/** Its standard deviation when vehicles come by chance, vehicles a second. */
export const deviationOfArrival = ({ vehicles, seconds }: RateState): number =>
  Math.sqrt(vehicles + priorRate * priorSeconds) / (seconds + priorSeconds);

interface Flows {
  readonly arrived: number;
  readonly left: number;
  /** Sent by signals upstream, and due in sight now. */
  readonly sent: number;
  readonly seconds: number;
  readonly isFree: boolean;
  readonly mayBeHeld: boolean;
}

/**
 * Takes up one interval: `arrived` vehicles came, `left` went, as counted or, where nothing counts, as expected;
 * `isFree` whether all its vehicles could leave, and had begun to, `mayBeHeld` whether one of them may hold the others.
 */
export function estimate(lane: Lane, state: LaneState, readings: LaneReadings, flows: Flows): void {
  const { arrived, left, sent, seconds } = flows;
  const counted = readings.advance !== undefined && readings.stop !== undefined;
  const before = state.vehicles;
  const arrival = rateOfArrival(state.arrived);
  state.variance += countVariance * (arrived + left) + (counted ? 0 : arrival * seconds);
  state.vehicles = Math.max(0, before + arrived - left);
  state.isSeen = readings.zone !== undefined;
  let entered = arrived;
  if (readings.zone !== undefined) {
    entered = Math.max(0, readings.zone.vehicles - before + left);
    see(lane, state, readings.zone);
  } else weigh(lane, state, readings, flows);
  // A full road lets in no more than it lets out: who is known to come joins the queue out of sight, however few enter.
  count(state.sent, sent, seconds);
  const others = Math.max(0, arrival - state.sent.vehicles / state.sent.seconds);
  const joined = sent + others * seconds;
  state.beyond = state.isFull || state.beyond > 0 ? Math.max(0, state.beyond + joined - entered) : 0;
  if (!state.isFull && state.vehicles < 0.4 * (lane.sightMeters / vehicleMeters)) state.beyond = 0;
}

/**
 * A zone sees what is there; only what is out of its sight stays unknown. Where roads join upstream, zones lie side by
 * side and are longer together than the way to the end of sight: all that they see comes to this lane.
 */
function see(lane: Lane, state: LaneState, zone: NonNullable<LaneReadings['zone']>): void {
  const scale = Math.max(1, lane.sightMeters / Math.max(1, zone.meters));
  state.vehicles = zone.vehicles * scale;
  state.variance = 0.25 + (scale - 1) * zone.vehicles;
  state.moving = Math.max(0, zone.vehicles - zone.halted) * scale;
  state.isFull = zone.jamMeters > 0.85 * zone.meters;
}

/** Counts drift. Loops that are long on, or are not, say where the queue ends. */
function weigh(
  lane: Lane,
  state: LaneState,
  { stop, advance }: LaneReadings,
  { arrived, left, seconds, isFree, mayBeHeld }: Flows,
): void {
  const travelSeconds = lane.sightMeters / Math.max(1, lane.speedMps);
  const recent = arrived * Math.min(1, travelSeconds / seconds);
  const capacity = Math.max(1, lane.sightMeters / vehicleMeters);
  const correct = (measured: number, variance: number): void => {
    const gain = state.variance / (state.variance + variance);
    state.vehicles += gain * (measured - state.vehicles);
    state.variance *= 1 - gain;
  };
  // Where one may hold all others, nobody at the stop bar does not say that there is no queue.
  if (stop !== undefined && !mayBeHeld) {
    const gone = !stop.isOn && stop.occupancy < passingOccupancy;
    const trickles =
      isFree && !stop.isOn && stop.occupancy < 0.3 && left < 0.5 * lane.saturationVps * seconds;
    // A queue may begin short of the loop for a moment, behind one who gives way or brakes; on free green it cannot.
    state.emptySeconds = gone ? state.emptySeconds + seconds : 0;
    const isSure = isFree || state.emptySeconds > emptyForSureSeconds;
    if (gone) correct(Math.min(state.vehicles, recent), isSure ? 0.2 : 8);
    else if (trickles) correct(Math.min(state.vehicles, recent), 1);
    else if (stop.isOn && state.vehicles < 1) correct(1, 0.1);
  }
  state.isFull = false;
  if (advance !== undefined) {
    if (advance.isOn && advance.occupancy > standingOccupancy) {
      state.isFull = true;
      if (state.vehicles < capacity) correct(capacity, 1);
    } else if (state.vehicles > capacity && advance.occupancy < 0.5) correct(capacity, 0.5);
  }
  state.moving = Math.min(state.vehicles, recent);
}
