/** A silence longer than so many steps is as this one: of what was before, nothing is fresh. */
const longestSilence = 1000;

/** Rows of a series at even steps of time: where some are left out, they are there, with nothing in them. */
export class SeriesRows {
  readonly sensors: number;
  readonly #stepMilliseconds: number;
  readonly #times: number[] = [];
  #values = new Float32Array(0);

  constructor(sensors: number, stepSeconds: number) {
    this.sensors = sensors;
    this.#stepMilliseconds = 1000 * stepSeconds;
  }

  get count(): number {
    return this.#times.length;
  }

  /** Milliseconds, by row. */
  get times(): Float64Array {
    return Float64Array.from(this.#times);
  }

  time(row: number): number {
    return this.#times[row]!;
  }

  /** What was measured, NaN where nothing was; of all rows one after the other. */
  get values(): Float32Array {
    return this.#values.slice(0, this.count * this.sensors);
  }

  row(row: number): Float32Array {
    return this.#values.subarray(row * this.sensors, (row + 1) * this.sensors);
  }

  /** Adds what was measured at a time, after those that were left out since the last row. */
  add(at: number, values: readonly (number | null)[]): void {
    const before = this.#times.at(-1) ?? at - this.#stepMilliseconds;
    // A clock that is put back goes over an hour again, and nothing is left out.
    const left = Math.max(0, Math.round((at - before) / this.#stepMilliseconds) - 1);
    for (let ago = Math.min(left, longestSilence); ago > 0; ago--)
      this.#next(at - ago * this.#stepMilliseconds).fill(Number.NaN);
    const row = this.#next(at);
    for (let sensor = 0; sensor < this.sensors; sensor++)
      row[sensor] = Math.max(0, values[sensor] ?? Number.NaN);
  }

  #next(at: number): Float32Array {
    const needed = (this.count + 1) * this.sensors;
    if (this.#values.length < needed) {
      const more = new Float32Array(Math.max(1024 * this.sensors, 2 * this.#values.length));
      more.set(this.#values);
      this.#values = more;
    }
    this.#times.push(at);
    return this.row(this.count - 1);
  }
}
