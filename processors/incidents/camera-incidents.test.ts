import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { drive } from '#runtime/drive.ts';
import type { CameraObservation, ObservationKind } from '#schemas/generated/camera.observation.v1.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import { cameraObservations } from '#schemas/topics.ts';
import { cameraIncidents } from './camera-incidents.ts';

const begin = Date.UTC(2026, 4, 4, 7, 0);

const network = {
  cameras: new Map([
    ['north', { id: 'north' }],
    ['south', { id: 'south' }],
  ]),
  links: new Map([
    [
      'quay',
      {
        id: 'quay',
        name: 'Quay Street',
        district: 'harbour',
        geometry: [[10, 56] as const, [10, 56.002] as const],
      },
    ],
  ]),
} as unknown as Network;

function sighting(
  second: number,
  camera: string,
  confidencePermille: number,
  kind: ObservationKind,
  toStopBarMeters: number,
) {
  const event: CameraObservation = {
    site: 'S1',
    camera,
    sequence: second,
    at: begin + second * 1000,
    intervalSeconds: 10,
    lanes: [],
    observations: [
      {
        kind,
        link: 'quay',
        toStopBarMeters,
        confidencePermille,
        track: 7,
        plateToken: kind === 'illegalParking' ? 'f00d' : null,
      },
    ],
  };
  return { topic: cameraObservations, event };
}

/** One cell is 10 s: a digit is a sighting by the north camera, in tenths of confidence, `s` one by the south. */
function drawn(
  timeline: string,
  kind: ObservationKind = 'stoppedVehicle',
  metersOf = (_cell: number) => 60,
): string[] {
  const happenings = [...timeline].flatMap((cell, i) => {
    if (cell === '.') return [];
    return [
      sighting(
        i * 10,
        cell === 's' ? 'south' : 'north',
        cell === 's' ? 800 : Number(cell) * 100,
        kind,
        metersOf(i),
      ),
    ];
  });
  return drive(cameraIncidents, network, happenings, begin + timeline.length * 10_000).map(({ event }) => {
    const { at, status, confidencePermille, revision } = event as Incident;
    return `${(at - begin) / 1000} s: ${status} r${revision} ${confidencePermille}`;
  });
}

describe('incidents from cameras', () => {
  it('does not have what says nothing wait for its turn', () => {
    const idle = (confidencePermille: number): boolean | undefined =>
      cameraIncidents.isIdle?.(sighting(0, 'north', confidencePermille, 'debris', 10).event);
    expect([idle(499), idle(500)]).toEqual([true, false]);
    expect(
      cameraIncidents.isIdle?.({ ...sighting(0, 'north', 900, 'debris', 10).event, observations: [] }),
    ).toBe(true);
  });

  it('tells a stopped vehicle once it has stood for 20 s, and confirms it at the fourth sighting', () => {
    expect(drawn('7777')).toEqual(['20 s: detected r0 973', '30 s: confirmed r1 992']);
  });

  it('does not tell what one camera saw once', () => {
    expect(drawn('9...............')).toEqual([]);
  });

  it('never adds up sightings of low confidence', () => {
    expect(drawn('44444444444444444444')).toEqual([]);
  });

  it('is confirmed by a second camera at once', () => {
    expect(drawn('7.s')).toEqual(['20 s: detected r0 940', '20 s: confirmed r1 940']);
  });

  it('is resolved when no camera has seen it for two minutes, and ended when it was last seen', () => {
    const said = drawn(`777${'.'.repeat(16)}`);
    expect(said.at(-1)).toBe('150 s: resolved r1 973');
  });

  it('keeps two things apart that stand 100 m from one another', () => {
    const said = drawn('777777', 'stoppedVehicle', (cell) => (cell % 2 === 0 ? 20 : 120));
    expect(said.filter((line) => line.includes('detected'))).toHaveLength(2);
  });

  it('lets a van unload for a minute before it is illegal parking, and keeps the token of its plate', () => {
    expect(drawn('888888', 'illegalParking')).toEqual([]);
    const happenings = Array.from({ length: 8 }, (_, i) =>
      sighting(i * 10, 'north', 800, 'illegalParking', 60),
    );
    const [told] = drive(cameraIncidents, network, happenings, begin + 80_000);
    expect(told?.event).toMatchObject({ kind: 'illegalParking', plateToken: 'f00d', severity: 'minor' });
  });

  it('lies on the link, so far before the stop line as the camera says', () => {
    const [told] = drive(
      cameraIncidents,
      network,
      [sighting(0, 'north', 990, 'wrongWay', 60)],
      begin + 10_000,
    );
    const { latitude, longitude, text } = told!.event as Incident;
    expect(longitude).toBe(10);
    expect(latitude).toBeCloseTo(56.002 - 60 / 111_195, 6);
    expect(text).toBe('Vehicle driving the wrong way on Quay Street, 60 m before the stop line.');
  });

  it('refuses a camera and a link that are not in the tables', () => {
    const { event } = sighting(0, 'west', 900, 'debris', 5);
    expect(cameraIncidents.accepts?.(network, '', event)).toMatchObject({
      code: 'reference.unknown',
      field: 'camera',
    });
  });
});
