import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedLogOptions, openEmbeddedLog } from '#runtime/embedded-log.ts';
import { startEmbeddedPostgres } from '#runtime/embedded-postgres.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { LiveState } from '#runtime/live.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { createPostgresMeasures } from '#runtime/postgres-measures.ts';
import type { RedisSettings } from '#runtime/redis-settings.ts';
import { rejectedTopicOf } from '#schemas/registry.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';
import { openLive } from './open-live.ts';

/** The parts that a city on one machine needs, in one folder. */
export interface Parts {
  readonly log: EventLog;
  readonly store: MeasureStore;
  readonly live: LiveState;
  /** Where PostgreSQL listens, for people who want to look at the tables. */
  readonly databaseUrl: string;
  close(): Promise<void>;
}

export interface PartsOptions extends EmbeddedLogOptions {
  /** Where live state is shared with other processes; in this process if left out. */
  readonly redis?: RedisSettings | undefined;
  /** Told of what an operator would act on. */
  readonly notice?: (message: string) => void;
}

/** Opens the log and starts the database in `folder`; what was there is gone on with. */
export async function openParts(
  folder: string,
  partitions: number,
  options: PartsOptions = {},
): Promise<Parts> {
  await mkdir(folder, { recursive: true });
  const [log, database] = await Promise.all([
    openLog(join(folder, 'log'), partitions, options),
    startEmbeddedPostgres(join(folder, 'postgres')),
  ]);
  const store = createPostgresMeasures(database.url);
  await store.migrate();
  const live = await openLive(store, options.redis, options.notice ?? (() => {}));
  return {
    log,
    store,
    live,
    databaseUrl: database.url,
    async close() {
      // First, since it may still read the store.
      await live.close();
      await store.close();
      await Promise.all([log.close(), database.stop()]);
    },
  };
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
