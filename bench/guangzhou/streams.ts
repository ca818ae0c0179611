/** The records of the devices in the order in which they come, as batches that are ready. */
import type { Network } from '#domain/network.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord, type Topic } from '#schemas/topic.ts';
import {
  cameraObservations,
  detectorFrames,
  environmentReadings,
  parkingEvents,
  signalEvents,
} from '#schemas/topics.ts';
import { Batch, type Made } from './batch.ts';
import { cameraSeconds, cycleSeconds, frameSeconds } from './city.ts';
import {
  countOf,
  countsKnown,
  frameOf,
  framesKnown,
  observationOf,
  observationsKnown,
  signalSecond,
  weatherAt,
} from './devices.ts';

/** What is sent together. Milliseconds. */
export const sliceMilliseconds = 50;
const slicesOfSecond = 1000 / sliceMilliseconds;
/** The rush comes and goes so often. Seconds. */
const rushSeconds = 180;

/**
 * Of devices one in a hundred is up to 5 s late, so that its records come out of order, one in a thousand sends all
 * twice, and one in a thousand cabinets, one in ten thousand cameras, is later than anybody waits.
 */
const faults = { slow: 100, twice: 1_000, tooLate: { cabinets: 1_000, cameras: 10_000 } } as const;
const tooLateMilliseconds = 20_000;

/** The records of one topic by slices. */
export interface Stream {
  readonly topic: string;
  /** By slice and partition, `undefined` where nothing is sent. */
  readonly slices: readonly (readonly (Batch | undefined)[])[];
  /** Which of them is sent in a slice, counted from the first. */
  readonly indexAt: (slice: number) => number;
  /** How often each device has spoken before. */
  readonly sequenceAt: (slice: number) => number;
}

export function makeStreams(network: Network, partitions: number): Stream[] {
  const sites = network.intersections.size;
  const cameras = network.cameras.size;
  const facilities = [...network.facilities.keys()];
  const stations = [...network.stations.keys()];
  return [
    framesOf(sites, partitions),
    streamOf(cameraObservations, partitions, {
      devices: cameras,
      everySeconds: cameraSeconds,
      known: observationsKnown,
      event: (camera, nth) => observationOf(camera, sites, nth),
      tooLate: faults.tooLate.cameras,
    }),
    streamOf(signalEvents, partitions, {
      devices: sites,
      everySeconds: 1,
      known: cycleSeconds,
      event: signalSecond,
      // The second that a record is of begins with it.
      offset: -1_000,
    }),
    streamOf(parkingEvents, partitions, {
      devices: facilities.length,
      everySeconds: 20,
      known: countsKnown,
      event: (i, nth) => countOf(network, facilities[i]!, nth),
    }),
    streamOf(environmentReadings, partitions, {
      devices: stations.length,
      everySeconds: 60,
      known: 1,
      event: (i) => weatherAt(stations[i]!, i),
    }),
  ];
}

/** Cabinets say one of two series of frames: out of the rush, and in it. */
function framesOf(sites: number, partitions: number): Stream {
  const both = [false, true].map((isRush) =>
    streamOf(detectorFrames, partitions, {
      devices: sites,
      everySeconds: frameSeconds,
      known: framesKnown,
      event: (site, nth) => frameOf(site, nth, isRush),
      tooLate: faults.tooLate.cabinets,
    }),
  );
  const [calm, rush] = both as [Stream, Stream];
  return {
    ...calm,
    slices: [...calm.slices, ...rush.slices],
    indexAt(slice) {
      const isRush = Math.floor(slice / slicesOfSecond / rushSeconds) % 2 === 1;
      return calm.indexAt(slice) + (isRush ? calm.slices.length : 0);
    },
  };
}

interface Devices<Event> {
  readonly devices: number;
  readonly everySeconds: number;
  /** How many events of each are made. */
  readonly known: number;
  readonly event: (device: number, nth: number) => Event;
  /** One in so many devices is. */
  readonly tooLate?: number;
  /** Milliseconds. */
  readonly offset?: number;
}

function streamOf<Event>(topic: Topic<Event>, partitions: number, given: Devices<Event>): Stream {
  const { devices, everySeconds, known, event, tooLate = 0, offset = 0 } = given;
  const round = everySeconds * slicesOfSecond;
  const id = embeddedIds.id(topic.name);
  const made = Array.from({ length: known * round }, () =>
    Array.from({ length: partitions }, (): Made[] => []),
  );
  for (let device = 0; device < devices; device++) {
    // Spread over the round, and over the slice.
    const at = (device * 7_919) % (round * sliceMilliseconds);
    const slice = Math.floor(at / sliceMilliseconds);
    const within = (at % sliceMilliseconds) + offset - delayOf(device, tooLate);
    for (let nth = 0; nth < known; nth++) {
      const one = event(device, nth);
      const key = topic.key(one);
      const record = { key, value: encodeRecord(topic, one, id), offset: within };
      const place = made[nth * round + slice]![partitionOf(key, partitions)]!;
      place.push(record);
      if (device % faults.twice === 0) place.push(record);
    }
  }
  const slices = made.map((parts) =>
    parts.map((records) => (records.length > 0 ? new Batch(records) : undefined)),
  );
  return {
    topic: topic.name,
    slices,
    indexAt: (slice) => slice % slices.length,
    sequenceAt: (slice) => Math.floor(slice / round),
  };
}

/** By how much the records of a device come late. Milliseconds. */
function delayOf(device: number, tooLate: number): number {
  if (tooLate > 0 && device % tooLate === tooLate - 1) return tooLateMilliseconds;
  return device % faults.slow === faults.slow - 2 ? 1_000 + (device % 4_000) : 0;
}
