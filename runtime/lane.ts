import type { Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import { decodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { isRejection, type Rejection, reject } from '#schemas/rejection.ts';
import { decodeBody, decodeLent, type SchemaIds, schemaIdOf, type Topic, textsRead } from '#schemas/topic.ts';
import { Reader } from '#schemas/wire.ts';
import type { Held } from './held.ts';
import type { LastRecord } from './measures.ts';
import {
  createEventsClock,
  createSourcesClock,
  noteEvent,
  noteHeartbeat,
  type PartitionClock,
} from './partition-clock.ts';
import type { Processor } from './processor.ts';
import { createSeen, forget, remember, type Seen } from './seen.ts';

/** How far ahead of its partition's clock an event may be; a device that is further off is not believed. */
export const maxAhead = minutes(2);

/** One of the topics that a task reads: its clock, and what of it was seen. */
export interface Lane<Event> {
  readonly topic: Topic<Event>;
  /** Index among the topics that the processor reads. */
  readonly rank: number;
  readonly schemaId: number;
  clock: PartitionClock;
  seen: Seen;
  /** The first watermark that it had; NaN until then. */
  firstWatermark: EventTime;
  processedTo: number;
  /** The last record before it. */
  last: LastRecord | undefined;
}

/** How a record ended, or the form in which it waits for the watermark, which is lent until the next is judged. */
export type Verdict = Held | Rejection | 'heartbeat' | 'duplicate' | 'late' | 'idle';

export function createLane<Event>(
  topic: Topic<Event>,
  rank: number,
  ids: SchemaIds,
  sources: readonly string[],
): Lane<Event> {
  return {
    topic,
    rank,
    schemaId: ids.id(topic.name),
    clock: topic.progress.by === 'events' ? createEventsClock() : createSourcesClock(sources),
    seen: createSeen(),
    firstWatermark: Number.NaN,
    processedTo: 0,
    last: undefined,
  };
}

/** Up to when the lane has been seen whole. Nothing in a derived topic is ever late. */
export const watermarkOf = (lane: Pick<Lane<never>, 'clock'>, lateness: number): EventTime =>
  lane.clock.by === 'events' ? lane.clock.now - lateness : lane.clock.now;

/**
 * Forgets what is too old to come again in order. What still waits in a derived topic is not, however long: its clock
 * follows its slowest source, and the others may be far ahead of it. In a raw topic whatever is forgotten would be
 * late, and how long records wait there depends on the order between topics, which must not show.
 */
export function forgetOld<Event, State>(
  lane: Lane<Event>,
  processor: Processor<Event, State>,
  held: Iterable<Held>,
): void {
  const horizon = processor.lateness + processor.revisionBound + maxAhead;
  if (!forget(lane.seen, lane.clock.now, horizon) || lane.clock.by === 'events') return;
  for (const { rank, source, sequence } of held)
    if (rank === lane.rank) remember(lane.seen, source, sequence);
}

const reader = new Reader();

/** Judges one framed record; moves the lane's clock. */
export function judge<Event, State>(
  lane: Lane<Event>,
  processor: Processor<Event, State>,
  network: Network,
  ids: SchemaIds,
  bytes: Buffer,
  start: number,
  end: number,
): Verdict {
  const schemaId = schemaIdOf(bytes, start, end);
  if (isRejection(schemaId)) return schemaId;
  if (schemaId === ids.heartbeat) {
    const beat = decodeBody(reader.reset(bytes, start + 5, end), decodeHeartbeat);
    if (isRejection(beat)) return beat;
    noteHeartbeat(lane.clock, beat.source, beat.at);
    return 'heartbeat';
  }
  if (schemaId === lane.schemaId) return judgeOwn(lane, processor, network, bytes, start, end);
  const translated = translate(lane, ids, schemaId, bytes, start, end);
  return isRejection(translated)
    ? translated
    : judgeOwn(lane, processor, network, translated, 0, translated.length);
}

/** Judges a record in the topic's own schema. */
function judgeOwn<Event, State>(
  lane: Lane<Event>,
  processor: Processor<Event, State>,
  network: Network,
  bytes: Buffer,
  start: number,
  end: number,
): Verdict {
  const event = decodeLent(lane.topic, bytes, start, end);
  if (isRejection(event)) return event;
  const refusal = processor.accepts?.(network, lane.topic.name, event);
  return refusal ?? place(lane, processor, event, bytes, start, end);
}

/** A record with another schema than the topic's, in that of the topic, if the other was asked for before. */
function translate<Event>(
  { topic, schemaId: own }: Pick<Lane<Event>, 'topic' | 'schemaId'>,
  { foreign }: SchemaIds,
  schemaId: number,
  bytes: Buffer,
  start: number,
  end: number,
): Buffer | Rejection {
  if (foreign === undefined)
    return reject('wire.schema', '', `schema ${schemaId}; ${own} would be right for ${topic.name}`);
  return foreign.translate(topic.name, schemaId, bytes, start, end);
}

/** Finds the place of a good event in the order of time, if it still has one. */
function place<Event, State>(
  lane: Lane<Event>,
  processor: Processor<Event, State>,
  event: Event,
  bytes: Buffer,
  start: number,
  end: number,
): Verdict {
  const { topic, clock, rank, seen } = lane;
  const at = topic.at(event);
  noteEvent(clock, topic.key(event), at);
  if (clock.by === 'events' && clock.now !== Number.NEGATIVE_INFINITY && at > clock.now + maxAhead)
    return reject('time.ahead', 'at', `${at - clock.now} ms ahead; at most ${maxAhead} would be right`);
  const watermark = watermarkOf(lane, processor.lateness);
  const source = topic.source(event);
  const sequence = topic.sequence(event);
  if (clock.by === 'sources' && at <= watermark) return 'duplicate';
  if (at <= watermark - processor.revisionBound) return 'late';
  if (!remember(seen, source, sequence)) return 'duplicate';
  // What can change nothing need not wait; but what came before the clock is known is still to be judged.
  if (watermark !== Number.NEGATIVE_INFINITY && processor.isIdle?.(event)) return 'idle';
  const isLate = at <= watermark;
  lent.time = isLate ? watermark + 1 : at;
  lent.rank = rank;
  lent.source = source;
  lent.sequence = sequence;
  lent.first = textsRead.first;
  lent.second = textsRead.second;
  lent.kind = isLate ? 'late' : 'event';
  lent.bytes = bytes;
  lent.start = start;
  lent.end = end;
  return lent;
}

/** What is known of a good record: the same object each time, since there are many. */
const lent: { -readonly [Key in keyof Held]: Held[Key] } = {
  time: 0.5,
  rank: 0,
  source: '',
  sequence: 0.5,
  first: '',
  second: '',
  kind: 'event',
  bytes: Buffer.alloc(0),
  start: 0,
  end: 0,
};
