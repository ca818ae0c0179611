import { floatsOf, type Matrix, MatrixMemory } from './matrix-product.ts';

/**
 * A small residual network: h = relu(x W), then block by block h <- h + relu(h A) B, and last h O + x S, so that what
 * is straight need not be bent. Every matrix has one row more than there are inputs, for the constant that is added.
 */
export interface Shape {
  readonly inputs: number;
  /** A multiple of 8. */
  readonly hidden: number;
  readonly blocks: number;
  readonly outputs: number;
}

/** The matrices of a network in their order: W, A and B of each block, S, O. */
export const layersOf = ({
  inputs,
  hidden,
  blocks,
  outputs,
}: Shape): readonly (readonly [number, number])[] => [
  [inputs + 1, hidden],
  ...Array.from({ length: 2 * blocks }, () => [hidden + 1, hidden] as const),
  [inputs + 1, outputs],
  [hidden + 1, outputs],
];

/** Numbers in all matrices of a network together. */
export const weightCount = (shape: Shape): number =>
  layersOf(shape).reduce((sum, [rows, columns]) => sum + rows * columns, 0);

/** Puts weights, matrix by matrix and row by row, where a product can read them. */
export function placeWeights(memory: MatrixMemory, shape: Shape, weights: Float32Array): Matrix[] {
  let next = 0;
  return layersOf(shape).map(([rows, columns]) => {
    const matrix = memory.matrix(rows, columns);
    const values = memory.of(matrix);
    for (let row = 0; row < rows; row++, next += columns)
      values.set(weights.subarray(next, next + columns), row * matrix.stride);
    return matrix;
  });
}

/** Rows with room for the constant 1 behind the values. */
export function withConstant(memory: MatrixMemory, rows: number, columns: number): Matrix {
  const matrix = memory.matrix(rows, columns + 1);
  const values = memory.of(matrix);
  for (let at = columns; at < values.length; at += matrix.stride) values[at] = 1;
  return matrix;
}

/** Rows that are computed at a time: enough to be quick, few enough to stay in the cache. */
const batchRows = 256;

/** Networks of one shape whose outputs are averaged, ready to be asked. */
export class Ensemble {
  readonly shape: Shape;
  readonly #memory: MatrixMemory;
  readonly #members: readonly (readonly Matrix[])[];
  readonly #inputs: Matrix;
  readonly #hidden: Matrix;
  readonly #inner: Matrix;
  readonly #outputs: Matrix;

  /** Each member's weights as `weightCount` numbers. */
  constructor(shape: Shape, members: readonly Float32Array[]) {
    this.shape = shape;
    const { inputs, hidden, outputs } = shape;
    const weights = layersOf(shape).reduce((sum, [rows, columns]) => sum + floatsOf(rows, columns), 0);
    const rows = [inputs + 1, hidden + 1, hidden + 1, outputs].map((columns) => floatsOf(batchRows, columns));
    this.#memory = new MatrixMemory(members.length * weights + rows.reduce((sum, one) => sum + one, 0));
    this.#members = members.map((one) => placeWeights(this.#memory, shape, one));
    this.#inputs = withConstant(this.#memory, batchRows, inputs);
    this.#hidden = withConstant(this.#memory, batchRows, hidden);
    this.#inner = withConstant(this.#memory, batchRows, hidden);
    this.#outputs = this.#memory.matrix(batchRows, outputs);
  }

  /**
   * Asks about `count` rows of `inputs` numbers each, one after the other; gives `outputs` numbers a row, the mean over
   * all members, into `answers`.
   */
  answer(rows: Float32Array, count: number, answers: Float32Array): void {
    for (let from = 0; from < count; from += batchRows)
      this.#answerSome(rows, from, Math.min(batchRows, count - from), answers);
  }

  #answerSome(rows: Float32Array, from: number, count: number, answers: Float32Array): void {
    const { inputs, outputs } = this.shape;
    const into = this.#memory.of(this.#inputs);
    for (let row = 0; row < count; row++)
      into.set(rows.subarray((from + row) * inputs, (from + row + 1) * inputs), row * this.#inputs.stride);
    const last = this.#memory.of(this.#outputs);
    const share = 1 / this.#members.length;
    for (const [member, weights] of this.#members.entries()) {
      this.#forward(weights, count);
      for (let row = 0; row < count; row++)
        for (let output = 0; output < outputs; output++) {
          const at = (from + row) * outputs + output;
          const value = share * last[row * this.#outputs.stride + output]!;
          answers[at] = member === 0 ? value : answers[at]! + value;
        }
    }
  }

  #forward(weights: readonly Matrix[], count: number): void {
    const memory = this.#memory;
    memory.multiply(this.#inputs, weights[0]!, this.#hidden, count, 'rectify');
    for (let block = 0; block < this.shape.blocks; block++) {
      memory.multiply(this.#hidden, weights[1 + 2 * block]!, this.#inner, count, 'rectify');
      memory.multiply(this.#inner, weights[2 + 2 * block]!, this.#hidden, count, 'add');
    }
    memory.multiply(this.#hidden, weights.at(-1)!, this.#outputs, count);
    memory.multiply(this.#inputs, weights.at(-2)!, this.#outputs, count, 'add');
  }
}
