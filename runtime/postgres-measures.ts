import { createHash } from 'node:crypto';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { EventTime } from '#domain/time.ts';
import { storableText } from './canonical-json.ts';
import { assertSummable, columnIn, completeRows, measureTable } from './measure-tables.ts';
import type {
  AggregateQuery,
  Commit,
  MeasureStore,
  Progress,
  Restored,
  Row,
  Select,
  SumsQuery,
} from './measures.ts';
import { assertStateVersion } from './memory-measures.ts';
import { maintainPostgres, selectAggregate } from './postgres-aggregates.ts';
import { advanceStatement, checked, progressValues, smallCommit } from './postgres-commit.ts';
import { PostgresConnection, type PostgresOptions } from './postgres-connection.ts';
import { boundText } from './postgres-copy.ts';
import { migratePostgres } from './postgres-migrations.ts';
import { insertNew, uniqueViolation, upsert } from './postgres-rows.ts';
import {
  canonicalRow,
  epochMilliseconds,
  quoted,
  selected,
  walk,
  walkChunks,
  wanted,
} from './postgres-sql.ts';
import { hasTimescaleTables } from './timescale.ts';

/** A store of measures in PostgreSQL. Connects when first used. */
export function createPostgresMeasures(
  url: string,
  { notice = () => {}, ...options }: PostgresMeasuresOptions = {},
): MeasureStore {
  return new PostgresMeasures(new PostgresConnection(url, options), notice);
}

export interface PostgresMeasuresOptions extends PostgresOptions {
  /** Told what an operator may want to know, in a sentence. */
  readonly notice?: (text: string) => void;
}

class PostgresMeasures implements MeasureStore {
  private readonly connection: PostgresConnection;
  private readonly notice: (text: string) => void;
  /** Whether the tables are TimescaleDB's; asked once. */
  private timescale: Promise<boolean> | undefined;

  constructor(connection: PostgresConnection, notice: (text: string) => void) {
    this.connection = connection;
    this.notice = notice;
  }

  async migrate(): Promise<void> {
    const { plainBecause } = await migratePostgres(this.connection);
    if (plainBecause !== undefined) this.notice(`the store uses no TimescaleDB: ${plainBecause}`);
    this.timescale = undefined;
  }

  /** When the connection breaks at the end, the commit may have been done: tried again it is then fenced. */
  async commit(commit: Commit): Promise<'committed' | 'fenced'> {
    // Whatever is wrong with the rows shows before anything is sent.
    const measures = [...commit.measures].map(([name, rows]) => {
      const table = measureTable(name);
      return [table, completeRows(table, rows)] as const;
    });
    const isTimescale = await this.isTimescale();
    const small = isTimescale ? undefined : smallCommit(commit, measures);
    if (small !== undefined) return this.commitAtOnce(small);
    const write = (put: typeof upsert): Promise<'committed' | 'fenced'> =>
      this.connection.transaction(async (client) => {
        if (!(await advance(client, commit))) return 'fenced';
        for (const [table, rows] of measures) if (rows.size > 0) await put(client, table, rows, isTimescale);
        await insertUnusable(client, commit);
        await keep(client, commit);
        return 'committed';
      });
    // Most rows are new; where one is not, nothing was done yet.
    if (isTimescale) return write(upsert);
    try {
      return await write(insertNew);
    } catch (failure) {
      if ((failure as { code?: string }).code !== uniqueViolation) throw failure;
      return write(upsert);
    }
  }

  private async commitAtOnce(statement: NonNullable<ReturnType<typeof smallCommit>>) {
    const [said] = await this.connection.run(statement).then(
      ({ rows }) => rows,
      (failure: unknown) => {
        throw checked(failure);
      },
    );
    return said?.advanced === 1 ? 'committed' : 'fenced';
  }

  claim(processor: string, partition: number, stateVersion: number): Promise<Restored | undefined> {
    return this.connection.transaction(async (client) => {
      const claimed = await client.query(
        `UPDATE progress SET epoch = epoch + 1 WHERE processor = $1 AND partition = $2
         RETURNING ${progressColumns}`,
        [processor, partition],
      );
      const [row] = claimed.rows;
      if (row === undefined) return undefined;
      const progress = progressOf(row);
      assertStateVersion(processor, partition, progress.stateVersion, stateVersion);
      const kept = await client.query(
        'SELECT key, value, bytes FROM kept_state WHERE processor = $1 AND partition = $2 ORDER BY key',
        [processor, partition],
      );
      return { progress, kept: kept.rows.map(({ key, value, bytes }) => ({ key, value: bytes ?? value })) };
    });
  }

  async listProgress() {
    const { rows } = await this.connection.query(
      `SELECT processor, partition, ${progressColumns} FROM progress ORDER BY processor, partition`,
    );
    return rows.map((row) => ({
      processor: row.processor as string,
      partition: row.partition as number,
      ...progressOf(row),
    }));
  }

  async select({
    table: name,
    where,
    timeColumn,
    from,
    to,
    endsAfter,
    limit,
  }: Select): Promise<readonly Row[]> {
    const table = measureTable(name);
    const { values, conditions } = wanted(table, { where, timeColumn, from, to });
    const time = quoted(timeColumn);
    if (endsAfter !== undefined) {
      values.push(boundText(endsAfter));
      const length = `${quoted(columnIn(table, 'window_seconds').name)} * interval '1 s'`;
      conditions.push(`${time} + ${length} > $${values.length}::timestamptz`);
    }
    const { rows } = await this.connection.query(
      `SELECT ${selected(table)} FROM ${quoted(table.name)} WHERE ${conditions.join(' AND ')}
       ORDER BY ${[time, ...table.key.map(quoted)].join(', ')} LIMIT $${values.push(limit)}`,
      values,
    );
    return rows;
  }

  async sums({ table: name, by, sums, ...query }: SumsQuery): Promise<readonly Row[]> {
    const table = measureTable(name);
    assertSummable(table, sums);
    const { values, conditions } = wanted(table, query);
    const columns = by.map((column) => columnIn(table, column));
    const totals = sums.map((column) => `sum(${quoted(column)})::bigint AS ${quoted(column)}`);
    const groups = by.map(quoted).join(', ');
    const { rows } = await this.connection.query(
      `SELECT ${[selected({ columns }), ...totals].join(', ')} FROM ${quoted(table.name)}
       WHERE ${conditions.join(' AND ')} GROUP BY ${groups} ORDER BY ${groups}`,
      values,
    );
    return rows;
  }

  async aggregate(query: AggregateQuery): Promise<readonly Row[]> {
    return selectAggregate(this.connection, query, await this.isTimescale());
  }

  async maintain(keepFrom: EventTime | undefined): Promise<void> {
    return maintainPostgres(this.connection, keepFrom, await this.isTimescale());
  }

  async newest(
    name: string,
    idColumns: readonly string[],
    versionColumns: readonly string[],
  ): Promise<readonly Row[]> {
    const table = measureTable(name);
    for (const column of [...idColumns, ...versionColumns]) columnIn(table, column);
    const ids = idColumns.map(quoted).join(', ');
    const from = quoted(table.name);
    // Where the id is the key there is one row each. Elsewhere a walk from id to id, each a step down the index
    // of the key, does not depend on the length of the history as sorting it would.
    const source = table.key.every((column) => idColumns.includes(column))
      ? from
      : (await this.isTimescale())
        ? walkChunks(table, idColumns, versionColumns)
        : walk(table, idColumns, versionColumns);
    const { rows } = await this.connection.query(`SELECT ${selected(table)} FROM ${source} ORDER BY ${ids}`);
    return rows;
  }

  /** From one snapshot of the database, and as long as it takes. */
  digest(names: readonly string[]): Promise<string> {
    return this.connection.transaction(async (client) => {
      await client.query('SET LOCAL statement_timeout = 0');
      const hash = createHash('sha256');
      for (const name of names) {
        const table = measureTable(name);
        hash.update(`${name}\n`);
        // With a quote and a delimiter that JSON cannot hold, CSV is the bare text.
        const rows = client.query(
          copyTo(
            `COPY (SELECT ${canonicalRow(table)} FROM ${quoted(name)} ORDER BY ${table.key.map(quoted).join(', ')})
             TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`,
          ),
        );
        for await (const chunk of rows) hash.update(chunk as Buffer);
      }
      return hash.digest('hex');
    }, 'ISOLATION LEVEL REPEATABLE READ READ ONLY');
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private isTimescale(): Promise<boolean> {
    this.timescale ??= hasTimescaleTables(this.connection).catch((failure: unknown) => {
      this.timescale = undefined;
      throw failure;
    });
    return this.timescale;
  }
}

/** The compare-and-set: false when the row is not as the task left it. */
async function advance(client: pg.PoolClient, commit: Commit): Promise<boolean> {
  const values = progressValues(commit);
  const { rowCount } = await client.query(advanceStatement(commit.expectedVersion, values), values);
  return rowCount === 1;
}

async function insertUnusable(client: pg.PoolClient, { processor, unusable }: Commit): Promise<void> {
  if (unusable.length === 0) return;
  await client.query(
    `INSERT INTO unusable
     SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::bytea[])
     ON CONFLICT DO NOTHING`,
    [
      processor,
      unusable.map(({ topic }) => topic),
      unusable.map(({ partition }) => partition),
      unusable.map(({ position }) => position),
      unusable.map(({ kind }) => kind),
      unusable.map(({ code }) => code),
      unusable.map(({ field }) => storableText(field)),
      unusable.map(({ detail }) => storableText(detail)),
      unusable.map(({ bytes }) => bytes),
    ],
  );
}

async function keep(client: pg.PoolClient, { processor, partition, kept }: Commit): Promise<void> {
  // Of several changes of one key the last stands; one statement may not touch a row twice.
  const last = new Map(kept.map(({ key, value }) => [key, value]));
  const deleted = [...last].filter(([, value]) => value === undefined).map(([key]) => key);
  const changed = [...last].filter(([, value]) => value !== undefined && !Buffer.isBuffer(value));
  const bytes = [...last].filter(([, value]) => Buffer.isBuffer(value));
  if (deleted.length > 0)
    await client.query('DELETE FROM kept_state WHERE processor = $1 AND partition = $2 AND key = ANY($3)', [
      processor,
      partition,
      deleted,
    ]);
  if (changed.length > 0)
    await client.query(
      `INSERT INTO kept_state SELECT $1, $2, * FROM unnest($3::text[], $4::json[])
       ON CONFLICT (processor, partition, key) DO UPDATE SET value = excluded.value, bytes = NULL`,
      [processor, partition, changed.map(([key]) => key), changed.map(([, value]) => JSON.stringify(value))],
    );
  // One by one: alone a buffer goes to the server as it is, in an array as text.
  for (const [key, value] of bytes)
    await client.query(
      `INSERT INTO kept_state (processor, partition, key, bytes) VALUES ($1, $2, $3, $4)
       ON CONFLICT (processor, partition, key) DO UPDATE SET value = NULL, bytes = excluded.bytes`,
      [processor, partition, key, value],
    );
}

const progressColumns = `version, epoch, state_version, topics, ledger, outbox,
  ${epochMilliseconds('released_through')} AS released_through`;

const progressOf = (row: Readonly<Record<string, never>>): Progress => ({
  version: row['version']!,
  epoch: row['epoch']!,
  stateVersion: row['state_version']!,
  releasedThrough: row['released_through']!,
  topics: row['topics']!,
  ledger: row['ledger']!,
  outbox: row['outbox']!,
});
