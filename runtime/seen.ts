import type { EventTime, Milliseconds } from '#domain/time.ts';

/**
 * Remembers which records were seen for at least `horizon` of event time, in two generations, so that
 * forgetting costs nothing. Plain data, so that it can be saved.
 */
export interface Seen {
  current: Set<string>;
  previous: Set<string>;
  turnsAt: EventTime;
}

export const createSeen = (): Seen => ({
  current: new Set(),
  previous: new Set(),
  turnsAt: Number.NEGATIVE_INFINITY,
});

/** Whether `identity` is new; if so it is remembered. */
export function remember(seen: Seen, identity: string): boolean {
  if (seen.current.has(identity) || seen.previous.has(identity)) return false;
  seen.current.add(identity);
  return true;
}

/** Forgets, now that the clock stands at `now`, what is older than two horizons; answers whether it was time to. */
export function forget(seen: Seen, now: EventTime, horizon: Milliseconds): boolean {
  if (now < seen.turnsAt) return false;
  if (seen.turnsAt !== Number.NEGATIVE_INFINITY) {
    seen.previous = seen.current;
    seen.current = new Set();
  }
  seen.turnsAt = now + horizon;
  return true;
}
