import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { Ensemble, type Shape } from './perceptron.ts';
import { type Course, type Lessons, learn } from './training.ts';

const outputsOf = (shape: Shape, weights: Float32Array, rows: Float32Array, count: number): Float32Array => {
  const answers = new Float32Array(count * shape.outputs);
  new Ensemble(shape, [weights]).answer(rows, count, answers);
  return answers;
};

/** Mean pinball loss (Koenker and Bassett 1978), twice, so that the median's is the absolute error. */
function lossOf(lessons: Lessons, weights: Float32Array): number {
  const { shape, rows, answers, count, quantiles } = lessons;
  const said = outputsOf(shape, weights, rows, count);
  let sum = 0;
  for (let at = 0; at < said.length; at++) {
    const { level, weight } = quantiles[at % shape.outputs]!;
    const error = answers[at]! - said[at]!;
    const row = Math.floor(at / shape.outputs);
    if (!Number.isNaN(error))
      sum += 2 * weight * lessons.weights[row]! * error * (error > 0 ? level : level - 1);
  }
  return sum / count;
}

/** y = |x| + noise whose size grows with the second input; the third tells nothing. */
function noisy(count: number, seed: number): Lessons {
  const chance = new Chance(seed);
  const shape = { inputs: 3, hidden: 8, blocks: 1, outputs: 3 };
  const rows = Float32Array.from({ length: 3 * count }, () => chance.normal());
  const answers = new Float32Array(3 * count);
  for (let row = 0; row < count; row++)
    answers.fill(
      Math.abs(rows[3 * row]!) + sizeAt(rows[3 * row + 1]!) * chance.normal(),
      3 * row,
      3 * row + 3,
    );
  const levels = [0.5, 0.05, 0.95];
  const quantiles = levels.map((level) => ({ level, weight: level === 0.5 ? 1 : 0.5 }));
  const weights = new Float32Array(count).fill(1);
  return { shape, rows, answers, count, weights, quantiles, dropped: 0 };
}
const sizeAt = (input: number): number => (input > 0 ? 1 : 0.25);

const course: Course = { seed: 5, rounds: 25, lessonsARound: 8192, step: 0.02 };

describe('a network that is taught', () => {
  it('moves each weight against the slope of the loss, as finite differences show', () => {
    const lessons = noisy(1024, 1);
    lessons.answers.fill(Number.NaN, 30, 60);
    lessons.weights.fill(3, 0, 100);
    const begun = learn(lessons, { ...course, rounds: 0 });
    const losses: number[] = [];
    // The first step has no length, so the second goes by the slopes of the first weights.
    const moved = learn(lessons, { ...course, rounds: 2, told: (_, loss) => losses.push(loss) });
    expect(losses[0]).toBeCloseTo(lossOf(lessons, begun), 4);
    let looked = 0;
    for (let at = 0; at < begun.length; at++) {
      const near = (step: number): number => {
        const weights = begun.slice();
        weights[at]! += step;
        return lossOf(lessons, weights);
      };
      const slope = (near(0.005) - near(-0.005)) / 0.01;
      if (Math.abs(slope) < 0.005) continue;
      looked++;
      expect(Math.sign(begun[at]! - moved[at]!), `weight ${at}, slope ${slope}`).toBe(Math.sign(slope));
    }
    expect(looked).toBeGreaterThan(begun.length / 3);
  });

  it('learns a known function, its median and its tails, and tells of each round', () => {
    const lessons = noisy(8192, 2);
    const told: number[] = [];
    const weights = learn(lessons, { ...course, told: (round, loss) => told.push(round, loss) });
    expect(told).toHaveLength(2 * course.rounds);
    expect(told.at(-1)).toBeLessThan(0.6 * told[1]!);
    const unseen = noisy(4096, 3);
    const said = outputsOf(unseen.shape, weights, unseen.rows, unseen.count);
    const below = [0, 0, 0];
    let wrong = 0;
    for (let row = 0; row < unseen.count; row++) {
      wrong += Math.abs(said[3 * row]! - Math.abs(unseen.rows[3 * row]!)) / unseen.count;
      for (const i of [0, 1, 2])
        if (unseen.answers[3 * row + i]! < said[3 * row + i]!) below[i]! += 1 / unseen.count;
    }
    expect(wrong).toBeLessThan(0.12);
    expect(below[0]).toBeCloseTo(0.5, 1);
    expect(Math.abs(below[1]! - 0.05)).toBeLessThan(0.02);
    expect(Math.abs(below[2]! - 0.95)).toBeLessThan(0.02);
  });

  it('comes out the same for the same seed, to the last byte, with units left out too', () => {
    const lessons = noisy(2048, 4);
    const of = (seed: number): Float32Array =>
      learn({ ...lessons, dropped: 0.25 }, { ...course, rounds: 3, seed });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)).not.toEqual(learn(lessons, { ...course, rounds: 3, seed: 1 }));
  });
});
