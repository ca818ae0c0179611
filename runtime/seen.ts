import type { EventTime, Milliseconds } from '#domain/time.ts';
import { NameIndex } from '#schemas/name-index.ts';

/**
 * Remembers which records were seen for at least `horizon` of event time, in two generations, so that forgetting
 * costs little. Sources count their records, so that what was seen of one is a few runs of numbers, however many
 * they are. Plain data, so that it can be saved.
 */
export interface Seen {
  sources: SeenOf[];
  /** Counted from 0. */
  generation: number;
  turnsAt: EventTime;
}

/** What was seen of one source. */
interface SeenOf {
  readonly source: string;
  /** In which generation its last record was seen; what is `current` is of that one. */
  generation: number;
  current: Runs;
  previous: Runs;
}

/** Numbers as runs that neither touch nor overlap: the first and last of each in turn, in ascending order. */
type Runs = number[];

export const createSeen = (): Seen => ({
  sources: [],
  generation: 0,
  turnsAt: Number.NEGATIVE_INFINITY,
});

/** Whether the record is new; if so it is remembered. */
export function remember(seen: Seen, source: string, sequence: number): boolean {
  const index = indexOf(seen);
  const own = index.find(source);
  if (own === undefined) {
    const first = { source, generation: seen.generation, current: [sequence, sequence], previous: none };
    seen.sources.push(first);
    index.add(source, first);
    return true;
  }
  if (own.generation !== seen.generation) turn(own, seen.generation);
  if (own.previous.length > 0 && contains(own.previous, sequence)) return false;
  return add(own.current, sequence);
}

/** Takes back that a record was seen, when it does not count after all. */
export function takeBack(seen: Seen, source: string, sequence: number): void {
  const own = indexOf(seen).find(source);
  if (own === undefined) return;
  turn(own, seen.generation);
  const left = remove(own.current, sequence) + remove(own.previous, sequence);
  if (left === 0) keepOnly(seen, (each) => each !== own);
}

/** Forgets, now that the clock stands at `now`, what is older than two horizons; answers whether it was time to. */
export function forget(seen: Seen, now: EventTime, horizon: Milliseconds): boolean {
  if (now < seen.turnsAt) return false;
  if (seen.turnsAt !== Number.NEGATIVE_INFINITY) {
    seen.generation++;
    keepOnly(seen, ({ generation }) => generation >= seen.generation - 1);
  }
  seen.turnsAt = now + horizon;
  return true;
}

const none: Runs = [];

/** Makes what was seen in the generation before this one the previous, unless it is of this one. */
function turn(own: SeenOf, generation: number): void {
  if (own.generation === generation) return;
  own.previous = own.current;
  own.current = [];
  own.generation = generation;
}

function keepOnly(seen: Seen, isKept: (own: SeenOf) => boolean): void {
  seen.sources = seen.sources.filter(isKept);
  indexes.delete(seen);
  last = undefined;
}

/** The sources by name, which is not saved. */
const indexes = new WeakMap<Seen, NameIndex<SeenOf>>();
/** That which was asked for last: a batch is of one. */
let last: { readonly of: Seen; readonly index: NameIndex<SeenOf> } | undefined;

function indexOf(seen: Seen): NameIndex<SeenOf> {
  if (last?.of === seen) return last.index;
  let index = indexes.get(seen);
  if (index === undefined) {
    index = new NameIndex(new Map(seen.sources.map((own) => [own.source, own])));
    indexes.set(seen, index);
  }
  last = { of: seen, index };
  return index;
}

/** Index of the last run that begins at or before a number; -2 when all begin after it. */
function runAt(runs: Runs, number: number): number {
  let low = 0;
  let high = runs.length / 2;
  // Most often it is the last.
  if ((runs[runs.length - 2] as number) <= number) return runs.length - 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[2 * middle] as number) <= number) low = middle + 1;
    else high = middle;
  }
  return 2 * low - 2;
}

function contains(runs: Runs, number: number): boolean {
  const at = runAt(runs, number);
  return at >= 0 && number <= (runs[at + 1] as number);
}

/** Whether it was not there. */
function add(runs: Runs, number: number): boolean {
  const at = runAt(runs, number);
  if (at >= 0 && number <= (runs[at + 1] as number)) return false;
  const touchesBefore = at >= 0 && runs[at + 1] === number - 1;
  const touchesAfter = runs[at + 2] === number + 1;
  if (touchesBefore && touchesAfter) runs.splice(at + 1, 2);
  else if (touchesBefore) runs[at + 1] = number;
  else if (touchesAfter) runs[at + 2] = number;
  else runs.splice(at + 2, 0, number, number);
  return true;
}

/** How much is left of the runs. */
function remove(runs: Runs, number: number): number {
  if (!contains(runs, number)) return runs.length;
  const at = runAt(runs, number);
  const [from, to] = [runs[at] as number, runs[at + 1] as number];
  const rest = [...(from < number ? [from, number - 1] : []), ...(number < to ? [number + 1, to] : [])];
  runs.splice(at, 2, ...rest);
  return runs.length;
}
