import { type EventTime, minutes } from './time.ts';

/** Quarters of an hour in a day. */
export const quartersADay = 96;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/**
 * How far local time is ahead of UTC at `at`, in milliseconds, by the IANA time zone. Exact to the quarter of an
 * hour, on which all changes of clock fall.
 */
export function utcOffset(at: EventTime, timeZone: string): number {
  const quarter = Math.floor(at / minutes(15));
  const key = `${timeZone}/${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const from = quarter * minutes(15);
  const parts = Object.fromEntries(
    format.formatToParts(from).map(({ type, value }) => [type, Number(value)]),
  );
  const local = Date.UTC(parts['year']!, parts['month']! - 1, parts['day'], parts['hour'], parts['minute']);
  if (offsets.size > 1000) offsets.clear();
  offsets.set(key, local - from);
  return local - from;
}

/** Where in the weekly profile a time falls: 0..95 on Monday to Friday, 96..191 at the weekend, local time. */
export function profileSlot(at: EventTime, timeZone: string): number {
  const local = at + utcOffset(at, timeZone);
  const quarter = Math.floor(local / minutes(15)) % quartersADay;
  // 1970-01-01 was a Thursday.
  const weekday = (Math.floor(local / minutes(24 * 60)) + 3) % 7;
  return weekday >= 5 ? quartersADay + quarter : quarter;
}
