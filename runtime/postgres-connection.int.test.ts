import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../test/needs.ts';
import { addressOf, missingOf } from '../test/services/shared.ts';
import { PostgresConnection } from './postgres-connection.ts';

/** Stands between a client and the database, and can lose the database's side without telling the client. */
class Passage {
  readonly clients: Socket[] = [];
  private readonly servers: Socket[] = [];
  private readonly listener: Server;

  constructor(to: { readonly host: string; readonly port: number }) {
    this.listener = createServer((client) => {
      const server = connect(to);
      for (const socket of [client, server]) socket.on('error', () => {});
      client.on('data', (chunk) => server.write(chunk));
      server.on('data', (chunk) => client.write(chunk));
      client.on('close', () => server.destroy());
      this.clients.push(client);
      this.servers.push(server);
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.listener.listen(0, '127.0.0.1', resolve));
    return (this.listener.address() as { port: number }).port;
  }

  loseServers(): void {
    for (const server of this.servers) server.destroy();
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await new Promise((resolve) => this.listener.close(resolve));
  }
}

describe('a connection to PostgreSQL', needs(missingOf('postgres')), () => {
  let passage: Passage;
  let connection: PostgresConnection;

  beforeAll(async () => {
    const url = new URL(await addressOf('postgres'));
    passage = new Passage({ host: url.hostname, port: Number(url.port || 5432) });
    url.port = String(await passage.open());
    url.hostname = '127.0.0.1';
    connection = new PostgresConnection(url.href, { poolSize: 1, statementTimeout: 300 });
  });

  afterAll(async () => {
    await connection.close();
    await passage.close();
  });

  it('is given up when the server is gone without a word, and another one is made', async () => {
    const lost = connection.transaction(async (client) => {
      await client.query('SELECT 1');
      passage.loseServers();
      await client.query('SELECT 2');
    });
    await expect(lost).rejects.toMatchObject({ code: 'store.unavailable', canRetry: true });
    const { rows } = await connection.query('SELECT 3 AS n');
    expect(rows).toEqual([{ n: 3 }]);
  });

  it('lets go of what a process that is frozen amid a transaction has locked', async () => {
    const url = await addressOf('postgres');
    const frozen = new PostgresConnection(url, { poolSize: 1, idleTimeout: 100 });
    const other = new PostgresConnection(url, { poolSize: 1, statementTimeout: 5_000 });
    let [locked, wake] = [(): void => {}, (): void => {}];
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const lock = 'SELECT pg_advisory_xact_lock(20061)';
    const begun = frozen.transaction(async (client) => {
      await client.query(lock);
      locked();
      await asleep;
      await client.query('SELECT 1');
    });
    await isLocked;
    await other.query(lock);
    wake();
    await expect(begun).rejects.toMatchObject({ code: 'store.unavailable', canRetry: true });
    expect((await frozen.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await Promise.all([frozen.close(), other.close()]);
  });
});
