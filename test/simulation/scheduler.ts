/** Virtual time. What happens next, and when, follows from the seed; nothing happens by itself. */
import { createRandom, type Random } from '#simulators/random.ts';

/** Something that will happen unless it is cancelled. */
export interface Pending {
  readonly at: number;
  /** Decides between what happens at the same time. */
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

export class Scheduler {
  /** Milliseconds since the beginning. */
  now = 0;
  /** Told of everything that happens, for people; slow. */
  tell: ((line: string) => void) | undefined;
  /** What has happened so far, as one number: two runs of a seed must agree on it. */
  hash = 0x811c9dc5 | 0;
  happened = 0;
  readonly random: Random;
  private readonly heap: Pending[] = [];
  private order = 0;
  private mayGoOn = false;

  constructor(seed: number) {
    this.random = createRandom(seed, 'scheduler');
  }

  after(milliseconds: number, run: () => void): Pending {
    const pending = { at: this.now + milliseconds, order: this.order++, run, isCancelled: false };
    push(this.heap, pending);
    return pending;
  }

  /** Must be said by whatever lets code of the runtime go on: the next thing then waits until it stands still. */
  letGoOn(): void {
    this.mayGoOn = true;
  }

  /** Writes down that something happened. */
  note(what: string, a = 0, b = 0): void {
    let { hash } = this;
    hash = mix(hash, codeOf(what));
    hash = mix(hash, (this.now * 1000) | 0);
    hash = mix(hash, a | 0);
    this.hash = mix(hash, b | 0);
    this.tell?.(`${this.now.toFixed(3).padStart(10)} ${what} ${a} ${b}`);
  }

  /** Lets things happen, one after the other, until it is over or nothing is left. */
  async run(isOver: () => boolean): Promise<void> {
    await standstill();
    while (!isOver()) {
      const next = pop(this.heap);
      if (next === undefined) return;
      if (next.isCancelled) continue;
      this.now = next.at;
      this.happened++;
      this.mayGoOn = false;
      next.run();
      if (this.mayGoOn) await standstill();
    }
  }
}

/**
 * Resolves when no promise has anything left to do: what is for the next tick waits until all of them stand still. A
 * turn of the event loop does so too, and costs more.
 */
const standstill = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

const mix = (hash: number, value: number): number => {
  const mixed = Math.imul(hash ^ value, 0x01000193);
  return mixed ^ (mixed >>> 15);
};

const codes = new Map<string, number>();
function codeOf(what: string): number {
  let code = codes.get(what);
  if (code === undefined) {
    code = 0x811c9dc5;
    for (let i = 0; i < what.length; i++) code = mix(code, what.charCodeAt(i));
    codes.set(what, code);
  }
  return code;
}

const isBefore = (a: Pending, b: Pending): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Pending[], pending: Pending): void {
  let child = heap.push(pending) - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(pending, heap[parent]!)) break;
    heap[child] = heap[parent]!;
    child = parent;
  }
  heap[child] = pending;
}

function pop(heap: Pending[]): Pending | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let parent = 0;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[parent] = heap[child]!;
    parent = child;
  }
  heap[parent] = last;
  return first;
}
