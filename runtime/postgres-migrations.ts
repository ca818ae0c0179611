/**
 * Brings the tables of a PostgreSQL database up to date. A file `0004-name.timescale.sql` runs where TimescaleDB is,
 * and later where it comes later; all others run everywhere. What was run is recorded with the hash of its text.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { ArterialError } from './errors.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { bringTimescale, extensionInLocalPath } from './timescale.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text, in hexadecimal. */
  readonly checksum: string;
  readonly forTimescale: boolean;
}

export interface Migrated {
  /** Why the tables are those of plain PostgreSQL; undefined where they are TimescaleDB's. */
  readonly plainBecause: string | undefined;
}

const folder = new URL('./migrations/', import.meta.url);

/** Any number, the same for all who migrate one database. */
const migrationLock = 7_263_401;

/** All migrations of this program, in their order. */
export function listMigrations(): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    // Whatever a checkout has made of the ends of lines.
    const text = readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n');
    return {
      version: Number(name.slice(0, 4)),
      name,
      text,
      checksum: createHash('sha256').update(text).digest('hex'),
      forTimescale: name.endsWith('.timescale.sql'),
    };
  });
}

/** Runs what has not run yet, all of it or nothing; of several at once the others wait and find it done. */
export async function migratePostgres(
  connection: PostgresConnection,
  migrations: readonly Migration[] = listMigrations(),
): Promise<Migrated> {
  // The extension first and by itself: it cannot be used by all in the transaction that makes it.
  const plainBecause = await bringTimescale((work) => alone(connection, work));
  await alone(connection, async (client) => {
    const applied = await readApplied(client);
    refuseStrangers(applied, migrations);
    await recordChecksums(client, applied, migrations);
    if (plainBecause === undefined) await client.query(extensionInLocalPath);
    for (const { version, name, text, checksum, forTimescale } of migrations) {
      if (applied.has(version) || (forTimescale && plainBecause !== undefined)) continue;
      await client.query(text);
      await client.query('INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
        version,
        name,
        checksum,
      ]);
    }
  });
  return { plainBecause };
}

interface Applied {
  readonly name: string;
  readonly checksum: string | null;
}

/** As long as it takes, and nobody else at the same time. */
function alone<Result>(
  connection: PostgresConnection,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  return connection.transaction(async (client) => {
    await client.query('SET LOCAL statement_timeout = 0');
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    return work(client);
  });
}

/** What was run on this database, by version. */
async function readApplied(client: pg.PoolClient): Promise<ReadonlyMap<number, Applied>> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  // Null in what was run by releases that did not record it.
  await client.query('ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS checksum text');
  const { rows } = await client.query('SELECT version, name, checksum FROM schema_migrations');
  return new Map(rows.map((row) => [row.version as number, row as Applied]));
}

/** From now on what was run by older releases must not change either. */
async function recordChecksums(
  client: pg.PoolClient,
  applied: ReadonlyMap<number, Applied>,
  migrations: readonly Migration[],
): Promise<void> {
  for (const { version, checksum } of migrations)
    if (applied.get(version)?.checksum === null)
      await client.query('UPDATE schema_migrations SET checksum = $2 WHERE version = $1', [
        version,
        checksum,
      ]);
}

/** Refuses a database on which something was run that this program does not have, or has otherwise. */
function refuseStrangers(applied: ReadonlyMap<number, Applied>, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  for (const [version, { name, checksum }] of applied) {
    if (version > newest)
      throw new ArterialError(
        'store.version',
        `the database is at version ${version}, this program knows ${newest}; run a newer release`,
      );
    const known = migrations.find((migration) => migration.version === version);
    if (known?.name !== name || (checksum !== null && known.checksum !== checksum))
      throw new ArterialError(
        'store.version',
        `the database was made with another ${name} than this program has; run the release that made it`,
      );
  }
}
