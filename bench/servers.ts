/** Kafka, PostgreSQL and Redis of the benchmark's own, on a core of their own. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { startKafka } from '#commands/services/kafka.ts';
import { startPostgres } from '#commands/services/postgres.ts';
import { startRedis } from '#commands/services/redis.ts';
import type { ProcessMark } from '#commands/services/server-process.ts';

/** Which cores are whose, as `taskset` names them. */
export interface Cpus {
  readonly servers: string;
  readonly subject: string;
}

export interface Servers {
  readonly brokers: string;
  readonly redisUrl: string;
  readonly folder: string;
  readonly processes: Readonly<Record<'kafka' | 'postgres' | 'redis', ProcessMark>>;
  /** Keeps the servers to cores of their own; to all of them without. */
  spread(cpus: Cpus | undefined): Promise<void>;
  /** Makes a database; its address. */
  makeDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Removes the topics and groups whose names begin so. */
  removeTopics(prefix: string, except?: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts the servers in a folder that is made anew and removed at the end. */
export async function startServers(given: string, cpus: Cpus | undefined): Promise<Servers> {
  const folder = resolve(given);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [kafka, postgres, redis] = await Promise.all([
    startKafka({ folder: join(folder, 'kafka') }),
    startPostgres({ folder: join(folder, 'postgres') }),
    startRedis({ folder: join(folder, 'redis') }),
  ]);
  const processes = { kafka: kafka.process, postgres: postgres.process, redis: redis.process };
  const all = `0-${availableParallelism() - 1}`;
  const spread = async (wanted: Cpus | undefined): Promise<void> => {
    if (cpus !== undefined) for (const { pid } of Object.values(processes)) pin(pid, wanted?.servers ?? all);
  };
  await spread(cpus);
  return {
    spread,
    brokers: kafka.brokers.join(','),
    redisUrl: redis.url,
    folder,
    processes,
    async makeDatabase(name) {
      await statement(postgres.url, `CREATE DATABASE ${name}`);
      return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
    },
    dropDatabase: (name) => statement(postgres.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    removeTopics: (prefix, except) => removeTopics(kafka.brokers, prefix, except),
    async close() {
      await Promise.allSettled([kafka.stop(), postgres.stop(), redis.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The cores of the servers and of the subject, where there are two or more and the system can keep them apart. */
export function separateCpus(): Cpus | undefined {
  if (availableParallelism() < 2) return undefined;
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { servers: '0', subject: '1' };
}

function pin(pid: number, cpus: string): void {
  execFileSync('taskset', ['-a', '-p', '-c', cpus, String(pid)], { stdio: 'ignore' });
}

async function removeTopics(brokers: readonly string[], prefix: string, except?: string): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix) && name !== except);
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const { groups } = await admin.listGroups();
    const own = groups.map(({ groupId }) => groupId).filter((name) => name.startsWith(prefix));
    if (own.length > 0) await admin.deleteGroups(own).catch(() => {});
  } finally {
    await admin.disconnect();
  }
}

/** Runs one statement on a connection of its own. */
export async function statement(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
