import { ArterialError } from './errors.ts';
import type { EventLog, LogRecord, RecordBatch } from './log.ts';
import { partitionOf } from './partitioner.ts';

/** Records of one partition, packed so that a batch is a view of them. */
interface Partition {
  readonly values: Buffer[];
  readonly waiters: Set<() => void>;
}

/** An event log that lives as long as the process: for tests and for judging a finished run again. */
export function createMemoryLog(): EventLog {
  const topics = new Map<string, Partition[]>();

  const partitionsOf = (topic: string): Partition[] => {
    const partitions = topics.get(topic);
    if (!partitions) throw new ArterialError('log.unavailable', `no topic ${topic}; createTopic makes it`);
    return partitions;
  };
  const partitionAt = (topic: string, partition: number): Partition => {
    const found = partitionsOf(topic)[partition];
    if (!found) throw new ArterialError('log.unavailable', `${topic} has no partition ${partition}`);
    return found;
  };
  const put = (partition: Partition, { value }: LogRecord): void => {
    partition.values.push(value);
    for (const wake of partition.waiters) wake();
    partition.waiters.clear();
  };

  return {
    async createTopic(topic, partitions) {
      if (!topics.has(topic))
        topics.set(
          topic,
          Array.from({ length: partitions }, () => ({ values: [], waiters: new Set() })),
        );
    },
    async partitions(topic) {
      return partitionsOf(topic).length;
    },
    async append(topic, records) {
      const partitions = partitionsOf(topic);
      for (const record of records) put(partitions[partitionOf(record.key, partitions.length)]!, record);
    },
    async appendTo(topic, partition, records) {
      const target = partitionAt(topic, partition);
      for (const record of records) put(target, record);
    },
    async read(topic, partition, position, maxBytes) {
      const { values } = partitionAt(topic, partition);
      if (position < 0 || position > values.length)
        throw new ArterialError(
          'log.position',
          `${topic}/${partition} ends at ${values.length}; ${position} was asked for`,
        );
      if (position === values.length) return undefined;
      let end = position;
      for (let bytes = 0; end < values.length && (end === position || bytes < maxBytes); end++)
        bytes += values[end]!.length;
      return pack(topic, partition, position, values.slice(position, end));
    },
    async bounds(topic, partition) {
      return { first: 0, next: partitionAt(topic, partition).values.length };
    },
    appended(topic, partition, position, signal) {
      const { values, waiters } = partitionAt(topic, partition);
      if (values.length > position || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = (): void => {
          waiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiters.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    },
    async close() {},
  };
}

/** A batch of consecutive records from their values. */
export function pack(
  topic: string,
  partition: number,
  first: number,
  values: readonly Buffer[],
): RecordBatch {
  const count = values.length;
  const valueStarts = new Int32Array(count);
  const valueEnds = new Int32Array(count);
  const positions = new Float64Array(count);
  let end = 0;
  values.forEach((value, i) => {
    valueStarts[i] = end;
    end += value.length;
    valueEnds[i] = end;
    positions[i] = first + i;
  });
  return {
    topic,
    partition,
    count,
    bytes: Buffer.concat(values),
    valueStarts,
    valueEnds,
    positions,
    nextPosition: first + count,
  };
}
