/** One crossing with everything that raw records speak of, for tests of the edge. */

import { readModelFile, writeModelFile } from '#domain/forecast/model-file.ts';
import { idleModel } from '#domain/forecast/small-model.ts';
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { EventLog } from '#runtime/log.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { decodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { embeddedIds, type RejectedRecord, rejectedRecords, rejectedTopicOf } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeBody, schemaIdOf } from '#schemas/topic.ts';
import { rawTopics } from '#schemas/topics.ts';
import { Reader } from '#schemas/wire.ts';
import { rawTopicNamed } from './ingest.ts';

const place = [10.2, 56.15] as const;
const detector = (channel: number) => ({
  id: `E1-${channel}`,
  cabinet: 'C1',
  channel,
  site: 'S1',
  link: 'L1',
  role: 'stop' as const,
  firstLane: 1,
  lastLane: 1,
  toStopBarMeters: 0,
  lengthMeters: 2,
  intervalSeconds: 60,
});

/** Site S1 of district D1: link L1, cabinet C1, camera K1, signal X1, car park P1, station W1. */
export const smallCity: Network = {
  name: 'small city',
  timeZone: 'Europe/Copenhagen',
  nodes: new Map([['N1', { id: 'N1', name: 'N1', position: place, intersection: 'X1' }]]),
  links: new Map([
    [
      'L1',
      {
        id: 'L1',
        name: 'Ring Road',
        from: 'N0',
        to: 'N1',
        lengthMeters: 400,
        lanes: 2,
        freeFlowKph: 50,
        capacityVph: 3600,
        site: 'S1',
        district: 'D1',
        geometry: [place, place],
      },
    ],
  ]),
  movements: new Map(),
  intersections: new Map([
    [
      'X1',
      {
        id: 'X1',
        name: 'X1',
        node: 'N1',
        site: 'S1',
        district: 'D1',
        position: place,
        phases: [],
        plan: { id: 'plan', cycleSeconds: 60, offsetSeconds: 0, splits: [] },
      },
    ],
  ]),
  detectors: new Map([detector(1), detector(2)].map((one) => [one.id, one])),
  zones: new Map(),
  cameras: new Map([['K1', { id: 'K1', site: 'S1', link: 'L1', position: place }]]),
  facilities: new Map([
    [
      'P1',
      {
        id: 'P1',
        name: 'P1',
        district: 'D1',
        position: place,
        link: 'L1',
        capacitySpaces: 120,
        kind: 'car-park',
        pricePerHourCents: undefined,
      },
    ],
  ]),
  stations: new Map([['W1', { id: 'W1', name: 'W1', district: 'D1', position: place, link: 'L1' }]]),
  districts: new Map([
    ['D1', { id: 'D1', name: 'D1' }],
    ['D2', { id: 'D2', name: 'D2' }],
  ]),
};

/** A Wednesday morning. */
export const morning: EventTime = Date.UTC(2024, 4, 1, 8);

const common = { sequence: 7, at: '2024-05-01T08:00:00Z' };

const modelBytes = writeModelFile(idleModel());
const modelFile = readModelFile(modelBytes);
const modelName = 'fault' in modelFile ? modelFile.fault : modelFile.model.name;

/** One good document for each raw topic, fresh on each call. */
export const goodDocuments = (): Record<string, Record<string, unknown>> => ({
  'detector.frame.v1': {
    ...common,
    site: 'S1',
    cabinet: 'C1',
    intervalSeconds: 60,
    readings: [{ detector: 1, count: 12, occupancyPermille: 80, speedDecikph: 431 }, { detector: 2 }],
  },
  'camera.observation.v1': {
    ...common,
    site: 'S1',
    camera: 'K1',
    intervalSeconds: 60,
    lanes: [{ link: 'L1', lane: 1, count: 9 }],
    observations: [
      { kind: 'stoppedVehicle', link: 'L1', toStopBarMeters: 40, confidencePermille: 900, track: 5 },
    ],
  },
  'signal.event.v1': { ...common, site: 'S1', intersection: 'X1', events: [] },
  'parking.event.v1': { ...common, facility: 'P1', kind: 'count', occupiedSpaces: 120 },
  'environment.reading.v1': { ...common, station: 'W1', rainDecimillimetersPerHour: 12 },
  'citizen.report.v1': {
    ...common,
    district: 'D1',
    report: 'R1',
    category: 'flooding',
    text: 'Water over the kerb.',
    longitude: 10.2,
    latitude: 56.15,
  },
  'driver.subscription.v1': {
    ...common,
    district: 'D1',
    subscription: 'U1',
    status: 'active',
    facility: 'P1',
    radiusMeters: 300,
    expiresAt: '2024-05-01T10:00:00Z',
  },
  'signal.acknowledgement.v1': {
    ...common,
    district: 'D1',
    intersection: 'X1',
    recommendation: 'A1',
    status: 'accepted',
    by: 'operator',
  },
  'signal.status.v1': {
    ...common,
    district: 'D1',
    intersection: 'X1',
    intervalSeconds: 5,
    delayMilliseconds: 1000,
    green: [],
    next: [],
    greenDeciseconds: 120,
    loops: [{ detector: 'E1-1', count: 2, occupancyPermille: 180, isOn: true }],
    zones: [],
  },
  'forecast.model.v1': {
    ...common,
    district: 'D1',
    subject: 'link',
    name: modelName,
    model: Buffer.from(modelBytes).toString('base64'),
  },
});

/** A clock that says what it was last set to. */
export function createStillClock(): CityClock & { set(at: EventTime): void } {
  let now = morning;
  return {
    rate: 1,
    now: () => now,
    set(at) {
      now = at;
    },
  };
}

/** A log in memory with all raw topics. */
export async function createRawLog(partitions = 2): Promise<EventLog> {
  const log = createMemoryLog();
  for (const { name } of rawTopics) await log.createTopic(name, partitions);
  return log;
}

/** Every record of a topic as framed bytes, partition by partition; none when the topic is not there. */
export async function recordsOf(log: EventLog, topic: string): Promise<Buffer[]> {
  const records: Buffer[] = [];
  const partitions = await log.partitions(topic).catch(() => 0);
  for (let partition = 0; partition < partitions; partition++)
    for (let position = 0; ; ) {
      const batch = await log.read(topic, partition, position, 1 << 20);
      if (!batch) break;
      for (let i = 0; i < batch.count; i++)
        records.push(batch.bytes.subarray(batch.valueStarts[i], batch.valueEnds[i]));
      position = batch.nextPosition;
    }
  return records;
}

/** The events of a raw topic and its heartbeats, decoded. */
export async function eventsOf(log: EventLog, topicName: string): Promise<unknown[]> {
  const topic = rawTopicNamed(topicName);
  return (await recordsOf(log, topicName)).map((record) => {
    const isHeartbeat = schemaIdOf(record, 0, record.length) === embeddedIds.heartbeat;
    const decode = isHeartbeat ? decodeHeartbeat : (reader: Reader) => topic?.decode(reader);
    return decodeBody<unknown>(new Reader(record, 5), decode);
  });
}

/** What stands in `<topic>.rejected`, decoded. */
export async function rejectedOf(log: EventLog, topic: string): Promise<RejectedRecord[]> {
  return (await recordsOf(log, rejectedTopicOf(topic))).map((record) => {
    if (schemaIdOf(record, 0, record.length) !== embeddedIds.id(rejectedRecords.schema))
      throw new Error('a record of another schema');
    const decoded = decodeBody(new Reader(record, 5), rejectedRecords.decode);
    if (isRejection(decoded)) throw new Error(decoded.detail);
    return decoded;
  });
}
