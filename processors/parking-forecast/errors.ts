/** The errors that a forecaster has made, and what follows from them for the next forecast. Plain data. */
export interface Errors {
  /** Actual less predicted, permille of capacity, oldest first. */
  signed: number[];
  /** Whether each target lay in its interval, oldest first. */
  covered: boolean[];
  /** Share of targets that lay in their interval; null until there are enough to say. */
  coveragePermille: number | null;
}

const kept = 288;
const enough = 20;

export const createErrors = (): Errors => ({ signed: [], covered: [], coveragePermille: null });

/** Adds the newest error and forgets the oldest. */
export function note(errors: Errors, error: number, covered: boolean): void {
  errors.signed.push(error);
  errors.covered.push(covered);
  if (errors.signed.length > kept) {
    errors.signed.shift();
    errors.covered.shift();
  }
  const held = errors.covered.filter(Boolean).length;
  if (errors.covered.length >= enough)
    errors.coveragePermille = Math.round((1000 * held) / errors.covered.length);
}

/**
 * How far below and above the prediction the interval reaches, permille of capacity: the empirical quantiles of
 * the signed errors, conformal (rank ceil((n + 1) q)), or `prior` while there are too few.
 */
export function interval(
  errors: Errors,
  levelPermille: number,
  prior: number,
): { below: number; above: number } {
  if (errors.signed.length < enough) return { below: prior, above: prior };
  const sorted = [...errors.signed].sort((a, b) => a - b);
  const tail = (1000 - levelPermille) / 2000;
  const rank = Math.min(sorted.length, Math.ceil((sorted.length + 1) * (1 - tail)));
  return { below: Math.max(0, -sorted[sorted.length - rank]!), above: Math.max(0, sorted[rank - 1]!) };
}

/**
 * Probability, permille, that at least one space is free: the share of past errors that would leave one. While
 * there are too few, a logistic error whose 90 % interval is `prior` to either side.
 */
export function spaceProbability(
  errors: Errors,
  predicted: number,
  capacitySpaces: number,
  prior: number,
): number {
  const full = 1000 * (1 - 0.5 / Math.max(1, capacitySpaces));
  if (errors.signed.length >= enough) {
    const free = errors.signed.filter((error) => predicted + error < full).length;
    return Math.round((1000 * (free + 0.5)) / (errors.signed.length + 1));
  }
  const scale = prior / Math.log(19);
  return Math.round(1000 / (1 + Math.exp(-(full - predicted) / scale)));
}
