/** Reads what is appended to topics as it comes, and makes it into events once for all clients of the stream. */
import { strict as assert } from 'node:assert';
import { ArterialError } from '#runtime/errors.ts';
import type { EventLog, RecordBatch } from '#runtime/log.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord, type SchemaIds, schemaIdOf, type Topic } from '#schemas/topic.ts';

/** Small, so that a slow client never has much of one read before it. */
const readBytes = 16 << 10;
/** Clients that are a little behind read the same few; older ones are read again from the log. */
const chunksKept = 64;

/** An event as a client gets it. */
export interface StreamEvent {
  readonly kind: string;
  readonly json: string;
  /** The only subscription that may see it; undefined when everybody may. */
  readonly subscription: string | undefined;
}

/** Consecutive events of a partition. */
export interface Chunk {
  /** With each, the position at which reading goes on after it. */
  readonly events: readonly (StreamEvent & { readonly next: number })[];
  readonly next: number;
}

/** How the records of a topic become events; undefined when one is nothing to tell. */
export interface Channel {
  readonly topic: Topic<never>;
  readonly kind: string;
  present(event: unknown): Promise<StreamEvent | undefined> | StreamEvent | undefined;
}

/** Who looks out. */
export interface Listener {
  /** Told of what follows in a partition, once and in order. */
  arrived(partition: number, chunk: Chunk): void;
  /** Looking out has failed, and nothing more will be told. */
  failed(error: unknown): void;
}

/** What is looked out over. */
export interface Lookout {
  /** First position kept, by partition, as it was when looking out began. */
  readonly first: readonly number[];
  /** Where what is told next begins, by partition; grows. */
  readonly ends: readonly number[];
  close(): void;
}

export interface Tail {
  /** Looks out over a topic; it is read only while somebody does. */
  open(channel: Channel, listener: Listener): Promise<Lookout>;
  /** The events from a position that is before the end. */
  read(channel: Channel, partition: number, position: number): Promise<Chunk>;
}

interface Watch {
  readonly first: readonly number[];
  readonly ends: number[];
  readonly listeners: Set<Listener>;
  readonly abort: AbortController;
}

/** Reads, decodes and presents records once for all clients. */
export function createTail(log: EventLog, ids: SchemaIds): Tail {
  const chunks = new Map<string, Promise<Chunk>>();
  const watches = new Map<string, Promise<Watch>>();

  async function present(channel: Channel, batch: RecordBatch): Promise<Chunk> {
    const { topic } = channel;
    const schemaId = ids.id(topic.name);
    const events: (StreamEvent & { next: number })[] = [];
    for (let i = 0; i < batch.count; i++) {
      const start = batch.valueStarts[i] as number;
      const end = batch.valueEnds[i] as number;
      if (schemaIdOf(batch.bytes, start, end) !== schemaId) continue;
      const event = decodeRecord(topic, batch.bytes, start, end);
      if (isRejection(event)) continue;
      const shown = await channel.present(event);
      if (shown !== undefined) events.push({ ...shown, next: (batch.positions[i] as number) + 1 });
    }
    return { events, next: batch.nextPosition };
  }

  async function readChunk(channel: Channel, partition: number, position: number): Promise<Chunk> {
    const { name } = channel.topic;
    const batch = await log.read(name, partition, position, readBytes);
    assert(batch !== undefined, `${name}/${partition} has nothing at ${position}, though its end is later`);
    return present(channel, batch);
  }

  function keep(channel: Channel, partition: number, position: number, chunk: Promise<Chunk>): void {
    const key = keyOf(channel, partition, position);
    chunks.set(key, chunk);
    chunk.catch(() => chunks.delete(key));
    for (const oldest of chunks.keys()) {
      if (chunks.size <= chunksKept) break;
      chunks.delete(oldest);
    }
  }

  async function startWatch(channel: Channel): Promise<Watch> {
    const topic = channel.topic.name;
    const partitions = await log.partitions(topic);
    const bounds = await Promise.all(
      Array.from({ length: partitions }, (_, partition) => log.bounds(topic, partition)),
    );
    const watch: Watch = {
      first: bounds.map(({ first }) => first),
      ends: bounds.map(({ next }) => next),
      listeners: new Set(),
      abort: new AbortController(),
    };
    for (let partition = 0; partition < partitions; partition++)
      follow(channel, partition, watch).catch((error: unknown) => {
        if (watch.abort.signal.aborted) return;
        for (const listener of [...watch.listeners]) listener.failed(error);
      });
    return watch;
  }

  async function follow(channel: Channel, partition: number, watch: Watch): Promise<void> {
    const { ends, listeners, abort } = watch;
    const topic = channel.topic.name;
    while (!abort.signal.aborted) {
      const end = ends[partition] as number;
      await log.appended(topic, partition, end, abort.signal);
      if (abort.signal.aborted) return;
      const batch = await readOn(topic, partition, end);
      if (batch === undefined) continue;
      const presenting = present(channel, batch);
      keep(channel, partition, end, presenting);
      const chunk = await presenting;
      if (abort.signal.aborted) return;
      ends[partition] = chunk.next;
      for (const listener of [...listeners]) listener.arrived(partition, chunk);
    }
  }

  /** What was appended; undefined when it has to be asked for again, as while brokers spread who leads what. */
  async function readOn(
    topic: string,
    partition: number,
    position: number,
  ): Promise<RecordBatch | undefined> {
    try {
      return await log.read(topic, partition, position, readBytes);
    } catch (error) {
      if (!(error instanceof ArterialError && error.canRetry)) throw error;
      // Waits for as long as such a thing may take, and fails when the log is away.
      await log.bounds(topic, partition);
      return undefined;
    }
  }

  return {
    async open(channel, listener) {
      const topic = channel.topic.name;
      for (;;) {
        const starting = watches.get(topic) ?? startWatch(channel);
        watches.set(topic, starting);
        starting.catch(() => watches.delete(topic));
        const watch = await starting;
        // The last listener may have left meanwhile, and the watch ended with it.
        if (watch.abort.signal.aborted) continue;
        watch.listeners.add(listener);
        return {
          first: watch.first,
          ends: watch.ends,
          close() {
            watch.listeners.delete(listener);
            if (watch.listeners.size > 0) return;
            watch.abort.abort();
            if (watches.get(topic) === starting) watches.delete(topic);
          },
        };
      }
    },
    read(channel, partition, position) {
      const known = chunks.get(keyOf(channel, partition, position));
      if (known !== undefined) return known;
      const chunk = readChunk(channel, partition, position);
      keep(channel, partition, position, chunk);
      return chunk;
    },
  };
}

const keyOf = ({ topic }: Channel, partition: number, position: number): string =>
  `${topic.name}/${partition}@${position}`;
