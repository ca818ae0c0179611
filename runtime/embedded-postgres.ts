/** A PostgreSQL server of our own, in a folder, for as long as this process lives. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { access, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArterialError } from './errors.ts';
import { isRunning, lockFolder } from './folder-lock.ts';
import { findPostgres, giveFolder, type PostgresBinaries, type RunAs, runAs } from './postgres-binaries.ts';

export interface EmbeddedPostgres {
  /** `postgres://...` of a database on 127.0.0.1, with its password. */
  readonly url: string;
  /** Ends the server in order; may be called twice. */
  stop(): Promise<void>;
}

const superuser = 'arterial';
/** How long an orderly end may take before it becomes a sudden one, which the next start repairs. Milliseconds. */
const orderlyEnd = 2_500;
const longestStart = 60_000;

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  max_connections: '40',
  // Workers would share memory in /dev/shm, which is small in containers, to save time on queries that are short.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
};

/**
 * Starts the server on the data in `folder`, made at the first start; a server that a killed process has left
 * behind there is ended first. What the server says is in `folder/postgres.log`.
 */
export async function startEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  const binaries = await findPostgres();
  await mkdir(folder, { recursive: true });
  const home = await realpath(folder);
  const as = await runAs([binaries.postgres, home]);
  const unlock = await lockFolder(home, 'store.unavailable');
  try {
    const data = join(home, 'data');
    await endOrphan(data);
    giveFolder(home, as);
    const password = await initialise(home, binaries, as);
    const { pid, port } = await startServer(home, binaries, as);
    // Ends the server when this process ends without having called stop, unless it is killed.
    const onExit = (): void => signal(pid, 'SIGINT');
    process.once('exit', onExit);
    let stopping: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await endServer(pid);
      process.removeListener('exit', onExit);
      await unlock();
    };
    return {
      url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (failure) {
    await unlock();
    throw failure;
  }
}

/** Makes the data folder unless it is there, and returns the password of its superuser. */
async function initialise(home: string, { initdb }: PostgresBinaries, as: RunAs): Promise<string> {
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  if (await exists(join(data, 'PG_VERSION'))) return (await readFile(passwordFile, 'utf8')).trim();
  const password = randomBytes(24).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  giveFolder(passwordFile, as);
  // Under another name until it is whole, so that a crash does not leave half a database.
  const unfinished = join(home, 'data.new');
  await rm(unfinished, { recursive: true, force: true });
  await run(initdb, as, [
    `--pgdata=${unfinished}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]);
  await rename(unfinished, data);
  return password;
}

async function run(program: string, as: RunAs, parameters: readonly string[]): Promise<void> {
  const child = start(program, as, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new ArterialError(
      'store.unavailable',
      `${program} ended with ${code}: ${said.trim().slice(-2000)}`,
    );
}

/** Starts a program of PostgreSQL; what it is run through gives way to it, so that the process is the program's. */
function start(
  program: string,
  { user, through }: RunAs,
  parameters: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const [command, ...rest] = [...through, program, ...parameters];
  return spawn(command as string, rest, { ...user, ...options });
}

async function startServer(
  home: string,
  { postgres }: PostgresBinaries,
  as: RunAs,
): Promise<{ readonly pid: number; readonly port: number }> {
  const data = join(home, 'data');
  const deadline = performance.now() + formerAtMost;
  // Somebody else may take the free port before the server does; then another one is tried.
  for (let turn = 1; ; turn++) {
    const port = await freePort();
    const parameters = ['-D', data, '-p', String(port)];
    for (const [name, value] of Object.entries(settings)) parameters.push('-c', `${name}=${value}`);
    const log = openSync(join(home, 'postgres.log'), 'w');
    // A session of its own: an interrupt from the keyboard is for us, and we end the server when we are done.
    const child = start(postgres, as, parameters, { detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    const ended = new Promise<Error | string>((resolve) => {
      child.once('error', resolve);
      child.once('exit', (code, by) => resolve(`it ended with ${code ?? by}`));
    });
    child.unref();
    const failure = await Promise.race([ended, untilReady(data, child.pid)]);
    if (failure === undefined) return { pid: child.pid as number, port };
    const said = await readFile(join(home, 'postgres.log'), 'utf8').catch(() => '');
    if (turn < 3 && said.includes('could not bind')) continue;
    if (isFormerStillThere(said) && performance.now() < deadline) {
      await sleep(100);
      continue;
    }
    throw new ArterialError(
      'store.unavailable',
      `PostgreSQL did not start in ${home}: ${failure instanceof Error ? failure.message : failure}: ` +
        said.trim().slice(-2000),
    );
  }
}

/**
 * Whether a server did not start because sessions of the former one, which was killed, still work: they end when they
 * next look whether it lives.
 */
export const isFormerStillThere = (said: string): boolean =>
  said.includes('pre-existing shared memory block');

/** How long they are waited for. Milliseconds. */
export const formerAtMost = 30_000;

/** The eighth line of `postmaster.pid` says how far the server is. */
async function untilReady(data: string, pid: number | undefined): Promise<string | undefined> {
  const deadline = performance.now() + longestStart;
  while (performance.now() < deadline) {
    const lines = await pidFile(data);
    if (Number(lines[0]) === pid && lines[7]?.trim() === 'ready') return undefined;
    await sleep(10);
  }
  if (pid !== undefined) await endServer(pid);
  return `it was not ready within ${longestStart / 1000} s`;
}

/** Ends the server of this data folder that nobody owns any more; the lock of the folder must be held. */
async function endOrphan(data: string): Promise<void> {
  const pid = Number((await pidFile(data))[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (await isServerOf(pid, data)) await endServer(pid);
  // The server does not start when its number was given to some other process meanwhile.
  await rm(join(data, 'postmaster.pid'), { force: true });
}

/** Whether the process is the server of that folder, where it works; taken for granted where this cannot be seen. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!isRunning(pid)) return false;
  if (!(await exists('/proc/self/cwd'))) return true;
  return (await realpath(`/proc/${pid}/cwd`).catch(() => '')) === data;
}

/** An orderly end, which throws clients out; a sudden one when that takes too long. */
async function endServer(pid: number): Promise<void> {
  for (const [how, patience] of [
    ['SIGINT', orderlyEnd],
    ['SIGQUIT', orderlyEnd],
    ['SIGKILL', orderlyEnd],
  ] as const) {
    signal(pid, how);
    const deadline = performance.now() + patience;
    while (performance.now() < deadline) {
      if (!isRunning(pid)) return;
      await sleep(10);
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
}

async function pidFile(data: string): Promise<string[]> {
  return (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port');
  return address.port;
}

export { endOrphan as endServerIn, initialise as initialisePostgres, settings as postgresSettings };
