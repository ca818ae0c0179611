/**
 * What TimescaleDB does beside the contract: compressed chunks, buckets kept ready, an extension that comes later. The
 * server is a build of TimescaleDB in WebAssembly: not tried here are the background workers that run the policies
 * (compression and refresh are called by hand), several sessions at once, and COPY over the wire.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf, tables } from '#schemas/tables.ts';
import { allAggregates, commitOfRows } from './aggregates.contract.ts';
import { timedTables } from './measure-tables.ts';
import { linkRow } from './measures.contract.ts';
import type { MeasureStore, Row } from './measures.ts';
import { createMemoryMeasures } from './memory-measures.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { createPostgresMeasures } from './postgres-measures.ts';
import { listMigrations, migratePostgres } from './postgres-migrations.ts';
import { startTimescale, type TimescaleServer } from './timescale.fixture.ts';

const minute = 60_000;
const day = 86_400_000;
const noon = Date.UTC(2024, 5, 1, 12);

/** What the store would say when its tables were plain ones. */
const notice = (text: string): never => {
  throw new Error(text);
};

let server: TimescaleServer;
beforeAll(async () => {
  server = await startTimescale();
});
afterAll(async () => {
  await server.stop();
});

/** A store on TimescaleDB and one in memory, to which the same is committed. */
async function openPair() {
  const { url, schema } = await server.newSchema();
  const store = createPostgresMeasures(url, { poolSize: 1, notice });
  const memory = createMemoryMeasures();
  let version = 0;
  const commit = async (table: string, rows: readonly Row[]): Promise<void> => {
    const next = commitOfRows(++version, new Map([[table, rows]]));
    expect(await memory.commit(next)).toBe('committed');
    expect(await store.commit(next)).toBe('committed');
  };
  const expectSame = async (): Promise<void> => {
    const names = tables.map(({ name }) => name);
    expect(await store.digest(names)).toBe(await memory.digest(names));
    for (const { name, key, live, time } of tables) {
      const ids = (live?.id ?? key).map(columnOf);
      const versions = (live?.version ?? []).map(columnOf);
      expect(await store.newest(name, ids, versions)).toEqual(await memory.newest(name, ids, versions));
      const past = { table: name, where: {}, timeColumn: columnOf(time), from: noon - minute, to: noon + 1 };
      expect(await store.select({ ...past, limit: 99 })).toEqual(await memory.select({ ...past, limit: 99 }));
    }
    expect(await allAggregates(store)).toEqual(await allAggregates(memory));
  };
  const sql = (text: string) => server.query(schema, text);
  const close = async (): Promise<void> => {
    await store.close();
    await server.query('public', `DROP SCHEMA ${schema} CASCADE`);
  };
  return { store, memory, commit, expectSame, sql, schema, url, close };
}

const windows = (
  links: readonly string[],
  minutes: readonly number[],
  change: Parameters<typeof linkRow>[2] = {},
) => links.flatMap((link) => minutes.map((m) => linkRow(link, noon + m * minute, change)));
const range = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

const forecast = (link: string, at: number, horizon: number): Row => ({
  district: 'centre',
  link,
  at,
  target: at + horizon * minute,
  horizon_minutes: horizon,
  space_mean_decikph: 400,
  low_decikph: null,
  high_decikph: null,
  level_permille: 900,
  coverage_permille: null,
  model: 'profile',
  quality: 'forecast',
});

describe('a table in chunks', () => {
  it('is each whose key holds the time, and is compressed a week after', async () => {
    const { store, sql, close } = await openPair();
    await store.migrate();
    const found = await sql(
      `SELECT hypertable_name AS name, compression_enabled AS is_compressed,
         (SELECT config ->> 'compress_after' FROM timescaledb_information.jobs AS job
          WHERE job.hypertable_schema = hyper.hypertable_schema AND job.hypertable_name = hyper.hypertable_name
            AND proc_name = 'policy_compression') AS after
       FROM timescaledb_information.hypertables AS hyper
       WHERE hypertable_schema = current_schema() ORDER BY 1`,
    );
    const expected = timedTables.map(({ name }) => ({ name, is_compressed: true, after: '7 days' }));
    expect(found).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)));
    await close();
  });

  it('neither loses nor doubles a row that comes after its chunk was compressed', async () => {
    const { store, commit, expectSame, sql, close } = await openPair();
    await store.migrate();
    await commit('link_state', windows(['a', 'b', 'c'], range(40)));
    await commit('link_state', windows(['a'], range(3, 2 * 1440)));
    await commit(
      'link_forecast',
      range(9).map((m) => forecast('a', noon + m * minute, 15 * (1 + (m % 3)))),
    );
    for (const table of ['link_state', 'link_forecast'])
      await sql(`SELECT compress_chunk(chunk) FROM show_chunks('${table}') AS chunk`);
    const states = `SELECT bool_and(is_compressed) AS compressed FROM timescaledb_information.chunks
      WHERE hypertable_schema = current_schema() AND hypertable_name = 'link_state'`;
    expect(await sql(states)).toEqual([{ compressed: true }]);
    await expectSame();
    // Of what is compressed some is revised, some stays, and some is new.
    await commit('link_state', [
      ...windows(['b', 'd'], range(20, 30), { revision: 1, vehicles: 77 }),
      ...windows(['a'], [-5], { vehicles: 3 }),
    ]);
    await commit('link_forecast', [
      forecast('a', noon, 15),
      forecast('a', noon, 30),
      forecast('z', noon, 30),
    ]);
    await expectSame();
    await sql(
      `SELECT compress_chunk(chunk, if_not_compressed => true) FROM show_chunks('link_state') AS chunk`,
    );
    await expectSame();
    await close();
  });

  it('takes a revision of more rows than the server would decompress by itself', async () => {
    const { store, commit, expectSame, sql, close } = await openPair();
    await store.migrate();
    await sql(`ALTER ROLE postgres SET timescaledb.max_tuples_decompressed_per_dml_transaction = 100;
      SET timescaledb.max_tuples_decompressed_per_dml_transaction = 100`);
    await commit('link_state', windows(['a', 'b'], range(300)));
    await sql(`SELECT compress_chunk(chunk) FROM show_chunks('link_state') AS chunk`);
    await expect(sql('UPDATE link_state SET vehicles = vehicles')).rejects.toThrow('decompression limit');
    await commit('link_state', windows(['a', 'b'], range(300), { revision: 1, vehicles: 1 }));
    await expectSame();
    await sql('RESET timescaledb.max_tuples_decompressed_per_dml_transaction; ALTER ROLE postgres RESET ALL');
    await close();
  });
});

describe('buckets that are kept ready', () => {
  const length = 15 * minute;
  const ask = (store: MeasureStore) =>
    store.aggregate({ table: 'link_state', length, from: noon, to: noon + 60 * minute });
  const behind = 'SELECT DISTINCT name, day FROM aggregate_behind ORDER BY day';

  it('are asked for where they are whole, and made anew where rows have come since', async () => {
    const { store, memory, commit, sql, close } = await openPair();
    await store.migrate();
    await commit('link_state', windows(['a'], range(60)));
    expect(await sql(behind)).toEqual([{ name: 'link_state', day: new Date(Math.floor(noon / day) * day) }]);
    expect(await ask(store)).toEqual(await ask(memory));
    await store.maintain(undefined);
    expect(await sql(behind)).toEqual([]);
    const whole = await ask(memory);
    expect(await ask(store)).toEqual(whole);
    // Behind the back of the store: what is kept does not see it, so the answer is known to be what was kept.
    await sql(`DELETE FROM link_state WHERE window_start < '2024-06-01 12:15Z'`);
    expect(await ask(store)).toEqual(whole);
    // A revision of that day is seen at once, though what is kept is not made anew yet.
    await commit('link_state', windows(['a'], range(15), { revision: 1, vehicles: 1000 }));
    expect(await ask(store)).toEqual(await ask(memory));
    expect(await sql(behind)).toHaveLength(1);
    await store.maintain(undefined);
    expect(await sql(behind)).toEqual([]);
    expect(await ask(store)).toEqual(await ask(memory));
    await close();
  });

  it('do not show what was removed with age', async () => {
    const { store, commit, sql, close } = await openPair();
    await store.migrate();
    await commit('link_state', windows(['a'], [0, 1440]));
    await store.maintain(undefined);
    await store.maintain(noon + day);
    const chunks = await sql(`SELECT show_chunks('link_state')`);
    expect(chunks).toHaveLength(1);
    const left = await store.aggregate({ table: 'link_state', length, from: noon - day, to: noon + 2 * day });
    expect(left.map((row) => row['bucket'])).toEqual([noon + day]);
    await close();
  });

  it('are refreshed by a policy that leaves the last hour to be summed up when asked for', async () => {
    const { store, sql, close } = await openPair();
    await store.migrate();
    const found = await sql(
      `SELECT count(*)::int AS policies, min(config ->> 'end_offset') AS least, max(config ->> 'end_offset') AS most,
         count(config ->> 'start_offset')::int AS starts
       FROM timescaledb_information.jobs JOIN timescaledb_information.continuous_aggregates AS kept
         ON jobs.hypertable_name IN (kept.view_name, kept.materialization_hypertable_name)
       WHERE proc_name = 'policy_refresh_continuous_aggregate' AND kept.view_schema = current_schema()
         AND NOT kept.materialized_only
         AND jobs.hypertable_schema IN (kept.view_schema, kept.materialization_hypertable_schema)`,
    );
    expect(found).toEqual([{ policies: 12, least: '01:00:00', most: '01:00:00', starts: 0 }]);
    // Rows of this very minute, not refreshed by anybody.
    const now = Math.floor(Date.now() / minute) * minute;
    await store.commit(commitOfRows(1, new Map([['link_state', [linkRow('a', now)]]])));
    expect(await sql('SELECT name FROM aggregate_behind')).toEqual([]);
    expect(await sql('SELECT windows::int FROM link_state_1d')).toEqual([{ windows: 1 }]);
    await close();
  });
});

describe('the extension', () => {
  it('is put into a database whose server has it', async () => {
    const fresh = await startTimescale('offered');
    const { schema, url } = await fresh.newSchema();
    const store = createPostgresMeasures(url, { poolSize: 1, notice });
    await store.migrate();
    expect(await fresh.query(schema, `SELECT FROM pg_extension WHERE extname = 'timescaledb'`)).toHaveLength(
      1,
    );
    await store.commit(commitOfRows(1, new Map([['link_state', windows(['a'], [0, 1440])]])));
    expect(await fresh.query(schema, `SELECT show_chunks('link_state')`)).toHaveLength(2);
    await store.close();
    await fresh.stop();
  });
});

describe('an extension that comes later', () => {
  it('finds the rows of before, and brings the tables to where they had been with it', async () => {
    const { store, commit, expectSame, sql, url, close } = await openPair();
    const connection = new PostgresConnection(url, { poolSize: 1 });
    const plain = listMigrations().filter(({ forTimescale }) => !forTimescale);
    await migratePostgres(connection, plain);
    expect(await sql(`SELECT FROM pg_class WHERE relname = 'link_state_1d' AND relkind = 'v'`)).not.toEqual(
      [],
    );
    await commit('link_state', windows(['a', 'b'], [0, 1, 2, 1440, 2880]));
    await store.migrate();
    await expectSame();
    const chunks = await sql(`SELECT show_chunks('link_state')`);
    expect(chunks).toHaveLength(3);
    await commit('link_state', windows(['b'], [1, 3], { revision: 1, vehicles: 40 }));
    await expectSame();
    await store.maintain(undefined);
    await expectSame();
    await connection.close();
    await close();
  });
});
