import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, KafkaConfig } from '#runtime/config.ts';
import { type EmbeddedLogOptions, openEmbeddedLog } from '#runtime/embedded-log.ts';
import { startEmbeddedPostgres } from '#runtime/embedded-postgres.ts';
import { ArterialError } from '#runtime/errors.ts';
import { readPem } from '#runtime/kafka-settings.ts';
import type { LiveState } from '#runtime/live.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { createPostgresMeasures } from '#runtime/postgres-measures.ts';
import { machineTimers } from '#runtime/timers.ts';
import { embeddedIds, rejectedTopicOf } from '#schemas/registry.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';
import { openLive } from './open-live.ts';

/** What a city works on. */
export interface Parts {
  readonly log: EventLog;
  readonly store: MeasureStore;
  readonly live: LiveState;
  /** Schema ids of the records in the log. */
  readonly ids: SchemaIds;
  close(): Promise<void>;
}

/**
 * Nobody else waits for a database of one's own, so that a process that is busy amid a commit, as in a replay, may take
 * its time. Milliseconds.
 */
const ownDatabase = { idleTimeout: 60_000 } as const;

/** Opens the log and starts the database in `folder`; what was there is gone on with. */
export async function openParts(
  folder: string,
  partitions: number,
  options: EmbeddedLogOptions = {},
): Promise<Parts> {
  const stack = new PartStack();
  return stack.opened(async () => {
    await mkdir(folder, { recursive: true });
    const [log, database] = await Promise.all([
      stack.part(openLog(join(folder, 'log'), partitions, options)),
      stack.started(startEmbeddedPostgres(join(folder, 'postgres'))),
    ]);
    const store = stack.part(createPostgresMeasures(database.url, ownDatabase));
    await store.migrate();
    const live = stack.part(await openLive(store, undefined, () => {}));
    return { log, store, live, ids: embeddedIds };
  });
}

/** Opens the parts that the configuration names; embedded ones where it names none. */
export function openConfiguredParts(config: Config, notice: (message: string) => void): Promise<Parts> {
  const stack = new PartStack();
  return stack.opened(async () => {
    await mkdir(config.dataFolder, { recursive: true });
    const [log, store] = await Promise.all([
      openConfiguredLog(config, stack),
      openConfiguredStore(config, stack, notice),
    ]);
    return {
      log,
      store,
      live: await openConfiguredLive(config, store, notice, stack),
      ids: await idsOf(config),
    };
  });
}

/** The store that the configuration names, for commands that need no more. */
export function openConfiguredStoreParts(
  config: Config,
  notice: (message: string) => void,
): Promise<Pick<Parts, 'store' | 'close'>> {
  const stack = new PartStack();
  return stack.opened(async () => ({ store: await openConfiguredStore(config, stack, notice) }));
}

/** The log that the configuration names, for processes that need no more. */
export function openConfiguredLogParts(config: Config): Promise<Pick<Parts, 'log' | 'ids' | 'close'>> {
  const stack = new PartStack();
  return stack.opened(async () => {
    await mkdir(config.dataFolder, { recursive: true });
    return { log: await openConfiguredLog(config, stack), ids: await idsOf(config) };
  });
}

/** The log of the configuration with every topic of the city. */
async function openConfiguredLog(config: Config, stack: PartStack): Promise<EventLog> {
  const { kafka, partitions } = config;
  if (kafka === undefined) return stack.part(openLog(join(config.dataFolder, 'log'), partitions, {}));
  const log = stack.part(await patiently(() => openKafka(kafka), triesToOpen));
  await patiently(() => createTopics(log, partitions), triesToCreate);
  return log;
}

/**
 * Brokers that have just started, or are busy, do not answer each time. Those that do answer may need longer until all
 * topics have leaders, when several processes begin at once.
 */
const [triesToOpen, triesToCreate] = [3, 15];
const pauseBetweenTries = 1_000;

async function patiently<Opened>(open: () => Promise<Opened>, triesMost: number): Promise<Opened> {
  for (let tries = 1; ; tries++) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof ArterialError && error.canRetry) || tries >= triesMost) throw error;
      await machineTimers.sleep(pauseBetweenTries);
    }
  }
}

/** Through the client that was chosen; the other is not even loaded. */
async function openKafka(kafka: KafkaConfig): Promise<EventLog> {
  if (kafka.client === 'kafkajs') return (await import('#runtime/kafkajs-log.ts')).openKafkajsLog(kafka);
  return (await import('#runtime/rdkafka-log.ts')).openRdkafkaLog(kafka);
}

async function openConfiguredStore(
  config: Config,
  stack: PartStack,
  notice: (message: string) => void,
): Promise<MeasureStore> {
  const url =
    config.databaseUrl?.reveal() ??
    (await stack.started(startEmbeddedPostgres(join(config.dataFolder, 'postgres')))).url;
  const store = stack.part(
    createPostgresMeasures(url, { notice, ...(config.databaseUrl ? {} : ownDatabase) }),
  );
  await store.migrate();
  return store;
}

async function openConfiguredLive(
  { redis }: Config,
  store: MeasureStore,
  notice: (message: string) => void,
  stack: PartStack,
): Promise<LiveState> {
  const tlsCa = redis?.tlsCa === undefined ? undefined : await readPem('ARTERIAL_REDIS_TLS_CA', redis.tlsCa);
  return stack.part(await openLive(store, redis && { url: redis.url, tlsCa }, notice));
}

/** The client of a registry is not even loaded where there is none: it would take a tenth of the start. */
const idsOf = async ({ registry }: Config): Promise<SchemaIds> =>
  registry === undefined
    ? embeddedIds
    : (await import('#runtime/schema-registry.ts')).openSchemaRegistry(registry);

/** What was opened, to be closed in the reverse order, also when what comes after it cannot be opened. */
class PartStack {
  private readonly closers: (() => Promise<void>)[] = [];

  async part<Part extends { close(): Promise<void> }>(opening: Promise<Part>): Promise<Part>;
  part<Part extends { close(): Promise<void> }>(part: Part): Part;
  part<Part extends { close(): Promise<void> }>(part: Part | Promise<Part>): Part | Promise<Part> {
    if (part instanceof Promise) return part.then((opened) => this.part(opened));
    this.closers.push(() => part.close());
    return part;
  }

  async started<Service extends { stop(): Promise<void> }>(starting: Promise<Service>): Promise<Service> {
    const service = await starting;
    this.closers.push(() => service.stop());
    return service;
  }

  async close(): Promise<void> {
    for (let closer = this.closers.pop(); closer !== undefined; closer = this.closers.pop()) await closer();
  }

  /** What `open` opens, with how to close it; when it fails, what it had opened is closed. */
  async opened<Opened>(open: () => Promise<Opened>): Promise<Opened & { close(): Promise<void> }> {
    try {
      return { ...(await open()), close: () => this.close() };
    } catch (error) {
      await this.close().catch(() => {});
      throw error;
    }
  }
}

/** The log with every topic of the city. */
async function openLog(folder: string, partitions: number, options: EmbeddedLogOptions): Promise<EventLog> {
  const log = await openEmbeddedLog(folder, options);
  await createTopics(log, partitions);
  return log;
}

/** Makes every topic that is not there; refuses a number of partitions that differs from what is there. */
export async function createTopics(log: EventLog, partitions: number): Promise<void> {
  const names = [...rawTopics, ...derivedTopics].map(({ name }) => name);
  const rejected = rawTopics.map(({ name }) => rejectedTopicOf(name));
  await Promise.all([...names, ...rejected].map((name) => log.createTopic(name, partitions)));
  for (const name of names) {
    const there = await log.partitions(name);
    if (there !== partitions)
      throw new ArterialError(
        'config.invalid',
        `${name} has ${there} partitions and ${partitions} are asked for; ARTERIAL_PARTITIONS=${there} would be right`,
      );
  }
}
