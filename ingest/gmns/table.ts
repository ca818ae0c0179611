/** Reads the CSV tables of a network and collects every problem in them, so that one run shows all. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { ArterialError } from '#runtime/errors.ts';

const problemsShown = 100;

/** What is wrong in a folder of tables: `file:line column: what was found; what would be right`. */
export class Problems {
  private readonly found: string[] = [];

  add(file: string, line: number, column: string, found: string, right: string): void {
    this.found.push(`${file}:${line} ${column}: ${found}; ${right}`);
  }

  /** Throws them all as one error; the first hundred are spelled out. */
  throwIfAny(folder: string): void {
    const { length } = this.found;
    if (length === 0) return;
    const lines = this.found.slice(0, problemsShown).map((problem) => `  ${problem}`);
    if (length > problemsShown) lines.push(`  and ${length - problemsShown} more`);
    const count = length === 1 ? '1 problem' : `${length} problems`;
    throw new ArterialError('network.invalid', `${count} in the network ${folder}:\n${lines.join('\n')}`);
  }
}

/**
 * One line of a table. A getter that finds something wrong notes it and returns a stand-in (empty text, NaN,
 * the first choice), so that reading goes on; the network is never built from stand-ins.
 */
export class Row {
  readonly file: string;
  readonly line: number;
  /** Where each column is found; the same for all rows of a table. */
  private readonly columns: ReadonlyMap<string, number>;
  private readonly cells: readonly string[];
  private readonly problems: Problems;

  constructor(
    file: string,
    line: number,
    columns: ReadonlyMap<string, number>,
    cells: readonly string[],
    problems: Problems,
  ) {
    this.file = file;
    this.line = line;
    this.columns = columns;
    this.cells = cells;
    this.problems = problems;
  }

  problem(column: string, found: string, right: string): void {
    this.problems.add(this.file, this.line, column, found, right);
  }

  /** The text of the cell; empty where the cell, or the whole column, is. */
  text(column: string): string {
    return this.cells[this.columns.get(column) ?? -1] ?? '';
  }

  /** A text that must not be empty: an id. */
  id(column: string): string {
    const text = this.text(column);
    if (text === '' && this.columns.has(column)) this.problem(column, 'empty', 'an id would be right');
    return text;
  }

  number(column: string, minimum: number, maximum: number): number {
    const value = this.optionalNumber(column, minimum, maximum);
    if (value !== undefined) return value;
    if (this.columns.has(column)) this.problem(column, 'empty', `${minimum}..${maximum} would be right`);
    return Number.NaN;
  }

  /** Undefined where the cell is empty. */
  optionalNumber(column: string, minimum: number, maximum: number): number | undefined {
    const text = this.text(column);
    if (text === '') return undefined;
    const value = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    const kind = Number.isNaN(value) ? 'a number of ' : '';
    this.problem(column, `"${text}"`, `${kind}${minimum}..${maximum} would be right`);
    return Number.NaN;
  }

  integer(column: string, minimum: number, maximum: number): number {
    const value = this.number(column, minimum, maximum);
    if (Number.isNaN(value) || Number.isInteger(value)) return value;
    this.problem(column, `"${this.text(column)}"`, `a whole number of ${minimum}..${maximum} would be right`);
    return Number.NaN;
  }

  choice<Choice extends string>(column: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const text = this.text(column);
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined && this.columns.has(column))
      this.problem(column, `"${text}"`, `one of ${choices.join(', ')} would be right`);
    return choice ?? choices[0];
  }

  /** The id of a row of another table, which must exist. */
  reference(column: string, known: ReadonlyMap<string, unknown>, file: string): string {
    const id = this.id(column);
    if (id !== '' && !known.has(id))
      this.problem(column, `"${id}" is not in ${file}`, `${oneOf(known)} would be right`);
    return id;
  }
}

/**
 * Reads one table. `required` columns must be in the header; others are used where present.
 * A table that is not there is empty, unless `mustExist`.
 */
export async function readTable(
  folder: string,
  file: string,
  required: readonly string[],
  problems: Problems,
  mustExist = false,
): Promise<Row[]> {
  let text: Buffer;
  try {
    text = await readFile(join(folder, file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new ArterialError('network.invalid', `${join(folder, file)} cannot be read`, { cause });
    if (mustExist)
      problems.add(
        file,
        1,
        required[0] ?? '',
        'no such file',
        `columns ${required.join(', ')} would be right`,
      );
    return [];
  }
  const [header, ...lines] = parseLines(text, file, problems);
  if (header === undefined) return [];
  const columns = header.record;
  const places = new Map(columns.map((column, i) => [column, i]));
  for (const column of required)
    if (!columns.includes(column))
      problems.add(file, 1, column, 'no such column', `a header with ${required.join(', ')} would be right`);
  return lines.map(({ record, line }) => {
    if (record.length !== columns.length)
      problems.add(file, line, '', `${record.length} cells`, `${columns.length} would be right`);
    return new Row(file, line, places, record, problems);
  });
}

/** Rows by their id; a repeated id is a problem. */
export function byId<Thing>(
  rows: readonly Row[],
  column: string,
  build: (row: Row, id: string) => Thing,
): Map<string, Thing> {
  const things = new Map<string, Thing>();
  const lines = new Map<string, number>();
  for (const row of rows) {
    const id = row.id(column);
    const first = lines.get(id);
    if (first !== undefined && id !== '')
      row.problem(column, `"${id}" is already on line ${first}`, 'an id of its own would be right');
    const thing = build(row, id);
    if (first !== undefined) continue;
    lines.set(id, row.line);
    things.set(id, thing);
  }
  return things;
}

interface Line {
  readonly record: readonly string[];
  readonly line: number;
}

function parseLines(text: Buffer, file: string, problems: Problems): Line[] {
  // Most tables quote nothing, and are read ten times as fast without asking at each sign what it means.
  if (!text.includes(quote)) return plainLines(text);
  try {
    const parsed = parse(text.toString(), {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\n', '\r\n'],
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause['lines'] === 'number' ? cause['lines'] : 1;
    problems.add(file, line, '', cause.message, 'CSV as in RFC 4180 would be right');
    return [];
  }
}

const [quote, comma, lineFeed, carriageReturn] = [0x22, 0x2c, 0x0a, 0x0d];

/** The same of a text in which nothing is quoted. */
function plainLines(text: Buffer): Line[] {
  const lines: Line[] = [];
  const hasMark = text.subarray(0, 3).equals(byteOrderMark);
  let start = hasMark ? byteOrderMark.length : 0;
  for (let line = 1; start < text.length; line++) {
    const feed = text.indexOf(lineFeed, start);
    const next = feed < 0 ? text.length : feed;
    const end = feed >= 0 && next > start && text[next - 1] === carriageReturn ? next - 1 : next;
    if (end > start) lines.push({ record: plainCells(text, start, end), line });
    start = next + 1;
  }
  return lines;
}

const byteOrderMark = Buffer.from('\ufeff');

function plainCells(text: Buffer, start: number, end: number): string[] {
  const cells: string[] = [];
  let begin = start;
  for (let i = start; i < end; i++) {
    if (text[i] !== comma) continue;
    cells.push(text.toString('utf8', begin, i));
    begin = i + 1;
  }
  cells.push(text.toString('utf8', begin, end));
  return cells;
}

/** A few ids to choose from, for a message. */
function oneOf(known: ReadonlyMap<string, unknown>): string {
  const ids = [...known.keys()];
  if (ids.length === 0) return 'a row there';
  return ids.length <= 4
    ? ids.join(', ')
    : `one of its ${ids.length} ids (${ids.slice(0, 3).join(', ')}, ...)`;
}
