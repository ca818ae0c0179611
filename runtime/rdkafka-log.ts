/** The event log in Apache Kafka, through librdkafka (docs/decisions/0014-rdkafka.md). */
import type { KafkaConfig } from './config.ts';
import { type KafkaClient, KafkaLog, type TopicWanted } from './kafka-log.ts';
import { kafkaError } from './kafka-settings.ts';
import type { EventLog } from './log.ts';
import { RdkafkaCursors } from './rdkafka-cursors.ts';
import { RdkafkaDirect, RdkafkaLookout } from './rdkafka-fetchers.ts';
import {
  answered,
  codeOf,
  loadRdkafka,
  type RdkafkaAdmin,
  type RdkafkaHandle,
  type RdkafkaMetadata,
  type RdkafkaModule,
  type RdkafkaOptions,
  type RdkafkaProducer,
  rdkafkaCodes,
} from './rdkafka-module.ts';
import { RdkafkaSender } from './rdkafka-producer.ts';
import {
  checkFeatures,
  consumerOptions,
  consumerTopicOptions,
  producerOptions,
  rdkafkaOptions,
  Troubles,
} from './rdkafka-settings.ts';

/** How long to wait for an answer of a broker. Milliseconds. */
const answerWithin = 5_000;

/** Connects to the brokers; a setting that does not fit them is named. */
export async function openRdkafkaLog(config: KafkaConfig): Promise<EventLog> {
  const module = await loadRdkafka();
  checkFeatures(config, module.features);
  const client = new RdkafkaClient(module, await rdkafkaOptions(config), config.group);
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw kafkaError(error, config);
  }
  return new KafkaLog(config, client);
}

class RdkafkaClient implements KafkaClient {
  readonly fetchers: readonly [RdkafkaDirect, RdkafkaLookout];
  private readonly module: RdkafkaModule;
  private readonly options: RdkafkaOptions;
  private readonly group: string;
  private readonly troubles = new Troubles();
  private readonly calls = new BlockingCalls();
  private readonly handles: RdkafkaHandle[] = [];
  private producer: RdkafkaProducer | undefined;
  private sender: RdkafkaSender | undefined;
  private admin: RdkafkaAdmin | undefined;

  constructor(module: RdkafkaModule, options: RdkafkaOptions, group: string) {
    this.module = module;
    this.options = options;
    this.group = group;
    this.fetchers = [
      new RdkafkaDirect(
        () => this.consumer(),
        (topic, partition) => this.bounds(topic, partition),
      ),
      new RdkafkaLookout(() => this.consumer()),
    ];
  }

  async connect(): Promise<void> {
    const producer = new this.module.Producer({ ...this.options, ...producerOptions }, { acks: -1 });
    await this.connected(producer);
    this.producer = producer;
    this.sender = new RdkafkaSender(producer);
  }

  readonly send: KafkaClient['send'] = async (shares) => {
    if (this.sender === undefined) await this.connect();
    try {
      return await this.explained((this.sender as RdkafkaSender).send(shares));
    } catch (error) {
      // After such an error a producer refuses everything; the next call makes another.
      if (codeOf(error) === rdkafkaCodes.fatal) this.sender = undefined;
      throw error;
    }
  };

  async listTopics(): Promise<string[]> {
    return (await this.metadata()).topics.map(({ name }) => name);
  }

  async countPartitions(topic: string): Promise<number> {
    const found = (await this.metadata()).topics.find(({ name }) => name === topic);
    return found?.partitions.length ?? 0;
  }

  async createTopics(wanted: readonly TopicWanted[], replication: number): Promise<void> {
    for (const [topic, partitions] of wanted) {
      const settings = { topic, num_partitions: partitions, replication_factor: replication };
      await this.calls.run(() => {
        this.admin ??= this.module.AdminClient.create(this.options);
        const admin = this.admin;
        return answered<void>((done) => admin.createTopic(settings, answerWithin, (error) => done(error)));
      });
    }
    const { topics } = await this.metadata();
    for (const [topic, partitions] of wanted) {
      const leaders = topics.find(({ name }) => name === topic)?.partitions.map(({ leader }) => leader) ?? [];
      if (leaders.length < partitions || leaders.some((leader) => leader < 0))
        throw Object.assign(new Error(`${topic} has no leaders yet`), {
          code: rdkafkaCodes.unknownPartition,
        });
    }
  }

  async bounds(topic: string, partition: number): Promise<{ readonly first: number; readonly next: number }> {
    const producer = this.producer as RdkafkaProducer;
    const { lowOffset, highOffset } = await this.explained(
      this.calls.run(() =>
        answered<{ lowOffset: number; highOffset: number }>((done) =>
          producer.queryWatermarkOffsets(topic, partition, answerWithin, done),
        ),
      ),
    );
    return { first: lowOffset, next: highOffset };
  }

  readonly isSettling = (error: unknown): boolean => settling.includes(codeOf(error));

  async close(): Promise<void> {
    this.fetchers[0].close();
    await Promise.all(
      this.handles.map((handle) => answered<unknown>((done) => handle.disconnect(done)).catch(() => {})),
    );
    this.admin?.disconnect();
    this.admin = undefined;
  }

  private async consumer(): Promise<RdkafkaCursors> {
    const consumer = new this.module.KafkaConsumer(
      { ...this.options, ...consumerOptions, 'group.id': this.group },
      consumerTopicOptions,
    );
    const cursors = new RdkafkaCursors(consumer);
    await this.connected(consumer);
    return cursors;
  }

  private async connected(handle: RdkafkaHandle): Promise<void> {
    this.troubles.listenTo(handle);
    await this.explained(
      answered((done) => handle.connect({ allTopics: true, timeout: answerWithin }, done)),
    );
    this.handles.push(handle);
  }

  private metadata(): Promise<RdkafkaMetadata> {
    const producer = this.producer as RdkafkaProducer;
    // Of all topics: a broker may make the one that it is asked for.
    return this.explained(
      this.calls.run(() =>
        answered<RdkafkaMetadata>((done) =>
          producer.getMetadata({ allTopics: true, timeout: answerWithin }, done),
        ),
      ),
    );
  }

  private async explained<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      throw this.troubles.explain(error);
    }
  }
}

/**
 * Calls that take a thread of the pool until a broker answers: one at a time, so that others find a free thread. When
 * no broker is there, whoever waits behind is told at once instead of finding out for itself.
 */
class BlockingCalls {
  private last: Promise<unknown> = Promise.resolve();
  private failures = 0;
  private failure: unknown;

  run<Result>(call: () => Promise<Result>): Promise<Result> {
    const { failures } = this;
    const result = this.last.then(() => {
      if (this.failures !== failures) throw this.failure;
      return call();
    });
    this.last = result.catch((error: unknown) => {
      if (!unreachable.includes(codeOf(error)) || this.failure === error) return;
      this.failures++;
      this.failure = error;
    });
    return result;
  }
}

const unreachable: readonly number[] = [
  rdkafkaCodes.transport,
  rdkafkaCodes.allBrokersDown,
  rdkafkaCodes.timedOut,
];

/** Unknown topic, no leader, not the leader, no replica; the last two before librdkafka has heard of it. */
const settling: readonly number[] = [3, 5, 6, 9, rdkafkaCodes.unknownPartition, rdkafkaCodes.unknownTopic];
