import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { minutes } from '#domain/time.ts';
import { drive, type Happening } from '#runtime/drive.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { DriverNotification } from '#schemas/generated/notification.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { driverSubscriptions, incidents, parkingForecasts, parkingStates } from '#schemas/topics.ts';
import { driverNotices } from './driver-notices.ts';

const begin = Date.UTC(2026, 4, 4, 7, 0);
const facility = (id: string, name: string, latitude: number) =>
  [id, { id, name, district: 'harbour', capacitySpaces: 100, position: [10, latitude] }] as const;
const network = {
  facilities: new Map([facility('quay', 'Quay garage', 56), facility('mill', 'Mill garage', 56.005)]),
} as unknown as Network;

// biome-ignore lint/suspicious/noExplicitAny: happenings of four topics
type Any = Happening<any>;

const state = (minute: number, id: string, freeSpaces: number): Any => {
  const event: ParkingState = {
    district: 'harbour',
    facility: id,
    at: begin + minutes(minute),
    windowStart: begin + minutes(minute - 1),
    windowSeconds: 60,
    revision: 0,
    capacitySpaces: 100,
    occupiedSpaces: 100 - freeSpaces,
    freeSpaces,
    entries: 0,
    exits: 0,
    driftSpaces: 0,
    method: 'gates',
    quality: 'observed',
    observedAt: null,
  };
  return { topic: parkingStates, event };
};

const forecast = (minute: number, id: string, spaceProbabilityPermille: number): Any => {
  const event: ParkingForecast = {
    district: 'harbour',
    facility: id,
    at: begin + minutes(minute),
    target: begin + minutes(minute + 15),
    horizonMinutes: 15,
    capacitySpaces: 100,
    freeSpaces: 10,
    lowSpaces: 0,
    highSpaces: 20,
    spaceProbabilityPermille,
    levelPermille: 900,
    coveragePermille: null,
    model: 'last-value',
    quality: 'forecast',
  };
  return { topic: parkingForecasts, event };
};

const subscribed = (minute: number, more: Partial<DriverSubscription> = {}): Any => ({
  topic: driverSubscriptions,
  event: {
    district: 'harbour',
    subscription: 'ann',
    sequence: minute,
    at: begin + minutes(minute),
    status: 'active',
    facility: 'quay',
    longitude: null,
    latitude: null,
    radiusMeters: 0,
    plateToken: null,
    expiresAt: begin + minutes(120),
    ...more,
  },
});

const incident = (minute: number, more: Partial<Incident>): Any => ({
  topic: incidents,
  event: {
    district: 'harbour',
    incident: 'flooding-under',
    at: begin + minutes(minute),
    revision: 0,
    kind: 'flooding',
    status: 'confirmed',
    severity: 'moderate',
    link: null,
    longitude: 10,
    latitude: 56.001,
    startedAt: begin,
    detectedAt: begin,
    endedAt: null,
    confidencePermille: 1000,
    sources: ['under'],
    text: '6 cm of water on the road at Mill underpass.',
    plateToken: null,
    ...more,
  },
});

const told = (...happenings: Any[]): string[] =>
  drive(driverNotices, network, happenings, begin + minutes(200)).map(({ event }) => {
    const { at, kind, basis, text } = event as DriverNotification;
    return `${(at - begin) / 60_000} min ${kind} (${basis}): ${text}`;
  });

describe('notices to drivers', () => {
  it('says at once that there will be a space, and what that rests on', () => {
    expect(told(state(1, 'quay', 40), subscribed(2))).toEqual([
      '2 min parkingLikely (sensor): Quay garage: 9 in 10 on arrival, 40 free now.',
    ]);
  });

  it('names a car park near by when the one asked for will be full, and links to it', () => {
    const happenings = [state(1, 'quay', 3), state(1, 'mill', 50), forecast(2, 'quay', 200), subscribed(3)];
    expect(told(...happenings)).toEqual([
      '3 min parkingUnlikely (forecast): Quay garage is likely to be full when you arrive. ' +
        'Mill garage has space, 550 m away.',
    ]);
    const [notice] = drive(driverNotices, network, happenings, begin + minutes(4));
    expect(notice?.event).toMatchObject({ url: 'geo:56.005000,10.000000', spaceProbabilityPermille: 200 });
  });

  it('says it again only when the answer has changed for good', () => {
    //                     chance by minute
    const chances = [900, 500, 700, 400, 250, 400, 550, 650];
    const happenings = chances.flatMap((chance, i) => [
      state(i + 1, 'quay', 30),
      forecast(i + 1, 'quay', chance),
    ]);
    const kinds = told(subscribed(0), ...happenings).map((line) => line.split(' ')[2]);
    expect(kinds).toEqual(['parkingLikely', 'parkingUnlikely', 'parkingLikely']);
  });

  it('says nothing from data that are old', () => {
    expect(told(state(1, 'quay', 40), subscribed(20))).toEqual([]);
  });

  it('says nothing more once the driver has ended it, or it has expired', () => {
    const ended = subscribed(2, { status: 'ended' });
    expect(told(subscribed(1), ended, state(3, 'quay', 40))).toEqual([]);
    expect(told(subscribed(1, { expiresAt: begin + minutes(2) }), state(5, 'quay', 40))).toEqual([]);
  });

  it('never says more than six things to one driver', () => {
    const happenings = Array.from({ length: 40 }, (_, i) => [
      state(i + 1, 'quay', 30),
      forecast(i + 1, 'quay', i % 2 === 0 ? 900 : 100),
    ]).flat();
    expect(told(subscribed(0), ...happenings)).toHaveLength(6);
  });

  it('warns once of a confirmed hazard near the place that the driver is bound for', () => {
    const bound = subscribed(0, { facility: null, longitude: 10, latitude: 56, radiusMeters: 500 });
    const far = incident(2, { incident: 'far', latitude: 56.1 });
    const again = incident(3, { revision: 1, severity: 'severe' });
    const unsure = incident(1, { incident: 'unsure', status: 'detected' });
    expect(told(bound, unsure, incident(2, {}), far, again)).toEqual([
      '2 min hazard (sensor): 6 cm of water on the road at Mill underpass. Expect delay.',
    ]);
  });

  it('tells only the owner that a vehicle is parked illegally, and where it could stand', () => {
    const seen = incident(3, {
      kind: 'illegalParking',
      severity: 'minor',
      plateToken: 'f00d',
      status: 'detected',
    });
    const asked = { facility: null };
    expect(told(state(1, 'mill', 50), subscribed(2, { ...asked, plateToken: 'f00d' }), seen)).toEqual([
      '3 min illegalParking (sensor): Your vehicle stands where parking is not allowed. Mill garage has space.',
    ]);
    expect(told(state(1, 'mill', 50), subscribed(2, { ...asked, plateToken: 'beef' }), seen)).toEqual([]);
  });
});
