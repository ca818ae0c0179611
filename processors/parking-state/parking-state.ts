import type { DistrictId, Network, ParkingFacility } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Owned, Processor } from '#runtime/processor.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { OccupancyMethod, ParkingState, Quality } from '#schemas/generated/parking.state.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { parkingEvents, parkingStates } from '#schemas/topics.ts';

const windowLength = minutes(1);
const revisionBound = minutes(15);

/** Counts come every half hour at best; one that is older than one and a half periods is stale. */
const countStaleAfter = minutes(45);
/** Gates and space sensors are silent while nobody moves, so only a long silence says something. */
const gatesStaleAfter = minutes(120);

interface Window {
  readonly entries: number;
  readonly exits: number;
  readonly occupiedSpaces: number | null;
  readonly revision: number;
}

interface Facility {
  readonly id: string;
  readonly district: DistrictId;
  readonly capacitySpaces: number;
  /** Vehicles inside as integrated; may leave 0..capacity until the next count says how far it was off. */
  inside: number | null;
  readonly takenSpaces: Set<string>;
  method: OccupancyMethod;
  driftSpaces: number;
  countedAt: EventTime | null;
  observedAt: EventTime | null;
  entries: number;
  exits: number;
  /** Windows that may still be revised, by start. */
  readonly closed: Map<EventTime, Window>;
}

type State = Map<string, Facility>;

/**
 * Measures how full each parking facility is, minute by minute.
 *
 * Gates are integrated from the last absolute count, N(t) = N0 + entries - exits; what the next count finds
 * otherwise is published as drift. Until there is a count, a facility with gates is missing, not empty. Space
 * sensors are added up. The published number is held within 0..capacity.
 */
export const parkingState: Processor<ParkingEvent, State> = {
  name: 'parking-state',
  stateVersion: 1,
  reads: [parkingEvents],
  writes: [parkingStates],
  lateness: seconds(10),
  revisionBound,
  tick: windowLength,
  initial,
  step,
  accepts,
};

function initial(network: Network, owned: Owned): State {
  const state: State = new Map();
  for (const facility of network.facilities.values())
    if (owned(facility.id)) state.set(facility.id, silent(facility));
  return state;
}

const silent = ({ id, district, capacitySpaces }: ParkingFacility): Facility => ({
  id,
  district,
  capacitySpaces,
  inside: null,
  takenSpaces: new Set(),
  method: 'none',
  driftSpaces: 0,
  countedAt: null,
  observedAt: null,
  entries: 0,
  exits: 0,
  closed: new Map(),
});

function accepts(network: Network, _topic: string, event: ParkingEvent): Rejection | undefined {
  const facility = network.facilities.get(event.facility);
  if (!facility)
    return reject('reference.unknown', 'facility', `${event.facility} is not in the parking table`);
  if ((event.occupiedSpaces ?? 0) > facility.capacitySpaces)
    return reject(
      'value.range',
      'occupiedSpaces',
      `${event.occupiedSpaces}; 0..${facility.capacitySpaces} would be right`,
    );
  return undefined;
}

function step(state: State, input: Input<ParkingEvent>, emit: Emit): void {
  if (input.kind === 'watermark') {
    for (const facility of state.values()) close(facility, input.at, emit);
    return;
  }
  const facility = state.get(input.event.facility);
  if (!facility) return;
  if (input.kind === 'event') take(facility, input.event);
  else revise(facility, input.event, input.at, emit);
}

function take(facility: Facility, event: ParkingEvent): void {
  facility.observedAt = event.at;
  if (event.kind === 'count') count(facility, event);
  else if (event.kind === 'entry' || event.kind === 'exit') {
    const change = event.kind === 'entry' ? 1 : -1;
    if (change === 1) facility.entries++;
    else facility.exits++;
    if (facility.inside !== null && facility.method !== 'spaces') facility.inside += change;
    if (facility.method === 'count') facility.method = 'gates';
  } else {
    const space = event.space as string;
    if (event.kind === 'spaceOn') facility.takenSpaces.add(space);
    else facility.takenSpaces.delete(space);
    facility.method = 'spaces';
    facility.inside = facility.takenSpaces.size;
  }
}

function count(facility: Facility, event: ParkingEvent): void {
  const counted = event.occupiedSpaces as number;
  if (facility.inside !== null && facility.method === 'gates')
    facility.driftSpaces = counted - facility.inside;
  if (facility.method !== 'spaces') facility.inside = counted;
  if (facility.method === 'none') facility.method = facility.entries + facility.exits > 0 ? 'gates' : 'count';
  facility.countedAt = event.at;
}

/** A late passage of the gate counts in its own minute; in the number inside only if no count has come since. */
function revise(facility: Facility, event: ParkingEvent, at: EventTime, emit: Emit): void {
  const start = floorTo(event.at, windowLength);
  const window = facility.closed.get(start);
  if (window === undefined || (event.kind !== 'entry' && event.kind !== 'exit')) return;
  const change = event.kind === 'entry' ? 1 : -1;
  const counts = facility.countedAt === null || facility.countedAt < event.at;
  if (counts && facility.inside !== null && facility.method === 'gates') facility.inside += change;
  const revised: Window = {
    entries: window.entries + (change === 1 ? 1 : 0),
    exits: window.exits + (change === -1 ? 1 : 0),
    occupiedSpaces:
      window.occupiedSpaces === null || !counts
        ? window.occupiedSpaces
        : within(window.occupiedSpaces + change, facility),
    revision: window.revision + 1,
  };
  facility.closed.set(start, revised);
  emit(parkingStates, stateOf(facility, start, revised, at));
}

function close(facility: Facility, at: EventTime, emit: Emit): void {
  const start = at - windowLength;
  const { entries, exits, inside } = facility;
  const window: Window = {
    entries,
    exits,
    occupiedSpaces: inside === null ? null : within(inside, facility),
    revision: 0,
  };
  facility.entries = 0;
  facility.exits = 0;
  facility.closed.set(start, window);
  facility.closed.delete(start - revisionBound - windowLength);
  emit(parkingStates, stateOf(facility, start, window, at));
}

const within = (spaces: number, { capacitySpaces }: Facility): number =>
  Math.min(Math.max(spaces, 0), capacitySpaces);

const stateOf = (
  facility: Facility,
  windowStart: EventTime,
  window: Window,
  at: EventTime,
): ParkingState => ({
  district: facility.district,
  facility: facility.id,
  at,
  windowStart,
  windowSeconds: windowLength / 1000,
  revision: window.revision,
  capacitySpaces: facility.capacitySpaces,
  occupiedSpaces: window.occupiedSpaces,
  freeSpaces: window.occupiedSpaces === null ? null : facility.capacitySpaces - window.occupiedSpaces,
  entries: window.entries,
  exits: window.exits,
  driftSpaces: facility.driftSpaces,
  method: facility.method,
  quality: window.occupiedSpaces === null ? 'missing' : qualityAt(facility, at),
  observedAt: facility.observedAt,
});

function qualityAt({ method, observedAt }: Facility, at: EventTime): Quality {
  const limit = method === 'count' ? countStaleAfter : gatesStaleAfter;
  return observedAt === null || at - observedAt > limit ? 'stale' : 'observed';
}
