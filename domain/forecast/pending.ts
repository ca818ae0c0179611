/** Values of 0 to 100 as they are kept until they are judged. */
const unit = 100 / 32_000;
/** Nothing was said. */
export const unsaid = -32_768;

/** A value in two bytes; NaN is `unsaid`. */
export const keptValue = (value: number): number =>
  Number.isNaN(value) ? unsaid : Math.round(Math.max(0, Math.min(100, value)) / unit);

/** The value again; NaN for `unsaid`. */
export const heldValue = (kept: number): number => (kept === unsaid ? Number.NaN : kept * unit);

/** Where forecasts wait for their targets: for each horizon a ring of as many places as it has ticks. */
export class Pending {
  readonly places: number;
  readonly #horizons: readonly number[];
  readonly #starts: readonly number[];

  constructor(horizons: readonly number[]) {
    this.#horizons = horizons;
    this.#starts = horizons.map((_, i) => horizons.slice(0, i).reduce((sum, one) => sum + one, 0));
    this.places = horizons.reduce((sum, one) => sum + one, 0);
  }

  /** The place of the forecast that was made for a tick, which is then that of the one that is made at it. */
  at(sensor: number, horizon: number, tick: number): number {
    return sensor * this.places + this.#starts[horizon]! + (tick % this.#horizons[horizon]!);
  }
}
