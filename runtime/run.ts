/** Runs processors: which tasks this process has, and what is done when one of them fails. */
import { setMaxListeners } from 'node:events';
import { ArterialError } from './errors.ts';
import { ownershipOf, type RunOptions, timersOf } from './run-options.ts';
import { Runner } from './runner.ts';
import { Turns } from './turns.ts';
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
  /** Resolves after the signal, when no task is at work any more, be it that one has failed or not. */
  readonly ended: Promise<void>;
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
  const crews = new Crews(options);
  ownershipOf(options).follow((own) => crews.take(own));
  const { done, ended, started } = crews;
  return { done, ended, started, settle: () => crews.settle() };
}

class Crews {
  readonly done: Promise<void>;
  readonly ended: Promise<void>;
  readonly started: Promise<void>;
  private readonly options: RunOptions;
  private readonly sources: ReadonlyMap<string, readonly string[]>;
  private readonly turns: Turns;
  private readonly crews = new Map<number, Crew>();
  /** Crews that were told to leave, by partition: the next one waits for them. */
  private readonly left = new Map<number, Promise<void>>();
  /** Resolve when the tasks of a crew are no longer at work. */
  private readonly atWork = new Set<Promise<unknown>>();
  private isKnown = false;
  private readonly failed: Promise<never>;
  private fail: (error: unknown) => void = () => {};
  private begin: () => void = () => {};

  constructor(options: RunOptions) {
    this.options = options;
    this.sources = sourcesByTopic(options.processors, options.partitions);
    this.turns = new Turns(timersOf(options));
    this.failed = new Promise<never>((_, reject) => {
      this.fail = reject;
    });
    const begun = new Promise<void>((resolve) => {
      this.begin = resolve;
    });
    this.started = Promise.race([begun, this.failed]);
    const over = this.over();
    this.done = Promise.race([over, this.failed]);
    this.ended = over
      .catch(() => {})
      .then(() => Promise.all(this.atWork))
      .then(() => {});
    // Whoever does not wait for them is not told twice.
    for (const promise of [this.failed, this.started, this.done]) promise.catch(() => {});
  }

  /** Works on these partitions from now on, and no longer on others. */
  take(own: ReadonlySet<number>): void {
    const { signal, notice } = this.options;
    if (signal.aborted) return;
    const gone = [...this.crews.keys()].filter((partition) => !own.has(partition));
    const come = [...own].filter((partition) => !this.crews.has(partition));
    if (this.isKnown && gone.length + come.length > 0)
      notice(`partitions of this process: ${[...own].sort((a, b) => a - b).join(', ') || 'none'}`);
    for (const partition of gone) this.stop(partition);
    for (const partition of come) this.start(partition);
    this.isKnown = true;
    this.lookWhetherStarted();
  }

  async settle(): Promise<void> {
    // Twice, since a task seen settled may have been given work by one seen after it.
    while (!((await this.isSettled()) && (await this.isSettled())))
      await Promise.race([timersOf(this.options).sleep(pollEvery), this.failed]);
  }

  private start(partition: number): void {
    const { options } = this;
    const leaving = new AbortController();
    // Every task of the partition listens: more of them are no leak.
    setMaxListeners(0, leaving.signal);
    const shared = {
      sources: this.sources,
      turns: this.turns,
      started: (): void => this.lookWhetherStarted(),
    };
    const runners = (options.only ?? options.processors).map(
      (processor) => new Runner(options, processor, partition, shared, leaving.signal),
    );
    const before = this.left.get(partition) ?? Promise.resolve();
    const tasks = before.then(() => runners.map((runner) => runWithRetries(runner, options, leaving.signal)));
    const done = tasks.then((all) => Promise.all(all)).then(() => {});
    done.catch(this.fail);
    const atWork = tasks.then((all) => Promise.allSettled(all)).catch(() => {});
    this.atWork.add(atWork);
    atWork.then(() => this.atWork.delete(atWork));
    this.crews.set(partition, { runners, leaving, done });
  }

  private stop(partition: number): void {
    const crew = this.crews.get(partition);
    this.crews.delete(partition);
    crew?.leaving.abort();
    if (crew) this.left.set(partition, crew.done);
  }

  private async over(): Promise<void> {
    const { signal } = this.options;
    if (!signal.aborted)
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    this.begin();
    for (const partition of [...this.crews.keys()]) this.stop(partition);
    await Promise.all(this.left.values());
  }

  private get runners(): Runner[] {
    return [...this.crews.values()].flatMap(({ runners }) => runners);
  }

  private lookWhetherStarted(): void {
    if (this.isKnown && this.runners.every(({ hasStarted }) => hasStarted)) this.begin();
  }

  private async isSettled(): Promise<boolean> {
    for (const runner of this.runners) if (!(await runner.isSettled())) return false;
    return true;
  }
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
