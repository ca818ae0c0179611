import type { EventTime } from '#domain/time.ts';

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

/**
 * Records that wait, given out by time, then topic, source and sequence: a total order that owes nothing to arrival.
 * Those of one time lie together, and only the times are in a heap: devices report on the same beats, and numbers
 * are quickly compared.
 */
export class Waiting {
  size = 0;
  private readonly byTime = new Map<EventTime, Held[]>();
  /** A binary heap, the least at index 0. */
  private readonly times: EventTime[] = [];

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
    if (known !== undefined) known.push(held);
    else {
      this.byTime.set(held.time, [held]);
      push(this.times, held.time);
    }
  }

  /** Takes out all of the earliest time, in order; there must be one. */
  takeEarliest(): readonly Held[] {
    const time = pop(this.times);
    const held = this.byTime.get(time) as Held[];
    this.byTime.delete(time);
    this.size -= held.length;
    return held.length > 1 ? held.sort(compare) : held;
  }

  /** All of them in one buffer, to be saved. */
  packed(): Held[] {
    const all = [...this];
    const bytes = Buffer.concat(all.map((held) => held.bytes.subarray(held.start, held.end)));
    let start = 0;
    return all.map((held) => {
      const packed = { ...held, bytes, start, end: start + held.end - held.start };
      start = packed.end;
      return packed;
    });
  }

  /** All of them, in no order. */
  *[Symbol.iterator](): Generator<Held> {
    for (const held of this.byTime.values()) yield* held;
  }
}

function compare(a: Held, b: Held): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return a.sequence - b.sequence;
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
