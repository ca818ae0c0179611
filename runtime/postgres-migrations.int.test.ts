import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allAggregates, commitOfRows } from './aggregates.contract.ts';
import { keptLengths } from './aggregates.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { linkRow } from './measures.contract.ts';
import { createMemoryMeasures } from './memory-measures.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { createPostgresMeasures } from './postgres-measures.ts';
import { listMigrations, migratePostgres } from './postgres-migrations.ts';

const minute = 60_000;
const noon = Date.UTC(2024, 5, 1, 12);
const folder = mkdtempSync(join(tmpdir(), 'arterial-migrations-'));
let server: EmbeddedPostgres;
let databases = 0;

beforeAll(async () => {
  server = await startEmbeddedPostgres(folder);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** An empty database, and a way to look at it. */
async function newDatabase() {
  const name = `migrated_${databases++}`;
  const main = new pg.Client({ connectionString: server.url });
  await main.connect();
  await main.query(`CREATE DATABASE ${name}`);
  await main.end();
  const url = new URL(server.url);
  url.pathname = name;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const sql = async (text: string) => (await client.query(text)).rows;
  return { url: url.href, sql, close: () => client.end() };
}

describe('the migrations of a database', () => {
  it('run once when several processes start together', async () => {
    const { url, sql, close } = await newDatabase();
    const stores = Array.from({ length: 6 }, () => createPostgresMeasures(url, { poolSize: 1 }));
    await Promise.all(stores.map((store) => store.migrate()));
    const plain = listMigrations().filter(({ forTimescale }) => !forTimescale);
    expect(await sql('SELECT version, name, checksum FROM schema_migrations ORDER BY version')).toEqual(
      plain.map(({ version, name, checksum }) => ({ version, name, checksum })),
    );
    await Promise.all(stores.map((store) => store.close()));
    await close();
  });

  it('go on from one of before checksums were recorded', async () => {
    const { url, sql, close } = await newDatabase();
    const [first] = listMigrations();
    await sql(first?.text as string);
    await sql(`CREATE TABLE schema_migrations (
      version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    await sql(`INSERT INTO schema_migrations (version, name) VALUES (1, '0001-first.sql')`);
    const store = createPostgresMeasures(url);
    await store.migrate();
    const steps = listMigrations().filter(({ forTimescale }) => !forTimescale).length;
    expect(await sql('SELECT count(*)::int AS steps FROM schema_migrations')).toEqual([{ steps }]);
    expect(await sql('SELECT version FROM schema_migrations WHERE checksum IS NULL')).toEqual([]);
    await store.close();
    await close();
  });

  it('of another program are refused, whether edited or renamed', async () => {
    const { url, close } = await newDatabase();
    const connection = new PostgresConnection(url);
    await migratePostgres(connection);
    const migrations = listMigrations();
    const edited = migrations.map((each) => (each.version === 2 ? { ...each, checksum: 'another' } : each));
    await expect(migratePostgres(connection, edited)).rejects.toMatchObject({
      code: 'store.version',
      message: expect.stringContaining('0002-time-indexes.sql'),
    });
    const renamed = migrations.map((each) => (each.version === 2 ? { ...each, name: '0002-x.sql' } : each));
    await expect(migratePostgres(connection, renamed)).rejects.toMatchObject({ code: 'store.version' });
    await migratePostgres(connection);
    await connection.close();
    await close();
  });

  it('are undone as a whole when one fails', async () => {
    const { url, sql, close } = await newDatabase();
    const connection = new PostgresConnection(url);
    const broken = {
      version: 99,
      name: '0099-x.sql',
      text: 'SELECT 1/0',
      checksum: 'x',
      forTimescale: false,
    };
    await expect(migratePostgres(connection, [...listMigrations(), broken])).rejects.toThrow(
      'division by zero',
    );
    expect(await sql(`SELECT to_regclass('link_state') AS found`)).toEqual([{ found: null }]);
    await connection.close();
    await close();
  });

  it('say that the server has no TimescaleDB, and make views by the names of what that would keep', async () => {
    const { url, sql, close } = await newDatabase();
    const said: string[] = [];
    const store = createPostgresMeasures(url, { notice: (text) => said.push(text) });
    await store.migrate();
    expect(said).toEqual(['the store uses no TimescaleDB: the server does not have it']);
    const memory = createMemoryMeasures();
    const rows = [0, 1, 7, 70, 1500].map((m) => linkRow('a', noon + m * minute, { vehicles: 3 + m }));
    const commit = commitOfRows(1, new Map([['link_state', rows]]));
    expect(await store.commit(commit)).toBe('committed');
    expect(await memory.commit(commit)).toBe('committed');
    const expected = await allAggregates(memory);
    for (const [ending, length] of Object.entries(keptLengths)) {
      const found = await sql(
        `SELECT link, (extract(epoch FROM bucket) * 1000)::float8 AS bucket, vehicles::float8,
           pace_by_vehicles::float8 FROM link_state_${ending} ORDER BY bucket`,
      );
      const same = (expected[`link_state a ${length}`] ?? []).map(
        ({ link, bucket, vehicles, pace_by_vehicles }) => ({ link, bucket, vehicles, pace_by_vehicles }),
      );
      expect(found).toEqual(same);
    }
    await store.close();
    await close();
  });
});

describe('a commit of which the database takes a part', () => {
  it.each([3, 100])('fails and leaves nothing, of %i rows', async (count) => {
    const { url, sql, close } = await newDatabase();
    const store = createPostgresMeasures(url);
    await store.migrate();
    await sql(`CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.link = 'link 1' THEN RETURN NULL; END IF; RETURN NEW; END $$`);
    await sql('CREATE TRIGGER swallow BEFORE INSERT ON link_state FOR EACH ROW EXECUTE FUNCTION swallow()');
    const rows = Array.from({ length: count }, (_, i) => linkRow(`link ${i}`, noon));
    await expect(store.commit(commitOfRows(1, new Map([['link_state', rows]])))).rejects.toMatchObject({
      code: 'store.incomplete',
      message: `link_state took ${count - 1} of ${count} rows; the commit was undone`,
    });
    expect(await sql('SELECT link FROM link_state')).toEqual([]);
    expect(await store.listProgress()).toEqual([]);
    await store.close();
    await close();
  });
});

describe('the address of a database', () => {
  const failureOf = async (url: string): Promise<unknown> => {
    const store = createPostgresMeasures(url);
    const failure = await store.listProgress().catch((error: unknown) => error);
    await store.close();
    return failure;
  };

  it.each([
    ['nonsense', 'no address'],
    ['mysql://user:secret@host/db', 'no address'],
    ['postgres://user:secret@127.0.0.1:99999/db', 'no address'],
    ['postgres://user:secret@127.0.0.1/db?sslrootcert=/no/such/file', 'no such file'],
  ])('that is wrong is refused by the name of its setting: %s', (url, why) => {
    const open = (): unknown => createPostgresMeasures(url);
    expect(open).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect(open).toThrow(new RegExp(`ARTERIAL_DATABASE_URL: .*${why}`));
    expect(open).not.toThrow('secret');
  });

  it('of another password, database or with TLS where there is none is not tried again', async () => {
    const wrongPassword = new URL(server.url);
    wrongPassword.password = 'secret';
    const wrongDatabase = new URL(server.url);
    wrongDatabase.pathname = 'nowhere';
    for (const url of [wrongPassword.href, wrongDatabase.href, `${server.url}?sslmode=require`])
      expect(await failureOf(url)).toMatchObject({
        code: 'store.unavailable',
        canRetry: false,
        message: expect.stringContaining('correct ARTERIAL_DATABASE_URL'),
      });
  });
});
