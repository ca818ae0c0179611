/**
 * Who works when in a process, which has one thread: what somebody waits for goes on while it waits for others, and
 * large pieces of work, one by one, fill the time between. Nothing but when things are done depends on it.
 */
import type { Milliseconds } from '#domain/time.ts';
import type { Timers } from './timers.ts';

/** Work on fewer records is short, and waits for no turn. A thousand take a few milliseconds. */
const shortMost = 500;
/** However much others hurry, nothing waits longer for them. */
const patience: Milliseconds = 50;

/**
 * What large work is for. Of what has been asked for before a round began, the first has its turn first, since what has
 * been begun is to be finished; what is asked for meanwhile waits for the next round. So all tasks see the end of a
 * minute before the first of them makes its rows ready, and none waits for ever.
 */
const purposes = ['tell', 'read', 'keep'] as const;
export type Purpose = (typeof purposes)[number];

export class Turns {
  private readonly timers: Timers;
  /** Those of the round, the next one last; and those who have asked since it began. */
  private round: Waiting[] = [];
  private waiting: Waiting[] = [];
  private isGiving = false;
  /** How much is under way that others are to make room for, and who wants to know when nothing is. */
  private hurrying = 0;
  private readonly calmed = new Set<() => void>();

  constructor(timers: Timers) {
    this.timers = timers;
  }

  /** Does what somebody waits for: large work begins after it. */
  async hurry<Result>(work: () => Promise<Result>): Promise<Result> {
    this.hurrying++;
    try {
      return await work();
    } finally {
      this.hurrying--;
      if (this.hurrying === 0) for (const calm of [...this.calmed]) calm();
    }
  }

  /** Resolves when nobody hurries, or patience is at its end; undefined when nobody does. */
  calm(): Promise<void> | undefined {
    if (this.hurrying === 0) return undefined;
    const stop = new AbortController();
    const calm = (): void => stop.abort(calmAgain);
    this.calmed.add(calm);
    return this.timers.sleep(patience, stop.signal).finally(() => this.calmed.delete(calm));
  }

  /** Resolves when work on about so many records may begin; undefined when it need not wait. */
  next(purpose: Purpose, records: number): Promise<void> | undefined {
    if (records < shortMost) return undefined;
    return new Promise((begin) => {
      this.waiting.push({ rank: purposes.indexOf(purpose), records, begin });
      if (this.isGiving) return;
      this.isGiving = true;
      this.give();
    });
  }

  private async give(): Promise<void> {
    for (;;) {
      // What has come from outside meanwhile goes first.
      await new Promise((resolve) => setImmediate(resolve));
      await this.calm();
      const begin = this.take();
      if (begin === undefined) break;
      begin();
    }
    this.isGiving = false;
  }

  /** The next of the round: the least of what is for the first purpose of all. */
  private take(): (() => void) | undefined {
    if (this.round.length === 0) {
      this.round = this.waiting.sort((a, b) => b.rank - a.rank || b.records - a.records);
      this.waiting = [];
    }
    return this.round.pop()?.begin;
  }
}

interface Waiting {
  /** Of what it is for, among the purposes. */
  readonly rank: number;
  readonly records: number;
  readonly begin: () => void;
}

const calmAgain = new Error('nobody hurries');
