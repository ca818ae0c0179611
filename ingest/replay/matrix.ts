/**
 * Reads a gzipped CSV matrix, one line a time step and one column a sensor, without ever holding the whole
 * of it.
 */
import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { ArterialError } from '#runtime/errors.ts';

export interface MatrixRow {
  readonly line: number;
  /** The first cell: when. */
  readonly time: string;
  /** The other cells, as many as the header has; empty text where there is nothing. */
  readonly cells: readonly string[];
}

export interface Matrix {
  readonly path: string;
  /** What the header calls the sensors. */
  readonly columns: readonly string[];
  rows(): AsyncGenerator<MatrixRow, void>;
}

/** Opens a matrix: its header is read, its rows are read each time that they are asked for. */
export async function openMatrix(path: string): Promise<Matrix> {
  const first = await linesOf(path).next();
  const [time, ...columns] = first.done ? [] : first.value.split(',');
  if (time !== 'timestamp' || columns.length === 0 || new Set(columns).size < columns.length)
    throw new ArterialError(
      'replay.source',
      `${path}:1: a header that begins "${time ?? ''}"; ` +
        'timestamp and a name of its own for each sensor would be right',
    );
  return { path, columns, rows: () => rowsOf(path, columns.length) };
}

async function* rowsOf(path: string, columns: number): AsyncGenerator<MatrixRow, void> {
  let line = 0;
  for await (const text of linesOf(path)) {
    line++;
    if (line === 1 || text === '') continue;
    // Numbers and times need no quotes, and splitting at commas is four times as fast as a CSV parser.
    const [time = '', ...cells] = text.split(',');
    if (cells.length !== columns || text.includes('"'))
      throw new ArterialError(
        'replay.source',
        `${path}:${line}: ${cells.length + 1} cells; ${columns + 1} without quotes would be right`,
      );
    yield { line, time, cells };
  }
}

/** The number in a cell; undefined when it is empty. */
export function numberIn(matrix: Matrix, row: MatrixRow, column: number): number | undefined {
  const text = row.cells[column] as string;
  if (text === '') return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new ArterialError(
    'replay.source',
    `${matrix.path}:${row.line} ${matrix.columns[column]}: "${text}"; a number, or nothing, would be right`,
  );
}

/** How many rows a matrix has, for a progress bar: counts its line ends. */
export async function countRows(path: string): Promise<number> {
  let lineEnds = 0;
  for await (const text of textOf(path))
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineEnds++;
  return Math.max(0, lineEnds - 1);
}

async function* linesOf(path: string): AsyncGenerator<string, void> {
  let rest = '';
  for await (const text of textOf(path)) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* textOf(path: string): AsyncGenerator<string, void> {
  try {
    yield* gunzipped(path).setEncoding('utf8') as AsyncIterable<string>;
  } catch (cause) {
    throw new ArterialError('replay.source', `${path} cannot be read to its end`, { cause });
  }
}

/** The unpacked bytes of a file; what goes wrong with the file goes wrong with the stream. */
export function gunzipped(path: string): Gunzip {
  const file = createReadStream(path);
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  unpacked.on('close', () => file.destroy());
  return file.pipe(unpacked);
}
