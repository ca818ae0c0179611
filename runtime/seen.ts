import type { EventTime, Milliseconds } from '#domain/time.ts';

/**
 * Remembers which records were seen for at least `horizon` of event time, in two generations, so that forgetting
 * costs nothing. Sources count their records, so that what was seen of one is a few runs of numbers, however many
 * they are. Plain data, so that it can be saved.
 */
export interface Seen {
  current: Generation;
  previous: Generation;
  turnsAt: EventTime;
}

type Generation = Map<string, Runs>;

/** Numbers as runs that neither touch nor overlap: the first and last of each in turn, in ascending order. */
type Runs = number[];

export const createSeen = (): Seen => ({
  current: new Map(),
  previous: new Map(),
  turnsAt: Number.NEGATIVE_INFINITY,
});

/** Whether the record is new; if so it is remembered. */
export function remember({ current, previous }: Seen, source: string, sequence: number): boolean {
  const before = previous.get(source);
  if (before !== undefined && contains(before, sequence)) return false;
  const runs = current.get(source);
  if (runs === undefined) {
    current.set(source, [sequence, sequence]);
    return true;
  }
  return add(runs, sequence);
}

/** Takes back that a record was seen, when it does not count after all. */
export function takeBack({ current, previous }: Seen, source: string, sequence: number): void {
  for (const generation of [current, previous]) {
    const runs = generation.get(source);
    if (runs !== undefined && remove(runs, sequence) === 0) generation.delete(source);
  }
}

/** Forgets, now that the clock stands at `now`, what is older than two horizons; answers whether it was time to. */
export function forget(seen: Seen, now: EventTime, horizon: Milliseconds): boolean {
  if (now < seen.turnsAt) return false;
  if (seen.turnsAt !== Number.NEGATIVE_INFINITY) {
    seen.previous = seen.current;
    seen.current = new Map();
  }
  seen.turnsAt = now + horizon;
  return true;
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
