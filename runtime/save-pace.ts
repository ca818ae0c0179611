/** How often a task saves its memory. */
import type { Milliseconds } from '#domain/time.ts';

/** A task whose memory is large saves it less often, so that this share of its time goes to saving it, ... */
const savingShare = 1 / 200;
/** ... but so often all the same, since what was read since then is read again after a crash. */
const saveAtLeastEvery: Milliseconds = 60_000;

/** By how often it is to be saved where that does not take long, and how long the last save held everything up. */
export const saveEveryAt = (wanted: Milliseconds, took: Milliseconds): Milliseconds =>
  Math.max(wanted, Math.min(saveAtLeastEvery, took / savingShare));
