/** What can be compared or measured, and what came of it. */
import type { Drain } from './drain.ts';
import type { Job } from './jobs.ts';
import type { Subject } from './subject.ts';
import type { TrialResult } from './trial.ts';

export interface Load {
  readonly job: Job;
  readonly detectors: number;
  /** Of event time. */
  readonly minutes: number;
}

/** Arterial and a peer in turn. */
export interface Pair {
  readonly name: string;
  readonly peer: Subject;
  readonly load: Load;
  /** How many times as many readings a second and core Arterial should do. */
  readonly goal: number | undefined;
}

export interface PairResult {
  readonly pair: Pair;
  readonly readings: number;
  readonly ours: readonly Drain[];
  readonly theirs: readonly Drain[];
}

/** Arterial alone. */
export interface Single {
  readonly name: string;
  readonly load: Load;
  /** With Redis, and with all cores for all. */
  readonly isWhole: boolean;
}

export interface SingleResult {
  readonly single: Single;
  readonly readings: number;
  readonly drain: Drain;
}

export type Measured = PairResult | SingleResult | TrialResult;

export interface Results {
  readonly pairs: PairResult[];
  readonly singles: SingleResult[];
  readonly trials: TrialResult[];
}
