/** Ports on 127.0.0.1: which are free, and who has one that is not. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArterialError } from '#runtime/errors.ts';

const host = '127.0.0.1';

/**
 * Where ports are looked for: below those that systems give to the other end of connections (RFC 6335 from 49152,
 * Linux from 32768), since one of these may be taken for a moment while a server that had it is started again.
 */
const [lowest, highest] = [20_000, 32_000] as const;
const triesMost = 1_000;

/** So many ports that nobody has, all different. Somebody may take one before it is used. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = new Map<number, Server>();
  for (let tries = 0; servers.size < count && tries < triesMost; tries++) {
    const port = randomInt(lowest, highest);
    const server = servers.has(port) ? undefined : await listen(port);
    if (server) servers.set(port, server);
  }
  await Promise.all([...servers.values()].map(close));
  if (servers.size < count)
    throw new ArterialError(
      'services.port',
      `no ${count} free ports from ${lowest} to ${highest} on ${host}`,
    );
  return [...servers.keys()];
}

export async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (server) await close(server);
  return server !== undefined;
}

/** Throws who has the port, as far as the system tells, unless it is free at last within the time. */
export async function requireFree(what: string, port: number, longestMilliseconds = 0): Promise<void> {
  const deadline = performance.now() + longestMilliseconds;
  while (!(await isFree(port))) {
    if (performance.now() >= deadline) throw takenPort(what, port);
    await sleep(20);
  }
}

function takenPort(what: string, port: number): ArterialError {
  const owner = ownerOf(port);
  return new ArterialError(
    'services.port',
    `${what} listens on port ${port} of ${host}, which ${owner ?? 'another program'} has; ` +
      'stop that one, or give --ports free',
  );
}

/** Such as `redis-server (process 812)`; undefined where the system does not tell, as of another user's process. */
export function ownerOf(port: number): string | undefined {
  const ss = spawnSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8', timeout: 5_000 });
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(ss.stdout ?? '') ?? [];
  if (name) return `${name} (process ${pid})`;
  const lsof = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    encoding: 'utf8',
    timeout: 5_000,
  });
  const [, process, command] = /^p(\d+)\n(?:.*\n)*?c(.+)$/m.exec(lsof.stdout ?? '') ?? [];
  return command ? `${command} (process ${process})` : undefined;
}

/** Undefined when somebody has the port. */
function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (failure: NodeJS.ErrnoException) =>
      failure.code === 'EADDRINUSE' || failure.code === 'EACCES' ? resolve(undefined) : reject(failure),
    );
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

const close = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));
