/** The port to the event log: partitioned, ordered, append-only, kept. */

/** A record to append. */
export interface LogRecord {
  readonly key: string;
  /** Framed in the Confluent wire format. */
  readonly value: Buffer;
}

/** Consecutive records of one partition, left in the buffer in which they came, which is never written to again. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly bytes: Buffer;
  /** Where the value of record i begins and ends in `bytes`. */
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  /** The position of record i: grows, but may have holes. */
  readonly positions: Float64Array;
  /** The position at which the next read goes on. */
  readonly nextPosition: number;
}

/** Every adapter keeps the promises of `log.contract.ts`. Positions are counted from 0 in each partition. */
export interface EventLog {
  /** How often records came damaged and were asked for again; absent where they are read from this machine. */
  readonly damaged?: number;
  /** Makes the topic if it is not there. Never changes the number of partitions of one that is. */
  createTopic(topic: string, partitions: number): Promise<void>;
  partitions(topic: string): Promise<number>;
  /** Resolves when the records are durable; the order within a key is kept. Partition by murmur2 of the key. */
  append(topic: string, records: readonly LogRecord[]): Promise<void>;
  /**
   * Appends to one partition, whatever the key: for heartbeats, which concern a partition. They stand behind all that
   * was appended before; what is appended after them does not wait for them, and may stand before them.
   */
  appendTo(topic: string, partition: number, records: readonly LogRecord[]): Promise<void>;
  /** The next records from `position`, at least one if there is any, about `maxBytes` at most; undefined at the end. */
  read(
    topic: string,
    partition: number,
    position: number,
    maxBytes: number,
  ): Promise<RecordBatch | undefined>;
  /** First position still kept, and the position that the next record will get. */
  bounds(topic: string, partition: number): Promise<{ readonly first: number; readonly next: number }>;
  /** Resolves when something was appended to the partition after `position`, or the signal aborts. */
  appended(topic: string, partition: number, position: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Where each record of a batch stands. */
export function* recordsOf({
  count,
  bytes,
  valueStarts,
  valueEnds,
}: RecordBatch): Generator<readonly [bytes: Buffer, start: number, end: number]> {
  for (let i = 0; i < count; i++) yield [bytes, valueStarts[i] as number, valueEnds[i] as number];
}
