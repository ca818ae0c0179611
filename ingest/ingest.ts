/** The one door by which records come in: all is checked here, and what cannot be used is kept apart. */
import { modelBytesMost } from '#domain/forecast/model-file.ts';
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { EventLog, LogRecord } from '#runtime/log.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { eventFromJson } from '#schemas/json.ts';
import { rejectedRecords, rejectedTopicOf } from '#schemas/registry.ts';
import { isRejection, type Rejection, reject } from '#schemas/rejection.ts';
import {
  type AnyTopic,
  decodeRecord,
  encodeRecord,
  type SchemaIds,
  schemaIdOf,
  type Topic,
  unknownSchemas,
} from '#schemas/topic.ts';
import { forecastModels, rawTopics } from '#schemas/topics.ts';
import { DecodeFailure } from '#schemas/wire.ts';
import { type Check, createChecks } from './checks.ts';
import { takePlates, withoutPlates } from './plate-documents.ts';
import { createPlateTokens, type PlateTokens } from './plates.ts';

/** What came of one call, in the order of what was given. */
export interface IngestResult {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly rejection: Rejection }[];
}

/** Every call resolves once what it was given is durable, in the topic or in `<topic>.rejected`. */
export interface Ingest {
  /** Events made in this process: by a simulator, or from a file. */
  events<Event>(topic: Topic<Event>, events: readonly Event[]): Promise<IngestResult>;
  /** Parsed JSON documents, `plate` allowed where the topic has a `plateToken`. */
  json(topicName: string, documents: readonly unknown[]): Promise<IngestResult>;
  /** Records in the Confluent wire format. */
  encoded(topicName: string, records: readonly Buffer[]): Promise<IngestResult>;
  /** Keeps a body in which no records could be told apart. */
  unreadable(topicName: string, body: Buffer, rejection: Rejection): Promise<void>;
  /**
   * Says to every partition of the given topics, of every raw one without them, that nothing older than `at`
   * follows from `source`.
   */
  heartbeat(source: string, at: EventTime, topics?: readonly AnyTopic[]): Promise<void>;
}

export interface IngestOptions {
  readonly log: EventLog;
  readonly network: Network;
  readonly ids: SchemaIds;
  /** Tells when a rejected record came in, and which day it is for plates. */
  readonly clock: CityClock;
  /** Shared with whoever else takes plates; an own one without it. */
  readonly plates?: PlateTokens;
}

/** A record longer than this holds no measurement; Kafka refuses one of a megabyte. */
const recordBytesMost = 256 * 1024;
/** A model with the names around it. */
const modelRecordBytesMost = modelBytesMost + 2048;
/** As much of a rejected record as is kept. */
const keptBytesMost = 64 * 1024;

/** Topics in whose binary records a plate could stand for a token: of these no rejected bytes are kept. */
const plateTopics: readonly string[] = ['camera.observation.v1', 'driver.subscription.v1'];

/** A record for the log, or a rejection and the bytes to keep with it. */
type Judged = LogRecord | { readonly rejection: Rejection; readonly bytes: Buffer };

/** The raw topic of that name; undefined when there is none. */
export const rawTopicNamed = (name: string): Topic<unknown> | undefined =>
  rawTopics.find((topic) => topic.name === name) as Topic<unknown> | undefined;

export function createIngest(options: IngestOptions): Ingest {
  const { log, network, ids, clock } = options;
  const plates = options.plates ?? createPlateTokens(network.timeZone);
  const check = createChecks(network);
  const appendRejected = createRejectedAppender(log, ids, clock);

  async function take(topic: Topic<unknown>, judged: readonly Judged[]): Promise<IngestResult> {
    const accepted = judged.filter((one) => 'value' in one);
    const rejected = judged.flatMap((one, index) => ('rejection' in one ? [{ index, ...one }] : []));
    if (accepted.length > 0) await log.append(topic.name, accepted);
    await appendRejected(topic.name, rejected);
    return {
      accepted: accepted.length,
      rejected: rejected.map(({ index, rejection }) => ({ index, rejection })),
    };
  }

  return {
    async events(topic, events) {
      const raw = getRawTopic(topic.name);
      return take(
        raw,
        events.map((event) => judgeEvent(raw, event, ids, check)),
      );
    },
    async json(topicName, documents) {
      const topic = getRawTopic(topicName);
      const now = clock.now();
      if (plateTopics.includes(topicName)) await plates.prepare(now);
      return take(
        topic,
        documents.map((document) => judgeDocument(topic, document, ids, check, plates, now)),
      );
    },
    async encoded(topicName, records) {
      const topic = getRawTopic(topicName);
      const framed = records.map((record) => [record, 0, record.length] as const);
      for (const id of unknownSchemas(ids, ids.id(topicName), framed)) await ids.foreign?.learn(id);
      return take(
        topic,
        records.map((record) => judgeRecord(topic, record, ids, check)),
      );
    },
    async unreadable(topicName, body, rejection) {
      await appendRejected(getRawTopic(topicName).name, [{ rejection, bytes: keptOf(topicName, body) }]);
    },
    async heartbeat(source, at, topics = rawTopics) {
      plates.expire(clock.now());
      const value = encodeRecord({ encode: encodeHeartbeat }, { source, at }, ids.heartbeat);
      await Promise.all(topics.map(({ name }) => appendToAll(log, name, { key: source, value })));
    },
  };
}

function getRawTopic(name: string): Topic<unknown> {
  const topic = rawTopicNamed(name);
  if (!topic)
    throw new Error(`${name} is not a raw topic; one of ${rawTopics.map((raw) => raw.name).join(', ')}`);
  return topic;
}

async function appendToAll(log: EventLog, topic: string, record: LogRecord): Promise<void> {
  const partitions = await log.partitions(topic);
  await Promise.all(Array.from({ length: partitions }, (_, i) => log.appendTo(topic, i, [record])));
}

/** Appends to `<topic>.rejected`, which it makes when there is something to put there. */
function createRejectedAppender(log: EventLog, ids: SchemaIds, clock: CityClock) {
  const made = new Set<string>();
  return async (
    topic: string,
    rejected: readonly { readonly rejection: Rejection; readonly bytes: Buffer }[],
  ): Promise<void> => {
    if (rejected.length === 0) return;
    const target = rejectedTopicOf(topic);
    if (!made.has(target)) await log.createTopic(target, 1);
    made.add(target);
    const receivedAt = clock.now();
    const id = ids.id(rejectedRecords.schema);
    const records = rejected.map(({ rejection: { code, field, detail }, bytes }) => ({
      key: topic,
      value: encodeRecord(rejectedRecords, { topic, code, field, detail, receivedAt, bytes }, id),
    }));
    await log.append(target, records);
  };
}

/** Reading back what was written finds everything that would be found on the way from a device. */
function judgeEvent(topic: Topic<unknown>, event: unknown, ids: SchemaIds, check: Check): Judged {
  try {
    return judgeRecord(topic, encodeRecord(topic, event, ids.id(topic.name)), ids, check);
  } catch (failure) {
    if (failure instanceof DecodeFailure) return { rejection: failure.rejection, bytes: Buffer.alloc(0) };
    throw failure;
  }
}

function judgeRecord(topic: Topic<unknown>, record: Buffer, ids: SchemaIds, check: Check): Judged {
  const event = readRecord(topic, record, ids);
  const rejection = isRejection(event) ? event : check(topic.name, event);
  if (rejection) return { rejection, bytes: keptOf(topic.name, record) };
  return { key: topic.key(event), value: record };
}

function readRecord(topic: Topic<unknown>, record: Buffer, ids: SchemaIds): unknown {
  const most = topic.name === forecastModels.name ? modelRecordBytesMost : recordBytesMost;
  if (record.length > most)
    return reject('wire.length', '', `${record.length} bytes; at most ${most} would be right`);
  const id = schemaIdOf(record, 0, record.length);
  if (isRejection(id)) return id;
  const right = ids.id(topic.name);
  if (id === right) return decodeRecord(topic, record, 0, record.length);
  if (ids.foreign === undefined)
    return reject('wire.schema', '', `schema ${id}; ${right} would be right for ${topic.name}`);
  const translated = ids.foreign.translate(topic.name, id, record, 0, record.length);
  return isRejection(translated) ? translated : decodeRecord(topic, translated, 0, translated.length);
}

function judgeDocument(
  topic: Topic<unknown>,
  document: unknown,
  ids: SchemaIds,
  check: Check,
  plates: PlateTokens,
  now: EventTime,
): Judged {
  const taken = takePlates(topic.name, document, plates, now);
  const event = isRejection(taken) ? taken : eventFromJson(topic, taken.document);
  const judged = isRejection(event) ? { rejection: event } : judgeEvent(topic, event, ids, check);
  if ('value' in judged) return judged;
  const kept = withoutPlates(document, judged.rejection);
  const bytes = Buffer.from(JSON.stringify(kept.document) ?? '').subarray(0, keptBytesMost);
  return { rejection: kept.rejection, bytes };
}

const keptOf = (topicName: string, bytes: Buffer): Buffer =>
  plateTopics.includes(topicName) ? Buffer.alloc(0) : bytes.subarray(0, keptBytesMost);
