/** How often a task saves its memory. */
import type { EventTime, Milliseconds } from '#domain/time.ts';

/** A task whose memory is large saves it less often, so that this share of its time goes to saving it, ... */
const savingShare = 1 / 200;
/** ... but so often all the same, since what was read since then is read again after a crash. */
const saveAtLeastEvery: Milliseconds = 60_000;

/** What a store takes in, about. Bytes a millisecond. */
const storedBytes = 100_000;

/** By how often it is to be saved where that costs little, how long making the last save took, and how large it was. */
export const saveEveryAt = (wanted: Milliseconds, took: Milliseconds, bytes: number): Milliseconds =>
  Math.max(wanted, Math.min(saveAtLeastEvery, (took + bytes / storedBytes) / savingShare));

/** A memory that takes long to save waits so long at most for the best moment. */
const largeBytes = 1_000_000;
const heartbeatWithin: Milliseconds = 2_000;

/** When the memory of a task is saved. */
export class Saving {
  /** How large it was the last time. */
  bytes = 0;
  private readonly wanted: Milliseconds;
  private took: Milliseconds = 0;
  private at: Milliseconds = 0;
  private releasedBefore: EventTime = Number.NEGATIVE_INFINITY;

  constructor(wanted: Milliseconds) {
    this.wanted = wanted;
  }

  /** Counts from a moment on. */
  begin(at: Milliseconds): void {
    this.at = at;
  }

  /**
   * Whether it is to be saved now. A large one waits until the task has released something, as with a heartbeat of the
   * ingest: until the next there is time, and whoever has something to say of this one goes first.
   */
  isDue(now: Milliseconds, releasedThrough: EventTime): boolean {
    const hasReleased = releasedThrough > this.releasedBefore;
    this.releasedBefore = releasedThrough;
    const overdue = now - this.at - saveEveryAt(this.wanted, this.took, this.bytes);
    return overdue >= (this.bytes < largeBytes || hasReleased ? 0 : heartbeatWithin);
  }

  saved(at: Milliseconds, took: Milliseconds, bytes: number): void {
    this.at = at;
    this.took = took;
    this.bytes = bytes;
  }
}
