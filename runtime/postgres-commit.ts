/** A small commit as one statement: three turns to the database and back less, while somebody waits for its rows. */
import pg from 'pg';
import { ArterialError } from './errors.ts';
import type { MeasureTable } from './measure-tables.ts';
import type { Commit, Row } from './measures.ts';
import { jsonCell, timeText } from './postgres-copy.ts';
import { columnList, fewRows, onConflict } from './postgres-rows.ts';
import { quoted } from './postgres-sql.ts';

/** A memory that is larger is not sent together with rows. Bytes. */
const smallBytes = 256 * 1024;

export type TableRows = readonly (readonly [table: MeasureTable, rows: ReadonlyMap<string, Row>])[];

interface Statement {
  /** The same for the same text: a connection that has run it before neither reads nor plans it again. */
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** The columns of `progress` after the two of its key. */
const progressColumns = [
  'version',
  'epoch',
  'state_version',
  'released_through',
  'topics',
  'ledger',
  'outbox',
];

/** The row of a task, in the order of its columns. */
export const progressValues = ({ processor, partition, progress }: Omit<Commit, 'measures'>): unknown[] => [
  processor,
  partition,
  progress.version,
  progress.epoch,
  progress.stateVersion,
  progress.releasedThrough === null ? null : timeText(progress.releasedThrough),
  JSON.stringify(progress.topics),
  JSON.stringify(progress.ledger),
  progress.outbox,
];

/**
 * The compare-and-set of the row of a task, with `progressValues` as the first parameters. It touches no row when the
 * task was taken over.
 */
export function advanceStatement(expectedVersion: number, values: unknown[]): string {
  if (expectedVersion === 0)
    return 'INSERT INTO progress VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING';
  const changes = progressColumns.map((name, i) => `${name} = $${i + 3}`);
  return `UPDATE progress SET ${changes.join(', ')}
    WHERE processor = $1 AND partition = $2 AND version = $${values.push(expectedVersion)} AND epoch <= $4`;
}

/** The statement that is the whole commit; undefined when the commit is not a small one. */
export function smallCommit(commit: Commit, measures: TableRows): Statement | undefined {
  const rowCount = measures.reduce((sum, [, rows]) => sum + rows.size, 0);
  const isSmall =
    rowCount <= fewRows &&
    commit.unusable.length === 0 &&
    commit.kept.length <= 1 &&
    commit.kept.every(({ value }) => Buffer.isBuffer(value) && value.length <= smallBytes);
  if (!isSmall) return undefined;
  const values = progressValues(commit);
  const parts = [`advanced AS (${advanceStatement(commit.expectedVersion, values)} RETURNING 1)`];
  const checks: string[] = [];
  measures.forEach(([table, rows], i) => {
    if (rows.size === 0) return;
    parts.push(`taken_${i} AS (${insertAfter(table, rows, values)} RETURNING 1)`);
    checks.push(check(table, `taken_${i}`, `$${values.push(rows.size)}::integer`));
  });
  for (const { key, value } of commit.kept)
    parts.push(
      `kept AS (INSERT INTO kept_state (processor, partition, key, bytes)
         SELECT $1::text, $2::integer, $${values.push(key)}::text, $${values.push(value)}::bytea FROM advanced
         ON CONFLICT (processor, partition, key) DO UPDATE SET value = NULL, bytes = excluded.bytes)`,
    );
  const said = ['(SELECT count(*) FROM advanced)::integer AS advanced', ...checks];
  const text = `WITH ${parts.join(',\n')}\nSELECT ${said.join(', ')}`;
  return { name: nameOf(text), text, values };
}

/** Statements by their text; there are as many as there are combinations of tables that a processor writes. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `commit_${names.size}`;
  names.set(text, name);
  return name;
}

/** Rows of a table, which are put there only if the task has advanced: one parameter, however many they are. */
function insertAfter(table: MeasureTable, rows: ReadonlyMap<string, Row>, values: unknown[]): string {
  const given = [...rows.values()].map((row) =>
    Object.fromEntries(table.columns.map(({ name, type }) => [name, jsonCell(type, row[name] ?? null)])),
  );
  const columns = table.columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ');
  return `INSERT INTO ${quoted(table.name)} (${columnList(table)}) SELECT given.* FROM advanced,
    json_to_recordset($${values.push(JSON.stringify(given))}::json) AS given (${columns}) ${onConflict(table)}`;
}

const incomplete = 'incomplete:';

/** Fails, and so undoes the statement, when a table took fewer rows than it was given. */
const check = (table: MeasureTable, taken: string, count: string): string =>
  `(SELECT CASE WHEN count(*) = ${count} OR NOT EXISTS (SELECT FROM advanced) THEN '0'
     ELSE '${incomplete}${table.name} took ' || count(*) || ' of ' || ${count} || ' rows' END FROM ${taken})::integer`;

/** What such a check says, as the error that it is; any other failure stays as it is. */
export function checked(failure: unknown): unknown {
  const said = failure instanceof pg.DatabaseError && /"incomplete:(.+)"/.exec(failure.message)?.[1];
  return said ? new ArterialError('store.incomplete', `${said}; the commit was undone`) : failure;
}
