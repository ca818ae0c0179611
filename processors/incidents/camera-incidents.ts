import type { LinkId, Network, SiteId } from '#domain/network.ts';
import { pointBeforeEnd } from '#domain/place.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type {
  CameraObservation,
  Observation,
  ObservationKind,
} from '#schemas/generated/camera.observation.v1.ts';
import type { IncidentSeverity } from '#schemas/generated/incident.v1.ts';
import { NameNumbers } from '#schemas/name-numbers.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { cameraObservations, incidents } from '#schemas/topics.ts';
import { atLeast, change, type OpenIncident, open } from './life.ts';

/** Below this a sighting counts for nothing. Permille. */
const sightingFloor = 500;
/** One sighting this sure is enough to be told. Permille. */
const certain = 950;
/** Sightings of one object that confirm what was detected. */
const confirmingSightings = 4;
/** An object that no camera has seen for so long is gone. */
const goneAfter = minutes(2);
/** Two sightings on one link within this distance are of one incident. Metres. */
const sameWithinMeters = 40;

/** How long something must be seen before it is told: a van that unloads is not yet an incident. */
const persistence: Readonly<Record<ObservationKind, number>> = {
  stoppedVehicle: seconds(20),
  wrongWay: 0,
  pedestrianOnRoad: seconds(10),
  debris: seconds(20),
  illegalParking: seconds(60),
  smoke: 0,
};

const severityOf: Readonly<Record<ObservationKind, IncidentSeverity>> = {
  stoppedVehicle: 'moderate',
  wrongWay: 'severe',
  pedestrianOnRoad: 'severe',
  debris: 'moderate',
  illegalParking: 'minor',
  smoke: 'severe',
};

const words: Readonly<Record<ObservationKind, string>> = {
  stoppedVehicle: 'Stopped vehicle',
  wrongWay: 'Vehicle driving the wrong way',
  pedestrianOnRoad: 'Pedestrian on the road',
  debris: 'Debris on the road',
  illegalParking: 'Illegally parked vehicle',
  smoke: 'Smoke',
};

/**
 * Something that the cameras of one site see on a link, told or not yet. Sites are kept apart, since another one's
 * cameras may be in another partition.
 */
interface Sighted {
  readonly site: SiteId;
  readonly kind: ObservationKind;
  readonly link: LinkId;
  readonly toStopBarMeters: number;
  readonly since: EventTime;
  last: EventTime;
  sightings: number;
  /** 1000 times the chance that all sightings so far were false, were they independent. */
  doubtPermille: number;
  cameras: string[];
  plateToken: string | null;
  incident: OpenIncident | null;
}

interface State {
  /** By link, so that a sighting is compared with few others however large the city is. */
  readonly sighted: Map<LinkId, Sighted[]>;
}

/**
 * Makes incidents of what cameras see. A thing is told once it has been seen twice or by a sure camera for as
 * long as its kind asks, is confirmed by more sightings or a second camera, and is resolved when no camera
 * has seen it for two minutes. Low-confidence sightings never add up to an incident.
 */
export const cameraIncidents: Processor<CameraObservation, State> = {
  name: 'camera-incidents',
  stateVersion: 2,
  reads: [cameraObservations],
  writes: [incidents],
  isAwaited: true,
  lateness: seconds(10),
  revisionBound: 0,
  tick: seconds(30),
  initial: () => ({ sighted: new Map() }),
  step,
  accepts,
  isIdle: ({ observations }) =>
    observations.every(({ confidencePermille }) => confidencePermille < sightingFloor),
};

/** Made once for each network: it is asked about every observation. */
const camerasOfNetwork = new WeakMap<Network, NameNumbers>();

function camerasOf(network: Network): NameNumbers {
  let cameras = camerasOfNetwork.get(network);
  if (cameras === undefined) {
    cameras = new NameNumbers(network.cameras.keys());
    camerasOfNetwork.set(network, cameras);
  }
  return cameras;
}

function accepts(network: Network, _topic: string, event: CameraObservation): Rejection | undefined {
  if (camerasOf(network).find(event.camera) < 0)
    return reject('reference.unknown', 'camera', `${event.camera} is not in the camera table`);
  for (const { link } of event.observations)
    if (!network.links.has(link))
      return reject('reference.unknown', 'observations[].link', `${link} is not in the link table`);
  return undefined;
}

function step(state: State, input: Input<CameraObservation>, emit: Emit, network: Network): void {
  if (input.kind === 'watermark') {
    letGo(state, input.at, emit);
    return;
  }
  for (const observation of input.event.observations)
    if (observation.confidencePermille >= sightingFloor)
      tell(network, see(state, input.event, observation), observation, input.at, emit);
}

/** Resolves what no camera has seen for a while. */
function letGo({ sighted }: State, at: EventTime, emit: Emit): void {
  for (const [link, all] of sighted) {
    const seen = all.filter(({ last }) => at - last <= goneAfter);
    if (seen.length === all.length) continue;
    for (const { incident, last } of all)
      if (at - last > goneAfter && incident)
        change(incident, at, { status: 'resolved', endedAt: last }, emit);
    if (seen.length > 0) sighted.set(link, seen);
    else sighted.delete(link);
  }
}

function see({ sighted }: State, { site, camera, at }: CameraObservation, observation: Observation): Sighted {
  const { kind, link, toStopBarMeters, confidencePermille, plateToken } = observation;
  const others = sighted.get(link) ?? [];
  const known = others.find(
    (seen) =>
      seen.site === site &&
      seen.kind === kind &&
      Math.abs(seen.toStopBarMeters - toStopBarMeters) <= sameWithinMeters,
  );
  if (known === undefined) {
    const doubtPermille = 1000 - confidencePermille;
    const first: Sighted = {
      site,
      kind,
      link,
      toStopBarMeters,
      since: at,
      last: at,
      sightings: 1,
      doubtPermille,
      cameras: [camera],
      plateToken,
      incident: null,
    };
    others.push(first);
    sighted.set(link, others);
    return first;
  }
  known.last = at;
  known.sightings++;
  known.doubtPermille = Math.trunc((known.doubtPermille * (1000 - confidencePermille)) / 1000);
  if (!known.cameras.includes(camera)) known.cameras = [...known.cameras, camera].sort();
  known.plateToken ??= plateToken;
  return known;
}

function tell(
  network: Network,
  seen: Sighted,
  { confidencePermille }: Observation,
  at: EventTime,
  emit: Emit,
): void {
  const sure = seen.sightings >= 2 || confidencePermille >= certain;
  if (seen.incident === null) {
    if (!sure || at - seen.since < persistence[seen.kind]) return;
    seen.incident = open(at, fieldsOf(network, seen), emit);
  }
  const confirmed = seen.sightings >= confirmingSightings || seen.cameras.length > 1;
  const status = confirmed ? atLeast(seen.incident.status, 'confirmed') : seen.incident.status;
  // Only a step in its life is worth telling again; a little more confidence is not.
  if (status !== seen.incident.status)
    change(
      seen.incident,
      at,
      { status, sources: seen.cameras, confidencePermille: 1000 - seen.doubtPermille },
      emit,
    );
}

function fieldsOf(network: Network, seen: Sighted): Parameters<typeof open>[1] {
  const link = network.links.get(seen.link)!;
  const [longitude, latitude] = pointBeforeEnd(link.geometry, seen.toStopBarMeters);
  return {
    district: link.district,
    incident: `${seen.kind}-${seen.site}-${seen.link}-${seen.since}`,
    kind: seen.kind,
    status: 'detected',
    severity: severityOf[seen.kind],
    link: seen.link,
    longitude,
    latitude,
    startedAt: seen.since,
    confidencePermille: 1000 - seen.doubtPermille,
    sources: seen.cameras,
    text: `${words[seen.kind]} on ${link.name}, ${seen.toStopBarMeters} m before the stop line.`,
    plateToken: seen.plateToken,
  };
}
