import kafkajs from 'kafkajs';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { infoAt } from '#commands/services/redis.ts';
import { answersRegistry } from '#commands/services/registry.ts';
import { needs } from '../needs.ts';
import { addressOf, missingOf, newDatabase } from './shared.ts';

describe('the tests of one run share', () => {
  it('a Kafka', needs(missingOf('kafka')), async () => {
    const [first, second] = await Promise.all([addressOf('kafka'), addressOf('kafka')]);
    expect(first).toBe(second);
    const admin = new kafkajs.Kafka({
      brokers: first.split(','),
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin();
    await admin.connect();
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    await admin.disconnect();
  });

  it('a PostgreSQL, with an empty database for each', needs(missingOf('postgres')), async () => {
    const [first, second] = await Promise.all([newDatabase(), newDatabase()]);
    const ask = async (url: string, text: string) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client.query(text).finally(() => client.end());
    };
    await ask(first.url, 'CREATE TABLE t AS SELECT 42 AS n');
    expect((await ask(first.url, 'SELECT n FROM t')).rows).toEqual([{ n: 42 }]);
    await expect(ask(second.url, 'SELECT n FROM t')).rejects.toThrow(/does not exist/);
    await Promise.all([first.drop(), second.drop()]);
    await expect(ask(first.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });

  it('a Redis', needs(missingOf('redis')), async () => {
    expect((await infoAt(await addressOf('redis')))?.version).toMatch(/^\d/);
  });

  it('a schema registry', needs(missingOf('registry')), async () => {
    expect(await answersRegistry(await addressOf('registry'))).toBe(true);
  });
});
