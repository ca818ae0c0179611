/** History in buckets: what was measured in each, and what share of it was not. */
import { losByControlDelay, losBySpeedShare } from '#domain/level-of-service.ts';
import type { Quality } from '#domain/quality.ts';
import { type EventTime, floorTo, type Milliseconds, seconds, toRfc3339 } from '#domain/time.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { scaled, windowEnd } from './present.ts';
import type { Range } from './range.ts';
import type { IntersectionBucketJson } from './signal-shapes.ts';
import type { LinkBucketJson, ParkingBucketJson } from './traffic-shapes.ts';

interface Windowed {
  readonly windowStart: EventTime;
  readonly windowSeconds: number;
  readonly quality: Quality;
}

/** Windows longer than a bucket would leave holes between them: the buckets are then as long as the windows. */
function bucketLength(states: readonly Windowed[], range: Range): Milliseconds {
  return states.reduce((length, state) => Math.max(length, seconds(state.windowSeconds)), range.resolution);
}

/** Puts each state in the bucket in which its window begins; buckets without any are there too, empty. */
function inBuckets<State extends Windowed>(
  states: readonly State[],
  range: Range,
  length: Milliseconds,
): Map<EventTime, State[]> {
  const buckets = new Map<EventTime, State[]>();
  const end = Math.min(range.to, floorTo(range.now, length) + length);
  for (let start = floorTo(range.from, length); start < end; start += length) buckets.set(start, []);
  for (const state of states) buckets.get(floorTo(state.windowStart, length))?.push(state);
  return buckets;
}

const isMeasured = (state: Windowed): boolean => state.quality === 'observed' || state.quality === 'imputed';

/** Share of the bucket, percent to one decimal, that no measured window covers; what is yet to come is not missing. */
function missingPercent(
  states: readonly Windowed[],
  start: EventTime,
  length: Milliseconds,
  now: EventTime,
): number {
  const measured = states.filter(isMeasured);
  const covered = measured.reduce((sum, state) => sum + seconds(state.windowSeconds), 0);
  const newest = measured.reduce((end, state) => Math.max(end, windowEnd(state)), start);
  const elapsed = Math.min(start + length, Math.max(now, newest)) - start;
  if (elapsed <= 0) return 100;
  return Math.round(Math.max(0, 1 - covered / elapsed) * 1000) / 10;
}

/** Observed when most of what was measured was, imputed when most was filled in, missing when there is nothing. */
function bucketQuality(states: readonly Windowed[]): Quality {
  const observed = states.filter(({ quality }) => quality === 'observed').length;
  const imputed = states.filter(({ quality }) => quality === 'imputed').length;
  if (observed + imputed === 0) return 'missing';
  return observed >= imputed ? 'observed' : 'imputed';
}

/** Mean of the values that are known, by weight; by equal weights when nothing was counted; null without any. */
function weightedMean(
  values: readonly { readonly value: number | null; readonly weight: number }[],
): number | null {
  const known = values.filter((one): one is { value: number; weight: number } => one.value !== null);
  if (known.length === 0) return null;
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return known.reduce((sum, { value }) => sum + value, 0) / known.length;
  return known.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
}

const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;

/**
 * Space-mean speed of several windows, km/h: all vehicles over all their travel times, that is the harmonic
 * mean by vehicles (Wardrop 1952). A window whose speed is not known, or is 0, does not count.
 */
export function spaceMeanKph(states: readonly LinkState[]): number | null {
  const slowness = weightedMean(
    states.map((state) => ({
      value:
        state.spaceMeanDecikph === null || state.spaceMeanDecikph === 0 ? null : 10 / state.spaceMeanDecikph,
      weight: state.flowVph === null ? 0 : state.vehicles,
    })),
  );
  return slowness === null ? null : 1 / slowness;
}

/** The history of a link. Windows that were missing add nothing to any value: they are never taken for 0. */
export function linkHistory(
  states: readonly LinkState[],
  range: Range,
  freeFlowKph: number,
): { readonly resolutionSeconds: number; readonly buckets: LinkBucketJson[] } {
  const length = bucketLength(states, range);
  const buckets = [...inBuckets(states, range, length)].map(([start, all]): LinkBucketJson => {
    const measured = all.filter(isMeasured);
    const counted = measured.filter(({ flowVph }) => flowVph !== null);
    const byVehicles = (value: (state: LinkState) => number | null) =>
      weightedMean(measured.map((s) => ({ value: value(s), weight: s.flowVph === null ? 0 : s.vehicles })));
    const byTime = (value: (state: LinkState) => number | null) =>
      weightedMean(measured.map((s) => ({ value: value(s), weight: s.windowSeconds })));
    const speedKph = spaceMeanKph(measured);
    return {
      start: toRfc3339(start),
      quality: bucketQuality(all),
      vehicles: counted.length === 0 ? null : counted.reduce((sum, { vehicles }) => sum + vehicles, 0),
      flowVph: rounded(
        byTime((s) => s.flowVph),
        0,
      ),
      occupancyPercent: rounded(
        scaled(
          byTime((s) => s.occupancyPermille),
          10,
        ),
        1,
      ),
      speedKph: rounded(speedKph, 1),
      delaySeconds: rounded(
        scaled(
          byVehicles((s) => s.delayDeciseconds),
          10,
        ),
        1,
      ),
      travelTimeIndex: rounded(
        scaled(
          byVehicles((s) => s.travelTimeIndexPermille),
          1000,
        ),
        3,
      ),
      levelOfService: speedKph === null ? null : losBySpeedShare(speedKph / freeFlowKph),
      samples: all.reduce((sum, { samples }) => sum + samples, 0),
      expectedSamples: all.length === 0 ? null : all.reduce((sum, s) => sum + s.expectedSamples, 0),
      missingPercent: missingPercent(all, start, length, range.now),
    };
  });
  return { resolutionSeconds: length / 1000, buckets };
}

/** The history of a car park: how it stood at the end of each bucket, and what went in and out. */
export function parkingHistory(
  states: readonly ParkingState[],
  range: Range,
): { readonly resolutionSeconds: number; readonly buckets: ParkingBucketJson[] } {
  const length = bucketLength(states, range);
  const buckets = [...inBuckets(states, range, length)].map(([start, all]): ParkingBucketJson => {
    const measured = all.filter(isMeasured);
    const last = measured.at(-1);
    const free = measured.flatMap(({ freeSpaces }) => freeSpaces ?? []);
    const sum = (count: (state: ParkingState) => number): number | null =>
      measured.length === 0 ? null : measured.reduce((total, state) => total + count(state), 0);
    return {
      start: toRfc3339(start),
      quality: bucketQuality(all),
      capacitySpaces: last?.capacitySpaces ?? null,
      occupiedSpaces: last?.occupiedSpaces ?? null,
      freeSpaces: last?.freeSpaces ?? null,
      leastFreeSpaces: free.length === 0 ? null : Math.min(...free),
      entries: sum(({ entries }) => entries),
      exits: sum(({ exits }) => exits),
      samples: measured.length,
      missingPercent: missingPercent(all, start, length, range.now),
    };
  });
  return { resolutionSeconds: length / 1000, buckets };
}

/** The history of an intersection; its delay is the mean by the volume of its phases. */
export function intersectionHistory(
  states: readonly IntersectionPerformance[],
  range: Range,
): { readonly resolutionSeconds: number; readonly buckets: IntersectionBucketJson[] } {
  const length = bucketLength(states, range);
  const buckets = [...inBuckets(states, range, length)].map(([start, all]): IntersectionBucketJson => {
    const measured = all.filter(isMeasured);
    const volumeOf = (state: IntersectionPerformance): number =>
      state.phases.reduce((sum, { volumeVph }) => sum + (volumeVph ?? 0), 0) * state.windowSeconds;
    const delay = scaled(
      weightedMean(measured.map((s) => ({ value: s.controlDelayDeciseconds, weight: volumeOf(s) }))),
      10,
    );
    const cycle = weightedMean(measured.map((s) => ({ value: s.cycleDeciseconds, weight: s.cycles })));
    return {
      start: toRfc3339(start),
      quality: bucketQuality(all),
      cycleSeconds: rounded(scaled(cycle, 10), 1),
      controlDelaySeconds: rounded(delay, 1),
      levelOfService: delay === null ? null : losByControlDelay(delay),
      splitFailures: sumKnown(measured.flatMap((s) => s.phases).map((phase) => phase.splitFailures)),
      samples: measured.reduce((sum, { cycles }) => sum + cycles, 0),
      missingPercent: missingPercent(all, start, length, range.now),
    };
  });
  return { resolutionSeconds: length / 1000, buckets };
}

/** The sum of what is known; null when nothing is. */
const sumKnown = (values: readonly (number | null)[]): number | null =>
  values.reduce((sum, value) => (value === null ? sum : (sum ?? 0) + value), null);
