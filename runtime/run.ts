/** Runs processors: which tasks this process has, and what is done when one of them fails. */
import { ArterialError } from './errors.ts';
import { ownershipOf, Runner, type RunOptions, timersOf } from './runner.ts';
import { sourcesByTopic } from './wiring.ts';

/** How often `settle` looks again. Milliseconds. */
const pollEvery = 2;
/** Pauses between tries, the last of them again and again; a broker or a database may be away for minutes. */
const retryDelays = [100, 300, 1_000, 2_000];
const triesMost = 150;
/** After so long a partition that was taken over is looked at again, if it is still said to be ours. */
const fencedPause = 3_000;

export interface Run {
  /** Resolves when every task has flushed, saved and ended after the signal; rejects when one cannot go on. */
  readonly done: Promise<void>;
  /** Resolves when this process knows its partitions and every task of them has taken over, or is to end before. */
  readonly started: Promise<void>;
  /** Resolves when nothing is left to do: all that is in the log, derived topics too, is processed and committed. */
  settle(): Promise<void>;
}

/** The tasks of one partition: they come and go together. */
interface Crew {
  readonly runners: readonly Runner[];
  readonly leaving: AbortController;
  readonly done: Promise<void>;
}

/** Runs every processor on every partition that is this process's own, until the signal aborts. */
export function runProcessors(options: RunOptions): Run {
  const { processors, partitions, signal, notice } = options;
  const sources = sourcesByTopic(processors, partitions);
  const timers = timersOf(options);
  const crews = new Map<number, Crew>();
  /** Crews that were told to leave, by partition: the next one waits for them. */
  const left = new Map<number, Promise<void>>();
  let isKnown = false;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const all = (): Runner[] => [...crews.values()].flatMap(({ runners }) => runners);
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const lookWhetherStarted = (): void => {
    if (isKnown && all().every(({ hasStarted }) => hasStarted)) begin();
  };

  const start = (partition: number): void => {
    const leaving = new AbortController();
    const runners = processors.map(
      (processor) => new Runner(options, processor, partition, sources, leaving.signal, lookWhetherStarted),
    );
    const before = left.get(partition) ?? Promise.resolve();
    const done = before.then(async () => {
      await Promise.all(runners.map((runner) => runWithRetries(runner, options, leaving.signal)));
    });
    done.catch(fail);
    crews.set(partition, { runners, leaving, done });
  };
  const stop = (partition: number): void => {
    const crew = crews.get(partition);
    crews.delete(partition);
    crew?.leaving.abort();
    if (crew) left.set(partition, crew.done);
  };
  ownershipOf(options).follow((own) => {
    if (signal.aborted) return;
    const gone = [...crews.keys()].filter((partition) => !own.has(partition));
    const come = [...own].filter((partition) => !crews.has(partition));
    if (isKnown && gone.length + come.length > 0)
      notice(`partitions of this process: ${[...own].sort((a, b) => a - b).join(', ') || 'none'}`);
    for (const partition of gone) stop(partition);
    for (const partition of come) start(partition);
    isKnown = true;
    lookWhetherStarted();
  });

  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  }).then(async () => {
    begin();
    for (const partition of [...crews.keys()]) stop(partition);
    await Promise.all(left.values());
  });
  const done = Promise.race([ended, failed]);
  done.catch(() => {});
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await holds())) await Promise.race([timers.sleep(pollEvery), failed]);
  };
  const settled = async (): Promise<boolean> => {
    for (const runner of all()) if (!(await runner.isSettled())) return false;
    return true;
  };
  const started = Promise.race([begun, failed]);
  started.catch(() => {});
  // Twice, since a task seen settled may have been given work by one seen after it.
  return { done, started, settle: () => until(async () => (await settled()) && (await settled())) };
}

/** The one place where operating errors are retried. */
async function runWithRetries(runner: Runner, options: RunOptions, signal: AbortSignal): Promise<void> {
  const { isShared } = ownershipOf(options);
  const timers = timersOf(options);
  for (let attempt = 0; !signal.aborted; ) {
    const before = runner.commits;
    try {
      return await runner.run();
    } catch (error) {
      if (!(error instanceof ArterialError)) throw error;
      const isFenced = isShared && error.code === 'store.fenced';
      if (!isFenced && !error.canRetry) throw error;
      if (signal.aborted) return;
      if (runner.commits > before) attempt = 0;
      if (!isFenced && ++attempt > triesMost) throw error;
      const delay = isFenced
        ? fencedPause
        : (retryDelays[Math.min(attempt, retryDelays.length) - 1] as number);
      options.notice(`${runner.name}: ${error.code} ${error.message}; again in ${delay} ms`);
      await timers.sleep(delay, signal);
    }
  }
}
