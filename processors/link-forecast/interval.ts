/** How far off the forecasts of one link and horizon were. Errors are actual less forecast, 0.1 km/h. */
export interface Errors {
  /** Targets whose actual value became known; with `held`, halved now and then so that old ones fade. */
  scored: number;
  /** Those of them that lay in their interval. */
  held: number;
  /** Mean of the absolute error. */
  spread: number;
  /** Running 5 % and 95 % quantiles of the error. */
  low: number;
  high: number;
  /** By how much the quantiles are stretched so that the interval keeps its word. */
  width: number;
}

/** Share of targets that an interval is meant to hold. Permille. */
export const levelPermille = 900;

/** So many targets must have been scored before coverage is a measurement, and quantiles are more than a guess. */
const enough = 20;

/** Targets after which the older half is forgotten. */
const memory = 2000;

/** Half a 90 % interval over the mean absolute error, for errors like those of traffic: 2.06 were they normal. */
const halfWidthOfSpread = 2.5;

/** Speed at which the spread forgets, and step of the quantiles as a share of it. */
const spreadMemory = 64;
const quantileStep = 0.1;

/** Gain and bounds of the width control. */
const widthGain = 0.02;
const narrowest = 0.2;
const widest = 5;

/** The errors of a forecaster that has none yet: as if the mean absolute error were `spread`. */
export const createErrors = (spread: number): Errors => ({
  scored: 0,
  held: 0,
  spread,
  low: -halfWidthOfSpread * spread,
  high: halfWidthOfSpread * spread,
  width: 1,
});

/**
 * Takes in one error and whether the interval held it: steps the quantiles by their pinball loss, and the width
 * by theta <- theta (1 + 0.02 (miss - 0.1)), which holds coverage at the level whatever the errors are.
 */
export function noteError(errors: Errors, error: number, held: boolean): void {
  const tail = (1000 - levelPermille) / 2000;
  const weight = Math.min(errors.scored + 4, spreadMemory);
  errors.spread += (Math.abs(error) - errors.spread) / weight;
  if (errors.scored < enough) {
    errors.low = -halfWidthOfSpread * errors.spread;
    errors.high = halfWidthOfSpread * errors.spread;
  } else {
    const step = quantileStep * errors.spread;
    errors.low += step * (tail - (error < errors.low ? 1 : 0));
    errors.high += step * (1 - tail - (error < errors.high ? 1 : 0));
    const miss = (held ? 0 : 1) - 2 * tail;
    errors.width = Math.min(widest, Math.max(narrowest, errors.width * (1 + widthGain * miss)));
  }
  errors.scored++;
  if (held) errors.held++;
  if (errors.scored >= memory) {
    errors.scored = Math.floor(errors.scored / 2);
    errors.held = Math.floor(errors.held / 2);
  }
}

/** The interval around a forecast, in whole 0.1 km/h, within what the wire can carry; it holds the forecast. */
export function intervalAround(errors: Errors, decikph: number): { low: number; high: number } {
  const low = Math.round(decikph + errors.width * errors.low);
  const high = Math.round(decikph + errors.width * errors.high);
  return { low: Math.max(0, Math.min(decikph, low)), high: Math.min(3000, Math.max(decikph, high)) };
}

/** Share of scored targets that their interval held, permille; null while there are too few. */
export const coveragePermille = ({ scored, held }: Errors): number | null =>
  scored >= enough ? Math.round((1000 * held) / scored) : null;
