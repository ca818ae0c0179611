/** History in buckets: what was measured in each, and what share of it was not. */
import { losByControlDelay, losBySpeedShare } from '#domain/level-of-service.ts';
import type { Quality } from '#domain/quality.ts';
import { type EventTime, floorTo, type Milliseconds, seconds, toRfc3339 } from '#domain/time.ts';
import {
  type AnyAggregate,
  aggregateOf,
  emptyAggregate,
  type IntersectionAggregate,
  type LinkAggregate,
  type ParkingAggregate,
  paceParts,
} from '#runtime/aggregates.ts';
import { eventOf } from '#schemas/row.ts';
import { scaled } from './present.ts';
import type { Range } from './range.ts';
import type { IntersectionBucketJson } from './signal-shapes.ts';
import type { LinkBucketJson, ParkingBucketJson } from './traffic-shapes.ts';

/** What is known of a range, in buckets of `length`; of a bucket without any window there is nothing. */
export interface Buckets<Aggregate extends AnyAggregate> {
  readonly length: Milliseconds;
  readonly aggregates: readonly Aggregate[];
}

/** Every bucket of the range, with what is known of it; those of the future are left out. */
function eachBucket<Aggregate extends AnyAggregate>(
  { length, aggregates }: Buckets<Aggregate>,
  range: Range,
  table: string,
): (readonly [EventTime, Aggregate])[] {
  const found = new Map(aggregates.map((aggregate) => [aggregate.bucket, aggregate]));
  const none = eventOf(emptyAggregate(aggregateOf(table))) as unknown as Aggregate;
  const buckets: (readonly [EventTime, Aggregate])[] = [];
  const end = Math.min(range.to, floorTo(range.now, length) + length);
  for (let start = floorTo(range.from, length); start < end; start += length)
    buckets.push([start, found.get(start) ?? none]);
  return buckets;
}

/** Share of the bucket, percent to one decimal, that no measured window covers; what is yet to come is not missing. */
function missingPercent(
  { measuredSeconds, measuredEnd }: AnyAggregate,
  start: EventTime,
  length: Milliseconds,
  now: EventTime,
): number {
  const elapsed = Math.min(start + length, Math.max(now, measuredEnd ?? start)) - start;
  if (elapsed <= 0) return 100;
  return Math.round(Math.max(0, 1 - seconds(measuredSeconds) / elapsed) * 1000) / 10;
}

/** Observed when most of what was measured was, imputed when most was filled in, missing when there is nothing. */
function bucketQuality({ observedWindows, imputedWindows }: AnyAggregate): Quality {
  if (observedWindows + imputedWindows === 0) return 'missing';
  return observedWindows >= imputedWindows ? 'observed' : 'imputed';
}

/** The mean by weight; the plain one where nothing weighs anything, and null where nothing is known. */
function mean(byWeight: number, weight: number, total: number, windows: number): number | null {
  if (weight > 0) return byWeight / weight;
  return windows === 0 ? null : total / windows;
}

const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;

/**
 * Space-mean speed of several windows, km/h: all vehicles over all their travel times, that is the harmonic
 * mean by vehicles (Wardrop 1952). A window whose speed is not known, or is 0, does not count.
 */
export function spaceMeanKph(aggregate: LinkAggregate): number | null {
  const { paceByVehicles, paceVehicles, paceTotal, paceWindows } = aggregate;
  const pace = mean(paceByVehicles, paceVehicles, paceTotal, paceWindows);
  return pace === null ? null : paceParts / pace / 10;
}

/** The history of a link. Windows that were missing add nothing to any value: they are never taken for 0. */
export function linkHistory(
  known: Buckets<LinkAggregate>,
  range: Range,
  freeFlowKph: number,
): { readonly resolutionSeconds: number; readonly buckets: LinkBucketJson[] } {
  const buckets = eachBucket(known, range, 'link_state').map(([start, all]): LinkBucketJson => {
    const speedKph = spaceMeanKph(all);
    const flow = mean(all.flowBySeconds, all.flowSeconds, 0, 0);
    const occupancy = mean(all.occupancyBySeconds, all.occupancySeconds, 0, 0);
    const delay = mean(all.delayByVehicles, all.delayVehicles, all.delayTotal, all.delayWindows);
    const index = mean(all.indexByVehicles, all.indexVehicles, all.indexTotal, all.indexWindows);
    return {
      start: toRfc3339(start),
      quality: bucketQuality(all),
      vehicles: all.countedWindows === 0 ? null : all.vehicles,
      flowVph: rounded(flow, 0),
      occupancyPercent: rounded(scaled(occupancy, 10), 1),
      speedKph: rounded(speedKph, 1),
      delaySeconds: rounded(scaled(delay, 10), 1),
      travelTimeIndex: rounded(scaled(index, 1000), 3),
      levelOfService: speedKph === null ? null : losBySpeedShare(speedKph / freeFlowKph),
      samples: all.samples,
      expectedSamples: all.windows === 0 ? null : all.expectedSamples,
      missingPercent: missingPercent(all, start, known.length, range.now),
    };
  });
  return { resolutionSeconds: known.length / 1000, buckets };
}

/** The history of a car park: how it stood at the end of each bucket, and what went in and out. */
export function parkingHistory(
  known: Buckets<ParkingAggregate>,
  range: Range,
): { readonly resolutionSeconds: number; readonly buckets: ParkingBucketJson[] } {
  const buckets = eachBucket(known, range, 'parking_state').map(([start, all]): ParkingBucketJson => {
    const [, capacitySpaces = null, occupiedSpaces = null, freeSpaces = null] = all.newest ?? [];
    const samples = all.observedWindows + all.imputedWindows;
    return {
      start: toRfc3339(start),
      quality: bucketQuality(all),
      capacitySpaces,
      occupiedSpaces,
      freeSpaces,
      leastFreeSpaces: all.leastFreeSpaces,
      entries: samples === 0 ? null : all.entries,
      exits: samples === 0 ? null : all.exits,
      samples,
      missingPercent: missingPercent(all, start, known.length, range.now),
    };
  });
  return { resolutionSeconds: known.length / 1000, buckets };
}

/** The history of an intersection; its delay is the mean by the volume of its phases. */
export function intersectionHistory(
  known: Buckets<IntersectionAggregate>,
  range: Range,
): { readonly resolutionSeconds: number; readonly buckets: IntersectionBucketJson[] } {
  const all = eachBucket(known, range, 'intersection_performance');
  const buckets = all.map(([start, one]): IntersectionBucketJson => {
    const delay = scaled(mean(one.delayByVolume, one.delayVolume, one.delayTotal, one.delayWindows), 10);
    const cycle = mean(one.cycleByCycles, one.cycleCycles, one.cycleTotal, one.cycleWindows);
    return {
      start: toRfc3339(start),
      quality: bucketQuality(one),
      cycleSeconds: rounded(scaled(cycle, 10), 1),
      controlDelaySeconds: rounded(delay, 1),
      levelOfService: delay === null ? null : losByControlDelay(delay),
      splitFailures: one.splitFailures,
      samples: one.cycles,
      missingPercent: missingPercent(one, start, known.length, range.now),
    };
  });
  return { resolutionSeconds: known.length / 1000, buckets };
}
