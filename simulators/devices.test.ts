import { describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import type { CameraObservation } from '#schemas/generated/camera.observation.v1.ts';
import type { CitizenReport } from '#schemas/generated/citizen.report.v1.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { metersBetween } from './roads.ts';
import { createSimulation } from './simulation.ts';
import { createTestNetwork } from './test-network.ts';
import { planWeather } from './weather-plan.ts';

const network = createTestNetwork();
const startAt = Date.parse('2026-03-03T07:30:00+01:00');

/** Forty minutes of the morning, heard by topic, with the truth about them. */
function listen(seed: number) {
  const simulation = createSimulation({
    network,
    seed,
    startAt,
    warmUpSeconds: 300,
    intensity: 0.7,
    faults: [],
  });
  const heard = new Map<string, unknown[]>();
  for (let i = 0; i < 40 * 60; i++)
    for (const { topic, event } of simulation.advance())
      heard.set(topic.name, [...(heard.get(topic.name) ?? []), event]);
  const truth = simulation.drainTruth();
  return {
    cameras: heard.get('camera.observation.v1') as CameraObservation[],
    parking: heard.get('parking.event.v1') as ParkingEvent[],
    stations: heard.get('environment.reading.v1') as EnvironmentReading[],
    reports: (heard.get('citizen.report.v1') ?? []) as CitizenReport[],
    incidents: truth.flatMap((t) => (t.kind === 'incident' ? [t] : [])),
    parked: truth.flatMap((t) => (t.kind === 'parking' ? [t] : [])),
  };
}

const city = listen(7);

describe('cameras', () => {
  const seen = city.cameras.flatMap(({ at, observations }) => observations.map((o) => ({ at, ...o })));

  it('see most of what happens in view, again and again, with one track, where it is', () => {
    const inView = city.incidents.filter((t) => t.isInView && t.start < startAt + minutes(30));
    expect(inView.length).toBeGreaterThanOrEqual(2);
    for (const truth of inView) {
      const of = seen.filter(({ track }) => track === truth.incident);
      expect(of.length).toBeGreaterThan(3);
      expect(new Set(of.map(({ kind, link }) => `${kind} ${link}`))).toEqual(
        new Set([`${truth.what} ${truth.link}`]),
      );
      expect(of.every(({ at }) => at >= truth.start && at <= truth.end + minutes(1))).toBe(true);
    }
  });

  it('now and then see what is not there, and are unsure of it', () => {
    const ghosts = [7, 8, 9, 10]
      .map(listen)
      .flatMap(({ cameras, incidents }) =>
        cameras
          .flatMap(({ observations }) => observations)
          .filter(({ track }) => !incidents.some(({ incident }) => incident === track)),
      );
    expect(ghosts.length).toBeGreaterThan(0);
    expect(ghosts.every(({ confidencePermille }) => confidencePermille < 500)).toBe(true);
  });

  it('give a token for illegal parking and for nothing else, the same while it stands there', () => {
    for (const { kind, plateToken } of seen)
      if (kind === 'illegalParking' && plateToken !== null) expect(plateToken).toMatch(/^[0-9a-f]{32}$/);
      else expect([kind, plateToken]).toEqual([kind, null]);
    const tokens = seen
      .filter(({ kind }) => kind === 'illegalParking')
      .map(({ track, plateToken }) => `${track} ${plateToken}`);
    expect(new Set(tokens).size).toBe(new Set(tokens.map((token) => token.split(' ')[0])).size);
    expect(tokens.length).toBeGreaterThan(0);
  });
});

describe('car parks', () => {
  it('can be followed at the gates from the first count on, but for a few passages', () => {
    let occupied: number | undefined;
    for (const { facility, kind, occupiedSpaces } of city.parking) {
      if (facility !== 'P0') continue;
      if (kind === 'count' && occupied === undefined) occupied = occupiedSpaces!;
      else if (occupied !== undefined) occupied += kind === 'entry' ? 1 : kind === 'exit' ? -1 : 0;
    }
    const last = city.parked.filter(({ facility }) => facility === 'P0').at(-1)!;
    expect(Math.abs(occupied! - last.occupiedSpaces)).toBeLessThanOrEqual(4);
    expect(last.entries).toBeGreaterThanOrEqual(0);
  });

  it('with sensors tell the state of every space, and then each change', () => {
    const taken = new Map<string, boolean>();
    for (const { facility, kind, space } of city.parking)
      if (facility === 'P1' && space !== null) taken.set(space, kind === 'spaceOn');
    const last = city.parked.filter(({ facility }) => facility === 'P1').at(-1)!;
    expect(taken.size).toBe(last.capacitySpaces);
    expect([...taken.values()].filter((on) => on).length).toBe(last.occupiedSpaces);
  });
});

describe('the weather', () => {
  it('is the same for the same seed, and rains on every station in turn', () => {
    const plan = planWeather(network, 7, 0, startAt);
    expect(planWeather(network, 7, 0, startAt)).toEqual(plan);
    expect(planWeather(network, 8, 0, startAt)).not.toEqual(plan);
    const peaks = plan.stations.map(({ rainMillimetersPerHour: rain }) => rain.indexOf(Math.max(...rain)));
    expect(new Set(peaks).size).toBeGreaterThan(1);
    expect(plan.episodes.map(({ what }) => what)).toEqual(['rain', 'fog', 'ice']);
  });

  it('puts water on the road where the truth says so, and the station measures it', () => {
    const flood = city.incidents.find(({ what }) => what === 'flooding')!;
    expect(flood.start).toBeLessThan(startAt + minutes(10));
    const station = [...network.stations.values()].find(({ link }) => link === flood.link)!;
    const during = city.stations.filter(
      (r) => r.station === station.id && r.at >= flood.start + minutes(1) && r.at < flood.end,
    );
    expect(during.length).toBeGreaterThan(10);
    expect(during.every(({ waterLevelMillimeters }) => waterLevelMillimeters! > 40)).toBe(true);
  });
});

describe('citizens', () => {
  it('report some of what happens, near where it is and after it began', () => {
    const of = city.reports.filter(({ category }) => category === 'flooding' || category === 'accident');
    expect(of.length).toBeGreaterThan(0);
    for (const { longitude, latitude, at } of of) {
      const near = city.incidents.filter((t) => metersBetween(t.position, [longitude, latitude]) < 120);
      expect(near.some(({ start, end }) => start < at && at < end)).toBe(true);
    }
  });
});
