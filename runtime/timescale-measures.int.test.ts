import { afterAll, beforeAll } from 'vitest';
import { describeAggregates } from './aggregates.contract.ts';
import { describeMeasureStore } from './measures.contract.ts';
import type { MeasureStore } from './measures.ts';
import { createPostgresMeasures } from './postgres-measures.ts';
import { startTimescale, type TimescaleServer } from './timescale.fixture.ts';

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

async function openStore() {
  const { url, schema } = await server.newSchema();
  let store = createPostgresMeasures(url, { poolSize: 1, notice });
  await store.migrate();
  const reopen = async (): Promise<MeasureStore> => {
    await store.close();
    store = createPostgresMeasures(url, { poolSize: 1, notice });
    return store;
  };
  const dispose = async (): Promise<void> => {
    await server.query('public', `DROP SCHEMA ${schema} CASCADE`);
  };
  return { store, reopen, dispose, schema, url };
}

describeMeasureStore('measures in TimescaleDB', openStore);
// Few runs: a refresh of all buckets takes its time in WebAssembly.
describeAggregates('aggregates in TimescaleDB', openStore, 4);
