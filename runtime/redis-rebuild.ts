/** Puts back what Redis has lost: all of it is in the store. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArterialError } from './errors.ts';
import type { LiveValue } from './live.ts';
import { entryOf, LiveEntries, type LiveEntry } from './live-entries.ts';
import { answerWithin, type RedisConnection } from './redis-connection.ts';
import { beginScript, completeScript, mostInOneCall } from './redis-scripts.ts';

/** How long to wait when the store cannot be read. Milliseconds. */
const pauseAfterFailure = 1_000;

export interface RebuildParts {
  readonly connection: RedisConnection;
  /** Key of the hash that says whether Redis holds everything. */
  readonly marker: string;
  readonly read: () => Promise<readonly LiveValue[]>;
  readonly write: (entries: readonly LiveEntry[]) => Promise<void>;
  readonly notice: (message: string) => void;
}

export class RedisRebuild {
  /** Resolves when the first try has ended, well or not. */
  readonly tried: Promise<void>;
  private endTry = (): void => {};
  private readonly parts: RebuildParts;
  private running: Promise<void> | undefined;
  /** How many were asked for; one that began before it was asked for does not count. */
  private wanted = 0;
  private isClosed = false;

  constructor(parts: RebuildParts) {
    this.parts = parts;
    this.tried = new Promise((resolve) => {
      this.endTry = resolve;
    });
  }

  /** Resolves when nothing is being put back; rejects when the program has a fault. */
  get ended(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  /** Reads everything from the store again, what is there now included. */
  begin(): void {
    this.wanted++;
    this.go();
  }

  /** Whether Redis holds everything, by what its marker says; if not, it is put back from now on. */
  isComplete(marker: unknown): boolean {
    const isComplete = typeof marker === 'string' && marker.startsWith(`${this.parts.connection.serverRun}:`);
    if (isComplete) return true;
    if (this.running === undefined)
      this.parts.notice('Redis has lost live state; it is put back from the store');
    this.go();
    return false;
  }

  close(): void {
    this.isClosed = true;
    this.endTry();
  }

  private go(): void {
    if (this.isClosed) return;
    this.running ??= this.untilDone().finally(() => {
      this.running = undefined;
    });
  }

  private async untilDone(): Promise<void> {
    const { connection, notice } = this.parts;
    let said = '';
    while (!this.isClosed) {
      const { wanted } = this;
      try {
        if (await connection.readyWithin(answerWithin)) {
          if ((await this.once()) && wanted === this.wanted) break;
          continue;
        }
      } catch (failure) {
        if (!(failure instanceof ArterialError)) throw failure;
        if (this.isClosed) break;
        const problem = `live state is not complete yet: ${failure.code} ${failure.message}`;
        if (problem !== said) notice(problem);
        said = problem;
        this.endTry();
        await sleep(pauseAfterFailure, undefined, { ref: false });
      }
      this.endTry();
    }
    this.endTry();
  }

  /** Whether Redis holds everything after it; not so when it has lost something meanwhile. */
  private async once(): Promise<boolean> {
    const { connection, marker, read, write } = this.parts;
    const run = `${connection.serverRun}:`;
    const token = await connection.ask((client) =>
      client.eval(beginScript, 1, marker, run, run + randomUUID()),
    );
    const entries = new LiveEntries();
    for (const value of await read()) entries.add(entryOf(value));
    for (const part of entries.parts(mostInOneCall)) await write(part);
    const isComplete = await connection.ask((client) =>
      client.eval(completeScript, 1, marker, String(token)),
    );
    return isComplete === 1;
  }
}
