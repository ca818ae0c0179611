/** Processes that outlive the command that starts them, and that are known again by when they began. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArterialError } from '#runtime/errors.ts';
import type { RunAs } from '#runtime/postgres-binaries.ts';

/** A process, and not another one that was given its number later. */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, in the words of the system; empty where the system does not tell. */
  readonly began: string;
}

/** Marks a process that runs now. */
export const markOf = (pid: number): ProcessMark => ({ pid, began: beganOf(pid) ?? '' });

/** Whether that very process still runs; one that has died but is not yet collected does not. */
export function isAlive({ pid, began }: ProcessMark): boolean {
  try {
    process.kill(pid, 0);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = beganOf(pid);
  return now !== undefined && now === began;
}

/** Undefined when no such process runs. The number of the start of the machine is part of it on Linux. */
function beganOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return fields[0] === 'Z' ? undefined : `${fields[19]} ticks after boot ${boot}`;
    }
    const said = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state = 'Z', ...began] = said.split(/\s+/);
    return state.startsWith('Z') ? undefined : began.join(' ');
  } catch {
    return undefined;
  }
}

export interface Launch {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly folder: string;
  /** As whom and through what it is run; as we are when left out. */
  readonly as?: RunAs;
  /** Told of the process before it answers. */
  readonly onSpawn?: ((mark: ProcessMark) => void) | undefined;
  /** How the process is ended when it does not answer. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Gets what the process says; begun anew. */
  readonly logFile: string;
  /** Asked again and again until it returns true. */
  readonly isReady: (pid: number) => Promise<boolean>;
  readonly longestMilliseconds: number;
}

/**
 * Starts a server in a session of its own, so that neither the end of this process nor an interrupt from the
 * keyboard ends it, and returns once it answers.
 */
export async function launch(what: string, server: Launch): Promise<ProcessMark> {
  const log = openSync(server.logFile, 'w');
  const [command = '', ...parameters] = [...(server.as?.through ?? []), server.program, ...server.parameters];
  const child = spawn(command, parameters, {
    ...server.as?.user,
    cwd: server.folder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (failure) => {
    ended = failure.message;
  });
  child.once('exit', (code, by) => {
    ended ??= `it ended with ${code ?? by}`;
  });
  child.unref();
  if (child.pid !== undefined) server.onSpawn?.(markOf(child.pid));
  const deadline = performance.now() + server.longestMilliseconds;
  while (ended === undefined && performance.now() < deadline) {
    const { pid } = child;
    if (pid !== undefined && (await server.isReady(pid))) return markOf(pid);
    await sleep(50);
  }
  const why = ended ?? `it did not answer within ${server.longestMilliseconds / 1000} s`;
  if (child.pid !== undefined && ended === undefined) await endProcess(markOf(child.pid), server.signals);
  const said = (await readFile(server.logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-15);
  throw new ArterialError(
    'services.start',
    [`${what} did not start: ${why}; the end of ${server.logFile}:`, ...said].join('\n'),
  );
}

/** How long each signal is given before the next. Milliseconds. */
const patience = 10_000;

/** Ends the process, in order if it will; a process that only has its number is left alone. */
export async function endProcess(
  mark: ProcessMark,
  signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGKILL'],
): Promise<void> {
  for (const name of signals) {
    if (!isAlive(mark)) return;
    signal(mark.pid, name);
    const deadline = performance.now() + patience;
    while (performance.now() < deadline) {
      if (!isAlive(mark)) return;
      await sleep(10);
    }
  }
  if (isAlive(mark))
    throw new ArterialError('services.start', `process ${mark.pid} does not end; not even by SIGKILL`);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure;
  }
}
