/** A Redis server for a test: on 127.0.0.1, on a free port, in a folder of its own, saving nothing. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface RedisServerOptions {
  /** Of a server that stopped, to start another in its place; a free one if left out. */
  readonly port?: number;
  /** Where it keeps its files, and finds those of an earlier one; one that is removed at the end if left out. */
  readonly folder?: string;
  readonly password?: string;
  /** Speaks TLS alone, with these files. */
  readonly tls?: Certificate;
  /** Further lines of redis.conf, as parameters: `['--maxmemory', '2mb']`. */
  readonly parameters?: readonly string[];
}

export interface RedisServer {
  /** With the password, where there is one. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Kills it, since it has nothing to save, and resolves when it is gone; may be called twice. */
  stop(): Promise<void>;
}

/** Files of a certificate that is its own authority. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** What the certificate file holds. */
  readonly pem: string;
}

const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];

function findProgram(name: string): string | undefined {
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const redisProgram = findProgram('redis-server');
const opensslProgram = findProgram('openssl');

/** Why tests that need Redis cannot run; undefined where they can. */
export const redisMissing =
  redisProgram === undefined ? 'there is no redis-server on PATH; install Redis to run this' : undefined;
/** Why tests that need a certificate cannot run; undefined where they can. */
export const opensslMissing =
  opensslProgram === undefined ? 'there is no openssl on PATH; install it to run this' : undefined;

const longestStart = 20_000;

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (redisProgram === undefined) throw new Error(redisMissing);
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'arterial-redis-')));
  const tidy = async (): Promise<void> => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  // Somebody else may take the free port before the server does; then another one is tried.
  for (let turn = 1; ; turn++) {
    const port = options.port ?? (await freePort());
    const child = spawn(redisProgram, parametersOf(options, folder, port), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    const gone = once(child, 'close');
    const said = await untilReady(child);
    if (said === undefined) {
      const password = options.password === undefined ? '' : `:${encodeURIComponent(options.password)}@`;
      return {
        url: `${options.tls ? 'rediss' : 'redis'}://${password}127.0.0.1:${port}`,
        port,
        pid: child.pid as number,
        async stop() {
          kill();
          await gone;
          process.removeListener('exit', kill);
          await tidy();
        },
      };
    }
    kill();
    await gone;
    process.removeListener('exit', kill);
    if (turn < 3 && options.port === undefined && said.includes('in use')) continue;
    await tidy();
    throw new Error(`redis-server did not start on port ${port}: ${said.trim().slice(-2000)}`);
  }
}

function parametersOf(options: RedisServerOptions, folder: string, port: number): string[] {
  const { password, tls, parameters = [] } = options;
  const lines = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  if (tls)
    lines.push(
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', tls.certificateFile, '--tls-key-file', tls.keyFile],
    );
  else lines.push('--port', String(port));
  if (password !== undefined) lines.push('--requirepass', password);
  return [...lines, ...parameters];
}

/** What the server said when it did not get ready; undefined when it did. */
async function untilReady(child: ChildProcess): Promise<string | undefined> {
  let said = '';
  let timer: NodeJS.Timeout | undefined;
  const isReady = await new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), longestStart);
    child.once('close', () => resolve(false));
    child.once('error', (failure) => {
      said += failure.message;
      resolve(false);
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Ready to accept connections')) resolve(true);
      });
  });
  clearTimeout(timer);
  return isReady ? undefined : said;
}

/** A new certificate for 127.0.0.1 and localhost, in the folder. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  if (opensslProgram === undefined) throw new Error(opensslMissing);
  const certificateFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  execFileSync(
    opensslProgram,
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
      ...['-keyout', keyFile, '-out', certificateFile],
    ],
    { stdio: 'pipe' },
  );
  return { certificateFile, keyFile, pem: await readFile(certificateFile, 'utf8') };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port');
  return address.port;
}
