/** Clients of the stream that have heard everything: what is new becomes bytes once for all of them. */
import { encodeCursor } from './cursor.ts';
import type { Channel, Chunk, Lookout, StreamEvent, Tail } from './tail.ts';

/** Where a client stands: for each topic, the next position of each partition. */
export type Positions = ReadonlyMap<string, number[]>;

/** Where the text of a client goes: an answer that is still open. */
export interface Sink {
  readonly writableLength: number;
  write(text: string | Buffer): boolean;
}

/** A client with more than this before it is no longer waited for by the others' bytes. Bytes. */
const waitingMost = 64 << 10;
/** More than this is not told with one write. Characters. */
const togetherMost = 32 << 10;

interface Member {
  readonly sink: Sink;
  readonly subscription: string | undefined;
  /** Lets the client go on by itself from where it stands; undefined when nothing more comes. */
  readonly release: (positions: Positions | undefined) => void;
}

/** Those who follow the same channels. All members stand where the audience does. */
export class Audience {
  readonly channels: readonly Channel[];
  /** Why nothing more comes, once that is so. */
  failure: unknown;
  private readonly lookouts: readonly Lookout[];
  private readonly members = new Map<Sink, Member>();
  private standing: Positions = new Map();
  /** What the members have not been told yet. */
  private frames: Frame[] = [];
  private length = 0;

  private constructor(channels: readonly Channel[], lookouts: readonly Lookout[]) {
    this.channels = channels;
    this.lookouts = lookouts;
  }

  static async open(tail: Tail, channels: readonly Channel[]): Promise<Audience> {
    const lookouts: Lookout[] = [];
    const audience = new Audience(channels, lookouts);
    try {
      for (const channel of channels)
        lookouts.push(
          await tail.open(channel, {
            arrived: (partition, chunk) => audience.hear(channel, partition, chunk),
            failed: (error) => audience.fail(error),
          }),
        );
    } catch (error) {
      audience.close();
      throw error;
    }
    // As it is now: the first of them may have heard something while the last was opened.
    audience.standing = new Map(channels.map(({ topic }, i) => [topic.name, [...lookouts[i]!.ends]]));
    return audience;
  }

  /** Where everything ends that has come so far. It changes. */
  get positions(): Positions {
    return this.standing;
  }

  /** First position of a channel's partitions that is still kept. */
  firstOf(channel: Channel): readonly number[] {
    return this.lookouts[this.channels.indexOf(channel)]!.first;
  }

  /**
   * Has a client told all that comes, from where the audience stands. Resolves to where it stands when it takes too
   * little, and goes on by itself; to undefined when it has left, or nothing more comes.
   */
  follow(sink: Sink, subscription: string | undefined): Promise<Positions | undefined> {
    if (this.failure !== undefined) return Promise.resolve(undefined);
    // A client that comes now stands behind what the others are yet to be told.
    this.tellAll();
    return new Promise((release) => this.members.set(sink, { sink, subscription, release }));
  }

  leave(sink: Sink): void {
    this.members.get(sink)?.release(undefined);
    this.members.delete(sink);
  }

  close(): void {
    for (const lookout of this.lookouts) lookout.close();
    for (const sink of [...this.members.keys()]) this.leave(sink);
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    for (const sink of [...this.members.keys()]) this.leave(sink);
  }

  /** What comes in one turn is told together: a write costs more than what is written. */
  private hear({ topic }: Channel, partition: number, chunk: Chunk): void {
    const positions = this.standing.get(topic.name);
    // While it is being opened nobody is here who could miss it.
    if (positions === undefined) return;
    for (const event of chunk.events) {
      positions[partition] = event.next;
      const text = frameOf(event, this.standing);
      if (this.frames.length === 0) setImmediate(() => this.tellAll());
      this.frames.push({ of: event.subscription, text });
      this.length += text.length;
      if (this.length > togetherMost) this.tellAll();
    }
    positions[partition] = chunk.next;
  }

  private tellAll(): void {
    const { frames } = this;
    if (frames.length === 0) return;
    this.frames = [];
    this.length = 0;
    const forAll = bytesOf(frames.filter(({ of }) => of === undefined));
    const addressed = new Set(frames.flatMap(({ of }) => of ?? []));
    for (const member of this.members.values()) {
      const { subscription } = member;
      const own =
        subscription !== undefined && addressed.has(subscription)
          ? bytesOf(frames.filter(({ of }) => of === undefined || of === subscription))
          : forAll;
      if (own.length > 0) this.tell(member, own);
    }
  }

  private tell({ sink, release }: Member, bytes: Buffer): void {
    sink.write(bytes);
    if (sink.writableLength <= waitingMost) return;
    this.members.delete(sink);
    release(copyOf(this.standing));
  }
}

interface Frame {
  /** The only subscription that may see it; undefined when everybody may. */
  readonly of: string | undefined;
  readonly text: string;
}

const bytesOf = (frames: readonly Frame[]): Buffer => Buffer.from(frames.map(({ text }) => text).join(''));

/** An event as it goes to clients that then stand there. */
export const frameOf = ({ kind, json }: StreamEvent, positions: Positions): string =>
  `id: ${encodeCursor(positions)}\nevent: ${kind}\ndata: ${json}\n\n`;

export const copyOf = (positions: Positions): Positions =>
  new Map([...positions].map(([topic, each]) => [topic, [...each]]));

export function areEqual(one: Positions, other: Positions): boolean {
  for (const [topic, positions] of one) {
    const others = other.get(topic) as readonly number[];
    for (const [partition, position] of positions.entries()) if (others[partition] !== position) return false;
  }
  return true;
}

/** The audiences that somebody is in, one for each choice of channels. */
export class Audiences {
  private readonly tail: Tail;
  private readonly open = new Map<string, { readonly audience: Promise<Audience>; count: number }>();

  constructor(tail: Tail) {
    this.tail = tail;
  }

  /** Comes to the audience of these channels, and leaves it when `work` is done. */
  async with(channels: readonly Channel[], work: (audience: Audience) => Promise<void>): Promise<void> {
    const key = channels.map(({ topic }) => topic.name).join();
    const known = this.open.get(key) ?? { audience: Audience.open(this.tail, channels), count: 0 };
    this.open.set(key, known);
    known.count++;
    try {
      await work(await known.audience);
    } finally {
      known.count--;
      const isOver = known.count === 0 || (await hasFailed(known.audience));
      if (isOver && this.open.get(key) === known) this.open.delete(key);
      if (known.count === 0) (await known.audience.catch(() => undefined))?.close();
    }
  }
}

const hasFailed = (audience: Promise<Audience>): Promise<boolean> =>
  audience.then(
    ({ failure }) => failure !== undefined,
    () => true,
  );
