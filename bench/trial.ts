/** Arterial as it is used, under load: what is measured, and what was aimed at. */
import type { Goal } from '#commands/goals.ts';
import type { Cpus, Servers } from './servers.ts';

export interface TrialOptions {
  readonly servers: Servers;
  /** Undefined where servers and subjects cannot be kept apart. */
  readonly cpus: Cpus | undefined;
  readonly seed: number;
  /** Of the time for which it is under load: below 1 for a quick look. */
  readonly scale: number;
  readonly note: (line: string) => void;
}

export interface TrialResult {
  readonly name: string;
  readonly goals: readonly Goal[];
  /** What was measured besides, in the order in which it is read: what, and its value with the unit. */
  readonly measured: readonly (readonly [what: string, value: string])[];
}

export interface Trial {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly does: string;
  run(options: TrialOptions): Promise<TrialResult>;
}
