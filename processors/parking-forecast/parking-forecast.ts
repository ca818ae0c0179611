import { profileSlot, quartersADay } from '#domain/local-time.ts';
import type { DistrictId, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { parkingForecasts, parkingStates } from '#schemas/topics.ts';
import { createErrors, type Errors, interval, note, spaceProbability } from './errors.ts';

const tick = minutes(5);
const levelPermille = 900;
/** Nothing is said from a state older than this. */
const staleAfter = minutes(20);
/** A quarter of an hour moves its slot of the profile by one part in so many. */
const profileShare = 3;
const unknown = -1;

/**
 * Horizons, and how far off the last value is before a facility has errors of its own to go by: 1.645 times the
 * mean absolute error of the last value in the Birmingham car parks (3.7 and 7.1 points of capacity at 30 and 60
 * minutes), halved again for 15.
 */
const horizons: readonly { readonly minutes: number; readonly priorPermille: number }[] = [
  { minutes: 15, priorPermille: 31 },
  { minutes: 30, priorPermille: 61 },
  { minutes: 60, priorPermille: 117 },
];

interface Issued {
  readonly target: EventTime;
  readonly horizon: number;
  /** Permille of capacity. */
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
}

interface Facility {
  readonly district: DistrictId;
  readonly capacitySpaces: number;
  /** Mean occupancy by slot of the weekly profile, permille of capacity; -1 where never seen. */
  readonly profile: Int32Array;
  /** The quarter of an hour that is being averaged for the profile. */
  quarter: { slot: number; sumPermille: number; count: number };
  seenAt: EventTime;
  /** Permille of capacity; -1 when not known. */
  occupancyPermille: number;
  pending: Issued[];
  readonly errors: Errors[];
}

type State = Map<string, Facility>;

/**
 * Says how full each car park will be in 15, 30 and 60 minutes, and how likely a space is on arrival: the last
 * occupancy moved by what the weekly profile does between now and then; where the profile is not yet known, the
 * last occupancy. The interval and the chance of a space come from the errors that it has really made.
 */
export const parkingForecast: Processor<ParkingState, State> = {
  name: 'parking-forecast',
  stateVersion: 2,
  reads: [parkingStates],
  writes: [parkingForecasts],
  lateness: 0,
  revisionBound: 0,
  tick,
  initial: () => new Map(),
  step,
};

function step(state: State, input: Input<ParkingState>, emit: Emit, network: Network): void {
  if (input.kind !== 'watermark') {
    take(state, input.event, network.timeZone);
    return;
  }
  for (const [id, facility] of state) {
    score(facility, input.at);
    for (const [i] of horizons.entries())
      emit(parkingForecasts, issue(id, facility, i, input.at, network.timeZone));
  }
}

function take(state: State, event: ParkingState, timeZone: string): void {
  const { facility: id, district, capacitySpaces, windowStart, windowSeconds, occupiedSpaces } = event;
  const facility = state.get(id) ?? {
    district,
    capacitySpaces,
    profile: new Int32Array(2 * quartersADay).fill(unknown),
    quarter: { slot: unknown, sumPermille: 0, count: 0 },
    seenAt: Number.NEGATIVE_INFINITY,
    occupancyPermille: unknown,
    pending: [],
    errors: horizons.map(() => createErrors()),
  };
  state.set(id, facility);
  const end = windowStart + windowSeconds * 1000;
  if (occupiedSpaces === null || event.quality !== 'observed' || end < facility.seenAt) return;
  const permille = Math.round((1000 * occupiedSpaces) / Math.max(1, capacitySpaces));
  facility.seenAt = end;
  facility.occupancyPermille = permille;
  learn(facility, profileSlot(windowStart, timeZone), permille);
}

/** Adds one minute to the quarter of an hour; a quarter that is over moves its slot of the profile. */
function learn(facility: Facility, slot: number, permille: number): void {
  const { quarter, profile } = facility;
  if (quarter.slot !== slot && quarter.count > 0) {
    const mean = Math.round(quarter.sumPermille / quarter.count);
    const before = profile[quarter.slot]!;
    profile[quarter.slot] = before === unknown ? mean : before + Math.trunc((mean - before) / profileShare);
  }
  if (quarter.slot !== slot) facility.quarter = { slot, sumPermille: 0, count: 0 };
  facility.quarter.sumPermille += permille;
  facility.quarter.count++;
}

/** Compares what was foretold for now with what is. */
function score(facility: Facility, at: EventTime): void {
  const fresh = at - facility.seenAt <= tick && facility.occupancyPermille !== unknown;
  facility.pending = facility.pending.filter((issued) => {
    if (issued.target > at) return true;
    if (fresh && issued.target === at)
      note(
        facility.errors[issued.horizon]!,
        facility.occupancyPermille - issued.predicted,
        facility.occupancyPermille >= issued.low && facility.occupancyPermille <= issued.high,
      );
    return false;
  });
}

function issue(
  id: string,
  facility: Facility,
  horizon: number,
  at: EventTime,
  timeZone: string,
): ParkingForecast {
  const { minutes: horizonMinutes, priorPermille } = horizons[horizon]!;
  const { capacitySpaces, district } = facility;
  const target = at + minutes(horizonMinutes);
  const common = { district, facility: id, at, target, horizonMinutes, capacitySpaces, levelPermille };
  const errors = facility.errors[horizon]!;
  const coveragePermille = errors.coveragePermille;
  if (facility.occupancyPermille === unknown || at - facility.seenAt > staleAfter)
    return {
      ...common,
      freeSpaces: null,
      lowSpaces: null,
      highSpaces: null,
      spaceProbabilityPermille: null,
      coveragePermille,
      model: 'none',
      quality: 'missing',
    };
  const now = facility.profile[profileSlot(at, timeZone)]!;
  const then = facility.profile[profileSlot(target, timeZone)]!;
  const profiled = now !== unknown && then !== unknown;
  const predicted = clamp(facility.occupancyPermille + (profiled ? then - now : 0));
  const { below, above } = interval(errors, levelPermille, priorPermille);
  const [low, high] = [clamp(predicted - below), clamp(predicted + above)];
  facility.pending.push({ target, horizon, predicted, low, high });
  const free = (permille: number): number => Math.round(((1000 - permille) * capacitySpaces) / 1000);
  return {
    ...common,
    freeSpaces: free(predicted),
    lowSpaces: free(high),
    highSpaces: free(low),
    spaceProbabilityPermille: spaceProbability(errors, predicted, capacitySpaces, priorPermille),
    coveragePermille,
    model: profiled ? 'last-plus-profile' : 'last-value',
    quality: 'forecast',
  };
}

const clamp = (permille: number): number => Math.min(1000, Math.max(0, permille));
