/**
 * The connections of kafkajs below its consumer, so that Fetch can be asked from any position and its answer be read
 * in place. They are no public part of kafkajs; its version is therefore fixed, and this file is the only one that
 * knows them (docs/decisions/0013-kafka.md).
 */
import { createRequire } from 'node:module';
import type { KafkaConfig as KafkajsOptions, RetryOptions } from 'kafkajs';
import { type Fetched, keyOfPartition, parseFetch, type Want } from './kafka-fetch.ts';
import { encodeProduce, type Part } from './kafka-produce.ts';

interface WireExchange<Answer> {
  readonly request: unknown;
  readonly response: {
    decode(payload: Buffer): Answer | Promise<Answer>;
    parse(decoded: Answer): Answer | Promise<Answer>;
  };
  readonly requestTimeout: number;
}

interface Broker {
  readonly connectionPool: { send<Answer>(exchange: WireExchange<Answer>): Promise<Answer> };
  listOffsets(options: {
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>;
  leaveGroup(options: { groupId: string; memberId: string }): Promise<unknown>;
}

interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  findBroker(options: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(options: { groupId: string }): Promise<Broker>;
}

const require = createRequire(import.meta.url);
const ClusterClass = require('kafkajs/src/cluster') as new (options: object) => Cluster;
const createRetry = require('kafkajs/src/retry') as (options: RetryOptions) => Retrier;
const { createLogger } = require('kafkajs/src/loggers') as { createLogger(options: object): object };
const produceResponse = require('kafkajs/src/protocol/requests/produce/v7/response') as WireExchange<{
  readonly topics: readonly {
    topicName: string;
    partitions: readonly { partition: number; baseOffset: string }[];
  }[];
}>['response'];
const fetchRequest = require('kafkajs/src/protocol/requests/fetch/v11/request') as (
  options: object,
) => unknown;

/**
 * Does a work again after an error that may pass, with growing pauses, so often as the options say. What `bail` is
 * given is not tried again.
 */
export type Retrier = <Result>(
  work: (bail: (error: unknown) => void) => Promise<Result>,
) => Promise<Result | undefined>;

/** Requests that wait for room on a connection, or for a broker that asked for patience. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * From its first answer on, each connection of kafkajs 2.2 looks every millisecond for requests that wait, also when
 * none does (https://github.com/tulios/kafkajs/issues/1704): a process that waits for a broker was never idle.
 */
function lookOnlyForWhatWaits({ prototype }: { readonly prototype: RequestQueue }): void {
  const { scheduleCheckPendingRequests: look } = prototype;
  prototype.scheduleCheckPendingRequests = function lookIfAnyWaits() {
    if (this.pending.length > 0) look.call(this);
  };
}
lookOnlyForWhatWaits(require('kafkajs/src/network/requestQueue'));

/** Answers longer than this are cut off by the broker, at the end of a batch. Bytes. */
const answerBytesMost = 16 * 1024 * 1024;
/** How long a broker may take beyond what it was told to wait. Milliseconds. */
const answerWithin = 5_000;
const [earliest, latest] = [-2, -1];

const produceKey = 0;

/** Where the first of the records stands that were appended to a partition. */
export interface Appended {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
}

export class KafkajsConnections {
  readonly retry: Retrier;
  private readonly cluster: Cluster;
  private connected: Promise<void> | undefined;
  private isClosed = false;
  private readonly known = new Set<string>();

  constructor(options: KafkajsOptions) {
    this.retry = createRetry(options.retry ?? {});
    this.cluster = new ClusterClass({
      connectionTimeout: 1_000,
      requestTimeout: answerWithin,
      enforceRequestTimeout: true,
      metadataMaxAge: 300_000,
      ...options,
      logger: createLogger({ level: 0, logCreator: () => () => {} }),
      allowAutoTopicCreation: false,
      maxInFlightRequests: null,
      isolationLevel: 1,
    });
  }

  /** The node that leads a partition; undefined when there is no such partition. */
  async leaderOf(topic: string, partition: number): Promise<string | undefined> {
    await this.learn(topic);
    const found = this.cluster.findTopicPartitionMetadata(topic);
    const leader = found.find(({ partitionId }) => partitionId === partition)?.leader;
    return leader === undefined ? undefined : String(leader);
  }

  /** Asks a node for records; it answers when there are any, or after so many milliseconds. */
  async fetch(
    node: string,
    wants: readonly Want[],
    maxWaitTime: number,
    holes: ReadonlySet<string>,
  ): Promise<readonly Fetched[]> {
    const byKey = new Map(wants.map((want) => [keyOfPartition(want.topic, want.partition), want]));
    const topics = new Map<string, object[]>();
    for (const { topic, partition, position, maxBytes } of wants) {
      const partitions = topics.get(topic) ?? [];
      topics.set(topic, partitions);
      partitions.push({ partition, fetchOffset: position, maxBytes });
    }
    const broker = await this.cluster.findBroker({ nodeId: node });
    return broker.connectionPool.send<readonly Fetched[]>({
      request: fetchRequest({
        replicaId: -1,
        maxWaitTime,
        minBytes: 1,
        maxBytes: answerBytesMost,
        topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
      }),
      response: { decode: (payload) => parseFetch(payload, byKey, holes), parse: (fetched) => fetched },
      requestTimeout: maxWaitTime + answerWithin,
    });
  }

  /** Appends to partitions that a node leads, each named once; where the first record of each stands. */
  async produce(node: string, parts: readonly Part[]): Promise<Appended[]> {
    const broker = await this.cluster.findBroker({ nodeId: node });
    const bytes = encodeProduce(parts, Date.now());
    const { topics } = await broker.connectionPool.send({
      request: {
        apiKey: produceKey,
        apiVersion: 7,
        apiName: 'Produce',
        expectResponse: () => true,
        // As much of kafkajs's own encoder as it asks for.
        encode: async () => ({ buf: bytes, buffer: bytes }),
      },
      response: produceResponse,
      requestTimeout: answerWithin,
    });
    return topics.flatMap(({ topicName, partitions }) =>
      partitions.map(({ partition, baseOffset }) => ({
        topic: topicName,
        partition,
        position: Number(baseOffset),
      })),
    );
  }

  /** First position still kept, and the position that the next record will get. */
  async bounds(topic: string, partition: number): Promise<{ readonly first: number; readonly next: number }> {
    const node = await this.leaderOf(topic, partition);
    const broker = await this.cluster.findBroker({ nodeId: node ?? 'none' });
    const at = async (timestamp: number): Promise<number> => {
      const { responses } = await broker.listOffsets({
        topics: [{ topic, partitions: [{ partition, timestamp }] }],
      });
      return Number(responses[0]?.partitions[0]?.offset);
    };
    const [first, next] = await Promise.all([at(earliest), at(latest)]);
    return { first, next };
  }

  /** Takes a member out of its group that can no longer do so itself. */
  async removeMember(groupId: string, memberId: string): Promise<void> {
    await this.connect();
    const broker = await this.cluster.findGroupCoordinator({ groupId });
    await broker.leaveGroup({ groupId, memberId });
  }

  /** Asks anew who leads what: after an error, or when a topic was made. */
  async refresh(): Promise<void> {
    await this.connect();
    await this.cluster.refreshMetadata();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.cluster.disconnect();
  }

  private async learn(topic: string): Promise<void> {
    await this.connect();
    if (this.known.has(topic)) return;
    await this.cluster.addMultipleTargetTopics([topic]);
    this.known.add(topic);
  }

  private connect(): Promise<void> {
    if (this.isClosed) return Promise.reject(new Error('the connections are closed'));
    this.connected ??= this.cluster.connect().catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
    return this.connected;
  }
}
