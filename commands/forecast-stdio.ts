import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { SeriesForecaster, type SeriesOptions, type SeriesShape } from './series-forecaster.ts';

/** Figures after the decimal point of what is answered. */
const digits = 4;

/** Standard input in small pieces: what is read ahead of its turn is missed by what is taught meanwhile. */
export const smallPieces = (): AsyncIterable<Buffer> =>
  createReadStream('', { fd: 0, autoClose: false, highWaterMark: 4096 });

/**
 * Speaks the line protocol of a causal replay: a `hello`, then one row after another; of every row from `testFrom` on,
 * what is forecast from it, before the next is read. One JSON text a line each way.
 */
export async function forecastStdio(
  input: AsyncIterable<Buffer | string>,
  output: Writable,
  options: SeriesOptions,
): Promise<void> {
  let series: SeriesForecaster | undefined;
  try {
    for await (const line of linesOf(input)) {
      if (line.trim() === '') continue;
      const said = read(line);
      if (said?.hello) {
        series = new SeriesForecaster(said.hello, options);
        continue;
      }
      if (!series || typeof said?.row !== 'number' || typeof said.t !== 'string' || !Array.isArray(said.x))
        throw new Error(`${line.slice(0, 80)} was read; a hello, then rows with row, t and x would be right`);
      const answer = await series.take(said.row, said.t, said.x);
      if (answer) await write(output, `${JSON.stringify({ row: said.row, ...rounded(answer) })}\n`);
    }
  } finally {
    series?.close();
  }
}

/** The next piece is read when all lines of the one before have been dealt with. */
async function* linesOf(input: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of input) {
    rest += typeof piece === 'string' ? piece : decoder.write(piece);
    if (!piece.includes('\n')) continue;
    const lines = rest.split(/\r?\n/);
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

interface Line {
  readonly hello?: SeriesShape;
  readonly row?: number;
  readonly t?: string;
  readonly x?: readonly (number | null)[];
}

function read(line: string): Line | null {
  try {
    return JSON.parse(line) as Line | null;
  } catch (cause) {
    throw new Error(`${line.slice(0, 80)} was read; a JSON text would be right`, { cause });
  }
}

const rounded = (answer: Readonly<Record<string, number[][]>>): Record<string, number[][]> =>
  Object.fromEntries(
    Object.entries(answer).map(([name, rows]) => [
      name,
      rows.map((row) => row.map((value) => Number(value.toFixed(digits)))),
    ]),
  );

const write = (output: Writable, text: string): Promise<void> =>
  new Promise((done, failed) => output.write(text, (error) => (error ? failed(error) : done())));
