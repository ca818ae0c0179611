/** One client of the stream: follows its channels from where it stands, and never faster than it reads. */
import type { PassThrough } from 'node:stream';
import { type Cursor, encodeCursor } from './cursor.ts';
import type { Channel, Chunk, Lookout, Tail } from './tail.ts';

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

interface Client {
  readonly tail: Tail;
  readonly channels: readonly Channel[];
  /** Where the client stood when it was last here; undefined when it is new and begins with the newest. */
  readonly resumeAt: Cursor | undefined;
  /** Notices to this subscription only. */
  readonly subscription: string | undefined;
  readonly sink: PassThrough;
  readonly limits: StreamLimits;
}

/** Writes to the sink until it is closed or looking out fails; then everything is let go. */
export async function serveClient(client: Client): Promise<void> {
  const { tail, channels, sink, limits } = client;
  let wake = (): void => {};
  let failure: unknown;
  const listener = {
    moved: () => wake(),
    failed: (error: unknown) => {
      failure = error;
      wake();
    },
  };
  for (const over of ['finish', 'close', 'error']) sink.on(over, listener.moved);
  const heartbeat = setInterval(() => {
    if (!sink.writableNeedDrain && !sink.writableEnded) sink.write(': alive\n\n');
  }, limits.heartbeatSeconds * 1000);
  const lookouts: Lookout[] = [];
  try {
    for (const channel of channels) lookouts.push(await tail.open(channel, listener));
    const position = startingPositions(client, lookouts);
    await write(client, `retry: 3000\nid: ${encodeCursor(position)}\n\n`);
    while (isOpen(sink) && failure === undefined) {
      // Made before looking, so that what is appended meanwhile is not missed.
      const moved = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!(await writeRound(client, lookouts, position))) await moved;
    }
  } finally {
    clearInterval(heartbeat);
    for (const lookout of lookouts) lookout.close();
    sink.end();
  }
  if (failure !== undefined) throw failure;
}

const isOpen = (sink: PassThrough): boolean => !sink.writableEnded && !sink.destroyed;

type Positions = Map<string, number[]>;

/** Where the client stands in each channel; a topic that it has not named begins with the newest. */
function startingPositions({ channels, resumeAt }: Client, lookouts: readonly Lookout[]): Positions {
  return new Map(
    channels.map(({ topic }, i) => {
      const ends = (lookouts[i] as Lookout).ends;
      const known = resumeAt?.get(topic.name) ?? [];
      return [topic.name, ends.map((end, partition) => known[partition] ?? end)];
    }),
  );
}

/** Writes one chunk of each partition that has something new; false when none had. */
async function writeRound(
  client: Client,
  lookouts: readonly Lookout[],
  position: Positions,
): Promise<boolean> {
  let progressed = false;
  for (const [i, channel] of client.channels.entries()) {
    const { first, ends } = lookouts[i] as Lookout;
    const positions = position.get(channel.topic.name) as number[];
    for (let partition = 0; partition < ends.length; partition++) {
      const end = ends[partition] as number;
      const at = positions[partition] as number;
      if (at === end) continue;
      progressed = true;
      const isLost = at > end || at < (first[partition] as number);
      if (isLost || end - at > client.limits.behindMost) {
        positions[partition] = end;
        await write(client, gap(channel, partition, at, end, position));
        continue;
      }
      await writeChunk(
        client,
        await client.tail.read(channel, partition, at),
        positions,
        partition,
        position,
      );
      if (!isOpen(client.sink)) return false;
    }
  }
  return progressed;
}

/** Tells that records were passed over; what REST says now makes up for them. */
function gap(channel: Channel, partition: number, from: number, to: number, position: Positions): string {
  const data = JSON.stringify({ kind: channel.kind, topic: channel.topic.name, partition, from, to });
  return `id: ${encodeCursor(position)}\nevent: gap\ndata: ${data}\n\n`;
}

async function writeChunk(
  client: Client,
  chunk: Chunk,
  positions: number[],
  partition: number,
  position: Positions,
): Promise<void> {
  let text = '';
  for (const { kind, json, subscription, next } of chunk.events) {
    positions[partition] = next;
    if (subscription !== undefined && subscription !== client.subscription) continue;
    text += `id: ${encodeCursor(position)}\nevent: ${kind}\ndata: ${json}\n\n`;
  }
  positions[partition] = chunk.next;
  if (text !== '') await write(client, text);
}

/** Waits until the client has taken what was written; one that takes nothing is disconnected. */
async function write({ sink, limits }: Client, text: string): Promise<void> {
  if (!isOpen(sink) || sink.write(text)) return;
  await new Promise<void>((resolve) => {
    const stalled = setTimeout(() => sink.destroy(), limits.stalledSeconds * 1000);
    const done = (): void => {
      clearTimeout(stalled);
      sink.off('drain', done);
      sink.off('close', done);
      resolve();
    };
    sink.once('drain', done);
    sink.once('close', done);
  });
}
