/** One run of a subject: how long it takes for the preloaded topic, what it uses, and whether its table is right. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, startAt } from './jobs.ts';
import type { Preloaded } from './preload.ts';
import { type Servers, statement } from './servers.ts';
import { environmentOf, type Guarantee, type Subject } from './subject.ts';
import { firstDifference, lastWindow, ResultReader } from './table.ts';
import { machineSeconds, type Usage, usageOf } from './usage.ts';

export interface DrainOptions {
  readonly servers: Servers;
  readonly subject: Subject;
  readonly built: string;
  readonly preloaded: Preloaded;
  readonly job: Job;
  readonly guarantee: Guarantee;
  readonly partitions: number;
  readonly detectors: number;
  readonly minutes: number;
  readonly reference: string;
  readonly cpus: string | undefined;
  readonly redisUrl: string | undefined;
  readonly longestSeconds: number;
  /** When a row of this window is there, the subject is killed and started again; undefined to leave it alone. */
  readonly killedIn?: number;
  readonly note: (line: string) => void;
}

export interface Drain {
  readonly subject: string;
  /** Why it does not count; undefined when it does. */
  readonly wrong: string | undefined;
  readonly readings: number;
  /**
   * From the start of the process to the last row. Not from when it is warm: subjects read most of a topic ahead of the
   * first rows that they write. Seconds.
   */
  readonly seconds: number;
  /** Of the subject, meanwhile. Seconds. */
  readonly cpuSeconds: number;
  readonly peakMib: number;
  /** Of all cores of the machine, meanwhile. */
  readonly machineCpuSeconds: number;
  /** If it was killed: from then until the next window had a row. Seconds. */
  readonly recoverySeconds?: number;
}

const lookEvery = 50;

let runs = 0;

export async function drain(options: DrainOptions): Promise<Drain> {
  const { servers, subject, preloaded, job, minutes, note } = options;
  const name = `bench_${++runs}`;
  const prefix = `bench-run-${process.pid}-${runs}-`;
  const state = join(servers.folder, name);
  await mkdir(state, { recursive: true });
  const databaseUrl = await servers.makeDatabase(name);
  const table = subject.table(job);
  if (table.create) await statement(databaseUrl, table.create);
  let child = start(options, { databaseUrl, prefix, state });
  const beganAt = performance.now();
  const machineBefore = machineSeconds().busy;
  try {
    const reader = await openWhenThere(databaseUrl, job, table);
    try {
      const last = lastWindow(job, minutes);
      let recoverySeconds: number | undefined;
      if (options.killedIn !== undefined) {
        await countedIn(reader, options.killedIn, 1, child, beganAt, options);
        const killedAt = performance.now();
        await child.kill();
        child = start(options, { databaseUrl, prefix, state });
        await countedIn(reader, await firstEmpty(reader, options.killedIn, last), 1, child, beganAt, options);
        recoverySeconds = (performance.now() - killedAt) / 1000;
      }
      const end = await reached(reader, last, preloaded.links, child, beganAt, options);
      const difference = firstDifference(await reader.rows(last), preloaded.rows);
      if (difference) note(`${subject.name}: ${difference}`);
      return {
        subject: subject.name,
        wrong: difference || undefined,
        readings: preloaded.readings,
        seconds: end.seconds,
        cpuSeconds: end.usage.cpuSeconds,
        peakMib: end.usage.peakMib,
        machineCpuSeconds: end.machine - machineBefore,
        ...(recoverySeconds === undefined ? {} : { recoverySeconds }),
      };
    } finally {
      await reader.close();
    }
  } catch (error) {
    note(`${subject.name}: ${(error as Error).message}`);
    for (const line of child.said.slice(-15)) note(`  ${line}`);
    return failedRun(subject.name, (error as Error).message);
  } finally {
    await child.end();
    await servers.dropDatabase(name);
    await servers.removeTopics(prefix);
    await servers.removeTopics(
      preloaded.topic.slice(0, preloaded.topic.indexOf('detector')),
      preloaded.topic,
    );
    await rm(state, { recursive: true, force: true });
  }
}

const failedRun = (subject: string, wrong: string): Drain => ({
  subject,
  wrong,
  readings: Number.NaN,
  seconds: Number.NaN,
  cpuSeconds: Number.NaN,
  peakMib: Number.NaN,
  machineCpuSeconds: Number.NaN,
});

interface Child {
  readonly pid: number;
  readonly said: readonly string[];
  readonly isRunning: () => boolean;
  /** Ends it without a word. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

function start(
  options: DrainOptions,
  own: { readonly databaseUrl: string; readonly prefix: string; readonly state: string },
): Child {
  const { subject, cpus, job, guarantee, partitions, reference, detectors, built, redisUrl } = options;
  const { brokers } = options.servers;
  const { topic } = options.preloaded;
  const orders = {
    job,
    guarantee,
    brokers,
    topic,
    partitions,
    reference,
    detectors,
    built,
    redisUrl,
    ...own,
  };
  const { program, parameters, environment } = subject.command(orders);
  const pinned = cpus === undefined ? [] : ['taskset', '-c', cpus];
  const [command, ...rest] = [...pinned, program, ...parameters] as [string, ...string[]];
  const child = spawn(command, rest, {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...environmentOf(orders),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(...text.trimEnd().split('\n')));
  const closed = once(child, 'close');
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid!,
    said,
    isRunning,
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
    async end() {
      if (isRunning()) child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const [code, signal] = await closed;
      clearTimeout(late);
      if (signal === 'SIGKILL')
        options.note(
          `${subject.name} did not end when it was asked to; it said last: ${said.slice(-3).join(' | ')}`,
        );
      else if (code !== 0 && signal === null)
        options.note(`${subject.name} ended with ${code}: ${said.at(-1)}`);
    },
  };
}

interface Reached {
  readonly seconds: number;
  readonly usage: Usage;
  readonly machine: number;
}

async function reached(
  reader: ResultReader,
  window: number,
  links: number,
  child: Child,
  beganAt: number,
  options: DrainOptions,
): Promise<Reached> {
  await countedIn(reader, window, links, child, beganAt, options);
  const usage = usageOf(child.pid);
  if (usage === undefined) throw new Error('the system does not say what it has used');
  return { seconds: (performance.now() - beganAt) / 1000, usage, machine: machineSeconds().busy };
}

/** Resolves when a window has so many rows. */
async function countedIn(
  reader: ResultReader,
  window: number,
  rows: number,
  child: Child,
  beganAt: number,
  { longestSeconds }: DrainOptions,
): Promise<void> {
  while ((await reader.countIn(window)) < rows) {
    if (!child.isRunning()) throw new Error('it ended before it was done');
    if (performance.now() - beganAt > longestSeconds * 1000)
      throw new Error(`it was not done after ${longestSeconds} s`);
    await sleep(lookEvery);
  }
}

/** The first minute from one on, up to the last, of which no row is there. */
async function firstEmpty(reader: ResultReader, from: number, last: number): Promise<number> {
  for (let minute = from; minute <= last; minute += 60_000)
    if ((await reader.countIn(minute)) === 0) return minute;
  throw new Error('it was killed when all was done');
}

/** A subject may make its table itself. */
async function openWhenThere(...place: Parameters<typeof ResultReader.open>): Promise<ResultReader> {
  for (let tries = 0; ; tries++) {
    const reader = await ResultReader.open(...place);
    try {
      await reader.countIn(startAt);
      return reader;
    } catch (error) {
      await reader.close();
      if (tries > 600) throw error;
      await sleep(100);
    }
  }
}
