/** Thousands of clients of the event stream, which note when what they were told had happened. */
import { connect, type Socket } from 'node:net';
import { answerWith, monotonic } from './programs.ts';

export type StreamOrder =
  | { readonly kind: 'open'; readonly url: string; readonly clients: number; readonly path: string }
  /** From now on; what came before is forgotten. */
  | { readonly kind: 'begin' }
  /** Answers once every client has heard of so many events since, or after so many milliseconds. */
  | { readonly kind: 'heard'; readonly events: number; readonly within: number };

export interface Heard {
  /** Of events and clients together. */
  readonly deliveries: number;
  /** How many clients have not heard of all. */
  readonly short: number;
  /** Milliseconds from the change to the client. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly closed: number;
}

/** What a trial changes says when it did: `trial:`, and the microseconds of `monotonic`. */
const mark = /trial:(\d+)/g;

/** Connections that are opened at once. */
const openedTogether = 100;
/** Latencies are counted by the tenth of a millisecond. */
const counts = new Uint32Array(600_000);
const events: number[] = [];
const sockets: Socket[] = [];
let closed = 0;

answerWith<StreamOrder>(async (order) => {
  if (order.kind === 'open') {
    const { hostname, port } = new URL(order.url);
    for (let opened = 0; opened < order.clients; opened += openedTogether)
      await Promise.all(
        Array.from({ length: Math.min(openedTogether, order.clients - opened) }, (_, i) =>
          follow(hostname, Number(port), order.path, opened + i),
        ),
      );
    return { clients: sockets.length };
  }
  if (order.kind === 'begin') {
    counts.fill(0);
    events.fill(0);
    return {};
  }
  const deadline = monotonic() + order.within;
  const isShort = (count: number): boolean => count < order.events;
  while (events.some(isShort) && monotonic() < deadline) await new Promise((done) => setTimeout(done, 20));
  return heard(events.filter(isShort).length);
});

/** Follows the stream; resolves when it has begun. */
function follow(host: string, port: number, path: string, client: number): Promise<void> {
  const socket = connect({ host, port, noDelay: true });
  sockets.push(socket);
  events[client] = 0;
  let rest = '';
  return new Promise((begun, failed) => {
    socket.once('connect', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`));
    socket.on('error', failed);
    socket.on('close', () => {
      closed++;
    });
    socket.on('data', (bytes: Buffer) => {
      const text = rest + bytes.toString('latin1');
      const end = text.lastIndexOf('\n\n');
      rest = end < 0 ? text : text.slice(end + 2);
      if (end < 0) return;
      if (text.includes('retry: ')) begun();
      note(client, text.slice(0, end));
    });
  });
}

function note(client: number, text: string): void {
  const now = monotonic();
  for (const [, happened] of text.matchAll(mark)) {
    const tenths = Math.round(10 * (now - Number(happened) / 1_000));
    counts[Math.min(counts.length - 1, Math.max(0, tenths))]!++;
    events[client]!++;
  }
}

function heard(short: number): Heard {
  const deliveries = counts.reduce((sum, count) => sum + count, 0);
  const percentile = (share: number): number => {
    let left = Math.ceil(share * deliveries);
    let tenths = 0;
    for (; tenths < counts.length; tenths++) {
      left -= counts[tenths]!;
      if (left <= 0) break;
    }
    return tenths / 10;
  };
  return { deliveries, short, p50: percentile(0.5), p99: percentile(0.99), longest: percentile(1), closed };
}
