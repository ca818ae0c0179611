/** Two subjects in turn on one topic, and the ratio of what they do with a second of a core. */
import type { Drain } from './drain.ts';

/** In the order in which they run: neither is always the first, or always the second. */
export function orderOf(rounds: number): ('ours' | 'theirs')[] {
  return Array.from({ length: rounds }, (_, round) =>
    round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const),
  ).flat();
}

/** Readings a second of a core. */
export const readingsPerCoreSecond = ({ readings, cpuSeconds }: Drain): number => readings / cpuSeconds;

/** CPU seconds for a million readings. */
export const cpuPerMillion = ({ readings, cpuSeconds }: Drain): number => (1e6 * cpuSeconds) / readings;

export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0 || values.some(Number.isNaN)) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { least: sorted[0]!, median, most: sorted.at(-1)! };
}

/** The ratio of each round, ours over theirs; NaN where one of the two does not count. */
export const ratiosOf = (
  ours: readonly Drain[],
  theirs: readonly Drain[],
  of: (drain: Drain) => number = readingsPerCoreSecond,
): number[] => ours.map((drain, round) => of(drain) / of(theirs[round]!));
