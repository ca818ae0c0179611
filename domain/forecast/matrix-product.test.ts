import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chance } from './chance.ts';
import { floatsOf, type How, type Matrix, MatrixMemory } from './matrix-product.ts';

interface Case {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly isTurned: boolean;
  readonly how: How;
  readonly seed: number;
}

const size = fc.integer({ min: 1, max: 21 });
const hows = ['put', 'rectify', 'add'] as const;
const cases: fc.Arbitrary<Case> = fc.record({
  ...{ rows: size, inner: size, columns: size },
  ...{ isTurned: fc.boolean(), how: fc.constantFrom(...hows), seed: fc.nat(1000) },
});

function fill(memory: MatrixMemory, matrix: Matrix, chance: Chance): number[][] {
  const values = memory.of(matrix);
  return Array.from({ length: matrix.rows }, (_, row) =>
    Array.from({ length: matrix.columns }, (_, column) => {
      const at = row * matrix.stride + column;
      values[at] = chance.normal();
      return values[at]!;
    }),
  );
}

const rowsOf = (memory: MatrixMemory, { rows, columns, stride, ...rest }: Matrix): number[][] =>
  Array.from({ length: rows }, (_, row) => [
    ...memory.of({ rows, columns, stride, ...rest }).subarray(row * stride, row * stride + columns),
  ]);

/** One product in memory, and by a plain loop that rounds after each step. */
function both({ rows, inner, columns, isTurned, how, seed }: Case): { quick: number[][]; plain: number[][] } {
  const [aRows, aColumns] = isTurned ? [inner, rows] : [rows, inner];
  const memory = new MatrixMemory(
    floatsOf(aRows, aColumns) + floatsOf(inner, columns) + floatsOf(rows, columns),
  );
  const [a, b, c] = [
    memory.matrix(aRows, aColumns),
    memory.matrix(inner, columns),
    memory.matrix(rows, columns),
  ];
  const chance = new Chance(seed);
  const [ofA, ofB, ofC] = [fill(memory, a, chance), fill(memory, b, chance), fill(memory, c, chance)];
  if (isTurned) memory.multiplyTurned(a, b, c, inner, how);
  else memory.multiply(a, b, c, rows, how);
  const plain = ofC.map((row, i) =>
    row.map((before, j) => {
      let sum = how === 'add' ? before : 0;
      for (let k = 0; k < inner; k++)
        sum = Math.fround(sum + Math.fround((isTurned ? ofA[k]![i]! : ofA[i]![k]!) * ofB[k]![j]!));
      return how === 'rectify' ? Math.max(0, sum) : sum;
    }),
  );
  return { quick: rowsOf(memory, c), plain };
}

describe('the product of matrices', () => {
  it('is that of a plain loop to the last bit, of any size, turned or not, put, rectified or added', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { quick, plain } = both(one);
        expect(quick).toEqual(plain);
      }),
    );
  });

  it('leaves the columns beyond those of b alone, where the constant of the next layer stands', () => {
    const memory = new MatrixMemory(floatsOf(5, 3) + floatsOf(3, 8) + floatsOf(5, 9));
    const [a, b, c] = [memory.matrix(5, 3), memory.matrix(3, 8), memory.matrix(5, 9)];
    for (const matrix of [a, b, c]) fill(memory, matrix, new Chance(1));
    const beyond = rowsOf(memory, c).map((row) => row[8]);
    for (const how of hows) {
      memory.multiply(a, b, c, 5, how);
      expect(rowsOf(memory, c).map((row) => row[8])).toEqual(beyond);
    }
    expect(beyond).not.toContain(0);
  });

  it('goes by the first rows alone where fewer are asked for', () => {
    const memory = new MatrixMemory(floatsOf(9, 3) + floatsOf(3, 8) + floatsOf(9, 8));
    const [a, b, c] = [memory.matrix(9, 3), memory.matrix(3, 8), memory.matrix(9, 8)];
    for (const matrix of [a, b, c]) fill(memory, matrix, new Chance(2));
    const before = rowsOf(memory, c);
    memory.multiply(a, b, c, 4);
    expect(rowsOf(memory, c).slice(4)).toEqual(before.slice(4));
    expect(rowsOf(memory, c).slice(0, 4)).not.toEqual(before.slice(0, 4));
  });

  it('has room for what was asked for and no more', () => {
    const memory = new MatrixMemory(16_384);
    memory.matrix(128, 128);
    expect(() => memory.matrix(1, 1)).toThrow('the memory for matrices is too small');
  });
});
