/** Redis in a process of its own, on 127.0.0.1. What it holds lives as long as the process. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePorts } from './ports.ts';
import { requirePrograms } from './programs.ts';
import { endProcess, launch, type ProcessMark } from './server-process.ts';

export interface RedisOptions {
  /** Has `redis.log`. */
  readonly folder: string;
  /** A free one when left out. */
  readonly port?: number;
  readonly onSpawn?: (mark: ProcessMark, port: number) => void;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly process: ProcessMark;
  readonly version: string;
  stop(): Promise<void>;
}

const longestStart = 20_000;

export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  requirePrograms('Redis', ['redis-server']);
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true });
  const port = options.port ?? (await findFreePorts(1))[0]!;
  const url = `redis://127.0.0.1:${port}`;
  let version = '';
  const mark = await launch('Redis', {
    program: 'redis-server',
    parameters: parametersFor(port, folder),
    folder,
    logFile: join(folder, 'redis.log'),
    onSpawn: (spawned) => options.onSpawn?.(spawned, port),
    // Another Redis may have the port.
    isReady: async (pid) => {
      const found = await infoAt(url);
      version = found?.version ?? '';
      return found?.pid === pid;
    },
    longestMilliseconds: longestStart,
  });
  return { url, port, process: mark, version, stop: () => endProcess(mark) };
}

const parametersFor = (port: number, folder: string): string[] => [
  ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
  ...['--daemonize', 'no', '--save', '', '--appendonly', 'no'],
];

/** Which Redis answers there within a second; undefined when none does. */
export async function infoAt(
  url: string,
): Promise<{ readonly pid: number; readonly version: string } | undefined> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const info = await client.info('server');
    const value = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    return { pid: Number(value('process_id')), version: value('redis_version') };
  } catch {
    return undefined;
  } finally {
    client.disconnect();
  }
}
