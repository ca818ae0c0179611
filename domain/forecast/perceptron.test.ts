import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { Ensemble, layersOf, type Shape, weightCount } from './perceptron.ts';

const shape: Shape = { inputs: 5, hidden: 8, blocks: 2, outputs: 3 };
const numbers = (count: number, chance: Chance): Float32Array =>
  Float32Array.from({ length: count }, () => chance.normal());

/** The network as the formula says, row by row. */
function plain(weights: Float32Array, row: readonly number[]): number[] {
  let next = 0;
  const matrices = layersOf(shape).map(([rows, columns]) =>
    Array.from({ length: rows }, () => {
      next += columns;
      return [...weights.subarray(next - columns, next)];
    }),
  );
  const times = (values: readonly number[], matrix: readonly number[][]): number[] =>
    matrix[0]!.map((_, j) => [...values, 1].reduce((sum, value, i) => sum + value * matrix[i]![j]!, 0));
  const rectified = (values: readonly number[]): number[] => values.map((value) => Math.max(0, value));
  let hidden = rectified(times(row, matrices[0]!));
  for (const block of [0, 1]) {
    const added = times(rectified(times(hidden, matrices[1 + 2 * block]!)), matrices[2 + 2 * block]!);
    hidden = hidden.map((value, i) => value + added[i]!);
  }
  const straight = times(row, matrices.at(-2)!);
  return times(hidden, matrices.at(-1)!).map((value, i) => value + straight[i]!);
}

describe('an ensemble of networks', () => {
  const chance = new Chance(3);
  const members = [numbers(weightCount(shape), chance), numbers(weightCount(shape), chance)];
  const count = 259;
  const rows = numbers(count * shape.inputs, chance);
  const answersOf = (some: readonly Float32Array[]): Float32Array => {
    const answers = new Float32Array(count * shape.outputs);
    new Ensemble(shape, some).answer(rows, count, answers);
    return answers;
  };

  it('answers each row as the formula of its network says, however many rows there are', () => {
    const answers = answersOf(members.slice(0, 1));
    for (const row of [0, 1, 255, 256, 258]) {
      const right = plain(members[0]!, [...rows.subarray(row * 5, row * 5 + 5)]);
      for (const [output, value] of right.entries()) expect(answers[row * 3 + output]).toBeCloseTo(value, 2);
    }
  });

  it('answers the mean of its members', () => {
    const [first, second, both] = [
      answersOf(members.slice(0, 1)),
      answersOf(members.slice(1)),
      answersOf(members),
    ];
    for (let at = 0; at < both.length; at++) expect(both[at]).toBeCloseTo((first[at]! + second[at]!) / 2, 3);
    expect(first).not.toEqual(second);
  });
});
