import type { EventTime } from '#domain/time.ts';
import { type Rejection, reject } from './rejection.ts';
import { DecodeFailure, Reader, Writer } from './wire.ts';

/**
 * How the clock of a partition is known. `events`: the newest event time less the lateness, for raw topics,
 * where many devices speak. `sources`: the least of what each source vouched for in its heartbeats, for
 * derived topics, where every source appends in order; nothing in them is ever late.
 */
export type Progress = { readonly by: 'events' } | { readonly by: 'sources' };

/** A stream of records: what a record is, where it goes, when it happened and which one it is. */
export interface Topic<Event> {
  /** `<subject>.<fact>.v<n>` */
  readonly name: string;
  readonly progress: Progress;
  /** The partition key: what shares it is seen in order by one task. */
  key(event: Event): string;
  /** When it happened (raw) or was emitted (derived). */
  at(event: Event): EventTime;
  /**
   * Whose record it is, and which of them: together they name it among all of its topic, so that a record with the
   * name of an earlier one is a repeat of it.
   */
  source(event: Event): string;
  /** Counted by the source; an integer from 0 up. */
  sequence(event: Event): number;
  /** What no single field shows: combinations that cannot be true. */
  check(event: Event): Rejection | undefined;
  encode(writer: Writer, event: Event): void;
  decode(reader: Reader): Event;
}

/** A topic of whatever event, for lists. */
// biome-ignore lint/suspicious/noExplicitAny: a list of topics of different events
export type AnyTopic = Topic<any>;

/** Moves the clock of a partition; may stand in any topic. */
export interface Heartbeat {
  readonly source: string;
  readonly at: EventTime;
}

/** Schema id, in the Confluent wire format, of the heartbeat and of each topic's value. */
export interface SchemaIds {
  readonly heartbeat: number;
  id(topic: string): number;
  /** Schemas of others; absent where there is no registry to ask. */
  readonly foreign?: ForeignSchemas;
}

/** Reads records that were written with another version of a topic's schema. */
export interface ForeignSchemas {
  /** Whether a schema has been asked for, be it there or not. */
  knows(schemaId: number): boolean;
  /** Asks for a schema; rejects when there is nobody to ask now. */
  learn(schemaId: number): Promise<void>;
  /** The framed record with a body in the topic's own schema, or why there is none. */
  translate(topic: string, schemaId: number, bytes: Buffer, start: number, end: number): Buffer | Rejection;
}

/** The schemas that framed records have and that are neither one's own nor known yet. */
export function unknownSchemas(
  { foreign, heartbeat }: SchemaIds,
  own: number,
  records: Iterable<readonly [bytes: Buffer, start: number, end: number]>,
): Set<number> {
  const unknown = new Set<number>();
  if (foreign === undefined) return unknown;
  for (const [bytes, start, end] of records) {
    if (end - start < frameBytes || bytes[start] !== 0) continue;
    const id = bytes.readUInt32BE(start + 1);
    if (id !== own && id !== heartbeat && !foreign.knows(id)) unknown.add(id);
  }
  return unknown;
}

const frameBytes = 5;

/** Encodes a record in the Confluent wire format: 0x00, schema id (big-endian), Avro body. */
export function encodeRecord<Event>(
  topic: Pick<Topic<Event>, 'encode'>,
  event: Event,
  schemaId: number,
): Buffer {
  // An event that could not be written must not leave its beginning in front of the next one.
  writer.clear();
  writer.byte(0);
  writer.uint32(schemaId);
  topic.encode(writer, event);
  return writer.take();
}

const writer = new Writer();
const reader = new Reader();
const lender = new Reader(Buffer.alloc(0), 0, 0, true);

/** The schema id of a framed record, or why there is none. */
export function schemaIdOf(bytes: Buffer, start: number, end: number): number | Rejection {
  if (end - start < frameBytes)
    return reject('wire.framing', '', `${end - start} bytes; at least ${frameBytes} would be right`);
  if (bytes[start] !== 0) return reject('wire.framing', '', `first byte ${bytes[start]}; 0 would be right`);
  return bytes.readUInt32BE(start + 1);
}

/** Decodes a framed record whose schema id is known to be the topic's own. Never throws for bad data. */
export function decodeRecord<Event>(
  topic: Topic<Event>,
  bytes: Buffer,
  start: number,
  end: number,
): Event | Rejection {
  return decodeBody(reader.reset(bytes, start + frameBytes, end), topic.decode, topic.check);
}

/** As `decodeRecord`, but the columns of the event are lent until the next one is decoded. */
export function decodeLent<Event>(
  topic: Topic<Event>,
  bytes: Buffer,
  start: number,
  end: number,
): Event | Rejection {
  return decodeBody(lender.reset(bytes, start + frameBytes, end), topic.decode, topic.check);
}

/** The first two texts of what `decodeLent` read last; it need not look for them when it reads that again. */
export const textsRead: { readonly first: string; readonly second: string } = lender;

/**
 * As `decodeLent`, of what it has read before and found good; with what were the first texts of it, or empty ones. What
 * no single field shows is not looked at again.
 */
export function decodeAgain<Event>(
  topic: Topic<Event>,
  bytes: Buffer,
  start: number,
  end: number,
  first: string,
  second: string,
): Event | Rejection {
  return decodeBody(lender.reset(bytes, start + frameBytes, end).retell(first, second), topic.decode);
}

/** Decodes a bare Avro body with the given decoder. Never throws for bad data. */
export function decodeBody<Event>(
  body: Reader,
  decode: (reader: Reader) => Event,
  check: (event: Event) => Rejection | undefined = () => undefined,
): Event | Rejection {
  try {
    const event = decode(body);
    if (body.position !== body.end)
      return reject(
        'wire.trailing',
        '',
        `${body.end - body.position} bytes after the record; none would be right`,
      );
    return check(event) ?? event;
  } catch (failure) {
    if (failure instanceof DecodeFailure) return failure.rejection;
    throw failure;
  }
}
