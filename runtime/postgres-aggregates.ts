/** Sums over windows in PostgreSQL, and the housekeeping of tables that grow with time. */
import type pg from 'pg';
import { type EventTime, floorTo, type Milliseconds } from '#domain/time.ts';
import { type Aggregate, aggregateList, aggregateOf, aggregates, keptLengths } from './aggregates.ts';
import { oneDay, timedTables } from './measure-tables.ts';
import type { AggregateQuery, Row } from './measures.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { boundText, timeText } from './postgres-copy.ts';
import { epochMilliseconds, quoted } from './postgres-sql.ts';
import { extensionInPath } from './timescale.ts';

const beginning = `timestamptz '1970-01-01 00:00:00+00'`;

/** Half an hour past the last revision, and a quarter before TimescaleDB makes buckets ready: see migration 0005. */
const oldAfter = `interval '45 min'`;
const readyAfter = `interval '1 h'`;

/** From what TimescaleDB keeps ready where that is whole, else from the rows: the numbers are the same. */
export async function selectAggregate(
  connection: PostgresConnection,
  query: AggregateQuery,
  isTimescale: boolean,
): Promise<readonly Row[]> {
  const aggregate = aggregateOf(query.table);
  const { id, length, from, to } = query;
  if (!Number.isInteger(length) || length <= 0)
    throw new TypeError(`buckets of ${length} ms; a whole number would be right`);
  const values = [boundText(from), boundText(to), ...(id === undefined ? [] : [id])];
  const ending = keptEnding(query);
  const isReady = isTimescale && ending !== undefined && (await isWhole(connection, query));
  const ofId = id === undefined ? '' : `AND ${quoted(aggregate.id)} = $3`;
  const source = isReady
    ? `${quoted(`${query.table}_${ending}`)} WHERE bucket >= $1::timestamptz AND bucket < $2::timestamptz ${ofId}
       AND bucket >= coalesce((SELECT kept_from FROM retention), '-infinity')`
    : `(${summedUp(aggregate, length, ofId)}) AS summed`;
  const columns = aggregate.columns.map(({ name }) => quoted(name)).join(', ');
  const { rows } = await connection.query(
    `SELECT ${quoted(aggregate.id)}, ${epochMilliseconds('bucket')} AS at_bucket, ${columns} FROM ${source}
     ORDER BY bucket, ${quoted(aggregate.id)}`,
    values,
  );
  return rows.map(({ at_bucket: bucket, ...row }) => ({ ...row, bucket }));
}

const summedUp = (aggregate: Aggregate, length: Milliseconds, ofId: string): string =>
  `SELECT ${quoted(aggregate.id)}, date_bin(interval '${length} milliseconds', window_start, ${beginning}) AS bucket,
     ${aggregateList(aggregate)} FROM ${quoted(aggregate.table)}
   WHERE window_start >= $1::timestamptz AND window_start < $2::timestamptz ${ofId} GROUP BY 1, 2`;

/** How the relation ends that keeps these buckets, when it does and they are asked for whole. */
const keptEnding = ({ length, from, to }: AggregateQuery): string | undefined =>
  from % length === 0 && to % length === 0
    ? Object.keys(keptLengths).find((ending) => keptLengths[ending] === length)
    : undefined;

/** Whether no day of the range waits for its buckets to be made anew. */
async function isWhole(
  connection: PostgresConnection,
  { table, from, to }: AggregateQuery,
): Promise<boolean> {
  const { rows } = await connection.query(
    `SELECT FROM aggregate_behind
     WHERE name = $1 AND day > $2::timestamptz - interval '1 day' AND day < $3::timestamptz LIMIT 1`,
    [table, boundText(from), boundText(to)],
  );
  return rows.length === 0;
}

/**
 * Remembers, in the transaction of a commit, the days of rows so old that their buckets may have been made ready
 * without them. `staging` holds the rows.
 */
export async function markBehind(client: pg.PoolClient, table: string, staging: string): Promise<void> {
  if (!aggregates.some((aggregate) => aggregate.table === table)) return;
  await client.query(
    `INSERT INTO aggregate_behind (name, day)
     SELECT DISTINCT $1, date_bin(interval '1 day', window_start, ${beginning}) FROM ${staging}
     WHERE window_start < now() - ${oldAfter}`,
    [table],
  );
}

export async function maintainPostgres(
  connection: PostgresConnection,
  keepFrom: EventTime | undefined,
  isTimescale: boolean,
): Promise<void> {
  await connection.session(async (client) => {
    if (isTimescale) await client.query(extensionInPath);
    if (keepFrom !== undefined) await removeBefore(client, floorTo(keepFrom, oneDay), isTimescale);
    if (isTimescale) await catchUp(client);
  });
}

/** By whole days, which are the chunks of TimescaleDB: there it takes no longer than removing files. */
async function removeBefore(client: pg.PoolClient, day: EventTime, isTimescale: boolean): Promise<void> {
  // Before anything is removed, so that no bucket of a removed row is shown.
  await client.query(
    `INSERT INTO retention (kept_from) VALUES ($1)
     ON CONFLICT (one) DO UPDATE SET kept_from = greatest(retention.kept_from, excluded.kept_from)`,
    [timeText(day)],
  );
  for (const { name, time } of timedTables)
    if (isTimescale) await dropChunks(client, name, day);
    else await client.query(`DELETE FROM ${quoted(name)} WHERE ${quoted(time)} < $1`, [timeText(day)]);
  if (!isTimescale) return;
  for (const { table } of aggregates)
    for (const ending of Object.keys(keptLengths)) await dropChunks(client, `${table}_${ending}`, day);
}

const dropChunks = (client: pg.PoolClient, relation: string, day: EventTime): Promise<unknown> =>
  client.query('SELECT drop_chunks($1::regclass, older_than => $2::timestamptz)', [
    quoted(relation),
    timeText(day),
  ]);

/** Makes the buckets of marked days anew once the day is over; before, some would be made without rows to come. */
async function catchUp(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query(
    `SELECT name, ${epochMilliseconds('day')} AS day, array_agg(id::text) AS ids FROM aggregate_behind
     GROUP BY name, day HAVING day + interval '1 day' <= now() - ${readyAfter} ORDER BY name, day`,
  );
  for (const { name, day, ids } of rows) {
    for (const ending of Object.keys(keptLengths))
      await client.query(
        `CALL refresh_continuous_aggregate('${quoted(`${name}_${ending}`)}',
           '${timeText(day)}'::timestamptz, '${timeText(day + oneDay)}'::timestamptz)`,
      );
    // Those that were seen before: a mark that has come since tells of rows that may have come too late.
    await client.query('DELETE FROM aggregate_behind WHERE id = ANY($1::bigint[])', [ids]);
  }
}
