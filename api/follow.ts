/** Folds a topic of the log, as far as it goes, each time somebody asks. */
import type { EventLog } from '#runtime/log.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord, type SchemaIds, schemaIdOf, type Topic } from '#schemas/topic.ts';

/** Enough for some thousand records at a time. */
const readBytes = 1 << 20;

export interface Follower {
  /** Resolves when everything has been folded that was in the topic when this was called. */
  caughtUp(): Promise<void>;
}

/**
 * Gives the events of a topic to `fold`, those of a partition in order; heartbeats and records that cannot be
 * read are passed over. Reads only when asked, so what is known is never older than the question.
 */
export function follow<Event>(
  log: EventLog,
  topic: Topic<Event>,
  ids: SchemaIds,
  fold: (event: Event) => void,
): Follower {
  const schemaId = ids.id(topic.name);
  const positions = new Map<number, number>();

  async function readPartition(partition: number): Promise<void> {
    const { first, next } = await log.bounds(topic.name, partition);
    let position = Math.max(first, positions.get(partition) ?? first);
    while (position < next) {
      const batch = await log.read(topic.name, partition, position, readBytes);
      if (batch === undefined) break;
      for (let i = 0; i < batch.count; i++) {
        const start = batch.valueStarts[i] as number;
        const end = batch.valueEnds[i] as number;
        if (schemaIdOf(batch.bytes, start, end) !== schemaId) continue;
        const event = decodeRecord(topic, batch.bytes, start, end);
        if (!isRejection(event)) fold(event);
      }
      position = batch.nextPosition;
      positions.set(partition, position);
    }
  }

  async function readAll(): Promise<void> {
    const partitions = await log.partitions(topic.name);
    await Promise.all(Array.from({ length: partitions }, (_, partition) => readPartition(partition)));
  }

  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  const start = (): Promise<void> => {
    const mine = readAll().finally(() => {
      if (running === mine) running = undefined;
    });
    running = mine;
    return mine;
  };
  return {
    caughtUp() {
      if (running === undefined) return start();
      // What is under way may have passed the end before this question: wait for the round after it.
      queued ??= running
        .catch(() => undefined)
        .then(() => {
          queued = undefined;
          return start();
        });
      return queued;
    },
  };
}
