import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { ArterialError } from '#runtime/errors.ts';
import { gunzipped } from './matrix.ts';

export interface CsvRow {
  readonly line: number;
  /** The cell of a column that the header has. */
  text(column: string): string;
  number(column: string): number;
}

/** The rows of a CSV file, gzipped when its name ends in .gz; `columns` must be in its header. */
export async function* csvRows(path: string, columns: readonly string[]): AsyncGenerator<CsvRow, void> {
  const input: Readable = path.endsWith('.gz') ? gunzipped(path) : createReadStream(path);
  const parser = parse({ bom: true, info: true });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let header: Map<string, number> | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (header === undefined) {
        header = new Map(record.map((name, i) => [name, i]));
        for (const column of columns)
          if (!header.has(column))
            throw wrong(path, 1, column, 'no such column', `a header with ${columns.join(', ')}`);
        continue;
      }
      yield toRow(path, info.lines, header, record);
    }
  } catch (cause) {
    if (cause instanceof ArterialError) throw cause;
    throw new ArterialError(
      'replay.source',
      `${path} cannot be read to its end: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  } finally {
    parser.destroy();
  }
}

function toRow(path: string, line: number, header: ReadonlyMap<string, number>, record: string[]): CsvRow {
  const text = (column: string): string => record[header.get(column) ?? -1] ?? '';
  const number = (column: string): number => {
    const value = text(column) === '' ? Number.NaN : Number(text(column));
    if (Number.isFinite(value)) return value;
    throw wrong(path, line, column, `"${text(column)}"`, 'a number');
  };
  return { line, text, number };
}

const wrong = (path: string, line: number, column: string, found: string, right: string): ArterialError =>
  new ArterialError('replay.source', `${path}:${line} ${column}: ${found}; ${right} would be right`);
