import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '#simulators/random.ts';
import { FetchFlipper } from './fetch-flips.ts';
import { type NetworkProxy, startProxy } from './proxy.ts';

/** Says back whatever it hears. */
let echo: Server;
let proxy: NetworkProxy;
const open = new Set<Socket>();

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await startProxy({ host: '127.0.0.1', port: (echo.address() as { port: number }).port });
});

afterEach(async () => {
  for (const socket of open) socket.destroy();
  open.clear();
  await proxy.stop();
  await new Promise((resolve) => echo.close(resolve));
});

/** A client with what it has heard and how its connection ended. */
async function client() {
  const socket = connect({ host: '127.0.0.1', port: proxy.port, noDelay: true });
  open.add(socket);
  const heard = { text: '', chunks: 0, error: undefined as string | undefined };
  socket.on('error', (error: NodeJS.ErrnoException) => {
    heard.error = error.code;
  });
  socket.on('data', (chunk) => {
    heard.text += chunk;
    heard.chunks++;
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([new Promise<void>((resolve) => socket.once('connect', resolve)), closed]);
  return { socket, heard, closed };
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('a proxy', () => {
  it('passes on all that is said in both directions, and the end', async () => {
    const { socket, heard, closed } = await client();
    const said = 'x'.repeat(1_000_000);
    socket.end(said);
    await closed;
    expect(heard.text === said).toBe(true);
    expect(proxy.bytes).toEqual({ up: 1_000_000, down: 1_000_000 });
  });

  it('delays what passes, each direction by itself, and keeps the order', async () => {
    proxy.set({ up: { latencyMilliseconds: 40, jitterMilliseconds: 20 }, down: { latencyMilliseconds: 60 } });
    const { socket, heard } = await client();
    const began = performance.now();
    for (const word of ['a', 'b', 'c', 'd']) {
      socket.write(word);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => heard.text.length === 4);
    expect(performance.now() - began).toBeGreaterThan(99);
    expect(heard.text).toBe('abcd');
  });

  it('lets no more bytes a second through than its bandwidth', async () => {
    proxy.set({ down: { bytesPerSecond: 100_000 } });
    const { socket, heard } = await client();
    const began = performance.now();
    socket.write('x'.repeat(20_000));
    await until(() => heard.text.length === 20_000);
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it('slices what passes into single bytes', async () => {
    proxy.set({ down: { sliceBytes: 1 } });
    const { socket, heard } = await client();
    socket.write('one byte after the other');
    await until(() => heard.text.length === 24);
    expect(heard.text).toBe('one byte after the other');
    expect(heard.chunks).toBeGreaterThan(1);
  });

  it('ends a connection after so many bytes, in the middle of a word', async () => {
    proxy.set({ down: { limitBytes: 5 } });
    const { socket, heard, closed } = await client();
    socket.write('hello world');
    await closed;
    expect(heard.text).toBe('hello');
  });

  it('holds back what one direction says while it is silent', async () => {
    proxy.set({ down: { isSilent: true } });
    const { socket, heard } = await client();
    socket.write('hello');
    await until(() => proxy.bytes.up === 5);
    expect(heard.text).toBe('');
    proxy.restore();
    await until(() => heard.text === 'hello');
  });
});

describe('a cut', () => {
  it('resets connections, new ones too, until it is restored', async () => {
    const before = await client();
    before.socket.write('a');
    await until(() => before.heard.text === 'a');
    proxy.cut('rst');
    await before.closed;
    expect(before.heard.error).toBe('ECONNRESET');
    const during = await client();
    await during.closed;
    expect(during.heard.text).toBe('');
    proxy.restore();
    const after = await client();
    after.socket.write('b');
    await until(() => after.heard.text === 'b');
  });

  it('takes connections into a black hole, and lets them out of it', async () => {
    const before = await client();
    proxy.cut('blackhole');
    const during = await client();
    before.socket.write('a');
    during.socket.write('b');
    await until(() => proxy.connections === 2);
    expect(proxy.bytes).toEqual({ up: 0, down: 0 });
    proxy.restore();
    await until(() => before.heard.text === 'a' && during.heard.text === 'b');
  });

  it('does not tell a client that its server is gone', async () => {
    const before = await client();
    before.socket.write('a');
    await until(() => before.heard.text === 'a');
    proxy.cut('halfOpen');
    before.socket.write('b');
    proxy.restore();
    const after = await client();
    after.socket.write('c');
    await until(() => after.heard.text === 'c');
    expect(before.heard).toEqual({ text: 'a', chunks: 1, error: undefined });
    expect(before.socket.closed).toBe(false);
  });
});

describe('flips in answers to Fetch', () => {
  const request = (key: number, correlation: number): Buffer => {
    const frame = Buffer.alloc(14);
    frame.writeInt32BE(10, 0);
    frame.writeInt16BE(key, 4);
    frame.writeInt16BE(11, 6);
    frame.writeInt32BE(correlation, 8);
    return frame;
  };
  /** One partition with one batch of `records` zeros. */
  const answer = (correlation: number, records: number): Buffer => {
    const batch = Buffer.alloc(61 + records);
    batch.writeInt32BE(49 + records, 8);
    const head = Buffer.alloc(4 + 4 + 10 + 4 + 3 + 4 + 4 + 26 + 4 + 4 + 4);
    head.writeInt32BE(head.length - 4 + batch.length, 0);
    head.writeInt32BE(correlation, 4);
    head.writeInt32BE(1, 18);
    head.writeInt16BE(1, 22);
    head.write('t', 24);
    head.writeInt32BE(1, 25);
    head.writeInt32BE(batch.length, head.length - 4);
    return Buffer.concat([head, batch]);
  };
  const flipper = (counts = { flips: 0, answers: 0 }) =>
    new FetchFlipper(createRandom(1, 'test'), () => 1, counts, new Map());

  it('changes one byte where the CRC of a batch covers it, in whatever pieces the answer comes', () => {
    const counts = { flips: 0, answers: 0 };
    const changer = flipper(counts);
    changer.sent(request(1, 7));
    const whole = answer(7, 40);
    const pieces = [...whole].map((byte) => changer.answered(Buffer.from([byte])));
    const changed = Buffer.concat(pieces);
    const places = [...changed].flatMap((byte, at) => (byte === whole[at] ? [] : [at]));
    expect(counts).toEqual({ flips: 1, answers: 1 });
    expect(places).toHaveLength(1);
    expect(places[0]).toBeGreaterThanOrEqual(whole.length - 101 + 21);
  });

  it('leaves answers to other requests alone, and the third answer with the same batch', () => {
    const changer = flipper();
    changer.sent(request(3, 7));
    expect(changer.answered(answer(7, 40))).toEqual(answer(7, 40));
    const same = [1, 2, 3].map((correlation) => {
      changer.sent(request(1, correlation));
      return changer.answered(answer(correlation, 40)).equals(answer(correlation, 40));
    });
    expect(same).toEqual([false, false, true]);
  });
});
