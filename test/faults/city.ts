/** A city of its own on the servers of the rig: its processes, what is sent to them, and what has come of it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { createTopics } from '#commands/parts.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import { processors } from '#processors/main.ts';
import { readConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { openKafkajsLog } from '#runtime/kafkajs-log.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { createPostgresMeasures } from '#runtime/postgres-measures.ts';
import { machineTimers } from '#runtime/timers.ts';
import { rawTopics } from '#schemas/topics.ts';
import { Child } from './child.ts';
import type { FeedRecord } from './feed.ts';
import { type Judgement, judge } from './judge.ts';
import type { Fed, Rig, ServerName } from './rig.ts';
import { Watch } from './watch.ts';

export interface CityOptions {
  /** Of the feed; 1 when left out. */
  readonly seed?: number;
  /** Of the feed, in the time of the city; 8 when left out. */
  readonly minutes?: number;
  readonly partitions?: number;
  /** Instead of the feed of the seed. */
  readonly fed?: Fed;
  /** Servers that the processors reach through a proxy, which must listen where the route of the rig says. */
  readonly through?: readonly ServerName[];
  /** Another Redis than that of the rig. */
  readonly redisUrl?: string;
  /** Where the database has its files; where the server has its own when left out. */
  readonly tablespace?: string;
  /** Further settings of the processors. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Seconds of the city that are sent in a second. */
export const usualRate = 60;
/** When the sender is behind, so many records are sent at once. */
const sentTogetherMost = 2_000;
/** How long a city is given to process all. Seconds. */
const settleWithin = 90;
/** The lateness of the slowest first stage. */
const lateness = seconds(10);

/** The sender, which is no part of what is tested, had to send again. */
export class SentAgain extends Error {}

let cities = 0;

/** What nobody waits for has a thread of its own, or two, or none: as the seed has it. */
export const threadsBy = (seed: number) => ({ ARTERIAL_THREADS: String(seed % 3) });

export class City {
  readonly name: string;
  readonly fed: Fed;
  readonly partitions: number;
  /** Settings of the processors. */
  readonly settings: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly children: Child[] = [];
  /** For whoever looks at the tables from outside; never through a proxy. */
  readonly store: MeasureStore;
  readonly watch: Watch;
  /** Everything up to this time of the city has been sent. */
  sentThrough: EventTime = Number.NEGATIVE_INFINITY;
  private sentRecords = 0;
  private log: EventLog | undefined;
  private isClosed = false;
  private readonly rig: Rig;

  private constructor(rig: Rig, name: string, fed: Fed, options: CityOptions, redisDatabase: number) {
    this.rig = rig;
    this.name = name;
    this.fed = fed;
    this.partitions = fed.feed.partitions;
    const database = urlOf(rig.postgres.url, `/${name}`);
    const redis = urlOf(options.redisUrl ?? rig.redis.url, `/${redisDatabase}`);
    this.databaseUrl = database.href;
    this.redisUrl = redis.href;
    const through = (server: ServerName): boolean => options.through?.includes(server) ?? false;
    if (through('postgres')) database.port = String(rig.routes.postgres.proxyPort);
    if (through('redis')) redis.port = String(rig.routes.redis.proxyPort);
    this.settings = {
      ARTERIAL_KAFKA_BROKERS: through('kafka')
        ? `127.0.0.1:${rig.routes.kafka.proxyPort}`
        : rig.kafka.brokers.join(','),
      ARTERIAL_KAFKA_PREFIX: `${name}.`,
      ARTERIAL_KAFKA_GROUP: name,
      ARTERIAL_DATABASE_URL: database.href,
      ARTERIAL_REDIS_URL: redis.href,
      ARTERIAL_DATA: join(rig.folder, name),
      ARTERIAL_PARTITIONS: String(this.partitions),
      ARTERIAL_PORT: '0',
      ...options.settings,
    };
    this.store = createPostgresMeasures(this.databaseUrl, { poolSize: 2 });
    this.watch = new Watch(this.databaseUrl, processors.length * this.partitions);
  }

  /** Makes its topics and its database. */
  static async open(rig: Rig, options: CityOptions = {}): Promise<City> {
    const fed =
      options.fed ?? (await rig.fed(options.seed ?? 1, options.minutes ?? 8, options.partitions ?? 3));
    const name = `city${++cities}`;
    const database = cities % 16;
    await emptyRedis(urlOf(options.redisUrl ?? rig.redis.url, `/${database}`).href);
    await statement(
      rig.postgres.url,
      `CREATE DATABASE ${name} ${options.tablespace ? `TABLESPACE ${options.tablespace}` : ''}`,
    );
    const city = new City(rig, name, fed, options, database);
    await mkdir(join(rig.folder, name), { recursive: true });
    await city.store.migrate();
    await createTopics(await city.openLog(), city.partitions);
    city.watch.begin();
    return city;
  }

  get records(): readonly FeedRecord[] {
    return this.fed.feed.records;
  }

  /** Its topics, past every proxy. */
  async openLog(): Promise<EventLog> {
    const direct = { ...this.settings, ARTERIAL_KAFKA_BROKERS: this.rig.kafka.brokers.join(',') };
    this.log ??= await openKafkajsLog(readConfig(direct).kafka!);
    return this.log;
  }

  /** Starts processes; resolves when they are ready. */
  async startProcessors(count = 1, preload: readonly string[] = []): Promise<Child[]> {
    const started = Array.from({ length: count }, () => this.launch(preload));
    await Promise.all(started.map((child) => child.ready()));
    return started;
  }

  /** Starts a process and waits for nothing. */
  launch(preload: readonly string[] = []): Child {
    const child = new Child(['processors'], this.settings, preload);
    this.children.push(child);
    return child;
  }

  /**
   * Appends records in order, so many seconds of the city in a second. While the broker is away it tries again, so
   * that what is sent may be there twice. Ends early when `signal` aborts.
   */
  async send(
    records: readonly FeedRecord[] = this.records,
    { rate = usualRate, signal }: { readonly rate?: number; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const log = await this.openLog();
    const [began, from] = [performance.now(), records[0]?.at ?? 0];
    for (let begin = 0; begin < records.length && !signal?.aborted; ) {
      const next = records[begin]!.at;
      await machineTimers.sleep(Math.max(0, began + (next - from) / rate - performance.now()), signal);
      const due = Math.max(next, from + (performance.now() - began) * rate);
      let end = begin;
      while (end < records.length && records[end]!.at <= due && end - begin < sentTogetherMost) end++;
      // What is sent of one second must not be told as sent before the rest of it.
      while (end < records.length && records[end]!.at === records[end - 1]!.at) end++;
      const part = records.slice(begin, end);
      await persistently(() => this.append(log, part));
      this.sentThrough = Math.max(this.sentThrough, part.at(-1)!.at);
      this.sentRecords += part.length;
      begin = end;
    }
  }

  /** Throws `SentAgain` when a broker that was slow to answer has records twice, so that they cannot be counted. */
  async requireSentOnce(): Promise<void> {
    const log = await this.openLog();
    let there = 0;
    for (const { name } of rawTopics)
      for (let partition = 0; partition < this.partitions; partition++) {
        const { first, next } = await log.bounds(name, partition);
        there += next - first;
      }
    if (there !== this.sentRecords)
      throw new SentAgain(`${this.sentRecords} records were sent, and ${there} are there`);
  }

  /** One request for all partitions, in each of which the order is kept. */
  private async append(log: EventLog, records: readonly FeedRecord[]): Promise<void> {
    const places = new Map<string, { topic: string; partition: number; records: FeedRecord[] }>();
    for (const record of records) {
      const { topic, partition = partitionOf(record.key, this.partitions) } = record;
      const name = `${topic}/${partition}`;
      const place = places.get(name) ?? { topic, partition, records: [] };
      place.records.push(record);
      places.set(name, place);
    }
    await Promise.all(
      [...places.values()].map(({ topic, partition, records }) => log.appendTo(topic, partition, records)),
    );
  }

  /** Resolves when every task has passed the end of the feed. */
  async settled(withinSeconds = settleWithin): Promise<void> {
    const deadline = performance.now() + withinSeconds * 1000;
    // The last heartbeats jump over all of the time between.
    const past = this.fed.feed.endAt + minutes(5);
    while (!this.watch.allReleased(past)) {
      if (performance.now() > deadline)
        throw new Error(
          `not settled after ${withinSeconds} s: ${this.watch.behind(past)}; ${this.lastSaid()}`,
        );
      await machineTimers.sleep(50);
    }
  }

  /** What must be committed for the city to have recovered from a fault that begins now: something new in any case. */
  recoveryTarget(): EventTime {
    const released = this.watch.releasedLast('link-state', this.partitions);
    return Math.max(
      floorTo(this.sentThrough - lateness, minutes(1)),
      floorTo(released, minutes(1)) + minutes(1),
    );
  }

  /**
   * Seconds from `since` until the rows up to `target` are committed; undefined when they are not within
   * `withinSeconds`. Goes by the task that has rows for every minute of every partition.
   */
  async recoveredAfter(since: number, target: EventTime, withinSeconds = 60): Promise<number | undefined> {
    while (performance.now() - since < withinSeconds * 1000) {
      const at = this.watch.releasedAt('link-state', this.partitions, target);
      if (at !== undefined) return Math.max(0, (at - since) / 1000);
      await machineTimers.sleep(20);
    }
    return undefined;
  }

  /** Against what is expected of the feed, unless something else is. */
  judge(expectation = this.fed.expectation): Promise<Judgement> {
    return judge(this, expectation);
  }

  /** Runs another command of the program on what the city has. */
  command(name: string): Child {
    const child = new Child([name], this.settings);
    this.children.push(child);
    return child;
  }

  /** Resolves when every task has processed and saved all that is in the log, be the feed at its end or not. */
  async caughtUp(withinSeconds = 60): Promise<void> {
    const log = await this.openLog();
    const isBehind = async (): Promise<boolean> => {
      const progress = await this.store.listProgress();
      if (progress.length < processors.length * this.partitions) return true;
      for (const { partition, topics } of progress)
        for (const { topic, processedTo } of topics)
          if (processedTo < (await log.bounds(topic, partition)).next) return true;
      return false;
    };
    for (const deadline = performance.now() + withinSeconds * 1000; await isBehind(); ) {
      if (performance.now() > deadline)
        throw new Error(`not caught up after ${withinSeconds} s; ${this.lastSaid()}`);
      await machineTimers.sleep(200);
    }
  }

  /** What its processes have said last. */
  lastSaid(): string {
    return this.children.map((child, i) => `process ${i + 1}: ${child.end() || 'nothing'}`).join('; ');
  }

  /** Ends its processes and removes what it has made. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const child of this.children) {
      child.signal('SIGCONT');
      await child.kill9();
    }
    await this.watch.end();
    await this.log?.close();
    await this.store.close();
    await statement(this.rig.postgres.url, `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
    await this.removeTopics();
  }

  private async removeTopics(): Promise<void> {
    const admin = new Kafka({ brokers: [...this.rig.kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const own = (await admin.listTopics()).filter((topic) => topic.startsWith(`${this.name}.`));
      await admin.deleteTopics({ topics: own });
    } finally {
      await admin.disconnect();
    }
  }
}

const urlOf = (base: string, path: string): URL => Object.assign(new URL(base), { pathname: path });

/** Removes what an earlier city has left in one of the few databases of a Redis. */
async function emptyRedis(url: string): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  client.on('error', () => {});
  await client.flushdb().finally(() => client.disconnect());
}

/** Tries again and again for a minute. */
async function persistently(work: () => Promise<void>): Promise<void> {
  for (const began = performance.now(); ; ) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ArterialError) || performance.now() - began > 60_000) throw error;
      await machineTimers.sleep(200);
    }
  }
}

export async function statement(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
