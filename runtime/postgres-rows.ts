/** Rows of measures on their way into PostgreSQL. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ArterialError } from './errors.ts';
import type { MeasureTable } from './measure-tables.ts';
import type { Row } from './measures.ts';
import { markBehind } from './postgres-aggregates.ts';
import { cellValue, copyText } from './postgres-copy.ts';
import { quoted } from './postgres-sql.ts';

/** There is a row with that key. */
export const uniqueViolation = '23505';

/** COPY into the table itself, a third of the work; a row whose key is there ends the transaction. */
export async function insertNew(
  client: pg.PoolClient,
  table: MeasureTable,
  rows: ReadonlyMap<string, Row>,
  isTimescale: boolean,
): Promise<void> {
  if (isFew(rows, isTimescale)) return upsert(client, table, rows, isTimescale);
  const [changed, fresh] = [new Map<string, Row>(), new Map<string, Row>()];
  for (const [key, row] of rows) (Number(row['revision'] ?? 0) > 0 ? changed : fresh).set(key, row);
  if (changed.size > 0) await upsert(client, table, changed, isTimescale);
  if (fresh.size > 0) assertAll(table, fresh, await copyInto(client, table, quoted(table.name), fresh));
}

/** Copies rows into a table with the columns of another; how many it took. */
async function copyInto(
  client: pg.PoolClient,
  table: MeasureTable,
  into: string,
  rows: ReadonlyMap<string, Row>,
): Promise<number> {
  const copy = client.query(copyFrom(`COPY ${into} (${columnList(table)}) FROM STDIN`));
  await pipeline(Readable.from(copyText(table.columns, rows.values())), copy);
  return copy.rowCount;
}

/** A trigger, a rule or a fault of the server: no row is lost without a word. */
function assertAll(table: MeasureTable, rows: ReadonlyMap<string, Row>, taken: number | null): void {
  if (taken !== rows.size)
    throw new ArterialError(
      'store.incomplete',
      `${table.name} took ${taken} of ${rows.size} rows; the commit was undone`,
    );
}

export async function upsert(
  client: pg.PoolClient,
  table: MeasureTable,
  rows: ReadonlyMap<string, Row>,
  isTimescale: boolean,
): Promise<void> {
  const taken = isFew(rows, isTimescale)
    ? await upsertFew(client, table, [...rows.values()])
    : await upsertMany(client, table, rows, isTimescale);
  assertAll(table, rows, taken);
}

/** So many rows are as quick in one statement, without the table of a session that COPY needs. */
export const fewRows = 32;

const isFew = (rows: ReadonlyMap<string, Row>, isTimescale: boolean): boolean =>
  rows.size <= fewRows && !isTimescale;

async function upsertFew(
  client: pg.PoolClient,
  table: MeasureTable,
  rows: readonly Row[],
): Promise<number | null> {
  const values: unknown[] = [];
  const places = rows.map((row) => {
    const cells = table.columns.map(
      ({ name, type }) => `$${values.push(cellValue(type, row[name] ?? null))}::${type}`,
    );
    return `(${cells.join(', ')})`;
  });
  const { rowCount } = await client.query(
    `INSERT INTO ${quoted(table.name)} (${columnList(table)}) VALUES ${places.join(', ')} ${onConflict(table)}`,
    values,
  );
  return rowCount;
}

export const columnList = ({ columns }: MeasureTable): string =>
  columns.map(({ name }) => quoted(name)).join(', ');

export function onConflict({ columns, key }: MeasureTable): string {
  const changes = columns
    .filter(({ name }) => !key.includes(name))
    .map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
  return `ON CONFLICT (${key.map(quoted).join(', ')}) DO UPDATE SET ${changes.join(', ')}`;
}

/** COPY into a table of the session, then one statement from there: several times as fast as rows in statements. */
async function upsertMany(
  client: pg.PoolClient,
  table: MeasureTable,
  rows: ReadonlyMap<string, Row>,
  isTimescale: boolean,
): Promise<number | null> {
  const staging = quoted(`staging_${table.name}`);
  const list = columnList(table);
  await client.query(
    `${isTimescale ? decompressAll : ''} CREATE TEMP TABLE IF NOT EXISTS ${staging} ON COMMIT DELETE ROWS
     AS SELECT ${list} FROM ${quoted(table.name)} WITH NO DATA`,
  );
  await copyInto(client, table, staging, rows);
  const { rowCount } = await client.query(
    `INSERT INTO ${quoted(table.name)} (${list}) SELECT ${list} FROM ${staging} ${onConflict(table)}`,
  );
  if (isTimescale) await markBehind(client, table.name, staging);
  return rowCount;
}

/** Old rows may be revised however many of them share a compressed batch; by default TimescaleDB gives up at some. */
const decompressAll = 'SET LOCAL timescaledb.max_tuples_decompressed_per_dml_transaction = 0;';
