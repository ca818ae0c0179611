/** Feeds in which devices and lines misbehave, made of good ones; and what is to come of it. */
import { type EventTime, type Milliseconds, minutes, seconds } from '#domain/time.ts';
import { processors } from '#processors/main.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { embeddedIds, topicNamed } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord, encodeRecord, type Topic } from '#schemas/topic.ts';
import { driverSubscriptions } from '#schemas/topics.ts';
import type { Random } from '#simulators/random.ts';
import { type Feed, type FeedRecord, feedOf, isHeartbeat } from './feed.ts';
import { mutate } from './mutants.ts';

interface Said {
  readonly topic: Topic<unknown>;
  readonly event: { readonly at: EventTime };
}

/** The event of a record that is no heartbeat. */
function said({ topic: name, value }: FeedRecord): Said {
  const topic = topicNamed(name) as Topic<unknown>;
  const event = decodeRecord(topic, value, 0, value.length);
  if (isRejection(event)) throw new Error(`a record of ${name} cannot be read: ${event.detail}`);
  return { topic, event: event as Said['event'] };
}

/** The record with some fields of its event changed. */
function altered(record: FeedRecord, change: (event: Said['event']) => object): FeedRecord {
  const { topic, event } = said(record);
  const value = encodeRecord(topic, { ...event, ...change(event) }, embeddedIds.id(topic.name));
  return { ...record, value };
}

/** The feed in the order of sending, each record where it is put: by its `at`, heartbeats last in their second. */
function reordered(feed: Feed, records: readonly FeedRecord[]): Feed {
  const order = (record: FeedRecord): number => record.at * 2 + (isHeartbeat(record) ? 1 : 0);
  return feedOf(
    feed,
    [...records].sort((a, b) => order(a) - order(b)),
  );
}

/** A share of the records comes twice, at once or within half a minute. */
export function withDuplicates(feed: Feed, share: number, random: Random): { feed: Feed; added: number } {
  const records = [...feed.records];
  for (const record of feed.records) {
    if (isHeartbeat(record) || !random.chance(share)) continue;
    const later = random.chance(0.5) ? 0 : seconds(random.integer(30));
    records.push({ ...record, at: Math.min(record.at + later, feed.endAt) });
  }
  return { feed: reordered(feed, records), added: records.length - feed.records.length };
}

/** How late a record may come that is in order for every processor that reads its topic. */
const latenessOf = ({ name }: Topic<unknown>): Milliseconds =>
  Math.min(
    ...processors
      .filter(({ reads }) => reads.some((topic) => topic.name === name))
      .map(({ lateness }) => lateness),
  );

/** Each record is sent at any time at which it is still in order for every processor, in any order within a second. */
export function outOfOrder(feed: Feed, random: Random): Feed {
  const moved = feed.records.map((record) => {
    if (isHeartbeat(record) || record.topic === driverSubscriptions.name) return record;
    const { topic, event } = said(record);
    const latest = Math.min(event.at + latenessOf(topic), feed.endAt);
    const spare = Math.floor((latest - record.at) / 1000);
    return spare > 0 ? { ...record, at: record.at + seconds(random.integer(spare + 1)) } : record;
  });
  const order = new Map(moved.map((record) => [record, random.next()]));
  const shuffled = moved
    .filter((record) => !isHeartbeat(record))
    .sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
  return reordered(feed, [...shuffled, ...moved.filter(isHeartbeat)]);
}

/** How a wrong clock tells the time, and what must be said of it. */
export const wrongClocks = {
  late: { at: (at: EventTime) => at - minutes(150), code: 'late' },
  year: { at: (at: EventTime) => at + minutes(365 * 24 * 60), code: 'time.ahead' },
  epoch: { at: () => 0, code: 'late' },
  before: { at: (at: EventTime) => -at, code: 'late' },
} as const;

/**
 * More records, of devices whose clocks are wrong: one before the first heartbeat of each partition, most at any
 * time. `by` has them by what is to be said of each.
 */
export function withWrongClocks(
  feed: Feed,
  share: number,
  random: Random,
): { feed: Feed; by: ReadonlyMap<string, readonly FeedRecord[]> } {
  const by = new Map<string, FeedRecord[]>([
    ['late', []],
    ['time.ahead', []],
  ]);
  const kinds = Object.values(wrongClocks);
  let sequence = 1_000_000;
  const wrong = (record: FeedRecord): FeedRecord => {
    const { at, code } = random.pick(kinds);
    const changed = altered(record, (event) => ({ at: at(event.at), sequence: sequence++ }));
    by.get(code)?.push(changed);
    return changed;
  };
  const good = new Set(
    feed.records.filter((record) => !isHeartbeat(record) && 'sequence' in said(record).event),
  );
  const early = oneOfEach(feed, random.chance(0.5) ? [...good] : [...good].reverse()).map(wrong);
  const records = feed.records.flatMap((record) =>
    good.has(record) && random.chance(share) ? [record, wrong(record)] : [record],
  );
  return {
    feed: feedOf(feed, [...early.map((record) => ({ ...record, at: feed.startAt })), ...records]),
    by,
  };
}

/** One record for each topic and partition: two wrong clocks before the first heartbeat would be believed (0002). */
function oneOfEach({ partitions }: Feed, records: readonly FeedRecord[]): FeedRecord[] {
  const first = new Map<string, FeedRecord>();
  for (const record of records) {
    const place = `${record.topic}/${partitionOf(record.key, partitions)}`;
    if (!first.has(place)) first.set(place, record);
  }
  return [...first.values()];
}

/** Every device has an error of its own, up to so many milliseconds, which stays. */
export function withSkew(feed: Feed, most: number, random: Random): Feed {
  const errors = new Map<string, number>();
  return feedOf(
    feed,
    feed.records.map((record) => {
      if (isHeartbeat(record)) return record;
      const device = `${record.topic} ${record.key}`;
      const error = errors.get(device) ?? Math.round(random.between(-most, most));
      errors.set(device, error);
      return altered(record, ({ at }) => ({ at: at + error }));
    }),
  );
}

/** So many broken payloads among the good ones, in the partition of what they were. */
export function withPoison(feed: Feed, count: number, random: Random): { feed: Feed; added: number } {
  const share = count / feed.records.length;
  let added = 0;
  const records = feed.records.flatMap((record) => {
    if (isHeartbeat(record) || !random.chance(share * 3)) return [record];
    const value = mutate(record.value, random);
    if (isHeartbeat({ value })) return [record];
    added++;
    return [record, { ...record, value, partition: partitionOf(record.key, feed.partitions) }];
  });
  return { feed: feedOf(feed, records), added };
}
