/** The event log in Apache Kafka, through kafkajs. */
import { type Admin, Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import type { KafkaConfig } from './config.ts';
import type { Sent, Share } from './kafka-appender.ts';
import { keyOfPartition } from './kafka-fetch.ts';
import { type KafkaClient, KafkaLog } from './kafka-log.ts';
import { kafkaError, kafkajsOptions } from './kafka-settings.ts';
import { BrokerSockets } from './kafka-socket.ts';
import { KafkajsConnections } from './kafkajs-cluster.ts';
import type { EventLog } from './log.ts';

/** Connects to the brokers; a setting that does not fit them is named. */
export async function openKafkajsLog(config: KafkaConfig): Promise<EventLog> {
  const sockets = new BrokerSockets();
  const options = await kafkajsOptions(config, sockets);
  const kafka = new Kafka({ ...options, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producers = [producerOf(kafka), producerOf(kafka)] as const;
  const fetchers = [new KafkajsConnections(options), new KafkajsConnections(options)] as const;
  const client = clientOf(admin, producers, fetchers, sockets);
  const log = new KafkaLog(config, client);
  try {
    await admin.connect();
    for (const producer of producers) await producer.connect();
  } catch (error) {
    await log.close();
    throw kafkaError(error, config);
  }
  return log;
}

const producerOf = (kafka: Kafka): Producer =>
  kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition as number,
  });

function clientOf(
  admin: Admin,
  [producer, aside]: readonly [Producer, Producer],
  fetchers: readonly [KafkajsConnections, KafkajsConnections],
  sockets: BrokerSockets,
): KafkaClient {
  return {
    fetchers,
    send: (shares) => send(producer, shares),
    sendAside: (shares) => send(aside, shares),
    listTopics: () => admin.listTopics(),
    async createTopics(topics, replicationFactor) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: topics.map(([topic, numPartitions]) => ({ topic, numPartitions, replicationFactor })),
      });
    },
    async countPartitions(topic) {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length ?? 0;
    },
    bounds: (topic, partition) => fetchers[0].bounds(topic, partition),
    isSettling: (error) => settling.includes((error as { type?: string }).type ?? ''),
    async close() {
      await Promise.allSettled([
        admin.disconnect(),
        producer.disconnect(),
        aside.disconnect(),
        ...fetchers.map((connection) => connection.close()),
      ]);
      sockets.end();
    },
  };
}

async function send(producer: Producer, shares: readonly Share[]): Promise<Sent[]> {
  const byTopic = new Map<string, Message[]>();
  const counts = new Map<string, number>();
  for (const { topic, partition, records } of shares) {
    const messages = byTopic.get(topic) ?? [];
    byTopic.set(topic, messages);
    for (const { key, value } of records) messages.push({ key, value, partition });
    const place = keyOfPartition(topic, partition);
    counts.set(place, (counts.get(place) ?? 0) + records.length);
  }
  const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
  const answer = await producer.sendBatch({ acks: -1, topicMessages });
  return answer.map(({ topicName, partition, baseOffset }) => ({
    topic: topicName,
    partition,
    next:
      baseOffset === undefined
        ? undefined
        : Number(baseOffset) + (counts.get(keyOfPartition(topicName, partition)) ?? 0),
  }));
}

/** What brokers answer while they spread who leads what: just after a topic was made, or a leader has changed. */
const settling: readonly string[] = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
];
