/** What the devices of the city say: a handful of seconds of each, which are sent again and again. */
import type { Network } from '#domain/network.ts';
import type { CameraObservation, Observation } from '#schemas/generated/camera.observation.v1.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { SignalEvents } from '#schemas/generated/signal.event.v1.ts';
import { createRandom, type Random } from '#simulators/random.ts';
import { sequenceAtFirst, timeAtFirst } from './batch.ts';
import {
  approachId,
  cabinetId,
  cameraHeading,
  cameraId,
  cameraSeconds,
  cycleSeconds,
  frameSeconds,
  intersectionId,
  offsetOf,
  siteId,
  splits,
} from './city.ts';

const common = { sequence: sequenceAtFirst, at: timeAtFirst } as const;

/** What is seen of traffic changes from one frame to the next, so often, and then is the same again. */
export const framesKnown = 16;
export const observationsKnown = 2;
export const countsKnown = 3;

/** Chance of a vehicle in a second and lane, and speed in 0.1 km/h: a third of the sites is at times congested. */
function trafficAt(site: number, isRush: boolean): { flow: number; speed: number } {
  const isCongested = isRush && site % 3 === 0;
  return {
    flow: isCongested ? 0.3 : 0.08 + (site % 17) * 0.012,
    speed: isCongested ? 90 + (site % 7) * 10 : 380 + (site % 11) * 15,
  };
}

/** What every cabinet says: the `nth` of the frames known, out of the rush or in it. */
export function frameOf(site: number, nth: number, isRush: boolean): DetectorFrame {
  const random = createRandom(site * framesKnown + nth, isRush ? 'rush' : 'frame');
  const { flow, speed } = trafficAt(site, isRush);
  const length = 32;
  const [count, occupancyPermille, speedDecikph] = [0, 1, 2].map(() => new Int32Array(length)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  for (let i = 0; i < length; i++) {
    const isPassed = random.chance(flow);
    // 7 m of vehicle and zone at that speed.
    const occupied = Math.min(1000, Math.round(252_000 / speed));
    count[i] = isPassed ? 1 : 0;
    occupancyPermille[i] = isPassed ? occupied : 0;
    speedDecikph[i] = isPassed ? Math.round(speed * random.between(0.8, 1.2)) : -1;
  }
  return {
    ...common,
    site: siteId(site),
    cabinet: cabinetId(site),
    intervalSeconds: frameSeconds,
    readings: {
      length,
      detector: Int32Array.from({ length }, (_, i) => i + 1),
      count,
      occupancyPermille,
      speedDecikph,
    },
  };
}

/** A third of the cameras counts in no lane, a third in one, a third in two; none of these sees anything odd. */
export function observationOf(camera: number, sites: number, nth: number): CameraObservation {
  const random = createRandom(camera * observationsKnown + nth, 'camera');
  const site = camera % sites;
  const link = approachId(site, cameraHeading(camera));
  return {
    ...common,
    site: siteId(site),
    camera: cameraId(camera),
    intervalSeconds: cameraSeconds,
    lanes: Array.from({ length: camera % 3 }, (_, i) => ({
      link,
      lane: i + 1,
      count: random.integer(4),
      queueMeters: random.chance(0.5) ? random.integer(60) : null,
      speedDecikph: random.chance(0.7) ? 200 + random.integer(300) : null,
    })),
    observations: [],
  };
}

/** The same with something that ought not to be there. */
export const sighting = (camera: number, sites: number, seen: Observation): CameraObservation => ({
  ...observationOf(camera, sites, 0),
  observations: [seen],
});

/** Vehicles that stop and stand, and what else cameras see. */
export function somethingSeen(camera: number, sites: number, random: Random): Observation {
  return {
    kind: random.pick(['stoppedVehicle', 'pedestrianOnRoad', 'debris']),
    link: approachId(camera % sites, cameraHeading(camera)),
    toStopBarMeters: 10 + (camera % 140),
    confidencePermille: 700 + random.integer(250),
    track: camera,
    plateToken: null,
  };
}

const [beginGreen, beginYellow, beginRedClearance, detectorOff, detectorOn] = [1, 8, 10, 81, 82];
const clearanceSeconds = { yellow: 3.5, redClearance: 1.5 } as const;

/** What a controller did in a second of the cycle of the city: its phases, and two vehicles over its own detectors. */
export function signalSecond(site: number, second: number): SignalEvents {
  const random = createRandom(site * cycleSeconds + second, 'signal');
  const own = (second - offsetOf(site) + cycleSeconds) % cycleSeconds;
  const events: { code: number; parameter: number; deciseconds: number }[] = [];
  for (let i = 0; i < 2; i++) {
    const parameter = 1 + random.integer(32);
    const at = random.integer(5);
    events.push({ code: detectorOn, parameter, deciseconds: at });
    events.push({ code: detectorOff, parameter, deciseconds: at + 1 + random.integer(4) });
  }
  let begin = 0;
  splits.forEach((split, i) => {
    if (i === 4) begin = 0;
    const end = begin + split;
    const times = [
      [beginGreen, begin],
      [beginYellow, end - clearanceSeconds.yellow - clearanceSeconds.redClearance],
      [beginRedClearance, end - clearanceSeconds.redClearance],
    ] as const;
    for (const [code, at] of times)
      if (Math.floor(at) === own)
        events.push({ code, parameter: i + 1, deciseconds: Math.round((at - own) * 10) });
    begin = end;
  });
  events.sort((a, b) => a.deciseconds - b.deciseconds);
  return {
    ...common,
    site: siteId(site),
    intersection: intersectionId(site),
    events: {
      length: events.length,
      code: Int32Array.from(events, ({ code }) => code),
      parameter: Int32Array.from(events, ({ parameter }) => parameter),
      deciseconds: Int32Array.from(events, ({ deciseconds }) => deciseconds),
    },
  };
}

/** How many vehicles a car park counts: the `nth` of the counts known. */
export function countOf(network: Network, facility: string, nth: number): ParkingEvent {
  const capacity = network.facilities.get(facility)!.capacitySpaces;
  const occupiedSpaces = Math.round(capacity * (0.55 + 0.15 * nth));
  return { ...common, facility, kind: 'count', space: null, occupiedSpaces };
}

export const weatherAt = (station: string, i: number): EnvironmentReading => ({
  ...common,
  station,
  waterLevelMillimeters: i % 50 === 0 ? 180 : 0,
  rainDecimillimetersPerHour: 20 + (i % 30),
  visibilityMeters: 8_000,
  roadSurfaceDecicelsius: 240,
  roadSurfaceState: 'wet',
  pm25DecimicrogramsPerCubicMeter: 300 + (i % 90),
  no2DecimicrogramsPerCubicMeter: 400,
  noiseDecidecibels: 680,
});
