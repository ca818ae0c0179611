/** Rows of measures on their way into PostgreSQL. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ArterialError } from './errors.ts';
import type { MeasureTable } from './measure-tables.ts';
import type { Row } from './measures.ts';
import { markBehind } from './postgres-aggregates.ts';
import { copyText } from './postgres-copy.ts';
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
  const columns = table.columns.map(({ name }) => quoted(name)).join(', ');
  const copy = client.query(copyFrom(`COPY ${into} (${columns}) FROM STDIN`));
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

/** COPY into a table of the session, then one statement from there: several times as fast as rows in statements. */
export async function upsert(
  client: pg.PoolClient,
  table: MeasureTable,
  rows: ReadonlyMap<string, Row>,
  isTimescale: boolean,
): Promise<void> {
  const staging = quoted(`staging_${table.name}`);
  const columns = table.columns.map(({ name }) => quoted(name));
  const list = columns.join(', ');
  await client.query(
    `${isTimescale ? decompressAll : ''} CREATE TEMP TABLE IF NOT EXISTS ${staging} ON COMMIT DELETE ROWS
     AS SELECT ${list} FROM ${quoted(table.name)} WITH NO DATA`,
  );
  await copyInto(client, table, staging, rows);
  const changes = columns
    .filter((column) => !table.key.map(quoted).includes(column))
    .map((column) => `${column} = excluded.${column}`);
  const { rowCount } = await client.query(
    `INSERT INTO ${quoted(table.name)} (${list}) SELECT ${list} FROM ${staging}
     ON CONFLICT (${table.key.map(quoted).join(', ')}) DO UPDATE SET ${changes.join(', ')}`,
  );
  assertAll(table, rows, rowCount);
  if (isTimescale) await markBehind(client, table.name, staging);
}

/** Old rows may be revised however many of them share a compressed batch; by default TimescaleDB gives up at some. */
const decompressAll = 'SET LOCAL timescaledb.max_tuples_decompressed_per_dml_transaction = 0;';
