/** `arterial rehearse`: starts a city as a person would, watches it, kills it, and judges what is left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Goal } from './goals.ts';

const program = fileURLToPath(new URL('../arterial.ts', import.meta.url));
/** How long after the start the city must have shown everything. Seconds. */
const showWithinSeconds = 120;
/** How long it runs after it was killed, before it is stopped. Seconds. */
const secondLifeSeconds = 10;

interface City {
  readonly process: ChildProcess;
  readonly address: string;
  readonly readySeconds: number;
  readonly lines: string[];
}

/** Takes about three minutes. Ends all that it started and leaves nothing behind. */
export async function rehearse(
  environment: NodeJS.ProcessEnv,
  note: (line: string) => void,
): Promise<Goal[]> {
  const folder = join('.arterial', 'rehearsal');
  await rm(folder, { recursive: true, force: true });
  const settings = { ...environment, ARTERIAL_DATA: folder, ARTERIAL_PORT: '0' };
  try {
    const first = await start(settings);
    note(`ready at ${first.address}; watching for ${showWithinSeconds} s at most`);
    const shown = await watch(first);
    first.process.kill('SIGKILL');
    await ended(first.process);
    note('killed without warning; starting again');
    const second = await start(settings);
    await pause(secondLifeSeconds);
    const deficit = await ledgerDeficit(second.address);
    const began = performance.now();
    second.process.kill('SIGTERM');
    const code = await ended(second.process);
    const stopSeconds = (performance.now() - began) / 1000;
    note('stopped; computing every table again from the first record');
    const verdict = await runToEnd(['verify'], settings);
    return [
      { name: 'ready', measured: first.readySeconds, relation: '<=', bound: 10, unit: 's' },
      ...shown,
      { name: 'readyAfterKill', measured: second.readySeconds, relation: '<=', bound: 10, unit: 's' },
      { name: 'ledgerDeficit', measured: deficit, relation: '=', bound: 0, unit: 'records' },
      { name: 'stop', measured: code === 0 ? stopSeconds : undefined, relation: '<=', bound: 10, unit: 's' },
      {
        name: 'tablesThatDiffer',
        measured: verdict.text.split('\n').filter((line) => line.includes('differs from')).length,
        relation: '=',
        bound: 0,
        unit: 'tables',
      },
      { name: 'verified', measured: verdict.code === 0 ? 1 : 0, relation: '=', bound: 1, unit: 'verdict' },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function start(settings: NodeJS.ProcessEnv): Promise<City> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', program, 'city'], {
    env: settings,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  for (;;) {
    const ready = lines.find((line) => line.includes('is ready'));
    const address = ready?.match(/http:\S+/)?.[0];
    if (address) return { process: child, address, lines, readySeconds: (performance.now() - began) / 1000 };
    if (child.exitCode !== null) throw new Error(`the city ended before it was ready: ${lines.join(' ')}`);
    await pause(0.02);
  }
}

/** Looks until everything was shown, or the time is up. What is counted is the most that was seen at once. */
async function watch({ address, lines }: City): Promise<Goal[]> {
  const most = new Map<string, number>();
  const see = (name: string, count: number): void => {
    most.set(name, Math.max(most.get(name) ?? 0, count));
  };
  const wanted: readonly [string, number, string][] = [
    ['congestedLinks', 1, 'links'],
    ['incidents', 1, 'incidents'],
    ['carParks', 12, 'car parks'],
    ['recommendations', 1, 'recommendations'],
    ['appliedByController', 1, 'recommendations'],
    ['driverTold', 1, 'notices'],
  ];
  const isDone = (): boolean => wanted.every(([name, bound]) => (most.get(name) ?? 0) >= bound);
  for (const began = performance.now(); performance.now() - began < showWithinSeconds * 1000 && !isDone(); ) {
    const [{ links }, { incidents }, { facilities }, { recommendations }] = await Promise.all(
      ['links', 'incidents?status=open', 'parking', 'recommendations'].map((path) =>
        getJson(`${address}/v1/${path}`),
      ),
    );
    see(
      'congestedLinks',
      links.filter((link: Seen) => link.levelOfService === 'E' || link.levelOfService === 'F').length,
    );
    see('incidents', incidents.length);
    see('carParks', facilities.filter((facility: Seen) => facility.freeSpaces !== null).length);
    see('recommendations', recommendations.length);
    see('appliedByController', recommendations.filter((advice: Seen) => advice.status === 'applied').length);
    see('driverTold', lines.filter((line) => line.startsWith('a driver is told')).length);
    await pause(1);
  }
  return wanted.map(([name, bound, unit]) => ({
    name,
    measured: most.get(name),
    relation: '>=',
    bound,
    unit,
  }));
}

interface Seen {
  readonly levelOfService?: string | null;
  readonly freeSpaces?: number | null;
  readonly status?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the answers of four resources
const getJson = async (url: string): Promise<any> => (await fetch(url)).json();

/** The worst deficit of any task; undefined when none is told. */
async function ledgerDeficit(address: string): Promise<number | undefined> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const deficits = [...text.matchAll(/^arterial_ledger_deficit\{.*\} (\S+)$/gm)].map(([, value]) =>
    Math.abs(Number(value)),
  );
  return deficits.length === 0 ? undefined : Math.max(...deficits);
}

async function runToEnd(
  args: readonly string[],
  settings: NodeJS.ProcessEnv,
): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    env: settings,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { code: await ended(child), text };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));
