/**
 * Matrices of 32-bit floats and their product, which is all the arithmetic of a learned forecaster that takes time.
 * The product is a small WebAssembly program assembled here, so that it needs neither a compiler nor a package: four
 * rows by eight columns are held in vectors while the inner dimension is walked. It rounds the same way on every
 * machine (WebAssembly core specification 2.0, 4.3.3), so what is learned and foretold is the same to the last bit.
 */

/** A matrix in a `MatrixMemory`, row by row; `stride` floats from one row to the next. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  /** Of the first value, in floats. */
  readonly offset: number;
}

/** Rows and columns that are worked on at a time; matrices are padded to them. */
const tileRows = 4;
const tileColumns = 8;

const padded = (count: number, to: number): number => Math.ceil(count / to) * to;

/** Floats that a matrix takes. */
export const floatsOf = (rows: number, columns: number): number =>
  padded(rows, tileRows) * padded(columns, tileColumns);

/** One block of memory with matrices in it. What is not yet written is 0. */
export class MatrixMemory {
  readonly values: Float32Array;
  readonly #product: Product;
  #next = 0;

  /** Room for so many floats, as `floatsOf` tells. */
  constructor(floats: number) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * floats) / 65_536) });
    this.values = new Float32Array(memory.buffer);
    const { exports } = new WebAssembly.Instance(compiled(), { matrices: { memory } });
    this.#product = exports['product'] as Product;
  }

  /** A new matrix. Throws RangeError when there is no room. */
  matrix(rows: number, columns: number): Matrix {
    const offset = this.#next;
    this.#next += floatsOf(rows, columns);
    if (this.#next > this.values.length) throw new RangeError('the memory for matrices is too small');
    return { rows, columns, stride: padded(columns, tileColumns), offset };
  }

  /** The values of a matrix with its padding, to be read and written in place. */
  of({ rows, stride, offset }: Matrix): Float32Array {
    return this.values.subarray(offset, offset + rows * stride);
  }

  /**
   * Puts a b into c, or what of it is above 0, or adds it. Of `a` and `c` the first `rows` rows are used, up to the
   * next multiple of 4; columns of c beyond those of b, up to the next multiple of 8, stay as they are.
   */
  multiply(a: Matrix, b: Matrix, c: Matrix, rows: number, how: How = 'put'): void {
    this.#product(...[4 * a.offset, 4 * a.stride, 4], ...this.#rest(b, c, rows, a.columns, how));
  }

  /** The same of a' b, where a' is `a` turned on its side. Of `a` and `b` the first `rows` rows are used. */
  multiplyTurned(a: Matrix, b: Matrix, c: Matrix, rows: number, how: How = 'put'): void {
    this.#product(...[4 * a.offset, 4, 4 * a.stride], ...this.#rest(b, c, a.columns, rows, how));
  }

  #rest(b: Matrix, c: Matrix, rows: number, inner: number, how: How): number[] {
    const columns = Math.min(b.stride, c.stride);
    const places = [4 * b.offset, 4 * b.stride, 4 * c.offset, 4 * c.stride];
    return [...places, rows, columns, inner, how === 'add' ? 1 : 0, how === 'rectify' ? 0 : -Infinity];
  }
}

/** Puts the product where it is to be, puts what of it is above 0 and else 0, or adds it to what is there. */
export type How = 'put' | 'rectify' | 'add';

/**
 * Addresses and strides in bytes: a, from row to row and along the inner dimension; b, from row to row; c, from row to
 * row; then rows and columns of c, length of the inner dimension (all above 0), whether to add to c, and the least
 * number that is put there.
 */
type Product = (...numbers: number[]) => void;

/** What of the WebAssembly interface is used (W3C WebAssembly JavaScript interface 2.0). */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

let module: object | undefined;

function compiled(): object {
  module ??= new WebAssembly.Module(program());
  return module;
}

type Code = readonly number[];

/** A whole number in seven bits a byte, the lowest first. */
function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value > 0x7f ? [low | 0x80, ...unsigned(value >>> 7)] : [low];
}

function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = rest === (low & 0x40 ? -1 : 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const text = (word: string): Code => list([...word].map((letter) => [letter.charCodeAt(0)]));
const section = (id: number, body: Code): Code => [id, ...unsigned(body.length), ...body];

const i32 = 0x7f;
const [v128, f32] = [0x7b, 0x7d];
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
const tee = (local: number): Code => [0x22, ...unsigned(local)];
const constant = (value: number): Code => [0x41, ...signed(value)];
const [plus, minus, times, isLess] = [[0x6a], [0x6b], [0x6c], [0x48]] as const;
const vector = (operation: number, ...rest: number[]): Code => [0xfd, ...unsigned(operation), ...rest];
const load = (offset: number): Code => vector(0, 4, ...unsigned(offset));
const loadToAll = vector(9, 2, 0);
const store = (offset: number): Code => vector(11, 4, ...unsigned(offset));
const zeros = vector(12, ...new Array<number>(16).fill(0));
const [addAll, multiplyAll, largerOf, toAll] = [vector(0xe4), vector(0xe6), vector(0xeb), vector(0x13)];
/** Repeats `body` for as long as it leaves something other than 0. */
const loop = (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0d, 0, 0x0b];
const choose = (then: Code, otherwise: Code): Code => [0x04, 0x40, ...then, 0x05, ...otherwise, 0x0b];

/** The locals of the program: its parameters, counters, and the vectors of a tile. */
function locals() {
  let next = 0;
  const one = (): number => next++;
  const some = (count: number): number[] => Array.from({ length: count }, one);
  const parameters = {
    ...{ a: one(), aRow: one(), aInner: one(), b: one(), bRow: one(), c: one(), cRow: one() },
    ...{ rows: one(), columns: one(), inner: one(), add: one(), least: one() },
  };
  const parameterCount = next;
  const counters = { row: one(), column: one(), left: one(), bAt: one(), aAt: some(tileRows) };
  const cAt = some(tileRows);
  const counterCount = next - parameterCount;
  const tile = Array.from({ length: tileRows }, () => some(tileColumns / 4));
  const vectors = { ofB: some(tileColumns / 4), ofA: one() };
  const vectorCount = next - parameterCount - counterCount;
  return { parameters, ...counters, cAt, tile, ...vectors, parameterCount, counterCount, vectorCount };
}

/** The body: for each tile of c, walks along a row of a and down a column of b. */
function body(all: ReturnType<typeof locals>): Code {
  const { parameters, row, column, left, bAt, aAt, cAt, tile, ofA, ofB } = all;
  const { a, aRow, aInner, b, bRow, c, cRow, rows, columns, inner, add, least } = parameters;
  const eachOfTile = (what: (local: number, i: number, j: number) => Code): Code =>
    tile.flatMap((locals, i) => locals.flatMap((local, j) => what(local, i, j)));
  const rowOf = (start: number, step: number, i: number): Code =>
    [get(start), get(row), constant(i), plus, get(step), times, plus].flat();
  const along = [
    ...ofB.flatMap((local, j) => [get(bAt), load(16 * j), set(local)].flat()),
    ...tile.flatMap((locals, i) => [
      ...[get(aAt[i]!), loadToAll, set(ofA)].flat(),
      ...locals.flatMap((local, j) =>
        [get(ofA), get(ofB[j]!), multiplyAll, get(local), addAll, set(local)].flat(),
      ),
    ]),
    ...aAt.flatMap((local) => [get(local), get(aInner), plus, set(local)].flat()),
    ...[get(bAt), get(bRow), plus, set(bAt), get(left), constant(1), minus, tee(left)].flat(),
  ];
  const oneTile = [
    ...cAt.flatMap((local, i) =>
      [rowOf(c, cRow, i), get(column), constant(4), times, plus, set(local)].flat(),
    ),
    ...aAt.flatMap((local, i) => [rowOf(a, aRow, i), set(local)].flat()),
    ...[get(b), get(column), constant(4), times, plus, set(bAt), get(inner), set(left), get(add)].flat(),
    ...choose(
      eachOfTile((local, i, j) => [get(cAt[i]!), load(16 * j), set(local)].flat()),
      eachOfTile((local) => [zeros, set(local)].flat()),
    ),
    ...loop(along),
    ...[get(least), toAll, set(ofA)].flat(),
    ...eachOfTile((local, i, j) => [get(cAt[i]!), get(local), get(ofA), largerOf, store(16 * j)].flat()),
    ...[get(column), constant(tileColumns), plus, tee(column), get(columns), isLess].flat(),
  ];
  const oneRow = [
    ...[constant(0), set(column), loop(oneTile)].flat(),
    ...[get(row), constant(tileRows), plus, tee(row), get(rows), isLess].flat(),
  ];
  return [...loop(oneRow), 0x0b];
}

/** The bytes of the module (WebAssembly core specification 2.0, 5.5). */
function program(): Uint8Array {
  const all = locals();
  const { parameterCount, counterCount, vectorCount } = all;
  const code = [
    ...list([
      [...unsigned(counterCount), i32],
      [...unsigned(vectorCount), v128],
    ]),
    ...body(all),
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list([...new Array<Code>(parameterCount - 1).fill([i32]), [f32]]), 0]])),
    ...section(2, list([[...text('matrices'), ...text('memory'), 2, 0, 1]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...text('product'), 0, 0]])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ]);
}
