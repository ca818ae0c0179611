import type { Answer } from '#commands/scaled-forecaster.ts';

/** What was forecast from each row of a test, at each of some steps ahead, of each sensor. */
export class Said {
  readonly from: number;
  readonly steps: readonly number[];
  readonly sensors: number;
  readonly #numbers: Readonly<Record<'y' | 'lo' | 'hi', Float32Array>>;

  constructor(from: number, rows: number, steps: readonly number[], sensors: number) {
    this.from = from;
    this.steps = steps;
    this.sensors = sensors;
    const room = (): Float32Array => new Float32Array((rows - from) * steps.length * sensors);
    this.#numbers = { y: room(), lo: room(), hi: room() };
  }

  /** Notes an answer whose horizons are `steps`, in their order. */
  note(row: number, answer: Answer): void {
    for (const name of ['y', 'lo', 'hi'] as const)
      for (const [i, numbers] of answer[name].entries())
        this.#numbers[name].set(numbers, this.#place(row, i, 0));
  }

  value(row: number, step: number, sensor: number): number {
    return this.#numbers.y[this.#place(row, step, sensor)]!;
  }

  low(row: number, step: number, sensor: number): number {
    return this.#numbers.lo[this.#place(row, step, sensor)]!;
  }

  high(row: number, step: number, sensor: number): number {
    return this.#numbers.hi[this.#place(row, step, sensor)]!;
  }

  #place(row: number, step: number, sensor: number): number {
    return ((row - this.from) * this.steps.length + step) * this.sensors + sensor;
  }
}
