/**
 * The threads of `arterial processors` beside its own: what nobody waits for is done there, so that it never holds up
 * what somebody does wait for. Each has connections of its own and a share of the partitions of the process, which is
 * one member of the group.
 */
import type { Worker } from 'node:worker_threads';
import { ArterialError, type ErrorCode } from '#runtime/errors.ts';
import type { TopicProgress } from '#runtime/measures.ts';
import type { Ownership } from '#runtime/ownership.ts';
import { beginThread } from './thread.ts';

/** What a thread finds in its data. Its partitions are those whose number leaves `share` when divided by `shares`. */
export interface ThreadOrder {
  readonly environment: NodeJS.ProcessEnv;
  readonly share: number;
  readonly shares: number;
}

export type ToThread =
  | { readonly kind: 'own'; readonly partitions: readonly number[] }
  | { readonly kind: 'count' }
  | { readonly kind: 'end' };

export type FromThread =
  | { readonly kind: 'begun' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'notice'; readonly line: string }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | {
      readonly kind: 'processed';
      readonly task: string;
      readonly partition: number;
      readonly topics: readonly TopicProgress[];
    }
  | {
      readonly kind: 'counted';
      /** Batches that came damaged from the log so far. */
      readonly damaged: number;
    };

export interface ThreadsOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly count: number;
  readonly notice: (line: string) => void;
  readonly failed: (error: unknown) => void;
}

export class ProcessorThreads {
  private readonly threads: readonly Thread[];

  constructor({ count, ...options }: ThreadsOptions) {
    this.threads = Array.from({ length: count }, (_, share) => new Thread(options, share, count));
  }

  /** Has them work on what is the process's own; resolves when all have begun. */
  async work(ownership: Ownership): Promise<void> {
    for (const thread of this.threads) thread.workFor(ownership);
    await Promise.all(this.threads.map(({ begun }) => begun));
  }

  /** How many batches have come damaged from the log, in all of them. */
  async damaged(): Promise<number> {
    const counts = await Promise.all(this.threads.map((thread) => thread.damaged()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Has all of them flush, save and end. */
  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}

class Thread {
  /** Rejects when it cannot begin. */
  readonly begun: Promise<void>;
  private readonly worker: Worker;
  private readonly gone: Promise<void>;
  private ownership: Ownership | undefined;
  private isEnding = false;

  constructor(options: Omit<ThreadsOptions, 'count'>, share: number, shares: number) {
    const { environment, notice, failed } = options;
    const order: ThreadOrder = { environment: { ...environment }, share, shares };
    this.worker = beginThread(new URL('./processor-thread.ts', import.meta.url), order);
    this.gone = new Promise((gone) => this.worker.once('exit', () => gone()));
    // The process never goes on without it.
    this.gone.then(() => this.isEnding || failed(new Error('a thread of the processors has ended')));
    this.begun = new Promise((begin, fail) => {
      const stop = (error: unknown): void => {
        fail(error);
        failed(error);
      };
      this.worker.once('error', stop);
      this.worker.on('message', (message: FromThread) => {
        if (message.kind === 'begun') begin();
        else if (message.kind === 'notice') notice(message.line);
        else if (message.kind === 'failed') stop(new ArterialError(message.code, message.message));
        else if (message.kind === 'ended') void this.worker.terminate();
        else if (message.kind === 'processed')
          this.ownership?.processed(message.task, message.partition, message.topics);
      });
    });
    // Whoever ends before it waits for this is told by `failed`.
    this.begun.catch(() => {});
  }

  workFor(ownership: Ownership): void {
    this.ownership = ownership;
    ownership.follow((own) => this.tell({ kind: 'own', partitions: [...own] }));
  }

  async end(): Promise<void> {
    this.isEnding = true;
    this.tell({ kind: 'end' });
    await this.gone;
  }

  /** What it had counted when it ended is lost. */
  async damaged(): Promise<number> {
    this.tell({ kind: 'count' });
    const counted = new Promise<number>((told) => {
      const hear = (message: FromThread): void => {
        if (message.kind !== 'counted') return;
        this.worker.off('message', hear);
        told(message.damaged);
      };
      this.worker.on('message', hear);
    });
    return Promise.race([counted, this.gone.then(() => 0)]);
  }

  private tell(message: ToThread): void {
    this.worker.postMessage(message);
  }
}
