import type { EventTime } from '#domain/time.ts';
import type { EventLog } from '#runtime/log.ts';
import { decodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { type AnyTopic, decodeBody, type SchemaIds, schemaIdOf } from '#schemas/topic.ts';
import { rawTopics } from '#schemas/topics.ts';
import { Reader } from '#schemas/wire.ts';

/** How many records at the end of a partition are looked at. A feed sends a heartbeat with every batch. */
const lookBack = 5_000;

/**
 * Up to which time a feed has delivered everything: the least, over all partitions of the topics that it feeds, of
 * its newest heartbeat. Undefined when some partition has none, as in a log that was just made.
 */
export async function deliveredThrough(
  log: EventLog,
  source: string,
  topics: readonly AnyTopic[] = rawTopics,
  ids: SchemaIds = embeddedIds,
): Promise<EventTime | undefined> {
  let least: EventTime | undefined;
  for (const { name } of topics)
    for (let partition = 0; partition < (await log.partitions(name)); partition++) {
      const newest = await newestHeartbeat(log, name, partition, source, ids.heartbeat);
      if (newest === undefined) return undefined;
      least = Math.min(least ?? newest, newest);
    }
  return least;
}

async function newestHeartbeat(
  log: EventLog,
  topic: string,
  partition: number,
  source: string,
  schemaId: number,
): Promise<EventTime | undefined> {
  const { first, next } = await log.bounds(topic, partition);
  let newest: EventTime | undefined;
  for (let position = Math.max(first, next - lookBack); position < next; ) {
    const batch = await log.read(topic, partition, position, 1 << 20);
    if (!batch) break;
    for (let i = 0; i < batch.count; i++) {
      const [start, end] = [batch.valueStarts[i]!, batch.valueEnds[i]!];
      if (schemaIdOf(batch.bytes, start, end) !== schemaId) continue;
      const beat = decodeBody(new Reader(batch.bytes, start + 5, end), decodeHeartbeat);
      if (!isRejection(beat) && beat.source === source) newest = Math.max(newest ?? beat.at, beat.at);
    }
    position = batch.nextPosition;
  }
  return newest;
}
