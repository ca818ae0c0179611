/** The event log in Apache Kafka, through kafkajs. */
import { type Admin, Kafka, logLevel } from 'kafkajs';
import type { KafkaConfig } from './config.ts';
import { type KafkaClient, KafkaLog } from './kafka-log.ts';
import { kafkaError, kafkajsOptions } from './kafka-settings.ts';
import { BrokerSockets } from './kafka-socket.ts';
import { KafkajsConnections } from './kafkajs-cluster.ts';
import { sendShares } from './kafkajs-sender.ts';
import type { EventLog } from './log.ts';

/** Connects to the brokers; a setting that does not fit them is named. */
export async function openKafkajsLog(config: KafkaConfig): Promise<EventLog> {
  const sockets = new BrokerSockets();
  const options = await kafkajsOptions(config, sockets);
  const kafka = new Kafka({ ...options, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const writers = [new KafkajsConnections(options), new KafkajsConnections(options)] as const;
  const fetchers = [new KafkajsConnections(options), new KafkajsConnections(options)] as const;
  const client = clientOf(admin, writers, fetchers, sockets);
  const log = new KafkaLog(config, client);
  try {
    await admin.connect();
    for (const writer of writers) await writer.refresh();
  } catch (error) {
    await log.close();
    throw kafkaError(error, config);
  }
  return log;
}

function clientOf(
  admin: Admin,
  [writer, aside]: readonly [KafkajsConnections, KafkajsConnections],
  fetchers: readonly [KafkajsConnections, KafkajsConnections],
  sockets: BrokerSockets,
): KafkaClient {
  return {
    fetchers,
    send: (shares) => sendShares(writer, shares),
    sendAside: (shares) => sendShares(aside, shares),
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
        ...[writer, aside, ...fetchers].map((connection) => connection.close()),
      ]);
      sockets.end();
    },
  };
}

/** What brokers answer while they spread who leads what: just after a topic was made, or a leader has changed. */
const settling: readonly string[] = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
];
