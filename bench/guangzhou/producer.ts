/** Kafka's Produce request (version 3) with batches that are ready, on one connection to the one broker there is. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Ready {
  /** With its prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

const [produce, version] = [0, 3];
const acknowledgedByAll = -1;
/** How long a broker may take. Milliseconds. */
const answerWithin = 10_000;

export class Producer {
  /** Requests that are not answered. */
  waiting = 0;
  private readonly socket: Socket;
  private correlation = 0;
  private received: Buffer = Buffer.alloc(0);
  private readonly failed: (error: Error) => void;

  private constructor(socket: Socket, failed: (error: Error) => void) {
    this.socket = socket;
    this.failed = failed;
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('error', failed);
    socket.on('close', () => this.waiting > 0 && failed(new Error('the broker has closed the connection')));
  }

  static async connect(broker: string, failed: (error: Error) => void): Promise<Producer> {
    const [host, port] = broker.split(':') as [string, string];
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new Producer(socket, failed);
  }

  /** Sends batches, of each partition at most one. What is still in this process must not be written to. */
  send(batches: readonly Ready[]): void {
    const byTopic = new Map<string, Ready[]>();
    for (const batch of batches) {
      const own = byTopic.get(batch.topic);
      if (own) own.push(batch);
      else byTopic.set(batch.topic, [batch]);
    }
    const { socket } = this;
    const size = sizeOf(byTopic);
    socket.cork();
    socket.write(head(size, this.correlation++, byTopic.size));
    for (const [topic, own] of byTopic) {
      const name = Buffer.alloc(2 + topic.length + 4);
      name.writeInt16BE(topic.length, 0);
      name.write(topic, 2, 'latin1');
      name.writeInt32BE(own.length, 2 + topic.length);
      socket.write(name);
      for (const { partition, bytes } of own) {
        const place = Buffer.alloc(8);
        place.writeInt32BE(partition, 0);
        place.writeInt32BE(bytes.length, 4);
        socket.write(place);
        socket.write(bytes);
      }
    }
    socket.uncork();
    this.waiting++;
  }

  /** Bytes that the system has not taken yet. */
  get unsent(): number {
    return this.socket.writableLength;
  }

  close(): void {
    this.socket.end();
  }

  private take(bytes: Buffer): void {
    this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
    while (this.received.length >= 4) {
      const end = 4 + this.received.readInt32BE(0);
      if (this.received.length < end) return;
      const error = errorIn(this.received.subarray(8, end));
      if (error !== 0) this.failed(new Error(`the broker refused a batch with error ${error}`));
      this.waiting--;
      this.received = this.received.subarray(end);
    }
  }
}

/** API, version, correlation, no client's name, no transaction, acks, timeout, number of topics; then the topics. */
const headBytes = 22;

function head(size: number, correlation: number, topics: number): Buffer {
  const bytes = Buffer.alloc(4 + headBytes);
  bytes.writeInt32BE(size, 0);
  bytes.writeInt16BE(produce, 4);
  bytes.writeInt16BE(version, 6);
  bytes.writeInt32BE(correlation, 8);
  bytes.writeInt16BE(-1, 12);
  bytes.writeInt16BE(-1, 14);
  bytes.writeInt16BE(acknowledgedByAll, 16);
  bytes.writeInt32BE(answerWithin, 18);
  bytes.writeInt32BE(topics, 22);
  return bytes;
}

function sizeOf(byTopic: ReadonlyMap<string, readonly Ready[]>): number {
  let size = headBytes;
  for (const [topic, own] of byTopic) {
    size += 6 + topic.length;
    for (const { bytes } of own) size += 8 + bytes.length;
  }
  return size;
}

/** The first error of an answer: topics, each with partitions, each with error, base offset and time. */
function errorIn(answer: Buffer): number {
  let at = 4;
  for (let topics = answer.readInt32BE(0); topics > 0; topics--) {
    at += 2 + answer.readInt16BE(at);
    const partitions = answer.readInt32BE(at);
    at += 4;
    for (let i = 0; i < partitions; i++, at += 22) {
      const error = answer.readInt16BE(at + 4);
      if (error !== 0) return error;
    }
  }
  return 0;
}
