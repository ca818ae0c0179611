import { createRequire } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kafkajsOptions } from './kafka-settings.ts';
import { BrokerSockets, connectWithin } from './kafka-socket.ts';

const require = createRequire(import.meta.url);
const Connection = require('kafkajs/src/network/connection') as new (
  options: object,
) => { connect(): Promise<void>; disconnect(): Promise<void> };
const quiet = { namespace: () => quiet, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let server: Server;
let port: number;
const accepted: Socket[] = [];

beforeEach(async () => {
  server = createServer({ noDelay: true }, (socket) => accepted.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as { port: number });
});

afterEach(async () => {
  for (const socket of accepted.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const answer = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
};

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

/** A connection as kafkajs makes it, with what it is given. */
async function connected(silence = 60_000) {
  const heard: string[] = [];
  const ended: string[] = [];
  const before = accepted.length;
  const socket = connectWithin(
    {
      host: '127.0.0.1',
      port,
      ssl: undefined as never,
      onConnect: () => {},
    },
    silence,
  );
  socket.on('data', (data: Buffer) => heard.push(data.subarray(4).toString()));
  socket.on('error', (error: Error) => ended.push(error.message));
  socket.on('end', () => ended.push('end'));
  await until(() => accepted.length > before);
  return { broker: accepted.at(-1) as Socket, socket, heard, ended };
}

describe('a socket for kafkajs', () => {
  it('hands on each answer as a whole, however it comes', async () => {
    const { broker, socket, heard } = await connected();
    const bytes = Buffer.concat([answer('one'), answer(''), answer('a longer one')]);
    for (const byte of bytes) {
      broker.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    broker.write(Buffer.concat([answer('two'), answer('three'), answer('four').subarray(0, 6)]));
    await until(() => heard.length === 5);
    expect(heard).toEqual(['one', '', 'a longer one', 'two', 'three']);
    socket.destroy();
  });

  it('hands on nothing of an answer within which the connection ends', async () => {
    const { broker, heard, ended } = await connected();
    broker.end(Buffer.concat([answer('whole'), answer('cut off').subarray(0, 8)]));
    await until(() => ended.length > 0);
    expect(heard).toEqual(['whole']);
  });

  it('gives up a connection on which something else than answers comes', async () => {
    const { broker, heard, ended } = await connected();
    broker.write(Buffer.from('ffffffff00000000', 'hex'));
    await until(() => ended.length > 0);
    expect(heard).toEqual([]);
    expect(ended).toEqual(['an answer of -1 bytes']);
  });

  it('breaks when it was asked and nothing is answered, however often it is asked', async () => {
    const { socket, ended } = await connected(50);
    const asking = setInterval(() => socket.write('are you there?'), 5);
    await until(() => ended.length > 0);
    clearInterval(asking);
    expect(ended).toEqual(['no answer for 50 ms']);
  });

  it('waits from the first question that is not answered, and not at all while nothing is asked', async () => {
    const { broker, socket, heard, ended } = await connected(200);
    const began = performance.now();
    for (let turn = 1; performance.now() - began < 400; turn++) {
      socket.write('?');
      broker.write(answer('!'));
      await until(() => heard.length === turn);
    }
    expect(ended).toEqual([]);
    socket.destroy();
  });

  it('takes others to the same broker with it, on which nothing has come since either', async () => {
    const sockets = new BrokerSockets(100);
    const connectOne = async () => {
      const before = accepted.length;
      const args = { host: '127.0.0.1', port, ssl: undefined as never, onConnect: () => {} };
      const socket = sockets.connect(args);
      const ended: string[] = [];
      socket.on('error', (error: Error) => ended.push(error.message));
      await until(() => accepted.length > before);
      return { socket, ended, broker: accepted.at(-1) as Socket };
    };
    const [asked, idle, spoken] = [await connectOne(), await connectOne(), await connectOne()];
    // What connects after the question is heard of later than it was asked.
    await new Promise((resolve) => setTimeout(resolve, 10));
    asked.socket.write('are you there?');
    setTimeout(() => spoken.broker.write(answer('!')), 50);
    await until(() => asked.ended.length > 0);
    const place = `127.0.0.1:${port}`;
    await until(() => idle.ended.length > 0);
    expect(asked.ended).toEqual(['no answer for 100 ms']);
    expect(idle.ended).toEqual([`no answer for 100 ms on another connection to ${place}`]);
    expect(spoken.ended).toEqual([]);
    sockets.end();
  });

  it('is the one that every client of ours has', async () => {
    const sockets = new BrokerSockets();
    const config = { brokers: ['b:1'], prefix: '', group: 'g', replication: 1 } as never;
    const { socketFactory } = await kafkajsOptions(config, sockets);
    expect(socketFactory).toBe(sockets.connect);
  });

  it('does not outlive its client, not even where the client has lost sight of it', async () => {
    const sockets = new BrokerSockets();
    const kafkajs = await kafkajsOptions(
      { brokers: [`127.0.0.1:${port}`], prefix: '', group: 'g', replication: 1 } as never,
      sockets,
    );
    const connection = new Connection({ ...kafkajs, host: '127.0.0.1', port, logger: quiet });
    // Twice at once: kafkajs forgets the first.
    await Promise.all([connection.connect(), connection.connect()]);
    await until(() => accepted.length === 2);
    await connection.disconnect();
    sockets.end();
    await until(() => accepted.every((socket) => socket.readableEnded || socket.destroyed));
  });
});
