/**
 * Sockets for kafkajs 2.2 that make up for what it does not do when a connection goes wrong.
 *
 * They hand on whole answers only: when a connection is cut within an answer, kafkajs keeps what had come of it and
 * takes what comes on its next connection for the rest, which ends the program. And they break when nothing is
 * answered any more: kafkajs gives up each request by itself, but sends the next ones to the same dead broker. What one
 * connection finds out in that way holds for the others to the same broker, which would find it out one after another.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';

const keepAliveAfter = 60_000;
const lengthBytes = 4;
/**
 * A connection on which something was asked and nothing has come for so long is dead. Milliseconds; longer than a
 * broker may let the members of a group wait for one another.
 */
const silenceMost = 15_000;
/** No broker sends an answer that is longer: whoever says so does not speak Kafka's protocol. Bytes. */
const answerBytesMost = 256 * 1024 * 1024;

/**
 * Makes the sockets of a client, and knows those that are open. Of two that kafkajs opens at once for one connection it
 * keeps only the later; the other would keep the process alive until the broker ends it, ten minutes later.
 */
export class BrokerSockets {
  private readonly silence: number;
  private readonly open = new Set<Socket>();
  /** To which broker each socket goes, and when something last came on it. */
  private readonly heard = new WeakMap<Socket, { readonly broker: string; at: number }>();

  constructor(silence = silenceMost) {
    this.silence = silence;
  }

  readonly connect = (broker: ISocketFactoryArgs): Socket => {
    const place = `${broker.host}:${broker.port}`;
    const socket = connectWithin(broker, this.silence, (askedAt) => this.breakOthers(place, askedAt));
    const heard = { broker: place, at: performance.now() };
    this.heard.set(socket, heard);
    socket.addListener('data', () => {
      heard.at = performance.now();
    });
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** A broker has not answered what it was asked at that time: connections on which nothing came since are dead too. */
  private breakOthers(broker: string, askedAt: number): void {
    for (const socket of this.open) {
      const heard = this.heard.get(socket);
      if (heard?.broker === broker && heard.at < askedAt)
        socket.destroy(new Error(`no answer for ${this.silence} ms on another connection to ${broker}`));
    }
  }

  /** Ends those that the client has left open, once it has closed. */
  end(): void {
    for (const socket of this.open) socket.destroy();
  }
}

/** A socket that breaks after so long a silence, in milliseconds, and tells since when it was waiting. */
export function connectWithin(
  { host, port, ssl, onConnect }: ISocketFactoryArgs,
  silence: number,
  onSilence: (askedAt: number) => void = () => {},
): Socket {
  const name = isIP(host) ? {} : { servername: host };
  const socket = ssl
    ? connectTls({ host, port, ...name, ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  socket.setKeepAlive(true, keepAliveAfter);
  const on = socket.on.bind(socket) as (event: string, listener: (...parts: never[]) => void) => Socket;
  const onWhole = (event: string, listener: (data: Buffer) => void): Socket =>
    on(event, event === 'data' ? inWholeAnswers(socket, listener) : listener);
  socket.on = onWhole as typeof socket.on;
  breakWhenSilent(socket, silence, onSilence);
  return socket;
}

function breakWhenSilent(socket: Socket, silence: number, onSilence: (askedAt: number) => void): void {
  let waiting: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  const waitFor = (askedAt: number): NodeJS.Timeout =>
    setTimeout(() => {
      socket.destroy(new Error(`no answer for ${silence} ms`));
      onSilence(askedAt);
    }, silence).unref();
  const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean;
  const writeAndWait = (...parts: unknown[]): boolean => {
    waiting ??= waitFor(performance.now());
    return write(...parts);
  };
  socket.write = writeAndWait as typeof socket.write;
  socket.addListener('data', stop).once('close', stop);
}

/** Puts together what begins with its length, and keeps the rest until more comes. */
function inWholeAnswers(socket: Socket, hand: (answer: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let needed = lengthBytes;
  return (chunk) => {
    chunks.push(chunk);
    bytes += chunk.length;
    while (bytes >= needed && !socket.destroyed) {
      const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      const length = all.readInt32BE(0);
      if (length < 0 || length > answerBytesMost) {
        socket.destroy(new Error(`an answer of ${length} bytes`));
        return;
      }
      needed = lengthBytes + length;
      const isWhole = all.length >= needed;
      const rest = isWhole ? all.subarray(needed) : all;
      chunks = rest.length > 0 ? [rest] : [];
      bytes = rest.length;
      if (!isWhole) return;
      const answer = all.subarray(0, needed);
      needed = lengthBytes;
      hand(answer);
    }
  };
}
