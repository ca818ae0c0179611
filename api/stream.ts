/** One client of the stream: follows its channels from where it stands, and never faster than it reads. */
import { type Audience, areEqual, copyOf, frameOf, type Positions, type Sink } from './audience.ts';
import { type Cursor, encodeCursor } from './cursor.ts';
import type { Channel, Chunk, Tail } from './tail.ts';

/** Limits on what a client can cost. */
export interface StreamLimits {
  /** A comment goes out this often, so that proxies and clients know the stream is alive. */
  readonly heartbeatSeconds: number;
  /** A client with more records of a partition before it goes on with the newest, and is told. */
  readonly behindMost: number;
  /** A client that takes nothing for so long is disconnected. */
  readonly stalledSeconds: number;
}

export const streamLimits: StreamLimits = { heartbeatSeconds: 15, behindMost: 10_000, stalledSeconds: 30 };

/** An answer that stays open; Node's own have all of this. */
export interface StreamSink extends Sink {
  readonly writableEnded: boolean;
  readonly writableNeedDrain: boolean;
  readonly destroyed: boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'close' | 'drain' | 'finish' | 'error', listener: () => void): unknown;
  off(event: 'close' | 'drain', listener: () => void): unknown;
}

export interface Client {
  readonly tail: Tail;
  /** Where the client stood when it was last here; undefined when it is new and begins with the newest. */
  readonly resumeAt: Cursor | undefined;
  /** Notices to this subscription only. */
  readonly subscription: string | undefined;
  readonly sink: StreamSink;
  readonly limits: StreamLimits;
}

const alive = Buffer.from(': alive\n\n');

/** Writes to the sink until it is closed or looking out fails; then everything is let go. */
export async function serveClient(client: Client, audience: Audience): Promise<void> {
  const { sink, subscription, limits } = client;
  const leave = (): void => audience.leave(sink);
  for (const over of ['finish', 'close', 'error'] as const) sink.on(over, leave);
  const heartbeat = setInterval(() => {
    if (isOpen(sink) && !sink.writableNeedDrain) sink.write(alive);
  }, limits.heartbeatSeconds * 1000);
  try {
    let positions = startingPositions(client, audience);
    await write(client, `retry: 3000\nid: ${encodeCursor(positions)}\n\n`);
    while (isOpen(sink) && audience.failure === undefined) {
      if (!areEqual(positions, audience.positions)) {
        await catchUp(client, audience, positions);
        continue;
      }
      const left = await audience.follow(sink, subscription);
      if (left === undefined) break;
      positions = left;
      await taken(client);
    }
  } finally {
    clearInterval(heartbeat);
    sink.end();
  }
  if (audience.failure !== undefined) throw audience.failure;
}

const isOpen = (sink: StreamSink): boolean => !sink.writableEnded && !sink.destroyed;

/** Where the client stands in each channel; a topic that it has not named begins with the newest. */
function startingPositions({ resumeAt }: Client, audience: Audience): Positions {
  const positions = copyOf(audience.positions);
  for (const [topic, each] of positions)
    for (const [partition, known] of (resumeAt?.get(topic) ?? []).entries())
      if (partition < each.length) each[partition] = known;
  return positions;
}

/** Writes one chunk of each partition in which the client does not stand where its audience does. */
async function catchUp(client: Client, audience: Audience, positions: Positions): Promise<void> {
  for (const channel of audience.channels) {
    const { name } = channel.topic;
    const own = positions.get(name) as number[];
    for (let partition = 0; partition < own.length; partition++) {
      const end = audience.positions.get(name)?.[partition] as number;
      const at = own[partition] as number;
      if (at === end) continue;
      const isLost = at > end || at < (audience.firstOf(channel)[partition] as number);
      if (isLost || end - at > client.limits.behindMost) {
        own[partition] = end;
        await write(client, gap(channel, partition, at, end, positions));
      } else {
        const chunk = await client.tail.read(channel, partition, at);
        await writeChunk(client, chunk, end, own, partition, positions);
      }
      if (!isOpen(client.sink)) return;
    }
  }
}

/** Tells that records were passed over; what REST says now makes up for them. */
function gap(channel: Channel, partition: number, from: number, to: number, positions: Positions): string {
  const data = { kind: channel.kind, topic: channel.topic.name, partition, from, to };
  const json = JSON.stringify(data);
  return frameOf({ kind: 'gap', json, subscription: undefined }, positions);
}

/** Writes what of a chunk the audience has heard: the rest comes to all at once. */
async function writeChunk(
  client: Client,
  chunk: Chunk,
  end: number,
  own: number[],
  partition: number,
  positions: Positions,
): Promise<void> {
  let text = '';
  for (const event of chunk.events) {
    if (event.next > end) break;
    own[partition] = event.next;
    if (event.subscription !== undefined && event.subscription !== client.subscription) continue;
    text += frameOf(event, positions);
  }
  own[partition] = Math.min(chunk.next, end);
  if (text !== '') await write(client, text);
}

/** Waits until the client has taken what was written. */
async function write(client: Client, text: string): Promise<void> {
  if (isOpen(client.sink) && !client.sink.write(text)) await taken(client);
}

/** Waits until everything is taken that was written before; a client that takes nothing is disconnected. */
async function taken({ sink, limits }: Client): Promise<void> {
  if (!isOpen(sink) || !sink.writableNeedDrain) return;
  await new Promise<void>((resolve) => {
    const stalled = setTimeout(() => sink.destroy(), limits.stalledSeconds * 1000);
    const done = (): void => {
      clearTimeout(stalled);
      sink.off('drain', done);
      sink.off('close', done);
      resolve();
    };
    sink.on('drain', done);
    sink.on('close', done);
  });
}
