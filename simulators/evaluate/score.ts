/** Sums from which a mean error, a bias and a share come. */
export interface Score {
  /** How many values were compared. */
  readonly pairs: number;
  /** Mean of the absolute differences; undefined without pairs. */
  readonly meanAbsoluteError: number | undefined;
  /** Mean of measured less true. */
  readonly bias: number | undefined;
  /** Share of the pairs that are close enough, 0..1. */
  readonly closeShare: number | undefined;
}

/** A true and a measured value of the same thing, and whether they are close enough. */
export interface Pair {
  readonly truth: number;
  readonly measured: number;
  readonly isClose: boolean;
}

/** Sums up how far the measured values are from the true ones. */
export function scoreOf(pairs: readonly Pair[]): Score {
  const mean = (of: (pair: Pair) => number): number | undefined =>
    pairs.length === 0 ? undefined : pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  return {
    pairs: pairs.length,
    meanAbsoluteError: mean(({ truth, measured }) => Math.abs(measured - truth)),
    bias: mean(({ truth, measured }) => measured - truth),
    closeShare: mean(({ isClose }) => (isClose ? 1 : 0)),
  };
}

/** GEH statistic of two hourly flows (UK DMRB); below 5 is a good match. */
export function geh(a: number, b: number): number {
  return a + b === 0 ? 0 : Math.sqrt((2 * (a - b) ** 2) / (a + b));
}

/** The middle value, or the mean of the two in the middle; undefined without values. */
export function medianOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
