import type { EventTime } from '#domain/time.ts';
import { type PackedHeld, Packer } from './packed-held.ts';

/**
 * A record that waits for the watermark, as the bytes that were judged good: objects that live for seconds cost more
 * than decoding them again.
 */
export interface Held {
  /** When it is taken up. */
  readonly time: EventTime;
  /** Index of its topic among those that the processor reads. */
  readonly rank: number;
  readonly source: string;
  readonly sequence: number;
  readonly kind: 'event' | 'late';
  /** Framed, in the topic's own schema. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Where it stood, as long as it may still be set aside. */
  readonly origin?: Origin;
}

/** A record by where it stands in the log. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly bytes: Buffer;
}

type Take = (kind: Held['kind'], rank: number, bytes: Buffer, start: number, end: number) => void;

/**
 * Records that wait, given out by time, then topic, source and sequence: a total order that owes nothing to arrival.
 * Those of one time are chained, and only the times are in a heap: devices report on the same beats, and numbers are
 * quickly compared. A record is a slot in arrays rather than an object, which would live long enough to cost the
 * garbage collector more than everything else.
 */
export class Waiting {
  size = 0;
  /** The first slot of each time. */
  private readonly byTime = new Map<EventTime, number>();
  /** A binary heap, the least at index 0. */
  private readonly times: EventTime[] = [];
  private readonly slots = new Slots();
  private readonly order = (a: number, b: number): number => this.slots.compare(a, b);

  constructor(held: Iterable<Held> = []) {
    for (const each of held) this.add(each);
  }

  /** When the first of them is taken up; infinitely late when there is none. */
  get earliest(): EventTime {
    return this.times.length > 0 ? (this.times[0] as EventTime) : Number.POSITIVE_INFINITY;
  }

  add(held: Held): void {
    this.size++;
    const known = this.byTime.get(held.time);
    this.byTime.set(held.time, this.slots.put(held, known ?? none));
    if (known === undefined) push(this.times, held.time);
  }

  /** Takes out all of the earliest time, in order; there must be one. */
  takeEarliest(take: Take): void {
    const { slots } = this;
    const time = pop(this.times);
    const taken: number[] = [];
    for (let slot = this.byTime.get(time) as number; slot !== none; slot = slots.next(slot)) taken.push(slot);
    this.byTime.delete(time);
    this.size -= taken.length;
    if (taken.length > 1) taken.sort(this.order);
    for (const slot of taken) slots.give(slot, take);
  }

  /** All of them, to be saved. */
  packed(): PackedHeld {
    const { slots } = this;
    let bytes = 0;
    this.each((slot) => {
      bytes += slots.bytesOf(slot);
    });
    const packer = new Packer(this.size, bytes);
    this.each((slot, time) => slots.pack(slot, time, packer));
    return packer.done();
  }

  private each(see: (slot: number, time: EventTime) => void): void {
    for (const [time, first] of this.byTime)
      for (let slot = first; slot !== none; slot = this.slots.next(slot)) see(slot, time);
  }

  /** All of them, in no order. */
  *[Symbol.iterator](): Generator<Held> {
    for (const [time, first] of this.byTime)
      for (let slot = first; slot !== none; slot = this.slots.next(slot)) yield this.slots.at(slot, time);
  }
}

const none = -1;

/** What is known of records, by slots that are used again. */
class Slots {
  private capacity = 0;
  private firstFree = none;
  private chain = new Int32Array(0);
  private ranks = new Int32Array(0);
  private starts = new Int32Array(0);
  private ends = new Int32Array(0);
  private sequences = new Float64Array(0);
  private readonly kinds: Held['kind'][] = [];
  private readonly sources: string[] = [];
  private readonly buffers: Buffer[] = [];
  private readonly origins = new Map<number, Origin>();

  next(slot: number): number {
    return this.chain[slot] as number;
  }

  /** Puts a record before another in its chain; its slot. */
  put(held: Held, next: number): number {
    if (this.firstFree === none) this.grow();
    const slot = this.firstFree;
    this.firstFree = this.chain[slot] as number;
    this.chain[slot] = next;
    this.ranks[slot] = held.rank;
    this.starts[slot] = held.start;
    this.ends[slot] = held.end;
    this.sequences[slot] = held.sequence;
    this.kinds[slot] = held.kind;
    this.sources[slot] = held.source;
    this.buffers[slot] = held.bytes;
    if (held.origin !== undefined) this.origins.set(slot, held.origin);
    return slot;
  }

  /** Gives a record away, and its slot back. */
  give(slot: number, take: Take): void {
    const [kind, bytes] = [this.kinds[slot] as Held['kind'], this.buffers[slot] as Buffer];
    take(kind, this.ranks[slot] as number, bytes, this.starts[slot] as number, this.ends[slot] as number);
    this.buffers[slot] = nothing;
    if (this.origins.size > 0) this.origins.delete(slot);
    this.chain[slot] = this.firstFree;
    this.firstFree = slot;
  }

  at(slot: number, time: EventTime): Held {
    const origin = this.origins.get(slot);
    return {
      time,
      rank: this.ranks[slot] as number,
      source: this.sources[slot] as string,
      sequence: this.sequences[slot] as number,
      kind: this.kinds[slot] as Held['kind'],
      bytes: this.buffers[slot] as Buffer,
      start: this.starts[slot] as number,
      end: this.ends[slot] as number,
      ...(origin ? { origin } : {}),
    };
  }

  bytesOf(slot: number): number {
    return (this.ends[slot] as number) - (this.starts[slot] as number);
  }

  pack(slot: number, time: EventTime, packer: Packer): void {
    packer.add(
      time,
      this.ranks[slot] as number,
      this.kinds[slot] as Held['kind'],
      this.sources[slot] as string,
      this.sequences[slot] as number,
      this.buffers[slot] as Buffer,
      this.starts[slot] as number,
      this.ends[slot] as number,
      this.origins.get(slot),
    );
  }

  /** By topic, source and sequence. */
  compare(a: number, b: number): number {
    const byRank = (this.ranks[a] as number) - (this.ranks[b] as number);
    if (byRank !== 0) return byRank;
    const [one, other] = [this.sources[a] as string, this.sources[b] as string];
    if (one !== other) return one < other ? -1 : 1;
    return (this.sequences[a] as number) - (this.sequences[b] as number);
  }

  private grow(): void {
    const before = this.capacity;
    this.capacity = Math.max(64, 2 * before);
    this.chain = wider(this.chain, new Int32Array(this.capacity));
    this.ranks = wider(this.ranks, new Int32Array(this.capacity));
    this.starts = wider(this.starts, new Int32Array(this.capacity));
    this.ends = wider(this.ends, new Int32Array(this.capacity));
    this.sequences = wider(this.sequences, new Float64Array(this.capacity));
    for (let slot = this.capacity - 1; slot >= before; slot--) {
      this.chain[slot] = this.firstFree;
      this.firstFree = slot;
    }
  }
}

/** Lets go of a buffer whose records are all taken. */
const nothing = Buffer.alloc(0);

function wider<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

function push(heap: number[], time: number): void {
  let child = heap.push(time) - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if ((heap[parent] as number) <= time) break;
    heap[child] = heap[parent] as number;
    child = parent;
  }
  heap[child] = time;
}

function pop(heap: number[]): number {
  const least = heap[0] as number;
  const last = heap.pop() as number;
  if (heap.length === 0) return least;
  let parent = 0;
  for (let child = 1; child < heap.length; child = 2 * parent + 1) {
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= last) break;
    heap[parent] = heap[child] as number;
    parent = child;
  }
  heap[parent] = last;
  return least;
}
