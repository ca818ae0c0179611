/** The event log in Apache Kafka, whatever client it is reached through. */
import type { KafkaConfig } from './config.ts';
import { ArterialError } from './errors.ts';
import { KafkaAppender, type Send } from './kafka-appender.ts';
import { type Fetcher, KafkaReader } from './kafka-reader.ts';
import { kafkaError } from './kafka-settings.ts';
import type { EventLog, LogRecord, RecordBatch } from './log.ts';
import { partitionOf } from './partitioner.ts';
import { machineTimers } from './timers.ts';

/** What the log needs of a client; its topics have their full names. */
export interface KafkaClient {
  /** For what is asked for at once, and for what waits: a broker answers the requests on a connection in turn. */
  readonly fetchers: readonly [direct: Fetcher, lookout: Fetcher];
  readonly send: Send;
  /** The same on another connection, for what others are not to wait for; absent where there is one for all. */
  readonly sendAside?: Send;
  listTopics(): Promise<readonly string[]>;
  createTopics(topics: readonly TopicWanted[], replication: number): Promise<void>;
  countPartitions(topic: string): Promise<number>;
  bounds(topic: string, partition: number): Promise<{ readonly first: number; readonly next: number }>;
  /** Whether it is what brokers answer while they spread who leads what. */
  isSettling(error: unknown): boolean;
  close(): Promise<void>;
}

export type TopicWanted = readonly [name: string, partitions: number];

export class KafkaLog implements EventLog {
  private readonly config: KafkaConfig;
  private readonly client: KafkaClient;
  private readonly reader: KafkaReader;
  private readonly appender: KafkaAppender;
  /** For heartbeats, which are many, and which no record is to wait for. */
  private readonly aside: KafkaAppender;
  private readonly counts = new Map<string, Promise<number>>();
  /** Topics to be made, with their partitions. */
  private readonly wanted = new Map<string, number>();
  private making: Promise<void> | undefined;
  private isClosed = false;

  constructor(config: KafkaConfig, client: KafkaClient) {
    this.config = config;
    this.client = client;
    this.reader = new KafkaReader(...client.fetchers);
    const wrote = (topic: string, partition: number, next: number): void =>
      this.reader.wrote(topic, partition, next);
    this.appender = new KafkaAppender(client.send, wrote);
    this.aside = client.sendAside ? new KafkaAppender(client.sendAside, wrote) : this.appender;
  }

  get damaged(): number {
    return this.reader.damaged;
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    // Those asked for in one turn are made with one request.
    this.wanted.set(this.nameOf(topic), partitions);
    this.making ??= Promise.resolve().then(() => {
      const wanted = [...this.wanted];
      this.wanted.clear();
      this.making = undefined;
      return this.working(() => this.createTopics(wanted));
    });
    return this.making;
  }

  private async createTopics(wanted: readonly TopicWanted[]): Promise<void> {
    const missing = async (): Promise<TopicWanted[]> => {
      const there = new Set(await this.client.listTopics());
      return wanted.filter(([name]) => !there.has(name));
    };
    const topics = await missing();
    if (topics.length === 0) return;
    await this.client.createTopics(topics, this.config.replication).catch(async (error: unknown) => {
      // Another process may have been quicker.
      if ((await missing()).length > 0) throw error;
    });
    // A broker may answer before it has heard itself.
    for (let attempt = 0; attempt < settlingTries && (await missing()).length > 0; attempt++)
      await machineTimers.sleep(settlingPause);
    await this.refresh();
  }

  partitions(topic: string): Promise<number> {
    return this.working(() => this.count(this.nameOf(topic)));
  }

  append(topic: string, records: readonly LogRecord[]): Promise<void> {
    return this.working(async () => {
      const name = this.nameOf(topic);
      const count = await this.count(name);
      const parts = Array.from({ length: count }, (): LogRecord[] => []);
      for (const record of records) parts[partitionOf(record.key, count)]?.push(record);
      await Promise.all(parts.map((part, partition) => this.appender.append(name, partition, part)));
    });
  }

  appendTo(topic: string, partition: number, records: readonly LogRecord[]): Promise<void> {
    return this.working(async () => {
      const name = await this.known(topic, partition);
      if (this.aside !== this.appender) await this.appender.done();
      await this.aside.append(name, partition, records);
    });
  }

  read(
    topic: string,
    partition: number,
    position: number,
    maxBytes: number,
  ): Promise<RecordBatch | undefined> {
    return this.working(async () => {
      const name = await this.known(topic, partition);
      const batch = await this.reader.read(name, partition, position, maxBytes);
      return batch && { ...batch, topic };
    });
  }

  bounds(topic: string, partition: number): Promise<{ readonly first: number; readonly next: number }> {
    return this.working(async () => this.client.bounds(await this.known(topic, partition), partition));
  }

  appended(topic: string, partition: number, position: number, signal: AbortSignal): Promise<void> {
    return this.working(async () => {
      await this.reader.appended(await this.known(topic, partition), partition, position, signal);
    });
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.reader.close();
    await Promise.all([this.appender.idle(), this.aside.idle()]);
    await this.client.close();
  }

  private readonly nameOf = (topic: string): string => this.config.prefix + topic;

  /** The name of a topic that has the partition. */
  private async known(topic: string, partition: number): Promise<string> {
    const name = this.nameOf(topic);
    const count = await this.count(name);
    if (partition >= 0 && partition < count) return name;
    throw new ArterialError(
      'log.unavailable',
      `${name} has no partition ${partition}; it has 0..${count - 1}`,
    );
  }

  /** How many partitions a topic has: asked once, since that never changes while a city runs. */
  private count(name: string): Promise<number> {
    let count = this.counts.get(name);
    if (count === undefined) {
      count = this.ask(name);
      this.counts.set(name, count);
      count.catch(() => this.counts.delete(name));
    }
    return count;
  }

  private async ask(name: string): Promise<number> {
    if ((await this.client.listTopics()).includes(name)) return this.client.countPartitions(name);
    throw new ArterialError('log.unavailable', `there is no topic ${name}; create it first`);
  }

  /** Has the connections ask anew who leads what. */
  private async refresh(): Promise<void> {
    await Promise.allSettled(this.client.fetchers.map((fetcher) => fetcher.refresh()));
  }

  private async working<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      if (this.isClosed) throw new ArterialError('log.unavailable', 'the log is closed');
      try {
        return await work();
      } catch (error) {
        if (this.isClosed) throw new ArterialError('log.unavailable', 'the log is closed', { cause: error });
        if (!this.client.isSettling(error) || attempt >= settlingTries) throw kafkaError(error, this.config);
        await machineTimers.sleep(settlingPause);
        await this.refresh();
      }
    }
  }
}

const settlingPause = 100;
const settlingTries = 30;
