/** What only the network can say of a raw event: whether what it speaks of exists, stands there and fits. */
import { readModelOf } from '#domain/forecast/model-file.ts';
import type { Network } from '#domain/network.ts';
import type { CameraObservation } from '#schemas/generated/camera.observation.v1.ts';
import type { CitizenReport } from '#schemas/generated/citizen.report.v1.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalEvents } from '#schemas/generated/signal.event.v1.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { isPlateToken } from './plates.ts';

/** Why the network refuses an event of a raw topic; undefined when it does not. */
export type Check = (topic: string, event: unknown) => Rejection | undefined;

interface Cabinet {
  readonly site: string;
  readonly channels: Set<number>;
}

/** The checks of all raw topics against one network. */
export function createChecks(network: Network): Check {
  const checks = checksAgainst(network);
  return (topic, event) => {
    const check = checks.get(topic);
    if (!check) throw new Error(`${topic} is not a raw topic; one of ${[...checks.keys()].join(', ')}`);
    return checkTexts(event as object) ?? check(event as never);
  };
}

function checksAgainst(network: Network): Map<string, (event: never) => Rejection | undefined> {
  const cabinets = cabinetsOf(network);
  const { links, cameras, detectors, zones, intersections, facilities, stations, districts } = network;

  const detectorFrame = (frame: DetectorFrame): Rejection | undefined => {
    const cabinet = cabinets.get(frame.cabinet);
    if (!cabinet) return unknown('cabinet', frame.cabinet, 'detector');
    if (frame.site !== cabinet.site) return elsewhere('site', frame.site, cabinet.site, frame.cabinet);
    const { detector, length } = frame.readings;
    for (let i = 0; i < length; i++)
      if (!cabinet.channels.has(detector[i] as number))
        return unknown(`readings[${i}].detector`, `${detector[i]} of cabinet ${frame.cabinet}`, 'detector');
    return undefined;
  };

  const cameraObservation = (seen: CameraObservation): Rejection | undefined => {
    const camera = cameras.get(seen.camera);
    if (!camera) return unknown('camera', seen.camera, 'camera');
    if (seen.site !== camera.site) return elsewhere('site', seen.site, camera.site, seen.camera);
    for (const [i, { link }] of seen.lanes.entries())
      if (!links.has(link)) return unknown(`lanes[${i}].link`, link, 'link');
    for (const [i, { link, plateToken }] of seen.observations.entries()) {
      if (!links.has(link)) return unknown(`observations[${i}].link`, link, 'link');
      if (!isTokenOrNone(plateToken)) return noToken(`observations[${i}].plateToken`);
    }
    return undefined;
  };

  const signalEvents = ({ intersection, site }: SignalEvents): Rejection | undefined => {
    const known = intersections.get(intersection);
    if (!known) return unknown('intersection', intersection, 'node');
    return site === known.site ? undefined : elsewhere('site', site, known.site, intersection);
  };

  const parkingEvent = ({ facility, occupiedSpaces }: ParkingEvent): Rejection | undefined => {
    const known = facilities.get(facility);
    if (!known) return unknown('facility', facility, 'parking');
    const { capacitySpaces } = known;
    if (occupiedSpaces === null || occupiedSpaces <= capacitySpaces) return undefined;
    const right = `0..${capacitySpaces} would be right, the capacity of ${facility}`;
    return reject('value.range', 'occupiedSpaces', `${occupiedSpaces}; ${right}`);
  };

  const environmentReading = ({ station }: EnvironmentReading): Rejection | undefined =>
    stations.has(station) ? undefined : unknown('station', station, 'station');

  const citizenReport = ({ district }: CitizenReport): Rejection | undefined =>
    districts.has(district) ? undefined : unknown('district', district, 'district');

  const driverSubscription = (said: DriverSubscription): Rejection | undefined => {
    const { district, facility } = said;
    if (!districts.has(district)) return unknown('district', district, 'district');
    if (!isTokenOrNone(said.plateToken)) return noToken('plateToken');
    if (facility === null) return checkPlace(said);
    const known = facilities.get(facility);
    if (!known) return unknown('facility', facility, 'parking');
    return district === known.district
      ? undefined
      : elsewhere('district', district, known.district, facility);
  };

  const signalAcknowledgement = (said: SignalAcknowledgement): Rejection | undefined => {
    const known = intersections.get(said.intersection);
    if (!known) return unknown('intersection', said.intersection, 'node');
    const { district } = known;
    return said.district === district
      ? undefined
      : elsewhere('district', said.district, district, said.intersection);
  };

  const signalStatus = (said: SignalStatus): Rejection | undefined => {
    const known = intersections.get(said.intersection);
    if (!known) return unknown('intersection', said.intersection, 'node');
    const { district, site, phases } = known;
    if (said.district !== district) return elsewhere('district', said.district, district, said.intersection);
    for (const field of ['green', 'next'] as const)
      for (const [i, phase] of said[field].entries())
        if (!phases.some(({ number }) => number === phase))
          return unknown(`${field}[${i}]`, `phase ${phase} of ${said.intersection}`, 'signal_timing_phase');
    for (const [i, { detector }] of said.loops.entries())
      if (detectors.get(detector)?.site !== site)
        return unknown(`loops[${i}].detector`, `${detector} at ${site}`, 'detector');
    for (const [i, { zone }] of said.zones.entries())
      if (zones.get(zone)?.site !== site) return unknown(`zones[${i}].zone`, `${zone} at ${site}`, 'zone');
    return undefined;
  };

  const forecastModel = ({ district, subject, name, model }: ForecastModel): Rejection | undefined => {
    if (!districts.has(district)) return unknown('district', district, 'district');
    const file = readModelOf(subject, model);
    if ('fault' in file) return reject('value.range', 'model', file.fault);
    if (file.model.name !== name)
      return reject('value.combination', 'name', `${shortened(name)}; ${file.model.name} would be right`);
    return undefined;
  };

  return new Map<string, (event: never) => Rejection | undefined>([
    ['detector.frame.v1', detectorFrame],
    ['camera.observation.v1', cameraObservation],
    ['signal.event.v1', signalEvents],
    ['parking.event.v1', parkingEvent],
    ['environment.reading.v1', environmentReading],
    ['citizen.report.v1', citizenReport],
    ['driver.subscription.v1', driverSubscription],
    ['signal.acknowledgement.v1', signalAcknowledgement],
    ['signal.status.v1', signalStatus],
    ['forecast.model.v1', forecastModel],
  ]);
}

function cabinetsOf(network: Network): Map<string, Cabinet> {
  const cabinets = new Map<string, Cabinet>();
  for (const { cabinet, site, channel } of network.detectors.values()) {
    const known = cabinets.get(cabinet) ?? { site, channels: new Set() };
    known.channels.add(channel);
    cabinets.set(cabinet, known);
  }
  return cabinets;
}

/** What people write may be longer than what names a thing. */
const writings = ['text', 'reason'];
const nameMost = 200;
const writingMost = 1000;

/** Names must say something, and nothing may be longer than a name or a citizen's words are. */
function checkTexts(event: object): Rejection | undefined {
  for (const [field, value] of Object.entries(event)) {
    if (typeof value !== 'string') continue;
    const isWriting = writings.includes(field);
    const most = isWriting ? writingMost : nameMost;
    const least = isWriting ? 0 : 1;
    if (value.length < least || value.length > most)
      return reject('value.range', field, `${value.length} characters; ${least}..${most} would be right`);
  }
  return undefined;
}

function checkPlace({ status, longitude, latitude }: DriverSubscription): Rejection | undefined {
  if ((longitude === null) !== (latitude === null))
    return reject(
      'value.combination',
      longitude === null ? 'longitude' : 'latitude',
      'half a place; longitude and latitude together would be right',
    );
  if (longitude === null && status === 'active')
    return reject('value.combination', 'facility', 'bound for nowhere; a facility or a place would be right');
  return undefined;
}

const isTokenOrNone = (token: string | null): boolean => token === null || isPlateToken(token);

/** Says nothing of what stood there: it may be a plate. */
const noToken = (field: string): Rejection =>
  reject(
    'value.range',
    field,
    'not a token; 32 hexadecimal digits would be right, or a plate in the field plate',
  );

const unknown = (field: string, id: string, table: string): Rejection =>
  reject(
    'reference.unknown',
    field,
    `${shortened(id)} is not in the ${table} table; a row there would be right`,
  );

const elsewhere = (field: string, said: string, right: string, of: string): Rejection =>
  reject('value.combination', field, `${shortened(said)}; ${right} would be right, where ${of} is`);

const shortened = (id: string): string => (id.length <= 60 ? id : `${id.slice(0, 60)}…`);
