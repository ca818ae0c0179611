import type { EventTime } from '#domain/time.ts';

/** A record that waits for the watermark. */
export interface Held<Event> {
  /** When it is taken up. */
  readonly time: EventTime;
  /** Index of its topic among those that the processor reads. */
  readonly rank: number;
  readonly source: string;
  readonly sequence: number;
  readonly kind: 'event' | 'late';
  readonly event: Event;
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

/** By time, then topic, source and sequence: a total order that owes nothing to arrival. */
export function before(a: Held<unknown>, b: Held<unknown>): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.source !== b.source ? a.source < b.source : a.sequence < b.sequence;
}

/** Adds to a binary heap whose least element by `before` is at index 0. */
export function push<Event>(heap: Held<Event>[], held: Held<Event>): void {
  let child = heap.push(held) - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!before(held, heap[parent]!)) break;
    heap[child] = heap[parent]!;
    child = parent;
  }
  heap[child] = held;
}

/** Takes the least element out; the heap must not be empty. */
export function pop<Event>(heap: Held<Event>[]): Held<Event> {
  const least = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return least;
  let parent = 0;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[parent] = heap[child]!;
    parent = child;
  }
  heap[parent] = last;
  return least;
}
