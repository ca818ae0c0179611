/** Which stretch of time is asked for, and how finely. */
import {
  type EventTime,
  floorTo,
  type Milliseconds,
  minutes,
  parseRfc3339,
  toRfc3339,
} from '#domain/time.ts';
import { Problem } from './problem.ts';
import type { RangeAsked } from './shapes.ts';

/** Whole buckets from `from` to `to`, the latter not included; `now` bounds what could have been measured. */
export interface Range {
  readonly from: EventTime;
  readonly to: EventTime;
  readonly resolution: Milliseconds;
  readonly now: EventTime;
}

const resolutions = { '1m': 1, '5m': 5, '15m': 15, '1h': 60, '1d': 1440 } as const;

/** The longest range of a resolution, so that no answer reads more than some 130,000 windows of a minute. */
const daysMost = { '1m': 1, '5m': 3, '15m': 7, '1h': 31, '1d': 92 } as const;
const bucketsByDefault = 180;

/** The range that was asked for, widened to whole buckets; refuses one that is turned round or too long. */
export function rangeOf(asked: RangeAsked, now: EventTime): Range {
  const name = asked.resolution ?? '1m';
  const resolution = minutes(resolutions[name]);
  const to = timeOf('to', asked.to) ?? now;
  const longest = minutes(daysMost[name] * 1440);
  const from = timeOf('from', asked.from) ?? to - Math.min(bucketsByDefault * resolution, longest);
  if (from >= to)
    throw new Problem(
      400,
      'request.invalid',
      `query.from: ${toRfc3339(from)} found; a time before ${toRfc3339(to)} would be right`,
    );
  if (to - from > longest)
    throw new Problem(
      400,
      'range.tooLong',
      `${((to - from) / minutes(1440)).toFixed(1)} days found; ` +
        `${daysMost[name]} at most at resolution ${name}, or a coarser one, would be right`,
    );
  return { from: floorTo(from, resolution), to: floorTo(to - 1, resolution) + resolution, resolution, now };
}

/** The instant that was asked for, undefined when it is now; refuses one that is still to come. */
export function instantOf(asked: { readonly at?: string }, now: EventTime): EventTime | undefined {
  const at = timeOf('at', asked.at);
  if (at !== undefined && at > now)
    throw new Problem(
      400,
      'request.invalid',
      `query.at: ${toRfc3339(at)} found; a time not after ${toRfc3339(now)} would be right`,
    );
  return at;
}

function timeOf(field: string, text: string | undefined): EventTime | undefined {
  if (text === undefined) return undefined;
  const at = parseRfc3339(text);
  if (at === undefined)
    throw new Problem(
      400,
      'request.invalid',
      `query.${field}: ${JSON.stringify(text)} found; an RFC 3339 time with its zone would be right`,
    );
  return at;
}
