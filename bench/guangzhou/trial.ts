/** The whole of Arterial on the devices of a city: does it keep up, and with how much to spare? */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ledgerLines } from '#commands/ledger.ts';
import type { Network } from '#domain/network.ts';
import { writeNetwork } from '#ingest/gmns/write-network.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { createPostgresMeasures } from '#runtime/postgres-measures.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';
import type { Trial, TrialOptions, TrialResult } from '../trial.ts';
import { machineSeconds, usageOf } from '../usage.ts';
import { makeGuangzhou } from './city.ts';
import type { Sent } from './generator.ts';
import { type LagSample, LagWatch } from './lag-watch.ts';
import { LiveWatch } from './live-watch.ts';
import { type RoleProcess, startGenerator, startRole } from './role-process.ts';
import { type Measured, resultOf } from './verdict.ts';

const name = 'guangzhou';
const partitions = 4;
const prefix = 'guangzhou.';
const minutes = 10;
/** Until every part of the program has been busy for a while. Seconds. */
const warmSeconds = 90;
const sampleEvery = 2_000;
/** What is still to be read at the end is read and saved within so much. Milliseconds. */
const drainWithin = 120_000;
/** Links that are watched, of each partition alike. */
const watchedMost = 2_000;

/** A part of the city, for a quick look: 1 is the whole. */
const divisor = Number(process.env['BENCH_DIVISOR'] ?? '1');

export const guangzhou: Trial = {
  name,
  does:
    'As many devices as Guangzhou has, 84,000 detectors in frames of a second and 364,000 cameras that speak every ' +
    '5 s, with signals, car parks, stations and citizens, send to Kafka for ten minutes; all processors and the API ' +
    'work on it, with PostgreSQL and Redis and the devices themselves on the same cores.',
  run: (options) => new Run(options).run(),
};

class Run {
  private readonly options: TrialOptions;
  private readonly folder: string;
  private readonly network: Network = makeGuangzhou(divisor);
  private readonly processes: RoleProcess[] = [];

  constructor(options: TrialOptions) {
    this.options = options;
    this.folder = join(options.servers.folder, name);
  }

  async run(): Promise<TrialResult> {
    const { servers, note } = this.options;
    await servers.spread(undefined);
    await mkdir(this.folder, { recursive: true });
    await writeNetwork(join(this.folder, 'network'), this.network);
    const databaseUrl = await servers.makeDatabase(name);
    await emptied(servers.redisUrl);
    try {
      note(`${name}: the tables of the city are written`);
      const result = await this.measured(databaseUrl);
      for (const [what, value] of result.measured) note(`${what}: ${value}`);
      return result;
    } finally {
      for (const each of this.processes.reverse()) await each.end();
      await servers.dropDatabase(name);
      await servers.removeTopics(prefix);
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  private async measured(databaseUrl: string): Promise<TrialResult> {
    const { servers, note, scale } = this.options;
    const roles = await this.startRoles(databaseUrl);
    const devices = this.added(
      startGenerator({
        BENCH_BROKERS: servers.brokers,
        BENCH_PREFIX: prefix,
        BENCH_PARTITIONS: String(partitions),
        BENCH_DIVISOR: String(divisor),
      }),
    );
    await devices.line('ready');
    const [raw, derived] = [rawTopics, derivedTopics].map((all) => all.map((topic) => prefix + topic.name));
    const lag = new LagWatch(servers.brokers, prefix, raw!, derived!);
    await lag.begin();
    const live = await LiveWatch.begin(servers.redisUrl, watched(this.network));
    const seconds = Math.round(60 * minutes * scale);
    const startAt = 1000 * Math.ceil(Date.now() / 1000 + 1);
    devices.tell(JSON.stringify({ startAt, seconds: warmSeconds + seconds }));
    note(`${name}: the devices begin; ${warmSeconds} s until all is warm, then ${seconds} s`);
    await sleep(startAt + warmSeconds * 1000 - Date.now());
    const pids = this.pids({ ...roles, devices });
    const before = usages(pids);
    const machine = machineSeconds();
    const from = Date.now();
    const samples: LagSample[] = [];
    while (Date.now() - from < seconds * 1000) {
      samples.push(await lag.sample());
      await sleep(Math.min(sampleEvery, Math.max(0, from + seconds * 1000 - Date.now())));
    }
    const to = Date.now();
    const machineAfter = machineSeconds();
    const after = usages(pids);
    const sent = JSON.parse(await devices.line('"records"')) as Sent;
    note(`${name}: all is sent; what is left is read`);
    const drained = await this.drained(lag);
    await live.end();
    await lag.end();
    await roles.processors.end();
    const store = createPostgresMeasures(databaseUrl);
    const ledger = await ledgerLines(store).finally(() => store.close());
    const measured: Measured = {
      seconds: (to - from) / 1000,
      from,
      to,
      idleShare: 1 - (machineAfter.busy - machine.busy) / (machineAfter.all - machine.all),
      cores: (machineAfter.all - machine.all) / ((to - from) / 1000),
      processes: Object.keys(pids).map((each) => ({
        name: each,
        cpuSeconds: after[each]!.cpuSeconds - before[each]!.cpuSeconds,
        peakMib: after[each]!.peakMib,
      })),
      sent,
      sentRate: Object.values(sent.records).reduce((a, b) => a + b, 0) / (warmSeconds + seconds),
      drainedSeconds: drained,
      lag: samples,
      appeared: live.appeared,
      ledger,
      devices: this.network.detectors.size + this.network.cameras.size,
      started: { processors: roles.processorsReady, api: roles.apiReady },
    };
    return resultOf(name, measured);
  }

  private async startRoles(databaseUrl: string) {
    const { servers, note } = this.options;
    const settings = (role: string): Record<string, string> => ({
      ARTERIAL_KAFKA_BROKERS: servers.brokers,
      ARTERIAL_KAFKA_PREFIX: prefix,
      ARTERIAL_KAFKA_GROUP: prefix,
      ARTERIAL_DATABASE_URL: databaseUrl,
      ARTERIAL_REDIS_URL: servers.redisUrl,
      ARTERIAL_DATA: join(this.folder, role),
      ARTERIAL_NETWORK: join(this.folder, 'network'),
      ARTERIAL_PARTITIONS: String(partitions),
      ARTERIAL_STREET: 'none',
      ARTERIAL_PORT: '0',
    });
    const processorsRole = this.added(startRole('processors', settings('processors')));
    const processorsReady = await processorsRole.line('ready after');
    note(`${name}: ${processorsReady}`);
    const api = this.added(startRole('api', settings('api')));
    const apiReady = await api.line('ready after');
    note(`${name}: ${apiReady}`);
    return { processors: processorsRole, api, processorsReady, apiReady };
  }

  private pids(own: Readonly<Record<'processors' | 'api' | 'devices', RoleProcess>>): Record<string, number> {
    const { kafka, postgres, redis } = this.options.servers.processes;
    return {
      processors: own.processors.pid,
      api: own.api.pid,
      kafka: kafka.pid,
      postgres: postgres.pid,
      redis: redis.pid,
      devices: own.devices.pid,
      'this one': process.pid,
    };
  }

  /** Seconds until all that the devices have sent is committed to the group. */
  private async drained(lag: LagWatch): Promise<number | undefined> {
    const began = performance.now();
    while ((await lag.sample()).raw > 0) {
      if (performance.now() - began > drainWithin) return undefined;
      await sleep(500);
    }
    return (performance.now() - began) / 1000;
  }

  private added(started: RoleProcess): RoleProcess {
    this.processes.push(started);
    return started;
  }
}

/** Some links of each partition. */
function watched({ links }: Network): string[] {
  const each = Math.ceil(links.size / watchedMost);
  const counts = new Map<number, number>();
  return [...links.values()].flatMap(({ id, site }) => {
    const partition = partitionOf(site, partitions);
    const nth = counts.get(partition) ?? 0;
    counts.set(partition, nth + 1);
    return nth % each === 0 ? [id] : [];
  });
}

const usages = (pids: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(pids).map(([each, pid]) => {
      // The servers are not ours, but this process has started the others.
      const usage = each === 'this one' ? ownUsage() : usageOf(pid);
      if (usage === undefined) throw new Error(`${each} has ended`);
      return [each, usage];
    }),
  );

const ownUsage = () => {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, peakMib: process.resourceUsage().maxRSS / 1024 };
};

async function emptied(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
}
