import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '#runtime/config.ts';
import type { Row } from '#runtime/measures.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { anyEvent } from '#schemas/any-event.ts';
import { shapeOf } from '#schemas/avro-schema.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import { rowOf } from '#schemas/row.ts';
import { tables } from '#schemas/tables.ts';
import { type RedisServer, redisMissing, startRedis } from '../test/services/redis-server.ts';
import { openLive } from './open-live.ts';

const notice = (): void => {};
if (redisMissing !== undefined) console.warn(`commands/open-live.int.test.ts is skipped: ${redisMissing}`);

describe.skipIf(redisMissing !== undefined)('live state of a city', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  it('is the same in Redis as in this process, whatever is in the store', async () => {
    const [some] = fc.sample(
      fc.record(
        Object.fromEntries(
          tables.map(({ name, topic }) => [
            name,
            fc.array(
              anyEvent(shapeOf(schemas[topic.name]!)).map((event) => rowOf(event as object) as Row),
              { minLength: 20, maxLength: 20 },
            ),
          ]),
        ),
      ),
      { numRuns: 1, seed: 7 },
    );
    const store = createMemoryMeasures();
    await store.commit({
      processor: 'p',
      partition: 0,
      expectedVersion: 0,
      progress: {
        version: 1,
        epoch: 1,
        stateVersion: 1,
        releasedThrough: null,
        topics: [],
        ledger: { read: 0, folded: 0, late: 0, rejected: 0, duplicate: 0, heartbeats: 0, open: 0 },
        outbox: Buffer.alloc(0),
      },
      measures: new Map(Object.entries(some ?? {})),
      unusable: [],
      kept: [],
    });
    const memory = await openLive(store, undefined, notice);
    const redis = await openLive(store, { url: new Secret(server.url) }, notice);
    for (const { live } of tables) {
      if (live === undefined) continue;
      const values = await memory.list(live.kind);
      expect(values.length, live.kind).toBeGreaterThan(1);
      expect(await redis.list(live.kind), live.kind).toEqual(values);
    }
    await memory.close();
    await redis.close();
  });
});
