import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyEvent } from '#schemas/any-event.ts';
import { shapeOf } from '#schemas/avro-schema.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import { rowOf } from '#schemas/row.ts';
import { columnOf, tables } from '#schemas/tables.ts';
import { describeAggregates } from './aggregates.contract.ts';
import { canonicalJson } from './canonical-json.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { ArterialError } from './errors.ts';
import { describeMeasureStore, linkRow } from './measures.contract.ts';
import type { Commit, MeasureStore, Row } from './measures.ts';
import { createMemoryMeasures } from './memory-measures.ts';
import { createPostgresMeasures } from './postgres-measures.ts';

const folder = mkdtempSync(join(tmpdir(), 'arterial-measures-'));
let server: EmbeddedPostgres;
let admin: pg.Pool;
let schemaCount = 0;

beforeAll(async () => {
  server = await startEmbeddedPostgres(folder);
  admin = new pg.Pool({ connectionString: server.url, max: 2 });
  admin.on('error', () => {});
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** The address of a new, empty schema of the server. */
async function newSchema(): Promise<{ readonly url: string; readonly schema: string }> {
  const schema = `store_${schemaCount++}`;
  await admin.query(`CREATE SCHEMA ${schema}`);
  return { schema, url: `${server.url}?options=${encodeURIComponent(`-c search_path=${schema}`)}` };
}

async function openStore() {
  const { url, schema } = await newSchema();
  let store = createPostgresMeasures(url);
  await store.migrate();
  const reopen = async (): Promise<MeasureStore> => {
    await store.close();
    store = createPostgresMeasures(url);
    return store;
  };
  const dispose = async (): Promise<void> => {
    await admin.query(`DROP SCHEMA ${schema} CASCADE`);
  };
  return { store, reopen, dispose };
}

describeMeasureStore('measures in PostgreSQL', openStore);
describeAggregates('aggregates in PostgreSQL', openStore);

const commitOf = (version: number, measures: Commit['measures'], change: Partial<Commit> = {}): Commit => ({
  processor: 'p',
  partition: 0,
  expectedVersion: version - 1,
  progress: {
    version,
    epoch: 1,
    stateVersion: 1,
    releasedThrough: null,
    topics: [],
    ledger: { read: 0, folded: 0, late: 0, rejected: 0, duplicate: 0, heartbeats: 0, open: 0 },
    outbox: Buffer.alloc(0),
  },
  measures,
  unusable: [],
  kept: [],
  ...change,
});

describe('PostgreSQL and memory', () => {
  const anyRows = fc.record(
    Object.fromEntries(
      tables.map(({ name, topic }) => [
        name,
        fc.array(
          anyEvent(shapeOf(schemas[topic.name]!)).map((event) => rowOf(event as object) as Row),
          {
            maxLength: 4,
          },
        ),
      ]),
    ),
  );

  it('hold the same rows and have the same digest, whatever the events', async () => {
    const { store, dispose } = await openStore();
    const memory = createMemoryMeasures();
    let version = 0;
    await fc.assert(
      fc.asyncProperty(anyRows, async (rows) => {
        const commit = commitOf(++version, new Map(Object.entries(rows)));
        expect(await memory.commit(commit)).toBe('committed');
        expect(await store.commit(commit)).toBe('committed');
        const names = tables.map(({ name }) => name);
        for (const { name, key, live, time } of tables) {
          const ids = (live?.id ?? key).map(columnOf);
          const versions = (live?.version ?? []).map(columnOf);
          expect(await store.newest(name, ids, versions)).toEqual(await memory.newest(name, ids, versions));
          const all = { table: name, where: {}, timeColumn: columnOf(time), limit: 1e6 };
          const ever = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
          expect(await store.select({ ...all, ...ever })).toEqual(await memory.select({ ...all, ...ever }));
        }
        expect(await store.digest(names)).toBe(await memory.digest(names));
      }),
      // Each run adds to the rows of those before, so a failing one cannot be made smaller.
      { numRuns: 60, interruptAfterTimeLimit: 60_000, endOnFailure: true },
    );
    await store.close();
    await dispose();
  });

  it('write any JSON as the same canonical text', async () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !text.includes('\0'));
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(canonicalJson(value)) as unknown);
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, fc.dictionary(texts, json)), async (value) => {
        const { rows } = await admin.query('SELECT $1::jsonb::text AS text', [JSON.stringify(value)]);
        expect(rows[0].text).toBe(canonicalJson(value));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the newest of a long history', () => {
  it('is found without reading it', async () => {
    const { store, dispose } = await openStore();
    const rows: Row[] = [];
    for (let minute = 0; minute < 2000; minute++)
      for (let link = 0; link < 10; link++) rows.push(linkRow(`link-${link}`, minute * 60_000));
    await store.commit(commitOf(1, new Map([['link_state', rows]])));
    const newest = await store.newest('link_state', ['link'], ['window_start', 'revision']);
    expect(newest.map((row) => row['window_start'])).toEqual(Array(10).fill(1999 * 60_000));
    // A session hands in its counts when it ends.
    await store.close();
    const counts = async () => {
      const { rows } = await admin.query(
        `SELECT seq_tup_read::int AS read, idx_tup_fetch::int AS fetched FROM pg_stat_user_tables
         WHERE schemaname = 'store_${schemaCount - 1}' AND relname = 'link_state'`,
      );
      return rows[0];
    };
    await expect.poll(async () => (await counts()).fetched, { timeout: 10_000 }).toBeGreaterThan(0);
    expect((await counts()).read).toBe(0);
    expect((await counts()).fetched).toBeLessThan(1000);
    await dispose();
  });
});

describe('a server that is not there', () => {
  it('is an operating error that may be tried again', async () => {
    const store = createPostgresMeasures('postgres://nobody:secret@127.0.0.1:1/none');
    const failure = await store.listProgress().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ArterialError);
    expect(failure).toMatchObject({ code: 'store.unavailable', canRetry: true });
    expect(String(failure)).not.toContain('secret');
    await store.close();
  });

  it('that refuses the password is one that may not', async () => {
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    const store = createPostgresMeasures(wrong.href);
    const failure = await store.listProgress().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'store.unavailable', canRetry: false });
    await store.close();
  });

  it('that breaks connections in the middle of commits costs commits, not their wholeness', async () => {
    const { url, schema } = await newSchema();
    const store = createPostgresMeasures(url);
    await store.migrate();
    const rows = Array.from({ length: 3000 }, (_, i) => linkRow(`link-${i}`, 0));
    let running = true;
    const axe = (async () => {
      while (running) {
        await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'arterial'`,
        );
        await new Promise((resolve) => setTimeout(resolve, 7));
      }
    })();
    let broken = 0;
    let version = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      const measures = new Map([['link_state', rows.map((row) => ({ ...row, vehicles: version + 1 }))]]);
      const kept = [{ key: 'version', value: version + 1 }];
      try {
        const outcome = await store.commit(commitOf(version + 1, measures, { kept }));
        // Fenced means that the commit before was done, though its answer was lost.
        expect(['committed', 'fenced']).toContain(outcome);
        version++;
      } catch (failure) {
        expect(failure).toMatchObject({ code: 'store.unavailable', canRetry: true });
        broken++;
      }
    }
    running = false;
    await axe;
    expect(broken).toBeGreaterThan(0);
    // What is there is the work of one commit: version, rows and kept state agree.
    const { rows: found } = await admin.query(
      `SELECT (SELECT version::int FROM ${schema}.progress) AS version,
         (SELECT array_agg(DISTINCT vehicles) FROM ${schema}.link_state) AS vehicles,
         (SELECT array_agg(value::text) FROM ${schema}.kept_state) AS kept`,
    );
    const [{ version: stored, vehicles, kept }] = found;
    if (stored !== null) expect({ vehicles, kept }).toEqual({ vehicles: [stored], kept: [String(stored)] });
    await store.close();
  });

  it('that is newer than the program is refused', async () => {
    const { url, schema } = await newSchema();
    const store = createPostgresMeasures(url);
    await store.migrate();
    await admin.query(`INSERT INTO ${schema}.schema_migrations VALUES (9999, 'from the future')`);
    await expect(store.migrate()).rejects.toMatchObject({ code: 'store.version' });
    await store.close();
  });
});
