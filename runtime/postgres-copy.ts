/** Rows as the text format of PostgreSQL's COPY, and as parameters of statements. */

import type { Column } from './measure-tables.ts';
import type { Row } from './measures.ts';

/** The rows as chunks to be sent one after the other; the columns in their order. */
export function* copyText(columns: readonly Column[], rows: Iterable<Row>): Generator<Buffer> {
  let text = '';
  for (const row of rows) {
    let line = '';
    for (const { name, type } of columns) {
      const cell = cellText(type, row[name] ?? null);
      line += line === '' && name === columns[0]?.name ? cell : `\t${cell}`;
    }
    text += `${line}\n`;
    if (text.length < 65536) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

function cellText(type: Column['type'], cell: Row[string]): string {
  if (cell === null) return '\\N';
  if (type === 'timestamptz') return timeText(cell as number);
  if (type === 'jsonb') return escaped(JSON.stringify(cell));
  return typeof cell === 'string' ? escaped(cell) : String(cell);
}

/** A cell as the parameter of a statement. */
export const cellValue = (type: Column['type'], cell: Row[string]): string | number | boolean | null => {
  if (cell === null) return null;
  if (type === 'timestamptz') return timeText(cell as number);
  return type === 'jsonb' ? JSON.stringify(cell) : (cell as string | number | boolean);
};

/** The same as a value within JSON. */
export const jsonCell = (type: Column['type'], cell: Row[string]): unknown =>
  type === 'jsonb' ? cell : cellValue(type, cell);

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string =>
  /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] as string) : text;

const yearOne = -62_135_596_800_000;

/** The time as PostgreSQL reads it; it has no year 0, but 1 BC. */
export function timeText(at: number): string {
  const known = timeTexts.get(at);
  if (known !== undefined) return known;
  if (timeTexts.size >= 1000) timeTexts.clear();
  const text = newTimeText(at);
  timeTexts.set(at, text);
  return text;
}

/** The times of one commit are few, and are said once a row. */
const timeTexts = new Map<number, string>();

function newTimeText(at: number): string {
  const iso = new Date(at).toISOString();
  return at < yearOne ? `0001${iso.slice(4)} BC` : iso;
}

/** The same for the bounds of a range, which may lie beyond all times. */
export function boundText(at: number): string {
  if (at >= 253_402_300_800_000) return 'infinity';
  return at < -62_167_219_200_000 ? '-infinity' : timeText(at);
}
