/** Milliseconds since 1970-01-01T00:00:00Z at which something happened in the street. Integer. */
export type EventTime = number & { readonly unit?: 'EventTime' };

/** A length of time in milliseconds. Integer. */
export type Milliseconds = number & { readonly unit?: 'Milliseconds' };

/** A length of time given in seconds. */
export const seconds = (n: number): Milliseconds => Math.round(n * 1000);

/** A length of time given in minutes. */
export const minutes = (n: number): Milliseconds => Math.round(n * 60_000);

/** The newest multiple of `length` that is not after `at`; correct for times before 1970 too. */
export const floorTo = (at: EventTime, length: Milliseconds): EventTime => Math.floor(at / length) * length;

/** The time as RFC 3339 in UTC with milliseconds, for people and JSON. */
export const toRfc3339 = (at: EventTime): string => new Date(at).toISOString();

/**
 * An RFC 3339 time with its zone, in milliseconds; undefined when it is malformed or has no zone.
 * A time without a zone is refused rather than guessed.
 */
export function parseRfc3339(text: string): EventTime | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/.test(text))
    return undefined;
  const at = Date.parse(text);
  // Date.parse takes 30 February for 1 March.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  const isDay = day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Number.isNaN(at) || !isDay ? undefined : at;
}
