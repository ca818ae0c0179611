/** A log as a program far away sees it: slow, forgetful when its power fails, on a wire that flips bits. */
import { crc32c } from '#runtime/crc32c.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { EventLog, LogRecord, RecordBatch } from '#runtime/log.ts';
import { pack } from '#runtime/memory-log.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import type { Life } from './life.ts';
import type { Mutation } from './mutations.ts';
import { activeMilliseconds, isWithin, type Plan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';

/** Records that were appended together, under one checksum. */
interface Batch {
  readonly first: number;
  readonly values: readonly Buffer[];
  readonly crc: number;
}

interface Waiter {
  readonly position: number;
  readonly wake: () => void;
}

interface Partition {
  readonly topic: string;
  readonly partition: number;
  batches: Batch[];
  next: number;
  readonly waiters: Set<Waiter>;
  /** Where it ended before it lost records; it takes no more since. */
  lostFrom: number | undefined;
}

export class LogModel {
  private readonly scheduler: Scheduler;
  private readonly plan: Plan;
  private readonly mutation: Mutation | undefined;
  private readonly seen: (topic: string, partition: number, value: Buffer) => void;
  private readonly topics = new Map<string, Partition[]>();
  /** When something was appended last. */
  appendedAt = 0;

  constructor(
    scheduler: Scheduler,
    plan: Plan,
    mutation: Mutation | undefined,
    topics: readonly string[],
    seen: (topic: string, partition: number, value: Buffer) => void,
  ) {
    this.scheduler = scheduler;
    this.plan = plan;
    this.mutation = mutation;
    this.seen = seen;
    for (const topic of topics)
      this.topics.set(
        topic,
        Array.from({ length: plan.partitions }, (_, partition) => ({
          topic,
          partition,
          batches: [],
          next: 0,
          waiters: new Set(),
          lostFrom: undefined,
        })),
      );
  }

  /** What the log holds of a partition, in order. */
  valuesOf(topic: string, partition: number): Buffer[] {
    return this.at(topic, partition).batches.flatMap(({ values }) => values);
  }

  endOf(topic: string, partition: number): number {
    return this.at(topic, partition).next;
  }

  /** Forgets what follows a position, as after a power cut, and takes no more. */
  loseTail(topic: string, partition: number, end: number): void {
    const lost = this.at(topic, partition);
    const values = this.valuesOf(topic, partition).slice(0, end);
    lost.batches = values.length === 0 ? [] : [batchOf(0, values)];
    lost.lostFrom = lost.next;
    lost.next = end;
    this.scheduler.note('the log loses records', partition, end);
  }

  /** The log as one life of a process reaches it. */
  client(life: Life): EventLog {
    const { log } = this.plan;
    const appendTo = (topic: string, partition: number, values: Buffer[]): Promise<void> =>
      life.call(log, () => this.append(this.at(topic, partition), values));
    return {
      createTopic: async () => {},
      partitions: async () => this.plan.partitions,
      append: async (topic, records) => {
        const lists = Array.from({ length: this.plan.partitions }, (): Buffer[] => []);
        for (const { key, value } of records) lists[partitionOf(key, lists.length)]?.push(value);
        await Promise.all(
          lists.map((list, partition) => (list.length > 0 ? appendTo(topic, partition, list) : undefined)),
        );
      },
      appendTo: (topic, partition, records) => appendTo(topic, partition, valuesIn(records)),
      read: (topic, partition, position) => this.readIntact(life, this.at(topic, partition), position),
      bounds: (topic, partition) => life.call(log, () => this.bounds(this.at(topic, partition))),
      appended: (topic, partition, position, signal) =>
        this.appended(life, this.at(topic, partition), position, signal),
      close: async () => {},
    };
  }

  private append(partition: Partition, values: readonly Buffer[]): void {
    if (partition.lostFrom !== undefined)
      throw new ArterialError('log.unavailable', 'not ready', { canRetry: true });
    if (values.length === 0) return;
    const batch = batchOf(partition.next, values);
    partition.batches.push(batch);
    partition.next += values.length;
    this.appendedAt = this.scheduler.now;
    this.scheduler.note(`append to ${partition.topic}`, partition.next, batch.crc);
    for (const value of values) this.seen(partition.topic, partition.partition, value);
    for (const waiter of [...partition.waiters])
      if (partition.next > waiter.position) {
        partition.waiters.delete(waiter);
        waiter.wake();
      }
  }

  /** Reads, looks at the checksums of what came, and reads again until they are right. */
  private async readIntact(
    life: Life,
    partition: Partition,
    position: number,
  ): Promise<RecordBatch | undefined> {
    for (;;) {
      const batches = await life.call(this.plan.log, () => this.fetch(partition, position));
      if (batches.length === 0) return undefined;
      if (this.mutation !== 'crc' && !batches.every(isIntact)) {
        this.scheduler.note('a flipped bit is seen', partition.partition, position);
        continue;
      }
      const first = batches[0]!.first;
      const values = batches.flatMap((batch) => batch.values).slice(position - first);
      return pack(partition.topic, partition.partition, position, values);
    }
  }

  private bounds({ next, lostFrom }: Partition): { first: number; next: number } {
    return { first: 0, next: this.mutation === 'position' ? (lostFrom ?? next) : next };
  }

  /** Whole batches, the first of which holds the position. */
  private fetch(partition: Partition, position: number): Batch[] {
    const { random, now } = this.scheduler;
    const { next, batches } = partition;
    if (position > next) {
      if (this.mutation === 'position') return [];
      throw new ArterialError(
        'log.position',
        `${partition.topic} ends at ${next}; ${position} was asked for`,
      );
    }
    if (position === next) return [];
    const { stalls, stale, flips, batchesMost } = this.plan;
    if (stalls.some((stall) => stall.partition === partition.partition && isWithin(now, stall))) return [];
    const isRough = now < activeMilliseconds;
    if (isRough && random.chance(stale)) return [];
    const begin = batches.findLastIndex(({ first }) => first <= position);
    const found = batches.slice(begin, begin + 1 + random.integer(batchesMost));
    this.scheduler.note(`read of ${partition.topic}`, position, found.length);
    return isRough && random.chance(flips) ? this.flip(found) : found;
  }

  private flip(batches: readonly Batch[]): Batch[] {
    const { random } = this.scheduler;
    const flipped = random.integer(batches.length);
    return batches.map((batch, i) => {
      if (i !== flipped) return batch;
      const hit = random.integer(batch.values.length);
      const values = batch.values.map((value, k) => (k === hit ? Buffer.from(value) : value));
      const value = values[hit]!;
      const at = random.integer(value.length);
      value[at] = value[at]! ^ (1 << random.integer(8));
      return { ...batch, values };
    });
  }

  private appended(life: Life, partition: Partition, position: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const arrive = (): void => {
        this.scheduler.after(life.latency(this.plan.log), () => life.deliver(end));
      };
      const waiter: Waiter = { position, wake: arrive };
      const end = (): void => {
        partition.waiters.delete(waiter);
        signal.removeEventListener('abort', end);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      if (partition.next > position) arrive();
      else partition.waiters.add(waiter);
    });
  }

  private at(topic: string, partition: number): Partition {
    const found = this.topics.get(topic)?.[partition];
    if (!found) throw new Error(`no partition ${partition} of ${topic}`);
    return found;
  }
}

const valuesIn = (records: readonly LogRecord[]): Buffer[] => records.map(({ value }) => value);

const batchOf = (first: number, values: readonly Buffer[]): Batch => ({ first, values, crc: crcOf(values) });
const crcOf = (values: readonly Buffer[]): number =>
  values.reduce((crc, value) => crc32c(value, 0, value.length, crc), 0);
const isIntact = ({ values, crc }: Batch): boolean => crcOf(values) === crc;
