import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsElsewhere } from '../test/needs.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { isRunning } from './folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arterial-postgres-'));
});
afterEach(() => {
  if (existsSync(pidFile()) && isRunning(serverPid())) process.kill(serverPid(), 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const pidFile = (): string => join(folder, 'data/postmaster.pid');
const serverPid = (): number => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Another process that starts the server in `folder` and goes on. */
async function startElsewhere() {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./embedded-postgres.ts', import.meta.url).href)};
    const { url } = await startEmbeddedPostgres(${JSON.stringify(folder)});
    process.on('SIGTERM', () => process.exit(0));
    console.log(url);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    child.once('exit', () => reject(new Error('the other process ended')));
  });
  return { child, ended, url };
}

describe('the embedded PostgreSQL', () => {
  it('keeps its data from one start to the next', async () => {
    const first = await startEmbeddedPostgres(folder);
    await ask(first.url, 'CREATE TABLE t AS SELECT 42 AS n');
    await first.stop();
    expect(existsSync(pidFile())).toBe(false);
    const second = await startEmbeddedPostgres(folder);
    expect(await ask(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }]);
    await second.stop();
    await second.stop();
  });

  it(
    'starts for root in a folder that nobody else may enter, and takes over data from one that all may',
    needsElsewhere(process.getuid?.() === 0 ? '' : 'the rights of root'),
    async () => {
      const open = join(folder, 'open');
      const first = await startEmbeddedPostgres(open);
      await ask(first.url, 'CREATE TABLE t AS SELECT 42 AS n');
      await first.stop();
      const closed = mkdtempSync(join(tmpdir(), 'arterial-closed-'));
      chmodSync(closed, 0o700);
      renameSync(open, join(closed, 'data'));
      const second = await startEmbeddedPostgres(join(closed, 'data'));
      expect(await ask(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }]);
      await second.stop();
      rmSync(closed, { recursive: true });
    },
  );

  it('listens on this machine alone, asks for a password, speaks UTF-8 and syncs what it commits', async () => {
    const server = await startEmbeddedPostgres(folder);
    const setting = async (name: string) => (await ask(server.url, `SHOW ${name}`))[0]?.[name];
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    expect(await setting('listen_addresses')).toBe('127.0.0.1');
    expect(await setting('fsync')).toBe('on');
    expect(await setting('synchronous_commit')).toBe('on');
    expect(await setting('server_encoding')).toBe('UTF8');
    const stranger = new URL(server.url);
    stranger.password = '';
    await expect(ask(stranger.href, 'SELECT 1')).rejects.toThrow();
    await server.stop();
  });

  it('ends within three seconds, though clients are connected', async () => {
    const server = await startEmbeddedPostgres(folder);
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => {});
    await client.connect();
    const busy = client.query('SELECT pg_sleep(60)').catch(() => {});
    const pid = serverPid();
    const before = performance.now();
    await server.stop();
    expect(performance.now() - before).toBeLessThan(3000);
    expect(isRunning(pid)).toBe(false);
    await busy;
  });

  it('starts again after its process was killed, and holds what was committed', async () => {
    const { child, ended, url } = await startElsewhere();
    await ask(url, 'CREATE TABLE t AS SELECT 42 AS n');
    const orphan = serverPid();
    child.kill('SIGKILL');
    await ended;
    expect(isRunning(orphan)).toBe(true);
    const server = await startEmbeddedPostgres(folder);
    expect(isRunning(orphan)).toBe(false);
    expect(await ask(server.url, 'SELECT n FROM t')).toEqual([{ n: 42 }]);
    await server.stop();
  });

  it('starts again after the server itself was killed, and holds what was committed', async () => {
    const first = await startEmbeddedPostgres(folder);
    await ask(first.url, 'CREATE TABLE t AS SELECT 42 AS n');
    process.kill(serverPid(), 'SIGKILL');
    await first.stop();
    const second = await startEmbeddedPostgres(folder);
    expect(await ask(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }]);
    await second.stop();
  });

  it('waits for a session of a server that was killed, which works until it looks up', async () => {
    const first = await startEmbeddedPostgres(folder);
    await ask(first.url, 'CREATE TABLE t AS SELECT 42 AS n');
    const busy = new pg.Client({ connectionString: first.url });
    busy.on('error', () => {});
    await busy.connect();
    const working = busy.query('SELECT count(*) FROM generate_series(1, 8000000)').catch(() => {});
    await ask(first.url, 'SELECT 1');
    process.kill(serverPid(), 'SIGKILL');
    await first.stop();
    const second = await startEmbeddedPostgres(folder);
    await working;
    expect(await ask(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }]);
    await second.stop();
  });

  it('ends with its process when that exits without stopping it', async () => {
    const { child, ended } = await startElsewhere();
    const pid = serverPid();
    child.kill('SIGTERM');
    await ended;
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  });

  it('does not touch a stranger to whom the number of its server was given', async () => {
    const first = await startEmbeddedPostgres(folder);
    const content = serverPid();
    const old = readFileSync(pidFile(), 'utf8');
    await first.stop();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => stranger.once('exit', resolve));
    writeFileSync(pidFile(), old.replace(String(content), String(stranger.pid)));
    const second = await startEmbeddedPostgres(folder);
    expect(isRunning(stranger.pid as number)).toBe(true);
    expect(await ask(second.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await second.stop();
    stranger.kill('SIGKILL');
    await ended;
  });

  it('is refused to a second process while the first one lives, which goes on', async () => {
    const first = await startEmbeddedPostgres(folder);
    await expect(startEmbeddedPostgres(folder)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(await ask(first.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await first.stop();
  });

  it('begins anew what a crash in its first start has left half made', async () => {
    writeFileSync(join(folder, 'password'), 'half\n');
    mkdirSync(join(folder, 'data.new/base'), { recursive: true });
    const server = await startEmbeddedPostgres(folder);
    expect(await ask(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await server.stop();
  });
});
