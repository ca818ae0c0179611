/**
 * The devices of a city: cabinets that report all the time, or cameras that now and then see something bad, with the
 * heartbeat of the ingest. Each in a process of its own, so that a cabinet's work never holds up a heartbeat.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deviceFeed } from '#commands/feed.ts';
import type { Camera, Network } from '#domain/network.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { createIngest, type Ingest, type IngestResult } from '#ingest/ingest.ts';
import { readConfig } from '#runtime/config.ts';
import { openKafkajsLog } from '#runtime/kafkajs-log.ts';
import type { EventLog } from '#runtime/log.ts';
import type { CameraObservation } from '#schemas/generated/camera.observation.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { cameraObservations, detectorFrames } from '#schemas/topics.ts';
import { makeCity } from '../city.ts';
import { makeFeed } from '../feed.ts';
import { startAt } from '../jobs.ts';
import { answerWith, monotonic } from './programs.ts';

export interface FeedOrder {
  readonly devices: 'cabinets' | 'cameras';
  readonly environment: Readonly<Record<string, string>>;
  readonly detectors: number;
  readonly seed: number;
  /** For so long cameras see something; cabinets report until everything they saw must have been told. */
  readonly seconds: number;
  readonly quietSeconds: number;
}

export interface CabinetsFed {
  readonly readings: number;
  readonly seconds: number;
}

export interface CamerasFed {
  /** What was seen: the incident that must come of it, when it was, and when it was sent, in `monotonic` time. */
  readonly seen: readonly (readonly [incident: string, at: number, sentAt: number])[];
  /** Heartbeats of the ingest: up to which time it vouched, and when it was sent. */
  readonly beats: readonly (readonly [at: number, sentAt: number])[];
}

const everySlice = 20;
/** What cameras see, all of which is told at once. */
const kinds = ['smoke', 'wrongWay'] as const;
const certainPermille = 970;
const sightingsPerSecond = 20;

answerWith<FeedOrder>(async (order) => {
  const { kafka, networkFolder } = readConfig(order.environment);
  const log = await openKafkajsLog(kafka!);
  try {
    if (order.devices === 'cabinets') return await reportAll(log, order);
    return await watchAll(log, await readNetwork(networkFolder!), order);
  } finally {
    await log.close();
  }
});

/** Has cameras watch, and the ingest vouch for everything meanwhile. */
async function watchAll(log: EventLog, network: Network, order: FeedOrder): Promise<CamerasFed> {
  const clock = { now: () => Date.now(), rate: 1 };
  const ingest = createIngest({ log, network, ids: embeddedIds, clock });
  const beats: [number, number][] = [];
  const noting: Ingest = {
    ...ingest,
    heartbeat(source, at, topics) {
      beats.push([at, monotonic()]);
      return ingest.heartbeat(source, at, topics);
    },
  };
  const ending = new AbortController();
  const beating = deviceFeed((line) => process.stderr.write(`${line}\n`)).run(noting, ending.signal);
  try {
    const seen = await watchStreets(ingest, [...network.cameras.values()], order.seconds);
    await sleep(1_000 * order.quietSeconds);
    return { seen, beats };
  } finally {
    ending.abort();
    await beating;
  }
}

/** Sends the frames of all cabinets, each when it is due. */
async function reportAll(
  log: EventLog,
  { detectors, seed, seconds, quietSeconds }: FeedOrder,
): Promise<CabinetsFed> {
  const city = makeCity(detectors, 'frames');
  const id = embeddedIds.id(detectorFrames.name);
  const began = Date.now();
  const sending = new Set<Promise<void>>();
  let [readings, second] = [0, 0];
  for (const frames of makeFeed({ city, seed, minutes: (seconds + quietSeconds) / 60 + 1 })) {
    const due = frames.map((frame) => ({ ...frame, at: began + frame.at - startAt }));
    const end = began + ++second * 1000;
    due.sort((a, b) => a.at - b.at);
    for (let next = 0; next < due.length; ) {
      await sleep(everySlice);
      const left = Math.max(1, (end - Date.now()) / everySlice);
      const some = due.slice(next, next + Math.ceil((due.length - next) / left));
      next += some.length;
      for (const frame of some) readings += frame.readings.length;
      const records = some.map((frame) => ({
        key: frame.site,
        value: encodeRecord(detectorFrames, frame, id),
      }));
      const sent: Promise<void> = log
        .append(detectorFrames.name, records)
        .finally(() => sending.delete(sent));
      sending.add(sent);
    }
    if (second >= seconds + quietSeconds) break;
  }
  await Promise.all(sending);
  return { readings, seconds: (Date.now() - began) / 1000 };
}

/** Has cameras see something every now and then, each time something else. */
async function watchStreets(ingest: Ingest, cameras: readonly Camera[], seconds: number) {
  const seen: [string, number, number][] = [];
  const sequences = new Map<string, number>();
  const sending: Promise<IngestResult>[] = [];
  const began = monotonic();
  for (let n = 0; n < seconds * sightingsPerSecond; n++) {
    await sleep(Math.max(0, began + (n * 1000) / sightingsPerSecond - monotonic()));
    const camera = cameras[n % cameras.length]!;
    const sequence = sequences.get(camera.id) ?? 0;
    sequences.set(camera.id, sequence + 1);
    const kind = kinds[sequence % kinds.length]!;
    const at = Date.now();
    const { link, site } = camera;
    const event: CameraObservation = {
      ...{ site, camera: camera.id, sequence, at, intervalSeconds: 1, lanes: [] },
      observations: [
        // Further from the last one than what is still taken for the same.
        {
          ...{ kind, link, toStopBarMeters: 50 * Math.floor(sequence / kinds.length) },
          ...{ confidencePermille: certainPermille, track: n, plateToken: null },
        },
      ],
    };
    seen.push([`${kind}-${site}-${link}-${at}`, at, monotonic()]);
    sending.push(ingest.events(cameraObservations, [event]));
  }
  const [wrong] = (await Promise.all(sending)).flatMap(({ rejected }) => rejected);
  if (wrong !== undefined) throw new Error(`the ingest refused a camera: ${JSON.stringify(wrong)}`);
  return seen;
}
