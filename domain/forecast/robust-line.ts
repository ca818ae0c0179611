import type { Column, Columns } from './columns.ts';

/** Features of every line: those of `Recent.line`. */
export const lineFeatures = 11;

/** An observation is a third of what it was to a line after so long, unless it is told otherwise. Seconds. */
const usualMemory = 750_000;
/** What is known at first: little, so that the first pairs count; and how large an error is taken to be usual. */
const [firstVariance, firstError] = [0.005, 3];
/** The variances of what is known may grow to this on average. */
const largestVariance = 0.04;
/** Errors below this share of their usual size all weigh the same; above, as 1 over the error. */
const flat = 0.3;

/**
 * For each of many sensors, lines through the residuals: what is left of a departure from the profile at each horizon.
 * Learned with every target that arrives, by recursive least squares with forgetting (Ljung 1999, 11.2) whose errors
 * are weighted so that their absolute values are made small (iteratively reweighted; Schlossmacher 1973). The horizons
 * of one sensor share one matrix, since they see the same features.
 */
export class RobustLines {
  readonly #persistence: readonly number[];
  readonly #features: number;
  /** Numbers in the upper half of a matrix. */
  readonly #packed: number;
  /** An observation loses weight by this factor with each that follows. */
  readonly #memory: number;
  readonly #lines: Column<Float32Array>;
  readonly #matrices: Column<Float32Array>;
  readonly #errors: Column<Float32Array>;
  readonly #gain: Float64Array;

  /**
   * `persistence` is the first guess of what is left of a departure, by horizon; that is the first feature. An
   * observation is a third of what it was after `memorySeconds`.
   */
  constructor(
    columns: Columns,
    tickSeconds: number,
    persistence: readonly number[],
    features = lineFeatures,
    memorySeconds = usualMemory,
  ) {
    const horizons = persistence.length;
    this.#persistence = persistence;
    this.#features = features;
    this.#packed = (features * (features + 1)) / 2;
    this.#memory = 1 - tickSeconds / memorySeconds;
    this.#gain = new Float64Array(features);
    this.#lines = columns.add(Float32Array, horizons * features);
    this.#matrices = columns.add(Float32Array, this.#packed);
    this.#errors = columns.add(Float32Array, horizons, firstError);
  }

  /** What is left of the departure. `features` from `from` on. */
  guess(sensor: number, horizon: number, features: Float32Array, from: number): number {
    if (this.#matrices.values[sensor * this.#packed] === 0) this.#begin(sensor);
    const count = this.#features;
    const line = (sensor * this.#persistence.length + horizon) * count;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#lines.values[line + i]! * features[from + i]!;
    return sum;
  }

  #begin(sensor: number): void {
    const count = this.#features;
    for (let i = 0, at = sensor * this.#packed; i < count; at += count - i, i++)
      this.#matrices.values[at] = firstVariance;
    for (const [horizon, share] of this.#persistence.entries())
      this.#lines.values[(sensor * this.#persistence.length + horizon) * count] = share;
  }

  /** Learns that from these features came the departure `actual`. */
  learn(sensor: number, horizon: number, features: Float32Array, from: number, actual: number): void {
    const [count, memory] = [this.#features, this.#memory];
    const at = sensor * this.#persistence.length + horizon;
    const error = actual - this.guess(sensor, horizon, features, from);
    const usual = this.#errors.values[at]! + 0.002 * (Math.abs(error) - this.#errors.values[at]!);
    this.#errors.values[at] = usual;
    const reach = this.#reach(sensor, features, from);
    const weight = usual / Math.max(Math.abs(error), flat * usual, 1e-9);
    const step = error / (memory / weight + reach);
    for (let i = 0; i < count; i++) this.#lines.values[at * count + i]! += this.#gain[i]! * step;
    if (horizon === this.#persistence.length >> 1) this.#narrow(sensor, reach);
  }

  /** Puts matrix times features into the gain; gives features times gain. */
  #reach(sensor: number, features: Float32Array, from: number): number {
    const count = this.#features;
    const gain = this.#gain.fill(0);
    let at = sensor * this.#packed;
    let reach = 0;
    for (let i = 0; i < count; i++) {
      const feature = features[from + i]!;
      let sum = gain[i]! + this.#matrices.values[at++]! * feature;
      for (let j = i + 1; j < count; j++) {
        const value = this.#matrices.values[at++]!;
        sum += value * features[from + j]!;
        gain[j]! += value * feature;
      }
      gain[i] = sum;
      reach += sum * feature;
    }
    return reach;
  }

  /** Takes what the features have told from the matrix, and forgets a little. */
  #narrow(sensor: number, reach: number): void {
    const { gain, count, memory } = { gain: this.#gain, count: this.#features, memory: this.#memory };
    let trace = 0;
    let at = sensor * this.#packed;
    for (let i = 0; i < count; i++)
      for (let j = i; j < count; j++, at++) {
        const value = (this.#matrices.values[at]! - (gain[i]! * gain[j]!) / (memory + reach)) / memory;
        this.#matrices.values[at] = value;
        if (i === j) trace += value;
      }
    // Without news the matrix would grow for ever.
    if (trace > count * largestVariance)
      for (let i = sensor * this.#packed; i < at; i++) this.#matrices.values[i]! /= 2;
  }
}
