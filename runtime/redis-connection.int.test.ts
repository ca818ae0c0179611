import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Certificate,
  makeCertificate,
  opensslMissing,
  type RedisServer,
  redisMissing,
  startRedis,
} from '../test/services/redis-server.ts';
import { Secret } from './config.ts';
import type { LiveState } from './live.ts';
import { createRedisLive } from './redis-live.ts';

const password = 'a secret: 100 %/?#@';
const value = { kind: 'link', id: 'a', version: [1], value: { speed: 3 } };
const inTime = { timeout: 30_000, interval: 20 };

const open: LiveState[] = [];
const notices: string[] = [];
async function connect(url: string, tlsCa?: string): Promise<LiveState> {
  const live = await createRedisLive({
    url: new Secret(url),
    tlsCa,
    rebuild: async () => [value],
    notice: (message) => notices.push(message),
  });
  open.push(live);
  return live;
}
/** What the settings are refused with, with all that printing it would show. */
const refusal = async (url: string, tlsCa?: string): Promise<string> => {
  const failure = await connect(url, tlsCa).then(
    () => new Error('it was not refused'),
    (error: Error) => error,
  );
  return inspect(failure, { depth: 9, showHidden: true });
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((live) => live.close()));
  notices.length = 0;
});

if (redisMissing !== undefined)
  console.warn(`runtime/redis-connection.int.test.ts is skipped: ${redisMissing}`);
else if (opensslMissing !== undefined) console.warn(`TLS to Redis is not tested: ${opensslMissing}`);

describe.skipIf(redisMissing !== undefined)('a Redis with a password', () => {
  let server: RedisServer;
  let hostAndPort: string;
  beforeAll(async () => {
    server = await startRedis({ password });
    hostAndPort = `127.0.0.1:${server.port}`;
  });
  afterAll(() => server?.stop());

  it('is used with it, and it is in nothing that could be printed', async () => {
    const live = await connect(server.url);
    expect(await live.get('link', 'a')).toEqual(value);
    expect(inspect(live, { depth: 9, showHidden: true })).not.toContain('secret');
  });

  it('refuses a wrong one, which is not repeated', async () => {
    const said = await refusal(`redis://:another-secret@${hostAndPort}`);
    expect(said).toContain(`ARTERIAL_REDIS_URL has a user or a password that ${hostAndPort} refuses`);
    expect(said).toContain("code: 'config.invalid'");
    expect(said).not.toContain('secret');
    expect(await refusal(`redis://nobody:another-secret@${hostAndPort}`)).toContain(
      'has a user or a password',
    );
  });

  it('refuses none', async () => {
    expect(await refusal(`redis://${hostAndPort}`)).toContain(
      `ARTERIAL_REDIS_URL has no password, and ${hostAndPort} asks for one`,
    );
  });

  it('refuses the number of a database that it does not have, and nothing is written to another', async () => {
    expect(await refusal(`${server.url}/99`)).toContain(
      `ARTERIAL_REDIS_URL has the number of a database that ${hostAndPort} does not have`,
    );
    const admin = new Redis(`${server.url}/0`);
    await admin.flushall();
    await refusal(`${server.url}/99`);
    expect(await admin.dbsize()).toBe(0);
    admin.disconnect();
  });

  it('lets a user in who may do no more than is needed', async () => {
    const admin = new Redis(server.url);
    await admin.call(
      ...([
        'ACL',
        'SETUSER',
        'city',
        'on',
        '>city-secret',
        'resetchannels',
        '&arterial:*',
        '~arterial:*',
      ] as const),
      ...[
        '+eval',
        '+hget',
        '+hmget',
        '+hset',
        '+hgetall',
        '+multi',
        '+exec',
        '+publish',
        '+subscribe',
        '+ping',
        '+info',
      ],
    );
    const live = await connect(`redis://city:city-secret@${hostAndPort}`);
    await live.put([{ ...value, version: [2] }]);
    expect((await live.get('link', 'a'))?.version).toEqual([2]);
    expect(await live.list('link')).toHaveLength(1);
    expect(notices).toEqual([]);
    await admin.call('ACL', 'SETUSER', 'city', '-eval');
    admin.disconnect();
    await live.put([{ ...value, version: [3] }]);
    await vi.waitFor(() => expect(notices.join()).toContain('NOPERM'), inTime);
    expect(notices.join()).not.toContain('secret');
  });

  it('is away for who speaks TLS, and why is guessed', async () => {
    await connect(server.url.replace('redis:', 'rediss:'));
    expect(notices[0]).toContain('(rediss:// would be wrong if it has no TLS)');
  });
});

describe.skipIf(redisMissing !== undefined || opensslMissing !== undefined)('a Redis with TLS', () => {
  let folder: string;
  let server: RedisServer;
  let certificate: Certificate;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redis-tls-'));
    certificate = await makeCertificate(folder);
    server = await startRedis({ tls: certificate, password });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  it('is used when its authority is known', async () => {
    for (const url of [server.url, server.url.replace('127.0.0.1', 'localhost')]) {
      const live = await connect(url, certificate.pem);
      expect(await live.get('link', 'a')).toEqual(value);
    }
  });

  it('is not trusted without, nor with that of somebody else', async () => {
    const right = 'the PEM certificate of the authority that signed the certificate of Redis would be right';
    // Often, since only some of the refused connections fail twice, and the second failure must not end the program.
    for (let turn = 0; turn < 20; turn++)
      expect(await refusal(server.url)).toContain(
        `ARTERIAL_REDIS_TLS_CA does not vouch for the certificate of 127.0.0.1:${server.port}`,
      );
    const another = join(folder, 'another.pem');
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=another'],
        ...['-keyout', join(folder, 'another-key.pem'), '-out', another],
      ],
      { stdio: 'pipe' },
    );
    expect(await refusal(server.url, await readFile(another, 'utf8'))).toContain(right);
  });

  it('is away for who does not speak TLS', async () => {
    const live = await connect(server.url.replace('rediss:', 'redis:'));
    expect(notices[0]).toContain('(redis:// would be wrong if it wants TLS)');
    await expect(live.get('link', 'a')).rejects.toMatchObject({ code: 'live.unavailable' });
  });
});

describe('what is no Redis', () => {
  it('is away, and is not waited for longer than a few seconds', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const began = performance.now();
    const live = await connect(`redis://127.0.0.1:${port}`);
    await live.put([value]);
    await expect(live.list('link')).rejects.toMatchObject({ code: 'live.unavailable', canRetry: true });
    expect(performance.now() - began).toBeLessThan(8_000);
    await live.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('is away, and named, when there is no such host', async () => {
    await connect('redis://no-such-host.invalid');
    expect(notices[0]).toMatch(/^live\.unavailable Redis at no-such-host\.invalid:6379: getaddrinfo/);
  });
});
