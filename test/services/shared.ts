/** The services that the tests of one run share. Each is started when a test first asks for its address. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { ServiceName } from '#commands/services/state.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly services: {
      readonly deskUrl: string;
      /** Why there is none; empty when there is one. */
      readonly missing: Readonly<Record<ServiceName, string>>;
    };
  }
}

/**
 * Why the service cannot be had, for `needs`; empty when it can be had. `describe('...', needs(missingOf('kafka')),`
 * and then `addressOf('kafka')` in `beforeAll`.
 */
export const missingOf = (name: ServiceName): string => inject('services').missing[name];

/** Brokers with commas between, or a URL. The first test that asks waits until the service is up. */
export async function addressOf(name: ServiceName): Promise<string> {
  const answer = await fetch(`${inject('services').deskUrl}/${name}`);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
}

/** An empty database on the shared PostgreSQL, for one test. */
export async function newDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const server = await addressOf('postgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await run(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
