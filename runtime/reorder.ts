import type { EventTime } from '#domain/time.ts';
import type { Held, Origin } from './held.ts';
import { type PackedHeld, Packer } from './packed-held.ts';
import { TimeHeap } from './time-heap.ts';

type Take = (
  kind: Held['kind'],
  rank: number,
  bytes: Buffer,
  start: number,
  end: number,
  first: string,
  second: string,
) => void;

/**
 * Records that wait, given out by time, then topic, source and sequence: a total order that owes nothing to arrival.
 * Those of one time are chained behind the first of them, and only the firsts are in a heap: devices report on the same
 * beats. A record is a slot in arrays rather than an object, which would live long enough to cost the garbage collector
 * more than everything else.
 */
export class Waiting {
  size = 0;
  private readonly slots = new Slots();
  private readonly heap = new TimeHeap();
  /** The last first of a chain by a few bits of its time: a time that is not found here begins another chain. */
  private readonly recent = new Int32Array(recentMost).fill(none);
  private readonly order = (a: number, b: number): number => this.slots.compare(a, b);

  constructor(held: Iterable<Held> = []) {
    for (const each of held) this.add(each);
  }

  /** When the first of them is taken up; infinitely late when there is none. */
  get earliest(): EventTime {
    return this.heap.least;
  }

  add(held: Held): void {
    this.size++;
    const { time } = held;
    const turn = time & (recentMost - 1);
    const first = this.recent[turn] as number;
    if (first !== none && this.slots.chain(held, first)) return;
    const slot = this.slots.put(held);
    this.recent[turn] = slot;
    this.heap.push(time, slot);
  }

  /** Takes out all of the earliest time, in order; there must be one. */
  takeEarliest(take: Take): void {
    const { heap, slots } = this;
    const time = heap.least;
    const first = heap.pop();
    if (slots.next(first) === none && heap.least !== time) {
      this.size--;
      slots.give(first, take);
      return;
    }
    const taken: number[] = [];
    for (let slot = first; slot !== none; slot = slots.next(slot)) taken.push(slot);
    while (heap.least === time)
      for (let slot = heap.pop(); slot !== none; slot = slots.next(slot)) taken.push(slot);
    this.size -= taken.length;
    this.sort(taken);
    for (const slot of taken) slots.give(slot, take);
  }

  /** In place; a few, as is usual, by insertion, which costs least. */
  private sort(taken: number[]): void {
    if (taken.length > insertedMost) {
      taken.sort(this.order);
      return;
    }
    for (let i = 1; i < taken.length; i++) {
      const slot = taken[i] as number;
      let at = i;
      for (; at > 0 && this.slots.compare(taken[at - 1] as number, slot) > 0; at--)
        taken[at] = taken[at - 1] as number;
      taken[at] = slot;
    }
  }

  /** All of them, to be saved. */
  packed(): PackedHeld {
    const { slots } = this;
    let bytes = 0;
    for (const slot of slots) bytes += slots.bytesOf(slot);
    const packer = new Packer(this.size, bytes);
    for (const slot of slots) slots.pack(slot, packer);
    return packer.done();
  }

  /** All of them, in no order. */
  *[Symbol.iterator](): Generator<Held> {
    for (const slot of this.slots) yield this.slots.at(slot);
  }
}

const none = -1;
/** A power of two. */
const recentMost = 1024;
const insertedMost = 12;

/** What is known of records, by slots that are used again. */
class Slots {
  private capacity = 0;
  private firstFree = none;
  /** The next of the chain, or of the free ones. */
  private nexts = new Int32Array(0);
  /** Of the first of a chain the last; else `none`. */
  private lasts = new Int32Array(0);
  /** NaN where no record is. */
  private times = new Float64Array(0);
  private ranks = new Int32Array(0);
  private starts = new Int32Array(0);
  private ends = new Int32Array(0);
  private sequences = new Float64Array(0);
  private readonly kinds: Held['kind'][] = [];
  private readonly sources: string[] = [];
  private readonly firsts: string[] = [];
  private readonly seconds: string[] = [];
  private readonly buffers: Buffer[] = [];
  private readonly origins = new Map<number, Origin>();

  /** Those that hold a record. */
  *[Symbol.iterator](): Generator<number> {
    for (let slot = 0; slot < this.capacity; slot++) if (!Number.isNaN(this.times[slot])) yield slot;
  }

  next(slot: number): number {
    return this.nexts[slot] as number;
  }

  /** Puts a record into a slot, the first of its chain. */
  put(held: Held): number {
    if (this.firstFree === none) this.grow();
    const slot = this.firstFree;
    this.firstFree = this.nexts[slot] as number;
    this.nexts[slot] = none;
    this.lasts[slot] = slot;
    this.times[slot] = held.time;
    this.ranks[slot] = held.rank;
    this.starts[slot] = held.start;
    this.ends[slot] = held.end;
    this.sequences[slot] = held.sequence;
    this.kinds[slot] = held.kind;
    this.sources[slot] = held.source;
    this.firsts[slot] = held.first;
    this.seconds[slot] = held.second;
    this.buffers[slot] = held.bytes;
    if (held.origin !== undefined) this.origins.set(slot, held.origin);
    return slot;
  }

  /** Puts a record at the end of a chain, if it is still the chain of its time. */
  chain(held: Held, first: number): boolean {
    if (this.times[first] !== held.time || this.lasts[first] === none) return false;
    const slot = this.put(held);
    this.lasts[slot] = none;
    this.nexts[this.lasts[first] as number] = slot;
    this.lasts[first] = slot;
    return true;
  }

  /** Gives a record away, and its slot back. */
  give(slot: number, take: Take): void {
    const [kind, bytes] = [this.kinds[slot] as Held['kind'], this.buffers[slot] as Buffer];
    const [start, end] = [this.starts[slot] as number, this.ends[slot] as number];
    const [first, second] = [this.firsts[slot] as string, this.seconds[slot] as string];
    take(kind, this.ranks[slot] as number, bytes, start, end, first, second);
    this.times[slot] = Number.NaN;
    this.lasts[slot] = none;
    this.buffers[slot] = nothing;
    if (this.origins.size > 0) this.origins.delete(slot);
    this.nexts[slot] = this.firstFree;
    this.firstFree = slot;
  }

  at(slot: number): Held {
    const origin = this.origins.get(slot);
    return {
      time: this.times[slot] as number,
      rank: this.ranks[slot] as number,
      source: this.sources[slot] as string,
      sequence: this.sequences[slot] as number,
      first: this.firsts[slot] as string,
      second: this.seconds[slot] as string,
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

  pack(slot: number, packer: Packer): void {
    packer.add(
      this.times[slot] as number,
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
    this.nexts = wider(this.nexts, new Int32Array(this.capacity));
    this.lasts = wider(this.lasts, new Int32Array(this.capacity).fill(none));
    this.times = wider(this.times, new Float64Array(this.capacity).fill(Number.NaN));
    this.ranks = wider(this.ranks, new Int32Array(this.capacity));
    this.starts = wider(this.starts, new Int32Array(this.capacity));
    this.ends = wider(this.ends, new Int32Array(this.capacity));
    this.sequences = wider(this.sequences, new Float64Array(this.capacity));
    for (let slot = this.capacity - 1; slot >= before; slot--) {
      this.nexts[slot] = this.firstFree;
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
