/** TimescaleDB, where a PostgreSQL has it: an extension that keeps tables in chunks of time. */
import pg from 'pg';
import type { PostgresConnection } from './postgres-connection.ts';

type Transaction = <Result>(work: (client: pg.PoolClient) => Promise<Result>) => Promise<Result>;

/**
 * Puts the extension into the database where the server has it. Undefined when it is there afterwards; else why it is
 * not, and the tables are then those of plain PostgreSQL.
 */
export async function bringTimescale(transaction: Transaction): Promise<string | undefined> {
  const isThere = await transaction(async (client) => {
    const { rows } = await client.query(
      `SELECT installed_version FROM pg_available_extensions WHERE name = 'timescaledb'`,
    );
    return rows.length === 0 ? undefined : rows[0].installed_version !== null;
  });
  if (isThere === undefined) return 'the server does not have it';
  if (!isThere) {
    const refusal = await create(transaction);
    if (refusal !== undefined) return refusal;
  }
  return transaction(async (client) => {
    const { rows } = await client.query(`SELECT current_setting('timescaledb.license', true) AS licence`);
    const { licence } = rows[0];
    return licence === 'timescale'
      ? undefined
      : `its licence is ${licence}, without compression and aggregates`;
  });
}

async function create(transaction: Transaction): Promise<string | undefined> {
  try {
    await transaction((client) => client.query('CREATE EXTENSION IF NOT EXISTS timescaledb'));
    return undefined;
  } catch (failure) {
    const cause = failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
    // Not allowed, or not loaded when the server started: the operator has to decide, and the tables do without.
    if (cause instanceof pg.DatabaseError && !isPassing(cause.code ?? '')) return cause.message;
    throw failure;
  }
}

/** Classes of SQLSTATE that say nothing of the extension: connection, rollback, resources, intervention. */
const isPassing = (code: string): boolean => ['08', '40', '53', '57'].includes(code.slice(0, 2));

/**
 * SQL after which the functions of the extension are found wherever it was put, while new tables still go where they
 * went; for the transaction when `local`.
 */
const pathWith = (local: boolean): string =>
  `SELECT set_config('search_path', current_setting('search_path') || ', ' || quote_ident(nspname), ${local})
   FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'timescaledb'`;
export const extensionInPath = pathWith(false);
export const extensionInLocalPath = pathWith(true);

/** Whether the migrations have made the tables those of TimescaleDB. */
export async function hasTimescaleTables(connection: PostgresConnection): Promise<boolean> {
  const { rows } = await connection.query(
    `SELECT to_regclass('schema_migrations') IS NOT NULL AS "isMigrated"`,
  );
  if (!rows[0].isMigrated) return false;
  const { rows: steps } = await connection.query(
    `SELECT FROM schema_migrations WHERE name LIKE '%.timescale.sql' LIMIT 1`,
  );
  return steps.length > 0;
}
