import type { EventTime, Milliseconds } from '#domain/time.ts';
import { NameNumbers } from '#schemas/name-numbers.ts';

/**
 * Remembers which records were seen for at least `horizon` of event time, in two generations, so that forgetting
 * costs little. Sources count their records, so that what was seen of one is a few runs of numbers, however many
 * they are; mostly it is one. Columns rather than objects, since there are many sources. Plain data, so that it can be
 * saved.
 */
export interface Seen {
  sources: string[];
  /** What is known of each source, by `column`. */
  rows: Float64Array;
  /** The runs before the last one of a source, of the few that have any. */
  readonly earlier: { readonly current: Map<number, Runs>; readonly previous: Map<number, Runs> };
  /** Counted from 0. */
  generation: number;
  turnsAt: EventTime;
}

/** Numbers as runs that neither touch nor overlap: the first and last of each in turn, in ascending order. */
type Runs = number[];

/**
 * In which generation the last record of the source was seen, what is `current` is of that one; and the last run of
 * each kind, whose last number is -1 where there is none.
 */
const column = { generation: 0, current: 1, previous: 3 } as const;
const [rowLength, rowsFirst] = [5, 64];

export const createSeen = (): Seen => ({
  sources: [],
  rows: new Float64Array(rowLength * rowsFirst),
  earlier: { current: new Map(), previous: new Map() },
  generation: 0,
  turnsAt: Number.NEGATIVE_INFINITY,
});

/** Whether the record is new; if so it is remembered. */
export function remember(seen: Seen, source: string, sequence: number): boolean {
  const number = numbersOf(seen).find(source);
  if (number < 0) {
    addSource(seen, source, sequence);
    return true;
  }
  if (seen.rows[number * rowLength] !== seen.generation) turn(seen, number);
  const { rows } = seen;
  const row = number * rowLength;
  const last = rows[row + column.current + 1] as number;
  // Most often it is the next one of a source that has been here before.
  if (sequence === last + 1 && last >= 0 && sequence > (rows[row + column.previous + 1] as number)) {
    rows[row + column.current + 1] = sequence;
    return true;
  }
  if (contains(runsOf(seen, number, 'previous'), sequence)) return false;
  const current = runsOf(seen, number, 'current');
  const isNew = add(current, sequence);
  if (isNew) setRuns(seen, number, 'current', current);
  return isNew;
}

/** Takes back that a record was seen, when it does not count after all. */
export function takeBack(seen: Seen, source: string, sequence: number): void {
  const number = numbersOf(seen).find(source);
  if (number < 0) return;
  turn(seen, number);
  let left = 0;
  for (const kind of ['current', 'previous'] as const) {
    const runs = without(runsOf(seen, number, kind), sequence);
    setRuns(seen, number, kind, runs);
    left += runs.length;
  }
  if (left === 0) keepOnly(seen, (each) => each !== number);
}

/** Forgets, now that the clock stands at `now`, what is older than two horizons; answers whether it was time to. */
export function forget(seen: Seen, now: EventTime, horizon: Milliseconds): boolean {
  if (now < seen.turnsAt) return false;
  if (seen.turnsAt !== Number.NEGATIVE_INFINITY) {
    seen.generation++;
    keepOnly(seen, (number) => (seen.rows[number * rowLength] as number) >= seen.generation - 1);
  }
  seen.turnsAt = now + horizon;
  return true;
}

function addSource(seen: Seen, source: string, sequence: number): void {
  numbersOf(seen).add(source);
  const number = seen.sources.push(source) - 1;
  if (number * rowLength === seen.rows.length) {
    const wider = new Float64Array(2 * seen.rows.length);
    wider.set(seen.rows);
    seen.rows = wider;
  }
  seen.rows[number * rowLength + column.generation] = seen.generation;
  setRuns(seen, number, 'current', [sequence, sequence]);
  setRuns(seen, number, 'previous', []);
}

function runsOf({ rows, earlier }: Seen, number: number, kind: 'current' | 'previous'): Runs {
  const at = number * rowLength + column[kind];
  const last = rows[at + 1] as number;
  return last < 0 ? [] : [...(earlier[kind].get(number) ?? []), rows[at] as number, last];
}

function setRuns({ rows, earlier }: Seen, number: number, kind: 'current' | 'previous', runs: Runs): void {
  const at = number * rowLength + column[kind];
  rows[at] = runs.at(-2) ?? 0;
  rows[at + 1] = runs.at(-1) ?? -1;
  if (runs.length > 2) earlier[kind].set(number, runs.slice(0, -2));
  else if (earlier[kind].size > 0) earlier[kind].delete(number);
}

/** Makes what was seen in the generation before this one the previous, unless it is of this one. */
function turn(seen: Seen, number: number): void {
  const at = number * rowLength + column.generation;
  if (seen.rows[at] === seen.generation) return;
  setRuns(seen, number, 'previous', runsOf(seen, number, 'current'));
  setRuns(seen, number, 'current', []);
  seen.rows[at] = seen.generation;
}

function keepOnly(seen: Seen, isKept: (number: number) => boolean): void {
  const kept = seen.sources.map((_, number) => number).filter(isKept);
  if (kept.length === seen.sources.length) return;
  const before = { ...seen };
  Object.assign(seen, { ...createSeen(), generation: seen.generation, turnsAt: seen.turnsAt });
  numbers.delete(seen);
  last = undefined;
  for (const number of kept) {
    const own = seen.sources.length;
    addSource(seen, before.sources[number] as string, 0);
    seen.rows[own * rowLength] = before.rows[number * rowLength] as number;
    for (const kind of ['current', 'previous'] as const)
      setRuns(seen, own, kind, runsOf(before, number, kind));
  }
}

/** The sources by name, which is not saved. */
const numbers = new WeakMap<Seen, NameNumbers>();
/** That which was asked for last: a batch is of one. */
let last: { readonly of: Seen; readonly numbers: NameNumbers } | undefined;

function numbersOf(seen: Seen): NameNumbers {
  if (last?.of === seen) return last.numbers;
  let own = numbers.get(seen);
  if (own === undefined) {
    own = new NameNumbers(seen.sources);
    numbers.set(seen, own);
  }
  last = { of: seen, numbers: own };
  return own;
}

/** Index of the last run that begins at or before a number; -2 when all begin after it. */
function runAt(runs: Runs, number: number): number {
  let low = 0;
  let high = runs.length / 2;
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

function without(runs: Runs, number: number): Runs {
  if (!contains(runs, number)) return runs;
  const at = runAt(runs, number);
  const [from, to] = [runs[at] as number, runs[at + 1] as number];
  const rest = [...(from < number ? [from, number - 1] : []), ...(number < to ? [number + 1, to] : [])];
  runs.splice(at, 2, ...rest);
  return runs;
}
