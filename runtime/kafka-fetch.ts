/** Kafka's Fetch (version 11): what is asked for, and the answer read in place. */
import { type Aborted, type Chunk, DamagedBatch, readChunk } from './kafka-batches.ts';

/** What is wanted of one partition. */
export interface Want {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly maxBytes: number;
}

/** What came of one partition. */
export interface Fetched {
  readonly topic: string;
  readonly partition: number;
  /** As Kafka numbers its errors; 0 is none, 1 a position outside the bounds. */
  readonly errorCode: number;
  /** First position still kept, and the position that the next record will get. */
  readonly first: number;
  readonly next: number;
  /** Undefined when there is nothing new. */
  readonly chunk: Chunk | undefined;
  /** Why the records cannot be used, when they came damaged. */
  readonly damage: string | undefined;
}

export const keyOfPartition = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Reads an answer. A partition that was not asked for is damage too, and damages the answer as a whole. */
export function parseFetch(
  payload: Buffer,
  wants: ReadonlyMap<string, Want>,
  holes: ReadonlySet<string>,
): Fetched[] {
  const cursor = new Cursor(payload);
  cursor.int32();
  const errorCode = cursor.int16();
  cursor.int32();
  if (errorCode !== 0) throw new DamagedBatch(`the broker answered with error ${errorCode}`);
  const fetched: Fetched[] = [];
  for (let topics = cursor.count(); topics > 0; topics--) {
    const topic = cursor.string();
    for (let partitions = cursor.count(); partitions > 0; partitions--)
      fetched.push(parsePartition(payload, cursor, topic, wants, holes));
  }
  return fetched;
}

function parsePartition(
  payload: Buffer,
  cursor: Cursor,
  topic: string,
  wants: ReadonlyMap<string, Want>,
  holes: ReadonlySet<string>,
): Fetched {
  const partition = cursor.int32();
  const errorCode = cursor.int16();
  cursor.int64();
  // Up to the last stable position: what belongs to a transaction that is still open is not there yet.
  const next = cursor.int64();
  const first = cursor.int64();
  const aborted: Aborted[] = [];
  for (let count = cursor.count(); count > 0; count--)
    aborted.push({ producerId: cursor.bigint64(), firstPosition: cursor.int64() });
  cursor.int32();
  const length = Math.max(0, cursor.int32());
  const start = cursor.skip(length);
  const key = keyOfPartition(topic, partition);
  const want = wants.get(key);
  if (want === undefined) throw new DamagedBatch(`an answer for ${key}, which was not asked for`);
  let chunk: Chunk | undefined;
  let damage: string | undefined;
  if (errorCode === 0)
    try {
      chunk = readChunk(payload, start, start + length, want.position, aborted, holes.has(key));
    } catch (error) {
      if (!(error instanceof DamagedBatch)) throw error;
      damage = error.message;
    }
  return { topic, partition, errorCode, first, next, chunk, damage };
}

/** Reads what Kafka's protocol is made of. */
class Cursor {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  int16(): number {
    return this.bytes.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.skip(4));
  }

  bigint64(): bigint {
    return this.bytes.readBigInt64BE(this.skip(8));
  }

  int64(): number {
    return Number(this.bigint64());
  }

  /** How many of something follow; none where a list is absent. */
  count(): number {
    const count = this.int32();
    if (count > this.bytes.length - this.at) throw new DamagedBatch(`a list of ${count}`);
    return Math.max(0, count);
  }

  string(): string {
    const length = this.int16();
    const start = this.skip(Math.max(0, length));
    return this.bytes.toString('utf8', start, this.at);
  }

  /** Passes over so many bytes; where they began. */
  skip(length: number): number {
    const start = this.at;
    if (length > this.bytes.length - start) throw new DamagedBatch('the answer ends too early');
    this.at += length;
    return start;
  }
}
