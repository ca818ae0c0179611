/** Runs processors: which tasks there are, and what is done when one of them fails. */
import { ArterialError } from './errors.ts';
import { Runner, type RunOptions } from './runner.ts';
import { sourcesByTopic } from './wiring.ts';

/** How often `settle` looks again. Milliseconds. */
const pollEvery = 2;
const retryDelays = [100, 300, 1_000, 3_000, 10_000, 10_000];

export interface Run {
  /** Resolves when every task has flushed, saved and ended after the signal; rejects when one cannot go on. */
  readonly done: Promise<void>;
  /** Resolves when every task has taken its partition over. */
  readonly started: Promise<void>;
  /** Resolves when nothing is left to do: all that is in the log, derived topics too, is processed and committed. */
  settle(): Promise<void>;
}

/** Runs every processor on every partition until the signal aborts. */
export function runProcessors(options: RunOptions): Run {
  const sources = sourcesByTopic(options.processors, options.partitions);
  const runners = options.processors.flatMap((processor) =>
    Array.from(
      { length: options.partitions },
      (_, partition) => new Runner(options, processor, partition, sources),
    ),
  );
  const done = Promise.all(runners.map((runner) => runWithRetries(runner, options))).then(() => {});
  const failed = new Promise<never>((_, refuse) => done.catch(refuse));
  failed.catch(() => {});
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await holds()))
      await Promise.race([new Promise((resolve) => setTimeout(resolve, pollEvery)), failed]);
  };
  const settled = async (): Promise<boolean> => {
    for (const runner of runners) if (!(await runner.isSettled())) return false;
    return true;
  };
  const started = until(() => runners.every((runner) => runner.hasStarted));
  started.catch(() => {});
  // Twice, since a task seen settled may have been given work by one seen after it.
  return { done, started, settle: () => until(async () => (await settled()) && (await settled())) };
}

/** The one place where operating errors are retried. */
async function runWithRetries(runner: Runner, { signal, notice }: RunOptions): Promise<void> {
  for (let attempt = 0; ; ) {
    const before = runner.commits;
    try {
      return await runner.run();
    } catch (error) {
      if (!(error instanceof ArterialError) || !error.canRetry) throw error;
      if (signal.aborted) return;
      if (runner.commits > before) attempt = 0;
      const delay = retryDelays[attempt++];
      if (delay === undefined) throw error;
      notice(`${runner.name}: ${error.code} ${error.message}; again in ${delay} ms`);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}
