/** How good forecasts were, over all that was measured at their targets. */

/** An interval is to hold nine in ten; the score adds what lies outside 20 times (Gneiting and Raftery 2007). */
const missShare = 0.1;

/** Sums over targets. */
export class Tally {
  targets = 0;
  /** Targets that are not 0, of which an error has a share. */
  #notZero = 0;
  #absolute = 0;
  #squares = 0;
  #shares = 0;
  #held = 0;
  #width = 0;
  #score = 0;

  /** Takes in a forecast whose target was measured. */
  add(target: number, value: number, low: number, high: number): void {
    const error = Math.abs(value - target);
    this.targets++;
    this.#absolute += error;
    this.#squares += error * error;
    if (target !== 0) {
      this.#notZero++;
      this.#shares += error / Math.abs(target);
    }
    if (target >= low && target <= high) this.#held++;
    const outside = Math.max(0, low - target, target - high);
    this.#width += high - low;
    this.#score += high - low + (2 / missShare) * outside;
  }

  get meanError(): number {
    return this.#absolute / this.targets;
  }

  get rootMeanSquare(): number {
    return Math.sqrt(this.#squares / this.targets);
  }

  /** Mean of the errors as shares of what was measured. Percent. */
  get meanShare(): number {
    return (100 * this.#shares) / this.#notZero;
  }

  /** Share of the targets that the intervals held, 0..1. */
  get coverage(): number {
    return this.#held / this.targets;
  }

  get meanWidth(): number {
    return this.#width / this.targets;
  }

  /** Less is better. */
  get intervalScore(): number {
    return this.#score / this.targets;
  }
}

/** Below this many targets a sensor tells nothing of its coverage: chance alone moves it by several points. */
export const targetsToTell = 100;

/** The least coverage that a sensor of enough targets has; NaN when none has enough. */
export function worstCoverage(bySensor: readonly Tally[]): number {
  const told = bySensor.filter(({ targets }) => targets >= targetsToTell).map(({ coverage }) => coverage);
  return told.length === 0 ? Number.NaN : Math.min(...told);
}
