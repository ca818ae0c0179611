/** Some minutes of the demo city as the records that a log gets of them, in the order in which they are sent. */
import { demoCity } from '#commands/demo-city.ts';
import { type Emission, ingestAll } from '#commands/stage.ts';
import type { Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { createIngest } from '#ingest/ingest.ts';
import type { EventLog, LogRecord } from '#runtime/log.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { driverSubscriptions, rawTopics } from '#schemas/topics.ts';
import { createSimulation } from '#simulators/simulation.ts';

export interface FeedRecord extends LogRecord {
  readonly topic: string;
  /** Set for heartbeats, which concern a partition whatever their key. */
  readonly partition?: number;
  /** The second of the city at whose end it is sent. */
  readonly at: EventTime;
}

export interface Feed {
  readonly network: Network;
  readonly partitions: number;
  readonly startAt: EventTime;
  /** When the street stops; the last heartbeats are further ahead. */
  readonly endAt: EventTime;
  readonly records: readonly FeedRecord[];
  /** The records of each second of the city, in order. */
  batches(): FeedRecord[][];
}

export interface FeedOptions {
  readonly minutes: number;
  readonly partitions: number;
}

/** Who vouches in the heartbeats. */
export const feedSource = 'faults';

/** A working day at the busiest hour. */
export const startAt = Date.UTC(2026, 2, 3, 6, 30);

/** The last heartbeats are so far ahead of the last record that every window closes. */
const closingTime = minutes(20);

/** The same seed and options give the same bytes. Only what the ingest accepts is in it. */
export async function makeFeed(seed: number, options: FeedOptions): Promise<Feed> {
  const { partitions } = options;
  const endAt = startAt + minutes(options.minutes);
  const network = await readNetwork(demoCity);
  const simulation = createSimulation({ network, seed, startAt });
  const records: FeedRecord[] = [];
  const log = await recordingLog(partitions, (topic, taken, partition) => {
    const place = partition === undefined ? {} : { partition };
    for (const { key, value } of taken) records.push({ topic, key, value, at: simulation.now, ...place });
  });
  const ingest = createIngest({
    log,
    network,
    ids: embeddedIds,
    clock: { now: () => simulation.now, rate: 0 },
  });
  await ingest.heartbeat(feedSource, startAt);
  const waiting: Emission[] = driversOf(network).map((event) => ({ topic: driverSubscriptions, event }));
  while (simulation.now < endAt) {
    await ingestAll(ingest, [...simulation.advance(), ...waiting.splice(0)]);
    await ingest.heartbeat(feedSource, simulation.now);
  }
  await ingest.heartbeat(feedSource, endAt + closingTime);
  return feedOf({ network, partitions, startAt, endAt }, records);
}

/** A driver for each car park, who wants to be told of it and of incidents around it. */
const driversOf = (network: Network): DriverSubscription[] =>
  [...network.facilities.values()].map(({ id, district, position: [longitude, latitude] }) => ({
    district,
    subscription: `driver of ${id}`,
    sequence: 0,
    at: startAt,
    status: 'active',
    facility: id,
    longitude,
    latitude,
    radiusMeters: 3_000,
    plateToken: null,
    expiresAt: startAt + minutes(120),
  }));

/** A feed of other records, such as those of another feed with some of them changed. */
export const feedOf = (
  { network, partitions, startAt, endAt }: Omit<Feed, 'records' | 'batches'>,
  records: readonly FeedRecord[],
): Feed => ({ network, partitions, startAt, endAt, records, batches: () => bySecond(records) });

/** Whether it moves the clock of a partition and says nothing else. */
export const isHeartbeat = ({ value }: Pick<FeedRecord, 'value'>): boolean =>
  value.length >= 5 && value[0] === 0 && value.readUInt32BE(1) === embeddedIds.heartbeat;

/** Appends the records to a log in their order, a call for each run of one topic and partition. */
export async function send(log: EventLog, records: readonly FeedRecord[]): Promise<void> {
  for (let begin = 0; begin < records.length; ) {
    const { topic, partition } = records[begin] as FeedRecord;
    let end = begin + 1;
    while (records[end]?.topic === topic && records[end]?.partition === partition) end++;
    const run = records.slice(begin, end);
    await (partition === undefined ? log.append(topic, run) : log.appendTo(topic, partition, run));
    begin = end;
  }
}

/** Sends records of many topics side by side; in each partition of a topic the order is kept. */
export async function sendTogether(log: EventLog, records: readonly FeedRecord[]): Promise<void> {
  const byTopic = new Map<string, FeedRecord[]>();
  for (const record of records) {
    const list = byTopic.get(record.topic);
    if (list) list.push(record);
    else byTopic.set(record.topic, [record]);
  }
  await Promise.all([...byTopic.values()].map((list) => send(log, list)));
}

function bySecond(records: readonly FeedRecord[]): FeedRecord[][] {
  const batches: FeedRecord[][] = [];
  let second = Number.NaN;
  for (const record of records) {
    if (record.at !== second) batches.push([]);
    second = record.at;
    batches.at(-1)?.push(record);
  }
  return batches;
}

/** A log with every raw topic that tells what is appended to them. */
export async function recordingLog(
  partitions: number,
  record: (topic: string, records: readonly LogRecord[], partition?: number) => void,
): Promise<EventLog> {
  const log = createMemoryLog();
  for (const { name } of rawTopics) await log.createTopic(name, partitions);
  const isRaw = new Set<string>(rawTopics.map(({ name }) => name));
  return {
    ...log,
    async append(topic, records) {
      if (isRaw.has(topic)) record(topic, records);
    },
    async appendTo(topic, partition, records) {
      if (isRaw.has(topic)) record(topic, records, partition);
    },
  };
}
