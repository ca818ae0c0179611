/**
 * Sockets for kafkajs that hand on whole answers only. When a connection is cut within an answer, kafkajs 2.2 keeps
 * what had come of it and takes what comes on its next connection for the rest, which ends the program.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';

const keepAliveAfter = 60_000;
const lengthBytes = 4;
/** No broker sends an answer that is longer: whoever says so does not speak Kafka's protocol. Bytes. */
const answerBytesMost = 256 * 1024 * 1024;

export function connectForWholeAnswers({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const name = isIP(host) ? {} : { servername: host };
  const socket = ssl
    ? connectTls({ host, port, ...name, ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  socket.setKeepAlive(true, keepAliveAfter);
  const on = socket.on.bind(socket) as (event: string, listener: (...parts: never[]) => void) => Socket;
  const onWhole = (event: string, listener: (data: Buffer) => void): Socket =>
    on(event, event === 'data' ? inWholeAnswers(socket, listener) : listener);
  socket.on = onWhole as typeof socket.on;
  return socket;
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
