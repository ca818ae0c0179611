/** A consumer of librdkafka that follows partitions from any position, and what it has brought of each. */
import type { Chunk } from './kafka-batches.ts';
import { keyOfPartition } from './kafka-fetch.ts';
import { answered, type RdkafkaConsumer, type RdkafkaMessage, type RdkafkaPlace } from './rdkafka-module.ts';

/** So many records are taken over from librdkafka at once. */
const drainMost = 2_000;
/** A position so many records ahead is reached by letting them pass; beyond that it is asked for. */
const passMost = 2_000;
/** What nobody takes is kept up to this size. Bytes. */
const untakenBytesMost = 1024 * 1024;

interface Cursor {
  readonly topic: string;
  readonly partition: number;
  /** What has come and was not taken yet, in order. */
  messages: RdkafkaMessage[];
  bytes: number;
  /** The first position that is still to be had without asking anew. */
  from: number;
  /** Where the end of the partition was met, if it was. */
  end: number;
}

/** Positions that do not follow one another: records are missing, or were never there. */
export interface Gap {
  readonly damage: string;
}

/** Only one call at a time may change or drain it. */
export class RdkafkaCursors {
  private readonly consumer: RdkafkaConsumer;
  private readonly cursors = new Map<string, Cursor>();

  constructor(consumer: RdkafkaConsumer) {
    this.consumer = consumer;
    consumer.on('partition.eof', ({ topic, partition, offset }) => {
      const cursor = this.cursors.get(keyOfPartition(topic, partition));
      if (cursor !== undefined) cursor.end = Math.max(cursor.end, offset);
    });
  }

  /** Whether what stands at the position comes by itself. */
  isAt({ topic, partition, offset }: RdkafkaPlace): boolean {
    const cursor = this.cursors.get(keyOfPartition(topic, partition));
    if (cursor === undefined || offset < cursor.from) return false;
    return offset <= (cursor.messages.at(-1)?.offset ?? cursor.from) + passMost;
  }

  /** Follows a partition from a position on. */
  follow(place: RdkafkaPlace): void {
    if (this.isAt(place)) return;
    this.leave(keyOfPartition(place.topic, place.partition));
    const { topic, partition, offset } = place;
    this.consumer.incrementalAssign([{ topic, partition, offset }]);
    const key = keyOfPartition(topic, partition);
    this.cursors.set(key, { topic, partition, messages: [], bytes: 0, from: offset, end: -1 });
  }

  leave(key: string): void {
    const cursor = this.cursors.get(key);
    if (cursor === undefined) return;
    this.cursors.delete(key);
    this.consumer.incrementalUnassign([{ topic: cursor.topic, partition: cursor.partition }]);
  }

  /** Leaves the partitions that are not wanted and have much that nobody takes. */
  leaveUntaken(wanted: ReadonlySet<string>): void {
    for (const [key, { bytes }] of this.cursors)
      if (!wanted.has(key) && bytes > untakenBytesMost) this.leave(key);
  }

  leaveAll(): void {
    for (const key of [...this.cursors.keys()]) this.leave(key);
  }

  /** Whether the end of the partition was met at the position or behind it. */
  hasEnded({ topic, partition, offset }: RdkafkaPlace): boolean {
    return (this.cursors.get(keyOfPartition(topic, partition))?.end ?? -1) >= offset;
  }

  /**
   * Takes over what librdkafka has; where that is nothing, waits so long for the first record. One by one, an error
   * is never hidden behind records that came before it.
   */
  async drain(waitMilliseconds: number, oneByOne = false): Promise<void> {
    if (!oneByOne && (await this.consume(0, drainMost)) > 0) return;
    if (waitMilliseconds <= 0 && !oneByOne) return;
    if ((await this.consume(Math.ceil(waitMilliseconds), 1)) > 0 && !oneByOne)
      await this.consume(0, drainMost);
  }

  /** The records from the position on that have come, about so many bytes; undefined when there are none yet. */
  take(place: RdkafkaPlace, maxBytes: number, mayHaveHoles: boolean): Chunk | Gap | undefined {
    const cursor = this.cursors.get(keyOfPartition(place.topic, place.partition));
    if (cursor === undefined) return undefined;
    const { messages } = cursor;
    let first = 0;
    while (first < messages.length && (messages[first] as RdkafkaMessage).offset < place.offset) first++;
    let end = first;
    let bytes = 0;
    let next = place.offset;
    for (; end < messages.length; end++) {
      const { offset, value } = messages[end] as RdkafkaMessage;
      if ((offset !== next && !mayHaveHoles) || (end > first && bytes >= maxBytes)) break;
      bytes += sizeOf(value);
      next = offset + 1;
    }
    const gap = messages[end];
    const chunk = end > first ? gather(messages.slice(first, end), bytes, place.offset, next) : undefined;
    for (let i = 0; i < end; i++) cursor.bytes -= sizeOf((messages[i] as RdkafkaMessage).value);
    cursor.messages = messages.slice(end);
    cursor.from = Math.max(cursor.from, next);
    if (chunk !== undefined || gap === undefined) return chunk;
    return { damage: `record ${gap.offset} where ${place.offset} was to come` };
  }

  private async consume(timeoutMilliseconds: number, most: number): Promise<number> {
    this.consumer.setDefaultConsumeTimeout(timeoutMilliseconds);
    const messages = await answered<readonly RdkafkaMessage[]>((done) => this.consumer.consume(most, done));
    for (const message of messages) {
      const cursor = this.cursors.get(keyOfPartition(message.topic, message.partition));
      if (cursor === undefined || message.offset < cursor.from) continue;
      cursor.messages.push(message);
      cursor.bytes += sizeOf(message.value);
    }
    return messages.length;
  }
}

const sizeOf = (value: Buffer | null): number => value?.length ?? 0;

/** The values one behind the other in one buffer: librdkafka gives each record its own. */
function gather(messages: readonly RdkafkaMessage[], size: number, from: number, next: number): Chunk {
  const count = messages.length;
  const bytes = Buffer.allocUnsafe(size);
  const valueStarts = new Int32Array(count);
  const valueEnds = new Int32Array(count);
  const positions = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { offset, value } = messages[i] as RdkafkaMessage;
    valueStarts[i] = at;
    if (value !== null) {
      bytes.set(value, at);
      at += value.length;
    }
    valueEnds[i] = at;
    positions[i] = offset;
  }
  return { bytes, count, valueStarts, valueEnds, positions, from, next };
}
