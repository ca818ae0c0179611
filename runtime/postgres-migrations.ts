/** Brings the tables of a PostgreSQL database up to date. */
import { readdirSync, readFileSync } from 'node:fs';
import { ArterialError } from './errors.ts';
import type { PostgresConnection } from './postgres-connection.ts';

const folder = new URL('./migrations/', import.meta.url);

/** Any number, the same for all who migrate one database. */
const migrationLock = 7_263_401;

/** Runs what has not run yet, all of it or nothing; of several at once the others wait and find it done. */
export async function migratePostgres(connection: PostgresConnection): Promise<void> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  const migrations = files.sort().map((name) => ({ version: Number(name.slice(0, 4)), name }));
  await connection.transaction(async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const { rows } = await client.query('SELECT max(version) AS version FROM schema_migrations');
    const present = (rows[0]?.version ?? 0) as number;
    const newest = migrations.at(-1)?.version ?? 0;
    if (present > newest)
      throw new ArterialError(
        'store.version',
        `the database is at version ${present}, this program knows ${newest}; run a newer release`,
      );
    for (const { version, name } of migrations) {
      if (version <= present) continue;
      await client.query(readFileSync(new URL(name, folder), 'utf8'));
      await client.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [version, name]);
    }
  });
}
