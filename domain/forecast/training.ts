import { Chance } from './chance.ts';
import { floatsOf, type Matrix, MatrixMemory } from './matrix-product.ts';
import { layersOf, placeWeights, type Shape, weightCount, withConstant } from './perceptron.ts';

/** What a network is to learn. */
export interface Lessons {
  readonly shape: Shape;
  /** `count` rows of `inputs` numbers, one after the other. */
  readonly rows: Float32Array;
  /** `count` rows of `outputs` numbers; NaN where the answer is not known. */
  readonly answers: Float32Array;
  readonly count: number;
  /** What a row weighs. */
  readonly weights: Float32Array;
  /** Of each output, the quantile that it is to give, and what it weighs: 0.5 is the median. */
  readonly quantiles: readonly { readonly level: number; readonly weight: number }[];
  /** Of the inner units of each block, the share that is left out at random while this is learned. */
  readonly dropped: number;
}

export interface Course {
  readonly seed: number;
  /** Lessons are gone through so often; of many, so many are drawn each time. */
  readonly rounds: number;
  readonly lessonsARound: number;
  /** The largest step. */
  readonly step: number;
  /** Told after each round: rounds done, and the mean loss of the round. */
  readonly told?: (round: number, loss: number) => void;
}

/** Lessons between two steps. */
const batch = 512;
/** Of Adam (Kingma and Ba 2015), with the decay apart from the gradient (Loshchilov and Hutter 2019). */
const [firstMemory, secondMemory, tiny, decay] = [0.9, 0.999, 1e-8, 1e-4];

/**
 * Learns the weights of a network by the pinball loss of its quantiles (Koenker and Bassett 1978). The same lessons,
 * course and seed give the same weights. The step grows for a quarter of the course and then falls to nothing, each
 * along half a cosine (Smith and Topin 2019).
 */
export function learn(lessons: Lessons, course: Course): Float32Array {
  const { shape, count } = lessons;
  const pupil = new Pupil(shape, new Chance(course.seed));
  const chance = new Chance(course.seed + 1);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const perRound = Math.floor(Math.min(count, course.lessonsARound) / batch);
  const steps = course.rounds * perRound;
  let done = 0;
  for (let round = 1; round <= course.rounds; round++) {
    let loss = 0;
    for (let i = 0; i < perRound * batch; i++) {
      const other = i + chance.below(count - i);
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    for (let i = 0; i < perRound; i++) {
      const chosen = order.subarray(i * batch, (i + 1) * batch);
      loss += pupil.study(lessons, chosen, chance);
      pupil.step(course.step * pace(done++ / steps));
    }
    course.told?.(round, loss / perRound);
  }
  return pupil.weights();
}

/** The size of a step along the course, from 0 to 1. */
function pace(done: number): number {
  const rising = 0.25;
  const part = done < rising ? 1 - done / rising : (done - rising) / (1 - rising);
  return (1 + Math.cos(Math.PI * part)) / 2;
}

/** A network that is being taught, with room for one batch. */
class Pupil {
  readonly #shape: Shape;
  readonly #memory: MatrixMemory;
  readonly #weights: Matrix[];
  readonly #turned: Matrix[];
  readonly #gradients: Matrix[];
  readonly #inputs: Matrix;
  /** What goes into each block, and what comes out of the last. */
  readonly #hidden: Matrix[];
  readonly #inner: Matrix[];
  readonly #outputs: Matrix;
  readonly #back: Matrix;
  readonly #backInner: Matrix;
  readonly #mean: Float32Array[];
  readonly #square: Float32Array[];
  #steps = 0;

  constructor(shape: Shape, chance: Chance) {
    this.#shape = shape;
    const { inputs, hidden, blocks, outputs } = shape;
    const layers = layersOf(shape);
    const weights = layers.reduce((sum, [rows, columns]) => sum + floatsOf(rows, columns), 0);
    const turned = layers.reduce((sum, [rows, columns]) => sum + floatsOf(columns, rows), 0);
    const wide = floatsOf(batch, hidden + 1);
    const rows = floatsOf(batch, inputs + 1) + (2 * blocks + 3) * wide + floatsOf(batch, outputs);
    const memory = new MatrixMemory(2 * weights + turned + rows);
    this.#memory = memory;
    this.#weights = placeWeights(memory, shape, firstWeights(shape, chance));
    this.#turned = layers.map(([rows, columns]) => memory.matrix(columns, rows));
    this.#gradients = layers.map(([rows, columns]) => memory.matrix(rows, columns));
    this.#inputs = withConstant(memory, batch, inputs);
    this.#hidden = Array.from({ length: blocks + 1 }, () => withConstant(memory, batch, hidden));
    this.#inner = Array.from({ length: blocks }, () => withConstant(memory, batch, hidden));
    this.#outputs = memory.matrix(batch, outputs);
    this.#back = memory.matrix(batch, hidden);
    this.#backInner = memory.matrix(batch, hidden);
    this.#mean = this.#weights.map((matrix) => new Float32Array(memory.of(matrix).length));
    this.#square = this.#weights.map((matrix) => new Float32Array(memory.of(matrix).length));
  }

  /** Goes through some lessons; what follows for the weights is kept for `step`. Gives their mean loss. */
  study(lessons: Lessons, chosen: Uint32Array, chance: Chance): number {
    const { inputs, blocks } = this.#shape;
    const memory = this.#memory;
    const into = memory.of(this.#inputs);
    for (const [row, lesson] of chosen.entries())
      into.set(lessons.rows.subarray(lesson * inputs, (lesson + 1) * inputs), row * this.#inputs.stride);
    const first = this.#hidden[0]!;
    memory.multiply(this.#inputs, this.#weights[0]!, first, batch, 'rectify');
    for (let block = 0; block < blocks; block++) this.#forward(block, lessons.dropped, chance);
    memory.multiply(this.#hidden.at(-1)!, this.#weights.at(-1)!, this.#outputs, batch);
    memory.multiply(this.#inputs, this.#weights.at(-2)!, this.#outputs, batch, 'add');
    const loss = this.#judge(lessons, chosen);
    this.#backward();
    return loss;
  }

  #forward(block: number, dropped: number, chance: Chance): void {
    const memory = this.#memory;
    const { hidden } = this.#shape;
    const [before, inner, after] = [this.#hidden[block]!, this.#inner[block]!, this.#hidden[block + 1]!];
    memory.multiply(before, this.#weights[1 + 2 * block]!, inner, batch);
    leaveOut(memory.of(inner), inner.stride, hidden, dropped, chance);
    memory.of(after).set(memory.of(before));
    memory.multiply(inner, this.#weights[2 + 2 * block]!, after, batch, 'add');
  }

  /** Replaces the outputs by the slopes of the loss, and gives the loss. */
  #judge({ answers, quantiles, weights }: Lessons, chosen: Uint32Array): number {
    const { outputs } = this.#shape;
    const values = this.#memory.of(this.#outputs);
    const { stride } = this.#outputs;
    let loss = 0;
    for (const [row, lesson] of chosen.entries())
      for (let output = 0; output < outputs; output++) {
        const at = row * stride + output;
        const error = answers[lesson * outputs + output]! - values[at]!;
        const { level, weight } = quantiles[output]!;
        const slope = (2 * weight * weights[lesson]! * (error > 0 ? level : level - 1)) / batch;
        const isKnown = !Number.isNaN(error);
        values[at] = isKnown ? -slope : 0;
        if (isKnown) loss += slope * error;
      }
    return loss;
  }

  #backward(): void {
    const memory = this.#memory;
    const { blocks, hidden } = this.#shape;
    for (const [i, matrix] of this.#weights.entries()) turn(memory, matrix, this.#turned[i]!);
    const gradient = (from: Matrix, slopes: Matrix, layer: number): void =>
      memory.multiplyTurned(from, slopes, this.#gradients[layer]!, batch);
    const [back, backInner] = [this.#back, this.#backInner];
    const straight = 1 + 2 * blocks;
    const last = straight + 1;
    gradient(this.#inputs, this.#outputs, straight);
    gradient(this.#hidden[blocks]!, this.#outputs, last);
    memory.multiply(this.#outputs, this.#turned[last]!, back, batch);
    for (let block = blocks - 1; block >= 0; block--) {
      const inner = this.#inner[block]!;
      gradient(inner, back, 2 + 2 * block);
      memory.multiply(back, this.#turned[2 + 2 * block]!, backInner, batch);
      onlyWhereAbove(memory.of(backInner), backInner.stride, memory.of(inner), inner.stride, hidden);
      gradient(this.#hidden[block]!, backInner, 1 + 2 * block);
      memory.multiply(backInner, this.#turned[1 + 2 * block]!, back, batch, 'add');
    }
    const first = this.#hidden[0]!;
    onlyWhereAbove(memory.of(back), back.stride, memory.of(first), first.stride, hidden);
    gradient(this.#inputs, back, 0);
  }

  /** Moves the weights by what was studied. */
  step(size: number): void {
    this.#steps++;
    const first = 1 - firstMemory ** this.#steps;
    const second = Math.sqrt(1 - secondMemory ** this.#steps);
    for (const [layer, matrix] of this.#weights.entries()) {
      const weights = this.#memory.of(matrix);
      const gradients = this.#memory.of(this.#gradients[layer]!);
      const [mean, square] = [this.#mean[layer]!, this.#square[layer]!];
      for (let i = 0; i < weights.length; i++) {
        const slope = gradients[i]!;
        mean[i] = firstMemory * mean[i]! + (1 - firstMemory) * slope;
        square[i] = secondMemory * square[i]! + (1 - secondMemory) * slope * slope;
        const move = mean[i]! / first / (Math.sqrt(square[i]!) / second + tiny);
        weights[i] = weights[i]! - size * (move + decay * weights[i]!);
      }
    }
  }

  /** All weights, matrix by matrix and row by row. */
  weights(): Float32Array {
    const all = new Float32Array(weightCount(this.#shape));
    let next = 0;
    for (const matrix of this.#weights) {
      const values = this.#memory.of(matrix);
      for (let row = 0; row < matrix.rows; row++, next += matrix.columns)
        all.set(values.subarray(row * matrix.stride, row * matrix.stride + matrix.columns), next);
    }
    return all;
  }
}

/** Weights to begin with (He and others 2015); what a block adds and what comes out begin small, or as nothing. */
function firstWeights(shape: Shape, chance: Chance): Float32Array {
  const all: number[] = [];
  for (const [layer, [rows, columns]] of layersOf(shape).entries()) {
    const straight = 1 + 2 * shape.blocks;
    const share = layer === straight ? 0 : layer > straight ? 0.1 : layer > 0 && layer % 2 === 0 ? 0.5 : 1;
    const spread = share * Math.sqrt(2 / (rows - 1));
    for (let i = 0; i < (rows - 1) * columns; i++) all.push(spread * chance.normal());
    for (let i = 0; i < columns; i++) all.push(0);
  }
  return Float32Array.from(all);
}

/** Rectifies, and leaves a share out at random; the others make up for it. */
function leaveOut(
  values: Float32Array,
  stride: number,
  columns: number,
  share: number,
  chance: Chance,
): void {
  const scale = 1 / (1 - share);
  // One draw serves four units.
  const bound = Math.round(256 * share);
  for (let row = 0; row < batch; row++)
    for (let at = row * stride, end = at + columns; at < end; at += 4) {
      const bits = chance.bits();
      for (let i = 0; i < 4; i++) {
        const value = values[at + i]!;
        values[at + i] = value > 0 && ((bits >>> (8 * i)) & 255) >= bound ? value * scale : 0;
      }
    }
}

/** Slopes go back through what was above 0; what was left out was 0. */
function onlyWhereAbove(
  slopes: Float32Array,
  stride: number,
  values: Float32Array,
  valueStride: number,
  columns: number,
): void {
  for (let row = 0; row < batch; row++)
    for (let i = 0; i < columns; i++) if (values[row * valueStride + i]! <= 0) slopes[row * stride + i] = 0;
}

/** b = a', with the last row of `a`, which is for the constant, left out. */
function turn(memory: MatrixMemory, a: Matrix, b: Matrix): void {
  const [from, to] = [memory.of(a), memory.of(b)];
  for (let row = 0; row < a.rows - 1; row++)
    for (let column = 0; column < a.columns; column++)
      to[column * b.stride + row] = from[row * a.stride + column]!;
}
