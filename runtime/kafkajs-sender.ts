/** Appends to Kafka on connections of kafkajs, tried again as its producer does it. */
import type { Sent, Share } from './kafka-appender.ts';
import { keyOfPartition } from './kafka-fetch.ts';
import type { Part } from './kafka-produce.ts';
import type { KafkajsConnections } from './kafkajs-cluster.ts';
import type { LogRecord } from './log.ts';

type Connections = Pick<KafkajsConnections, 'leaderOf' | 'produce' | 'refresh' | 'retry'>;

/**
 * Resolves when all in-sync replicas have all records. What a broker has not answered is sent again, so that records
 * may be there twice.
 */
export async function sendShares(connections: Connections, shares: readonly Share[]): Promise<Sent[]> {
  const waiting = partsOf(shares);
  const sent: Sent[] = [];
  await connections.retry(async (bail) => {
    try {
      const nodes = await byLeader(connections, waiting.values());
      const answers = await Promise.allSettled(
        [...nodes].map(async ([node, parts]) => {
          for (const { topic, partition, position } of await connections.produce(node, parts)) {
            const key = keyOfPartition(topic, partition);
            sent.push({ topic, partition, next: position + (waiting.get(key)?.records.length ?? 0) });
            waiting.delete(key);
          }
        }),
      );
      const failed = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
      if (failed !== undefined) throw failed.reason;
    } catch (error) {
      if ((error as { retriable?: boolean }).retriable === false) return bail(error);
      await connections.refresh();
      throw error;
    }
  });
  return sent;
}

/** The shares of each partition as one, by the partition. */
function partsOf(shares: readonly Share[]): Map<string, Part> {
  const parts = new Map<string, Part & { readonly records: LogRecord[] }>();
  for (const { topic, partition, records } of shares) {
    const key = keyOfPartition(topic, partition);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, { topic, partition, records: [...records] });
    else part.records.push(...records);
  }
  return parts;
}

async function byLeader(connections: Connections, parts: Iterable<Part>): Promise<Map<string, Part[]>> {
  const nodes = new Map<string, Part[]>();
  for (const part of parts) {
    const node = (await connections.leaderOf(part.topic, part.partition)) ?? 'none';
    const own = nodes.get(node);
    if (own === undefined) nodes.set(node, [part]);
    else own.push(part);
  }
  return nodes;
}
