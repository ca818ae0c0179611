/**
 * A proxy on loopback that treats what passes as a bad network does. Its toxics are those of Toxiproxy
 * (github.com/Shopify/toxiproxy): latency, bandwidth, slicer, limit of data, silence and reset.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createRandom, type Random } from '#simulators/random.ts';
import { FetchFlipper, type FlipCounts } from './fetch-flips.ts';

/** What is done to one direction; nothing where nothing is said. */
export interface Toxics {
  /** Every byte arrives so much later, and up to `jitterMilliseconds` more; order is kept. */
  readonly latencyMilliseconds?: number;
  readonly jitterMilliseconds?: number;
  readonly bytesPerSecond?: number;
  /** Passes on pieces of so many bytes, each in a packet of its own. */
  readonly sliceBytes?: number;
  /** Ends a connection once so many bytes have passed in this direction, be it in the middle of a word. */
  readonly limitBytes?: number;
  /** Passes on nothing while it is set; what was sent meanwhile arrives afterwards. */
  readonly isSilent?: boolean;
}

export interface BadNetwork {
  /** From the client to the server. */
  readonly up?: Toxics;
  /** From the server to the client. */
  readonly down?: Toxics;
  /**
   * The share of answers to Kafka's Fetch, by partition, in which a byte of the records is changed; on connections
   * that are made while it is set.
   */
  readonly flipShare?: number;
}

export interface ProxyOptions {
  readonly host: string;
  readonly port: number;
  /** A free one when left out. */
  readonly listenPort?: number;
  /** Of jitter and flips; 1 when left out. */
  readonly seed?: number;
}

/**
 * `rst`: connections are reset, and so are new ones. `blackhole`: nothing passes in either direction, new ones are
 * taken and get no answer; all goes on at `restore`. `halfOpen`: the server's side is gone and the client is not
 * told, not after `restore` either; only new connections are good then.
 */
export type Cut = 'rst' | 'blackhole' | 'halfOpen';

export interface NetworkProxy {
  readonly port: number;
  /** Bytes that have passed. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** What was changed in answers to Fetch. */
  readonly flipped: Readonly<FlipCounts>;
  /** Connections that were taken, ever. */
  readonly connections: number;
  /** Sets the toxics, for connections that are there too; without any the network is good. */
  set(network: BadNetwork): void;
  cut(how: Cut): void;
  /** Ends a cut and all toxics. */
  restore(): void;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

export async function startProxy(options: ProxyOptions): Promise<NetworkProxy> {
  const proxy = new TcpProxy(options);
  await proxy.listen(options.listenPort ?? 0);
  return proxy;
}

class TcpProxy implements NetworkProxy {
  readonly bytes = { up: 0, down: 0 };
  readonly flipped: FlipCounts = { flips: 0, answers: 0 };
  connections = 0;
  network: BadNetwork = {};
  readonly random: Random;
  private how: Cut | undefined;
  private readonly target: ProxyOptions;
  private readonly server: Server;
  private readonly links = new Set<Link>();
  private readonly flippedAt = new Map<string, number>();

  constructor(target: ProxyOptions) {
    this.target = target;
    this.random = createRandom(target.seed ?? 1, 'proxy');
    this.server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) =>
      this.take(client),
    );
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port, host }, resolve);
    });
  }

  set(network: BadNetwork): void {
    this.network = network;
    for (const link of this.links) link.changed();
  }

  cut(how: Cut): void {
    this.how = how;
    for (const link of this.links)
      if (how === 'rst') link.reset();
      else if (how === 'halfOpen') link.orphan();
    if (how === 'blackhole') this.set({ ...this.network, up: { isSilent: true }, down: { isSilent: true } });
  }

  restore(): void {
    this.how = undefined;
    this.set({});
  }

  async stop(): Promise<void> {
    for (const link of this.links) link.reset();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(client: Socket): void {
    this.connections++;
    client.on('error', () => {});
    if (this.how === 'rst') {
      client.resetAndDestroy();
      return;
    }
    const { host: to, port } = this.target;
    const share = (): number => this.network.flipShare ?? 0;
    const flipper = new FetchFlipper(this.random, share, this.flipped, this.flippedAt);
    const link = new Link(
      this,
      client,
      connect({ host: to, port, allowHalfOpen: true, noDelay: true }),
      flipper,
    );
    this.links.add(link);
    client.once('close', () => this.links.delete(link));
    if (this.how === 'halfOpen') link.orphan();
  }
}

/** A client, its server, and the two directions between them. */
class Link {
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly directions: readonly Direction[];

  constructor(proxy: TcpProxy, client: Socket, server: Socket, flipper: FetchFlipper) {
    this.client = client;
    this.server = server;
    // Flips are looked for in whole frames; without them bytes pass as they come.
    const isWatched = proxy.network.flipShare !== undefined;
    this.directions = [
      new Direction(client, server, proxy, 'up', (chunk) => {
        if (isWatched) flipper.sent(chunk);
        return chunk;
      }),
      new Direction(server, client, proxy, 'down', (chunk) => (isWatched ? flipper.answered(chunk) : chunk)),
    ];
    server.on('error', () => {});
    server.once('close', () => this.endClient());
    client.once('close', () => server.destroy());
  }

  changed(): void {
    for (const direction of this.directions) direction.changed();
  }

  reset(): void {
    for (const socket of [this.client, this.server]) socket.resetAndDestroy();
  }

  /** The server's side goes; the client hears nothing of it, and nobody hears the client. */
  orphan(): void {
    for (const direction of this.directions) direction.abandon();
    this.server.removeAllListeners('close');
    this.server.resetAndDestroy();
    this.client.resume();
  }

  private endClient(): void {
    if (this.server.errored) this.client.resetAndDestroy();
    else this.client.destroySoon();
  }
}

/** One direction of one connection: what comes goes on in order, when and as the toxics say. */
class Direction {
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly proxy: TcpProxy;
  private readonly name: 'up' | 'down';
  private readonly see: (chunk: Buffer) => Buffer;
  private waiting: { readonly chunk: Buffer; readonly dueAt: number }[] = [];
  private isPumping = false;
  private hasEnded = false;
  private isAbandoned = false;
  private passed = 0;
  private wake: () => void = () => {};

  constructor(
    from: Socket,
    to: Socket,
    proxy: TcpProxy,
    name: 'up' | 'down',
    see: (chunk: Buffer) => Buffer,
  ) {
    this.from = from;
    this.to = to;
    this.proxy = proxy;
    this.name = name;
    this.see = see;
    from.on('data', (chunk: Buffer) => this.take(chunk));
    from.on('end', () => {
      this.hasEnded = true;
      this.pump();
    });
    from.resume();
  }

  changed(): void {
    this.wake();
  }

  abandon(): void {
    this.isAbandoned = true;
    this.waiting = [];
    this.wake();
  }

  private get toxics(): Toxics {
    return this.proxy.network[this.name] ?? {};
  }

  private take(given: Buffer): void {
    if (this.isAbandoned) return;
    const { latencyMilliseconds = 0, jitterMilliseconds = 0 } = this.toxics;
    const chunk = this.see(given);
    if (chunk.length === 0) return;
    const delay = latencyMilliseconds + this.proxy.random.next() * jitterMilliseconds;
    const before = this.waiting.at(-1)?.dueAt ?? 0;
    this.waiting.push({ chunk, dueAt: Math.max(before, performance.now() + delay) });
    if (this.waiting.length >= waitingMost) this.from.pause();
    this.pump();
  }

  private pump(): void {
    if (!this.isPumping) this.work();
  }

  private async work(): Promise<void> {
    this.isPumping = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      if (this.waiting.length < waitingMost / 2) this.from.resume();
      await this.until(next.dueAt);
      while (this.toxics.isSilent && !this.isAbandoned) await this.until(Number.POSITIVE_INFINITY);
      if (!this.isAbandoned && !this.to.destroyed) await this.passOn(next.chunk);
    }
    this.isPumping = false;
    if (this.hasEnded && !this.isAbandoned) this.to.end();
  }

  private async passOn(chunk: Buffer): Promise<void> {
    const { sliceBytes, bytesPerSecond } = this.toxics;
    // A narrow way is passed in pieces that take no longer than some milliseconds each.
    const piece =
      sliceBytes ?? (bytesPerSecond ? Math.max(64, Math.round(bytesPerSecond / 100)) : chunk.length);
    for (let at = 0; at < chunk.length; ) {
      const { limitBytes = Number.POSITIVE_INFINITY } = this.toxics;
      const length = Math.min(piece, chunk.length - at, Math.max(0, limitBytes - this.passed));
      if (bytesPerSecond) await this.until(performance.now() + (1000 * length) / bytesPerSecond);
      if (length > 0) await this.write(chunk.subarray(at, at + length));
      // So that the next piece does not go with it in one packet.
      if (sliceBytes) await new Promise((resolve) => setImmediate(resolve));
      at += length;
      this.passed += length;
      this.proxy.bytes[this.name] += length;
      if (this.passed >= limitBytes) {
        for (const socket of [this.from, this.to]) socket.destroy();
        return;
      }
      if (this.to.destroyed || this.isAbandoned) return;
    }
  }

  private write(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.to.destroyed) resolve();
      else this.to.write(piece, () => resolve());
    });
  }

  /** Resolves at that time, or when the toxics change before. */
  private async until(time: number): Promise<void> {
    const milliseconds = time - performance.now();
    if (milliseconds <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(milliseconds) ? setTimeout(resolve, milliseconds) : undefined;
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Chunks that wait in one direction before its sender is told to wait. */
const waitingMost = 64;
