/** The whole city as a person runs it: real processes, killed without warning, and judged afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'e2e-city-'));
  // Where the tests run as root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
});
afterAll(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  const postgres = await postgresPid();
  if (postgres !== undefined && isAlive(postgres)) process.kill(postgres, 'SIGQUIT');
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

interface Program {
  readonly child: ChildProcess;
  /** What it has said so far. */
  said(): string;
}

function arterial(...args: readonly string[]): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', 'arterial.ts', ...args], {
    cwd: root,
    env: { ...process.env, ARTERIAL_DATA: folder, ARTERIAL_PORT: '0', ARTERIAL_SPEED: '40' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return { child, said: () => said };
}

/** Asks again and again until there is an answer; fails with what was last found otherwise. */
async function eventually<T>(
  what: string,
  withinSeconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  let last: unknown;
  for (const end = performance.now() + withinSeconds * 1000; performance.now() < end; await sleep(200))
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
  throw new Error(`${what}: not within ${withinSeconds} s${last === undefined ? '' : `; ${last}`}`);
}

/** Starts the city and waits until it can be asked; answers with how to ask it. */
async function startCity() {
  const program = arterial('city');
  const address = await eventually('the city is ready', 30, async () => {
    const ready = /is ready after .*: (http:\S+)/.exec(program.said())?.[1];
    return program.child.exitCode === null ? ready : '';
  });
  if (address === '') throw new Error(program.said());
  const get = async (path: string): Promise<Response> => {
    const response = await fetch(address + path);
    expect(response.status, path).toBe(200);
    return response;
  };
  // biome-ignore lint/suspicious/noExplicitAny: documents of the API, of which a test looks at a field or two
  const json = async (path: string): Promise<any> => (await get(path)).json();
  return { ...program, json, text: async (path: string) => (await get(path)).text() };
}

type City = Awaited<ReturnType<typeof startCity>>;

async function killCity({ child }: City): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function postgresPid(): Promise<number | undefined> {
  const file = join(folder, 'postgres', 'data', 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  return pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Up to when the newest window of a link reaches. */
async function measuredThrough({ json }: City): Promise<number> {
  const { links } = await json('/v1/links');
  return Math.max(...links.map(({ windowStart }: { windowStart: string }) => Date.parse(windowStart)));
}

const deficits = (metrics: string): string[] =>
  metrics.split('\n').filter((line) => line.startsWith('arterial_ledger_deficit{'));

describe('a city on one machine', () => {
  it('measures, warns, advises and tells within a minute of its start', async () => {
    const city = await startCity();
    expect((await city.json('/readyz')).status).toBe('ready');

    await eventually('a link has a level of service', 30, async () =>
      (await city.json('/v1/links')).links.find(({ levelOfService }: never) => levelOfService !== null),
    );
    await eventually('an incident is open', 30, async () => (await city.json('/v1/incidents')).incidents[0]);
    await eventually('a car park has free spaces', 30, async () =>
      (await city.json('/v1/parking')).facilities.find(
        ({ freeSpaces }: { freeSpaces: number | null }) => (freeSpaces ?? 0) > 0,
      ),
    );
    await eventually('a driver is told', 30, async () => /a driver is told: .+/.exec(city.said())?.[0]);
    await eventually('a timing plan is advised', 60, async () =>
      (await city.json('/v1/recommendations')).recommendations.at(0),
    );
    await eventually('a controller has applied advice', 60, async () =>
      (await city.json('/v1/recommendations?status=applied')).recommendations.at(0),
    );

    const lines = deficits(await city.text('/metrics'));
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    await killCity(city);
  });

  it('goes on after it was killed, stops when asked, and has the tables of an undisturbed run', async () => {
    const again = await startCity();
    const before = await measuredThrough(again);
    await eventually('the street goes on', 30, async () =>
      (await measuredThrough(again)) > before ? true : undefined,
    );
    await sleep(3000 * Math.random());
    await killCity(again);

    const last = await startCity();
    expect(await measuredThrough(last)).toBeGreaterThanOrEqual(before);
    await sleep(3000);
    const postgres = await postgresPid();
    expect(postgres && isAlive(postgres)).toBe(true);
    const ended = once(last.child, 'exit');
    const asked = performance.now();
    // Twice, as it comes when a whole process group is signalled and a parent passes it on.
    last.child.kill('SIGTERM');
    await sleep(20);
    last.child.kill('SIGTERM');
    expect(await ended, last.said()).toEqual([0, null]);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(last.said()).toContain('everything is saved');
    expect(postgres && isAlive(postgres)).toBe(false);

    const verify = arterial('verify');
    const [code] = await once(verify.child, 'exit');
    expect(code, verify.said()).toBe(0);
    expect(verify.said()).toContain('The tables are those of an undisturbed run; nothing is missing.');
    expect(await postgresPid()).toBeUndefined();
  });
});
