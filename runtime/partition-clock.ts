import type { EventTime } from '#domain/time.ts';

/**
 * What time it is in one partition of one topic, as a pure function of the records before.
 *
 * In a raw topic it is the newest heartbeat of an ingest; where no ingest ever spoke, the newest time that two
 * devices have reached. So one broken clock moves nothing. In a derived topic it is the least of what its
 * sources have vouched for, and unknown until each has spoken. Plain data, so that it can be saved.
 */
export type PartitionClock = EventsClock | SourcesClock;

interface EventsClock {
  readonly by: 'events';
  now: EventTime;
  /** Whether an ingest has spoken; from then on devices move nothing. */
  led: boolean;
  /** The two devices that are furthest ahead. */
  first: { source: string; at: EventTime };
  second: { source: string; at: EventTime };
}

interface SourcesClock {
  readonly by: 'sources';
  now: EventTime;
  readonly vouched: Map<string, EventTime>;
}

export const createEventsClock = (): PartitionClock => ({
  by: 'events',
  now: Number.NEGATIVE_INFINITY,
  led: false,
  first: { source: '', at: Number.NEGATIVE_INFINITY },
  second: { source: '', at: Number.NEGATIVE_INFINITY },
});

/** A clock of a derived topic to which all of `sources` append. */
export const createSourcesClock = (sources: readonly string[]): PartitionClock => ({
  by: 'sources',
  now: Number.NEGATIVE_INFINITY,
  vouched: new Map(sources.map((source) => [source, Number.NEGATIVE_INFINITY])),
});

/** Notes that a device says that it is `at`. */
export function noteEvent(clock: PartitionClock, source: string, at: EventTime): void {
  if (clock.by === 'sources' || clock.led) return;
  const { first, second } = clock;
  if (source === first.source) {
    if (at > first.at) first.at = at;
  } else if (at > first.at) {
    clock.second = first;
    clock.first = { source, at };
  } else if (at > second.at) {
    second.source = source;
    second.at = at;
  }
  if (clock.second.at > clock.now) clock.now = clock.second.at;
}

/** Notes a heartbeat. One from a source that a derived topic does not expect is not believed. */
export function noteHeartbeat(clock: PartitionClock, source: string, at: EventTime): void {
  if (clock.by === 'events') {
    clock.led = true;
    if (at > clock.now) clock.now = at;
    return;
  }
  const before = clock.vouched.get(source);
  if (before === undefined || at <= before) return;
  clock.vouched.set(source, at);
  let least = Number.POSITIVE_INFINITY;
  for (const vouched of clock.vouched.values()) least = Math.min(least, vouched);
  clock.now = least;
}
