import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedLogOptions, openEmbeddedLog } from '#runtime/embedded-log.ts';
import { startEmbeddedPostgres } from '#runtime/embedded-postgres.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { LiveState, LiveValue } from '#runtime/live.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { createMemoryLive } from '#runtime/memory-live.ts';
import { createPostgresMeasures } from '#runtime/postgres-measures.ts';
import { rejectedTopicOf } from '#schemas/registry.ts';
import { eventOf, liveIdOf, liveVersionOf } from '#schemas/row.ts';
import { columnOf, tables } from '#schemas/tables.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';

/** The parts that a city on one machine needs, in one folder. */
export interface Parts {
  readonly log: EventLog;
  readonly store: MeasureStore;
  readonly live: LiveState;
  /** Where PostgreSQL listens, for people who want to look at the tables. */
  readonly databaseUrl: string;
  close(): Promise<void>;
}

/** Opens the log and starts the database in `folder`; what was there is gone on with. */
export async function openParts(
  folder: string,
  partitions: number,
  options: EmbeddedLogOptions = {},
): Promise<Parts> {
  await mkdir(folder, { recursive: true });
  const [log, database] = await Promise.all([
    openLog(join(folder, 'log'), partitions, options),
    startEmbeddedPostgres(join(folder, 'postgres')),
  ]);
  const store = createPostgresMeasures(database.url);
  const live = createMemoryLive();
  await store.migrate();
  await live.put(await newestValues(store));
  return {
    log,
    store,
    live,
    databaseUrl: database.url,
    async close() {
      await store.close();
      await Promise.all([log.close(), database.stop(), live.close()]);
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

/** The newest of each thing in the store, as live state. */
async function newestValues(store: MeasureStore): Promise<LiveValue[]> {
  const values: LiveValue[] = [];
  for (const table of tables) {
    const { kind, id, version } = table.live;
    for (const row of await store.newest(table.name, id.map(columnOf), version.map(columnOf))) {
      const event = eventOf(row);
      values.push({ kind, id: liveIdOf(table, event), version: liveVersionOf(table, event), value: event });
    }
  }
  return values;
}
