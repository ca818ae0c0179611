/** The jobs of the benchmark as plain Node: kafkajs, avsc, a Map of sums, and PostgreSQL. */
import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { Frame } from './measures.ts';
import { readDetectors } from './reference.ts';
import { insertRows, tables } from './table.ts';
import { PartitionWindows, windowJobs } from './windows.ts';

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const job = setting('BENCH_JOB') as keyof typeof windowJobs;
const topic = setting('BENCH_TOPIC');
const partitions = Number(setting('BENCH_PARTITIONS'));
const detectors = readDetectors(setting('BENCH_REFERENCE'));
const schemaFile = new URL('../../../schemas/avro/detector.frame.v1.avsc', import.meta.url);
const frameType = avro.Type.forSchema(JSON.parse(readFileSync(schemaFile, 'utf8')));
/** The magic byte and the schema's id. */
const headerBytes = 5;

const pool = new pg.Pool({ connectionString: setting('BENCH_DATABASE_URL'), max: 4 });
const kafka = new Kafka({
  clientId: `${setting('BENCH_PREFIX')}-plain-node`,
  brokers: setting('BENCH_BROKERS').split(','),
  logLevel: logLevel.WARN,
});
const consumer = kafka.consumer({ groupId: `${setting('BENCH_PREFIX')}-plain-node`, sessionTimeout: 10_000 });
const windowsOf = new Map<number, PartitionWindows>();

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: partitions,
  eachBatch: async ({ batch, heartbeat }) => {
    const { partition } = batch;
    let windows = windowsOf.get(partition);
    // What was read is read again after the partition has been given to this member anew.
    if (windows === undefined || BigInt(batch.firstOffset() ?? 0) < windows.nextOffset) {
      windows = new PartitionWindows(windowJobs[job], detectors);
      windowsOf.set(partition, windows);
    }
    const rows = [];
    for (const { value, offset } of batch.messages) {
      windows.add(frameType.fromBuffer(value!.subarray(headerBytes)) as Frame, offset);
      rows.push(...windows.closeWindows());
    }
    windows.nextOffset = BigInt(batch.lastOffset()) + 1n;
    if (rows.length > 0) {
      await insertRows(pool, tables[job], rows);
      await consumer.commitOffsets([{ topic, partition, offset: windows.resumeOffset() }]);
    }
    await heartbeat();
  },
});

process.once('SIGTERM', async () => {
  await consumer.disconnect();
  await pool.end();
  process.exit(0);
});
