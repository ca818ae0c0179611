/** Programs in processes of their own: the roles of a city, and who puts load on them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TrialOptions } from '../trial.ts';

export interface Program {
  readonly pid: number;
  /** Sends a question, and waits for the answer. */
  ask<Answer>(question: object): Promise<Answer>;
  end(): Promise<void>;
}

/** Cores as `taskset` names them; all of them when undefined. */
type Cores = string | undefined;

const arterial = fileURLToPath(new URL('../../arterial.ts', import.meta.url));
/** Writes a profile of the roles into this folder, for a browser to read. */
const profiles = process.env['BENCH_PROFILE'];
const readyWithin = 60_000;

/** Milliseconds, the same in all processes of a machine. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** A city of a trial: what all its roles are told. */
export interface City {
  readonly prefix: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts `arterial <role>` and waits until it is ready; where it listens. */
  start(role: string, cores: Cores): Promise<string>;
  /** The process of a role that was started. */
  pidOf(role: string): number;
  endRole(role: string): Promise<void>;
  /** Ends what was started, and removes what it has made. */
  end(): Promise<void>;
}

let cities = 0;

/** Makes room for a city with topics, a database and a Redis of its own. */
export async function openCity(
  { servers, note }: TrialOptions,
  settings: Readonly<Record<string, string>>,
): Promise<City> {
  const number = ++cities;
  const name = `trial_${number}`;
  const prefix = `trial-${process.pid}-${number}.`;
  const environment = {
    ARTERIAL_KAFKA_BROKERS: servers.brokers,
    ARTERIAL_KAFKA_PREFIX: prefix,
    ARTERIAL_KAFKA_GROUP: `${prefix}group`,
    ARTERIAL_DATABASE_URL: await servers.makeDatabase(name),
    ARTERIAL_REDIS_URL: `${servers.redisUrl}/${number}`,
    ARTERIAL_PARTITIONS: '4',
    ARTERIAL_PORT: '0',
    ...settings,
  };
  const roles = new Map<string, ChildProcess>();
  const endRole = async (role: string): Promise<void> => {
    const child = roles.get(role);
    roles.delete(role);
    if (child !== undefined) await endOf(child);
  };
  return {
    prefix,
    environment,
    async start(role, cores) {
      const data = join(servers.folder, name, role);
      await mkdir(data, { recursive: true });
      const child = spawnOn(cores, [arterial, role], { ...environment, ARTERIAL_DATA: data }, 'pipe');
      roles.set(role, child);
      return readyAt(role, child, note);
    },
    pidOf: (role) => roles.get(role)!.pid!,
    endRole,
    async end() {
      for (const role of [...roles.keys()].reverse()) await endRole(role);
      await servers.dropDatabase(name);
      await servers.removeTopics(prefix);
    },
  };
}

function spawnOn(
  cores: Cores,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>>,
  output: 'pipe' | 'inherit',
): ChildProcess {
  const pinned = cores === undefined ? [] : ['taskset', '-c', cores];
  const profiling = profiles && output === 'pipe' ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
  const words = [...pinned, process.execPath, ...profiling, '--import', 'tsx', ...parameters];
  return spawn(words[0]!, words.slice(1), {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: output === 'pipe' ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** The address that a role says once it is ready; whatever it says besides is passed on. */
async function readyAt(role: string, child: ChildProcess, note: (line: string) => void): Promise<string> {
  let ready = (_address: string): void => {};
  const address = new Promise<string>((resolve) => {
    ready = resolve;
  });
  const hear = (text: string): void => {
    const found = /ready after [\d.]+ s: (\S+)/.exec(text)?.[1];
    if (found !== undefined) ready(found);
    else note(`${role}: ${text.trimEnd()}`);
  };
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', hear);
  const ended = once(child, 'exit').then(([code]) => `ended with ${code}`);
  const late = sleep(readyWithin, `was not ready after ${readyWithin} ms`, { ref: false });
  const failed = Promise.race([ended, late]).then((why) => {
    throw new Error(`arterial ${role} ${why}`);
  });
  return Promise.race([address, failed]);
}

/** Starts one of the trials' own programs, which answers questions with `answerWith`. */
export function startProgram(file: URL, cores: Cores, environment = {}): Program {
  const child = spawnOn(cores, [fileURLToPath(file)], environment, 'inherit');
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`${fileURLToPath(file)} ended with ${code}`);
  });
  died.catch(() => {});
  return {
    pid: child.pid!,
    async ask<Answer>(question: object) {
      const answer = once(child, 'message').then(([message]) => message as Answer);
      child.send(question);
      return Promise.race([answer, died]);
    },
    end: () => endOf(child),
  };
}

/** Answers each question in turn, in the process that was started. */
export function answerWith<Question>(answer: (question: Question) => Promise<object>): void {
  process.on('message', (question) => {
    answer(question as Question).then(
      (said) => process.send!(said),
      (error: unknown) => {
        process.stderr.write(`${error}\n`);
        process.exit(1);
      },
    );
  });
  process.once('disconnect', () => process.exit(0));
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(late);
}
