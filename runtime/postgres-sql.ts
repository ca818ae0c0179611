/** Pieces of SQL made from the tables of measures. */
import { compareNames } from './canonical-json.ts';
import { type Column, columnIn, type MeasureTable } from './measure-tables.ts';
import type { Select } from './measures.ts';
import { boundText, timeText } from './postgres-copy.ts';

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A time as an EventTime; exact, since a double holds milliseconds of these millennia to a millionth. */
export const epochMilliseconds = (column: string): string => `(date_part('epoch', ${column}) * 1000)::bigint`;

/** The columns of a row as the port gives them. */
export const selected = ({ columns }: Pick<MeasureTable, 'columns'>): string =>
  columns
    .map(({ name, type }) =>
      type === 'timestamptz' ? `${epochMilliseconds(quoted(name))} AS ${quoted(name)}` : quoted(name),
    )
    .join(', ');

/** The conditions that rows meet, and the values of their places. */
export function wanted(
  table: MeasureTable,
  { where, timeColumn, from, to }: Pick<Select, 'where' | 'timeColumn' | 'from' | 'to'>,
): { readonly values: unknown[]; readonly conditions: string[] } {
  const time = quoted(columnIn(table, timeColumn).name);
  const values: unknown[] = [boundText(from), boundText(to)];
  const conditions = [`${time} >= $1::timestamptz`, `${time} < $2::timestamptz`];
  for (const [column, value] of Object.entries(where)) {
    values.push(columnIn(table, column).type === 'timestamptz' ? timeText(Number(value)) : value);
    conditions.push(`${quoted(column)} = $${values.length}`);
  }
  return { values, conditions };
}

/** The row as `canonicalJson` writes it. */
export function canonicalRow({ columns }: MeasureTable): string {
  const members = [...columns]
    .sort((a, b) => compareNames(a.name, b.name))
    .map((column, i) => `'${i === 0 ? '{' : ', '}"${column.name}": ', ${canonicalCell(column)}`);
  return `concat(${members.join(', ')}, '}')`;
}

function canonicalCell({ name, type, nullable }: Column): string {
  const column = quoted(name);
  const text = {
    text: `to_json(${column})::text`,
    integer: `${column}::text`,
    bigint: `${column}::text`,
    boolean: `${column}::text`,
    // By way of jsonb, which writes a number without exponent.
    'double precision': `to_jsonb(${column})::text`,
    timestamptz: `${epochMilliseconds(column)}::text`,
    jsonb: `${column}::text`,
  }[type];
  return nullable ? `coalesce(${text}, 'null')` : text;
}

/** The newest row of each id: from the last id step by step to the first, each step down an index of the key. */
export function walk(
  table: MeasureTable,
  idColumns: readonly string[],
  versionColumns: readonly string[],
): string {
  const newestFirst = [...idColumns, ...versionColumns].map((name) => `${quoted(name)} DESC`).join(', ');
  const from = quoted(table.name);
  const ids = idColumns.map(quoted).join(', ');
  const lastIds = idColumns.map((name) => `walked.${quoted(name)}`).join(', ');
  return `(WITH RECURSIVE walked AS (
    (SELECT * FROM ${from} ORDER BY ${newestFirst} LIMIT 1)
    UNION ALL
    SELECT step.* FROM walked, LATERAL (
      SELECT * FROM ${from} WHERE (${ids}) < (${lastIds}) ORDER BY ${newestFirst} LIMIT 1
    ) AS step
  ) SELECT * FROM walked) AS newest`;
}

/**
 * The same where the table is in chunks of time: the walk would step down an index of every chunk for each id. Each
 * chunk skips from id to id, and each id looks into the newest chunks first.
 */
export function walkChunks(
  table: MeasureTable,
  idColumns: readonly string[],
  versionColumns: readonly string[],
): string {
  const from = quoted(table.name);
  const ids = idColumns.map(quoted);
  // What is no part of the key tells no two rows of an id apart.
  const order = versionColumns.filter((name) => table.key.includes(name));
  const newestFirst = order.map((name) => `${quoted(name)} DESC`).join(', ');
  const same = ids.map((id) => `row.${id} = known.${id}`).join(' AND ');
  return `(SELECT newest.* FROM (SELECT DISTINCT ${ids.join(', ')} FROM ${from}) AS known,
    LATERAL (SELECT * FROM ${from} AS row WHERE ${same} ORDER BY ${newestFirst} LIMIT 1) AS newest) AS newest`;
}
