/** Row 17: the schema of a topic changes while the stream goes on. */
import { join } from 'node:path';
import pg from 'pg';
import { startRegistry } from '#commands/services/registry.ts';
import { processors } from '#processors/main.ts';
import { openSchemaRegistry } from '#runtime/schema-registry.ts';
import { environmentReadings } from '#schemas/topics.ts';
import { createRandom } from '#simulators/random.ts';
import { evolved } from './evolution.ts';
import type { Context, Measured, Outcome, Row } from './rows.ts';
import { judged } from './rows-process.ts';

const feedMinutes = 8;
/** Who reads the topic that changes. */
const readers = processors.filter(({ reads }) =>
  reads.some(({ name }) => name === environmentReadings.name),
).length;

async function evolution({ rig, seed, newCity, note }: Context): Promise<Outcome> {
  const { feed: plain, expectation } = await rig.fed(seed, feedMinutes, 3);
  const registry = await startRegistry({ folder: join(rig.folder, `registry${seed}`), notice: note });
  try {
    const ids = await openSchemaRegistry({ url: registry.url, username: undefined, password: undefined });
    const { feed, readable, unreadable } = await evolved(
      plain,
      ids,
      registry.url,
      createRandom(seed, 'evolution'),
    );
    const city = await newCity({
      fed: { feed, expectation },
      settings: { ARTERIAL_SCHEMA_REGISTRY_URL: registry.url },
    });
    await city.startProcessors(1);
    await city.send(feed.records, { rate: 400 });
    await city.settled();
    const refused = await refusedIn(city.databaseUrl);
    const measured: Measured = {
      name: 'notSetAside',
      value: Math.abs(refused - unreadable * readers),
      relation: '=',
      bound: 0,
      unit: 'records',
      together: 'sum',
    };
    const said = `${readable} records in another version, ${unreadable} that cannot be read, ${refused} refused`;
    return await judged(city, [measured], said);
  } finally {
    await registry.stop();
  }
}

async function refusedIn(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM unusable WHERE code = 'wire.schema'`,
    );
    return rows[0]!.n;
  } finally {
    await client.end();
  }
}

export const schemaRows: readonly Row[] = [{ row: 17, name: 'schema evolution', run: evolution }];
