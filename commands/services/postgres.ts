/** PostgreSQL in a process of its own that outlives us, on 127.0.0.1. */
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  endServerIn,
  formerAtMost,
  initialisePostgres,
  isFormerStillThere,
  postgresSettings,
} from '#runtime/embedded-postgres.ts';
import { findPostgres, giveFolder, runAs } from '#runtime/postgres-binaries.ts';
import { findFreePorts } from './ports.ts';
import { endProcess, type Launch, launch, type ProcessMark } from './server-process.ts';

export interface PostgresOptions {
  /** Has the data, the password and `postgres.log`. */
  readonly folder: string;
  /** A free one when left out. */
  readonly port?: number;
  readonly onSpawn?: (mark: ProcessMark, port: number) => void;
}

export interface PostgresServer {
  /** Of the database `arterial`, as a user who may make others. */
  readonly url: string;
  readonly port: number;
  readonly process: ProcessMark;
  readonly version: string;
  stop(): Promise<void>;
}

const longestStart = 60_000;
const database = 'arterial';
/** Tests that run side by side have many connections. */
const connections = 200;

/** SIGINT throws clients out and ends in order; SIGTERM would wait for them. */
export const postgresSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGKILL'];

/** Starts the server on the data in the folder, made if need be; one that was left there is ended first. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  await mkdir(options.folder, { recursive: true });
  const home = await realpath(options.folder);
  const binaries = await findPostgres();
  const as = await runAs([binaries.postgres, home]);
  const data = join(home, 'data');
  await endServerIn(data);
  giveFolder(home, as);
  const password = await initialisePostgres(home, binaries, as);
  const port = options.port ?? (await findFreePorts(1))[0]!;
  const urlOf = (name: string): string => `postgres://arterial:${password}@127.0.0.1:${port}/${name}`;
  const parameters = ['-D', data, '-p', String(port)];
  const settings = { ...postgresSettings, max_connections: String(connections) };
  for (const [name, value] of Object.entries(settings)) parameters.push('-c', `${name}=${value}`);
  const mark = await launchOnceFree({
    program: binaries.postgres,
    parameters,
    folder: data,
    as,
    logFile: join(home, 'postgres.log'),
    onSpawn: (spawned) => options.onSpawn?.(spawned, port),
    // Another server may have the port, but it does not know the password.
    isReady: async () => (await versionAt(urlOf('postgres'))) !== undefined,
    longestMilliseconds: longestStart,
    signals: postgresSignals,
  });
  await makeDatabase(urlOf('postgres'));
  const url = urlOf(database);
  const version = (await versionAt(url)) ?? '';
  return { url, port, process: mark, version, stop: () => endProcess(mark, postgresSignals) };
}

/** Starts the server, once the last sessions of a former one on the same data have ended. */
async function launchOnceFree(server: Launch): Promise<ProcessMark> {
  for (const deadline = performance.now() + formerAtMost; ; ) {
    try {
      return await launch('PostgreSQL', server);
    } catch (failure) {
      if (!isFormerStillThere((failure as Error).message) || performance.now() > deadline) throw failure;
      await sleep(100);
    }
  }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

/** The version of the server that lets us in there within two seconds; undefined when none does. */
export async function versionAt(url: string): Promise<string | undefined> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}
