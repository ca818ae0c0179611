/** How often a task saves its memory. */
import type { Milliseconds } from '#domain/time.ts';

/** A task whose memory is large saves it less often, so that this share of its time goes to saving it, ... */
const savingShare = 1 / 200;
/** ... but so often all the same, since what was read since then is read again after a crash. */
const saveAtLeastEvery: Milliseconds = 60_000;

/** What a store takes in, about. Bytes a millisecond. */
const storedBytes = 100_000;

/** By how often it is to be saved where that costs little, how long making the last save took, and how large it was. */
export const saveEveryAt = (wanted: Milliseconds, took: Milliseconds, bytes: number): Milliseconds =>
  Math.max(wanted, Math.min(saveAtLeastEvery, (took + bytes / storedBytes) / savingShare));
