/** The event log in Apache Kafka, through kafkajs. */
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs';
import type { KafkaConfig } from './config.ts';
import { ArterialError } from './errors.ts';
import { KafkaReader } from './kafka-reader.ts';
import { kafkaError, kafkajsOptions } from './kafka-settings.ts';
import { KafkajsAppender } from './kafkajs-appender.ts';
import { KafkajsConnections } from './kafkajs-cluster.ts';
import type { EventLog, LogRecord, RecordBatch } from './log.ts';
import { partitionOf } from './partitioner.ts';
import { machineTimers } from './timers.ts';

/** Connects to the brokers; a setting that does not fit them is named. */
export async function openKafkajsLog(config: KafkaConfig): Promise<EventLog> {
  const options = await kafkajsOptions(config);
  const kafka = new Kafka({ ...options, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition as number,
  });
  const connections = [new KafkajsConnections(options), new KafkajsConnections(options)] as const;
  const log = new KafkajsLog(config, admin, producer, connections);
  try {
    await admin.connect();
    await producer.connect();
  } catch (error) {
    await log.close();
    throw kafkaError(error, config);
  }
  return log;
}

class KafkajsLog implements EventLog {
  private readonly config: KafkaConfig;
  private readonly admin: Admin;
  private readonly producer: Producer;
  private readonly connections: readonly [KafkajsConnections, KafkajsConnections];
  private readonly reader: KafkaReader;
  private readonly appender: KafkajsAppender;
  private readonly counts = new Map<string, Promise<number>>();
  private isClosed = false;

  constructor(
    config: KafkaConfig,
    admin: Admin,
    producer: Producer,
    connections: readonly [KafkajsConnections, KafkajsConnections],
  ) {
    this.config = config;
    this.admin = admin;
    this.producer = producer;
    this.connections = connections;
    this.reader = new KafkaReader(...connections);
    this.appender = new KafkajsAppender(producer, (topic, partition, next) =>
      this.reader.wrote(topic, partition, next),
    );
  }

  get damaged(): number {
    return this.reader.damaged;
  }

  createTopic(topic: string, partitions: number): Promise<void> {
    return this.working(async () => {
      const name = this.nameOf(topic);
      if (await this.isThere(name)) return;
      await this.admin
        .createTopics({
          waitForLeaders: true,
          topics: [{ topic: name, numPartitions: partitions, replicationFactor: this.config.replication }],
        })
        .catch(async (error: unknown) => {
          // Another process may have been quicker.
          if (!(await this.isThere(name))) throw error;
        });
      // A busy broker has made it some time before it says so to everybody.
      for (let attempt = 1; !(await this.isThere(name)) && attempt < settlingTries; attempt++)
        await machineTimers.sleep(settlingPause);
      await Promise.all(this.connections.map((connection) => connection.refresh()));
    });
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
      await this.appender.append(name, partition, records);
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
    return this.working(async () =>
      this.connections[0].bounds(await this.known(topic, partition), partition),
    );
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
    await this.appender.idle();
    await Promise.allSettled([
      this.admin.disconnect(),
      this.producer.disconnect(),
      ...this.connections.map((connection) => connection.close()),
    ]);
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
    if (!(await this.isThere(name)))
      throw new ArterialError('log.unavailable', `there is no topic ${name}; create it first`);
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [name] });
    return topics[0]?.partitions.length ?? 0;
  }

  private async isThere(name: string): Promise<boolean> {
    return (await this.admin.listTopics()).includes(name);
  }

  private async working<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      if (this.isClosed) throw new ArterialError('log.unavailable', 'the log is closed');
      try {
        return await work();
      } catch (error) {
        if (this.isClosed) throw new ArterialError('log.unavailable', 'the log is closed', { cause: error });
        const { type = '' } = error as { type?: string };
        if (!settling.includes(type) || attempt >= settlingTries) throw kafkaError(error, this.config);
        await machineTimers.sleep(settlingPause);
        await Promise.allSettled(this.connections.map((connection) => connection.refresh()));
      }
    }
  }
}

/** What brokers answer while they spread who leads what: just after a topic was made, or a leader has changed. */
const settling: readonly string[] = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
];
const settlingPause = 100;
const settlingTries = 30;
