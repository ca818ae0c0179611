import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { SeriesForecaster, type SeriesShape } from './series-forecaster.ts';

/** Figures after the decimal point of what is answered. */
const digits = 4;

/**
 * Speaks the line protocol of a causal replay: a `hello`, then one row after another; of every row from `testFrom` on,
 * what is forecast from it, before the next is read. One JSON text a line each way.
 */
export async function forecastStdio(
  input: Readable,
  output: Writable,
  note: (line: string) => void,
): Promise<void> {
  let series: SeriesForecaster | undefined;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const said = JSON.parse(line) as { hello?: SeriesShape; row?: number; t?: string; x?: (number | null)[] };
    if (said.hello) {
      series = new SeriesForecaster(said.hello, note);
      continue;
    }
    if (series === undefined || said.row === undefined || said.t === undefined || said.x === undefined)
      throw new Error(`${line.slice(0, 80)} was read; a hello, then rows with row, t and x would be right`);
    const answer = await series.take(said.row, said.t, said.x);
    if (answer) await write(output, `${JSON.stringify({ row: said.row, ...rounded(answer) })}\n`);
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
