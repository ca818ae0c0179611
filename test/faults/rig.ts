/** The servers that all repetitions share, each of which may be killed and comes back where it was. */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type KafkaServer, startKafka } from '#commands/services/kafka.ts';
import { findFreePorts } from '#commands/services/ports.ts';
import { type PostgresServer, startPostgres } from '#commands/services/postgres.ts';
import { type RedisServer, startRedis } from '#commands/services/redis.ts';
import { endProcess, isAlive, type ProcessMark } from '#commands/services/server-process.ts';
import { type Feed, makeFeed } from './feed.ts';
import { type Expectation, expected } from './oracle.ts';

export type ServerName = 'kafka' | 'postgres' | 'redis';

/** Where a proxy in front of a server has to listen and what it has to pass on to, both on 127.0.0.1. */
export interface Route {
  readonly proxyPort: number;
  readonly serverPort: number;
}

/** A server that dies and comes back on its data and its ports. */
export interface Server {
  readonly folder: string;
  /** In order. */
  stop(): Promise<void>;
  /** Without warning. */
  kill9(): Promise<void>;
  /** After `stop` or `kill9`; resolves when it answers. */
  restart(): Promise<void>;
  /** Sends it a signal such as SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  /** Has it run, whatever has been done to it. */
  heal(): Promise<void>;
}

export interface Rig {
  readonly kafka: Server & { readonly brokers: readonly string[] };
  /** `url` is that of a database from which others can be made. */
  readonly postgres: Server & { readonly url: string };
  readonly redis: Server & { readonly url: string };
  readonly routes: Readonly<Record<ServerName, Route>>;
  /** Brings back whatever a repetition that failed has left stopped or dead. */
  heal(): Promise<void>;
  /** A folder for whatever a repetition needs. */
  readonly folder: string;
  /** A feed and what an undisturbed run makes of it; made once, but for those of hours. */
  fed(seed: number, minutes: number, partitions: number): Promise<Fed>;
  close(): Promise<void>;
}

export interface Fed {
  readonly feed: Feed;
  readonly expectation: Expectation;
}

/** Starts the servers in a folder that is made anew and removed at the end. */
export async function openRig(given: string, note: (line: string) => void): Promise<Rig> {
  const folder = resolve(given);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [listener, ...proxyPorts] = (await findFreePorts(4)) as [number, number, number, number];
  const started: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    await Promise.allSettled(started.map((stop) => stop()));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const proxied = { port: listener, proxyPort: proxyPorts[0] };
    const [kafka, postgres, redis] = await Promise.all([
      startKafka({ folder: join(folder, 'kafka'), proxied, notice: note }).then(kafkaServer),
      startPostgres({ folder: join(folder, 'postgres') }).then((server) => postgresServer(server, folder)),
      startRedis({ folder: join(folder, 'redis') }).then((server) => redisServer(server, folder)),
    ]);
    started.push(kafka.stop, postgres.stop, redis.stop);
    const [short, long] = [new Map<string, Promise<Fed>>(), new Map<string, Promise<Fed>>()];
    return {
      kafka,
      postgres,
      redis,
      folder,
      routes: {
        kafka: { proxyPort: proxyPorts[0], serverPort: listener },
        postgres: { proxyPort: proxyPorts[1], serverPort: Number(new URL(postgres.url).port) },
        redis: { proxyPort: proxyPorts[2], serverPort: Number(new URL(redis.url).port) },
      },
      fed(seed, minutes, partitions) {
        const name = `${seed}/${minutes}/${partitions}`;
        const feeds = minutes > shortMost ? long : short;
        const known = feeds.get(name);
        if (known !== undefined) return known;
        long.clear();
        const made = fedBy(seed, minutes, partitions);
        feeds.set(name, made);
        return made;
      },
      async heal() {
        for (const server of [kafka, postgres, redis]) await server.heal();
      },
      close,
    };
  } catch (failure) {
    await close();
    throw failure;
  }
}

/** Of longer feeds only one is kept: hours of a city take hundreds of megabytes. Minutes. */
const shortMost = 30;

async function fedBy(seed: number, minutes: number, partitions: number): Promise<Fed> {
  const feed = await makeFeed(seed, { minutes, partitions });
  return { feed, expectation: await expected(feed) };
}

const kafkaServer = (server: KafkaServer): Rig['kafka'] => ({
  brokers: server.brokers,
  ...serverOf(server.folder, () => server.process, {
    stop: () => server.stop(),
    restart: () => server.restart(),
  }),
});

function postgresServer(first: PostgresServer, parent: string): Rig['postgres'] {
  const folder = join(parent, 'postgres');
  let server = first;
  const restart = async (): Promise<void> => {
    server = await startPostgres({ folder, port: first.port });
  };
  const mark = (): ProcessMark => server.process;
  return { url: first.url, ...serverOf(folder, mark, { stop: () => server.stop(), restart }) };
}

export function redisServer(first: RedisServer, parent: string): Rig['redis'] {
  const folder = join(parent, 'redis');
  let server = first;
  const restart = async (): Promise<void> => {
    server = await startRedis({ folder, port: first.port });
  };
  const mark = (): ProcessMark => server.process;
  return { url: first.url, ...serverOf(folder, mark, { stop: () => server.stop(), restart }) };
}

function serverOf(
  folder: string,
  mark: () => ProcessMark,
  { stop, restart }: { readonly stop: () => Promise<void>; readonly restart: () => Promise<void> },
): Server {
  return {
    folder,
    // One that was stopped by a signal does not hear others.
    async stop() {
      wake(mark());
      await stop();
    },
    kill9: () => endProcess(mark(), ['SIGKILL']),
    restart,
    signal: (name) => void process.kill(mark().pid, name),
    async heal() {
      if (isAlive(mark())) wake(mark());
      else await restart();
    },
  };
}

function wake(mark: ProcessMark): void {
  if (isAlive(mark)) process.kill(mark.pid, 'SIGCONT');
}
