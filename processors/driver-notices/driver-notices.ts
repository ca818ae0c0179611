import type { Network, ParkingFacility, Position } from '#domain/network.ts';
import { distanceMeters } from '#domain/place.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { DriverNotification } from '#schemas/generated/notification.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import {
  driverNotifications,
  driverSubscriptions,
  incidents,
  parkingForecasts,
  parkingStates,
} from '#schemas/topics.ts';
import { bestNear, outlook, type Prospect, prospectOf } from './prospect.ts';

/** A space is likely above, unlikely below; between the two nothing new is said. Permille. */
const likely = 600;
const unlikely = 300;
/** More would be a nuisance: notices to one subscription in all. */
const noticesAtMost = 6;
/** A notice about a car park is worthless after the horizon that it speaks of. */
const parkingHorizon = minutes(15);
/** How far a driver would walk from a car park that is named instead. Metres. */
const walkMeters = 1200;

type Heard = ParkingState | ParkingForecast | Incident | DriverSubscription;

interface Subscribed {
  readonly subscription: DriverSubscription;
  /** What was last said of the car park. */
  said: 'nothing' | 'likely' | 'unlikely';
  /** Incidents that it was told of. */
  readonly toldOf: Set<string>;
  notices: number;
}

interface State {
  readonly subscribed: Map<string, Subscribed>;
  readonly prospects: Map<string, Prospect>;
  readonly open: Map<string, Incident>;
}

/**
 * Tells drivers who asked: whether the car park that they are bound for will have a space, with another near by
 * when it will not; hazards near their place; and, when their own vehicle was seen parked illegally, where it
 * could stand. Never from stale data, not again until the answer changes, at most six times.
 */
export const driverNotices: Processor<Heard, State> = {
  name: 'driver-notices',
  stateVersion: 1,
  reads: [parkingStates, parkingForecasts, incidents, driverSubscriptions],
  writes: [driverNotifications],
  isAwaited: true,
  lateness: 0,
  revisionBound: minutes(60),
  tick: minutes(1),
  initial: () => ({ subscribed: new Map(), prospects: new Map(), open: new Map() }),
  step,
};

function step(state: State, input: Input<Heard>, emit: Emit, network: Network): void {
  if (input.kind === 'watermark') {
    for (const [id, { subscription }] of state.subscribed)
      if (subscription.expiresAt <= input.at) state.subscribed.delete(id);
    return;
  }
  const { event, at } = input;
  const tell = (to: Subscribed, notice: Notice): void => notify(to, notice, at, emit);
  if ('subscription' in event) subscribe(state, event, at, network, tell);
  else if ('incident' in event) hear(state, event, at, network, tell);
  else {
    state.prospects.set(event.facility, prospectOf(state.prospects.get(event.facility), event));
    for (const to of state.subscribed.values())
      if (to.subscription.facility === event.facility) adviseParking(state, to, at, network, tell);
  }
}

type Notice = Pick<DriverNotification, 'kind' | 'text' | 'basis' | 'expiresAt'> &
  Partial<Pick<DriverNotification, 'facility' | 'incident' | 'spaceProbabilityPermille' | 'url'>>;
type Tell = (to: Subscribed, notice: Notice) => void;

function subscribe(
  state: State,
  subscription: DriverSubscription,
  at: EventTime,
  network: Network,
  tell: Tell,
): void {
  const { subscription: id, status, expiresAt } = subscription;
  if (status === 'ended' || expiresAt <= at) {
    state.subscribed.delete(id);
    return;
  }
  if (state.subscribed.has(id)) return;
  const to: Subscribed = { subscription, said: 'nothing', toldOf: new Set(), notices: 0 };
  state.subscribed.set(id, to);
  adviseParking(state, to, at, network, tell);
  for (const incident of state.open.values()) adviseIncident(state, to, incident, at, network, tell);
}

function hear(state: State, incident: Incident, at: EventTime, network: Network, tell: Tell): void {
  if (incident.status === 'resolved' || incident.status === 'reviewed') {
    state.open.delete(incident.incident);
    return;
  }
  state.open.set(incident.incident, incident);
  for (const to of state.subscribed.values()) adviseIncident(state, to, incident, at, network, tell);
}

/** Says whether there will be a space, once the answer has crossed the threshold on the other side. */
function adviseParking(state: State, to: Subscribed, at: EventTime, network: Network, tell: Tell): void {
  const { district } = to.subscription;
  const facility = network.facilities.get(to.subscription.facility ?? '');
  const expected = facility && outlook(state.prospects.get(facility.id), at);
  if (!facility || !expected) return;
  const chance = expected.spaceProbabilityPermille;
  const expiresAt = at + parkingHorizon;
  const common = {
    facility: facility.id,
    spaceProbabilityPermille: chance,
    basis: expected.basis,
    expiresAt,
  };
  if (chance >= likely && to.said !== 'likely') {
    to.said = 'likely';
    const text = `${facility.name}: ${inTen(chance)} on arrival, ${expected.freeSpaces} free now.`;
    tell(to, { ...common, kind: 'parkingLikely', text, url: geo(facility.position) });
  } else if (chance <= unlikely && to.said !== 'unlikely') {
    to.said = 'unlikely';
    const other = bestNear(
      network,
      district,
      state.prospects,
      facility.position,
      walkMeters,
      likely,
      at,
      facility.id,
    );
    const instead = other ? ` ${other.name} has space, ${walk(facility, other.position)} away.` : '';
    const text = `${facility.name} is likely to be full when you arrive.${instead}`;
    tell(to, { ...common, kind: 'parkingUnlikely', text, ...(other ? { url: geo(other.position) } : {}) });
  }
}

function adviseIncident(
  state: State,
  to: Subscribed,
  incident: Incident,
  at: EventTime,
  network: Network,
  tell: Tell,
): void {
  const { district, plateToken, longitude, latitude, radiusMeters } = to.subscription;
  // Incidents of other districts are here only by the chance of sharing a partition.
  if (incident.district !== district || to.toldOf.has(incident.incident)) return;
  const place: Position = [incident.longitude, incident.latitude];
  const expiresAt = at + minutes(60);
  const common = { incident: incident.incident, basis: 'sensor' as const, expiresAt };
  if (incident.kind === 'illegalParking') {
    if (plateToken === null || plateToken !== incident.plateToken) return;
    to.toldOf.add(incident.incident);
    const near = bestNear(network, district, state.prospects, place, walkMeters, likely, at);
    const instead = near ? ` ${near.name} has space.` : '';
    const text = `Your vehicle stands where parking is not allowed.${instead}`;
    tell(to, {
      ...common,
      kind: 'illegalParking',
      text,
      ...(near ? { facility: near.id, url: geo(near.position) } : {}),
    });
    return;
  }
  if (
    longitude === null ||
    latitude === null ||
    incident.severity === 'minor' ||
    incident.status === 'detected'
  )
    return;
  if (distanceMeters([longitude, latitude], place) > radiusMeters) return;
  to.toldOf.add(incident.incident);
  tell(to, { ...common, kind: 'hazard', text: `${incident.text} Expect delay.` });
}

function notify(to: Subscribed, notice: Notice, at: EventTime, emit: Emit): void {
  if (to.notices >= noticesAtMost) return;
  const { subscription: id, district } = to.subscription;
  const notification: DriverNotification = {
    district,
    notification: `${id}-${to.notices}`,
    subscription: id,
    at,
    facility: null,
    incident: null,
    spaceProbabilityPermille: null,
    url: null,
    ...notice,
  };
  to.notices++;
  emit(driverNotifications, notification);
}

const inTen = (permille: number): string => `${Math.min(9, Math.max(1, Math.round(permille / 100)))} in 10`;
const walk = (facility: ParkingFacility, to: Position): string =>
  `${Math.round(distanceMeters(facility.position, to) / 50) * 50} m`;
const geo = ([longitude, latitude]: Position): string => `geo:${latitude.toFixed(6)},${longitude.toFixed(6)}`;
