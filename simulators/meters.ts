import type { Roads } from './roads.ts';

/**
 * Counters of what truly happened, running since the start. A reader remembers what it saw last and takes the
 * difference, so each may read at its own pace. By link, lane or detector.
 */
export interface Meters {
  /** Vehicles that came onto the link from upstream, and that left it at the stop bar. */
  readonly linkIn: Float64Array;
  readonly linkOut: Float64Array;
  /** Vehicles that left at the stop bar having come from upstream, and their travel time, ms. */
  readonly linkTravelled: Float64Array;
  readonly linkTravelMs: Float64Array;
  /** Distance and time spent on the link by all vehicles: space-mean speed after Edie. */
  readonly linkMeters: Float64Array;
  readonly linkSeconds: Float64Array;
  /** Vehicles that crossed the stop bar of the lane. */
  readonly laneOut: Float64Array;
  /** Vehicles that left the zone, the sum of their speeds in m/s, and of the inverses. */
  readonly detectorCount: Float64Array;
  readonly detectorMps: Float64Array;
  readonly detectorInverseMps: Float64Array;
  readonly detectorOccupiedMs: Float64Array;
}

export function createMeters(roads: Roads): Meters {
  const byLink = () => new Float64Array(roads.links.length);
  const byDetector = () => new Float64Array(roads.detectors.length);
  return {
    linkIn: byLink(),
    linkOut: byLink(),
    linkTravelled: byLink(),
    linkTravelMs: byLink(),
    linkMeters: byLink(),
    linkSeconds: byLink(),
    laneOut: new Float64Array(roads.laneCount),
    detectorCount: byDetector(),
    detectorMps: byDetector(),
    detectorInverseMps: byDetector(),
    detectorOccupiedMs: byDetector(),
  };
}

/** Columns as plain arrays, for JSON. */
export const saveColumns = <Name extends string>(
  columns: Readonly<Record<Name, Float64Array | Int32Array | Uint8Array>>,
): Record<Name, number[]> =>
  Object.fromEntries(
    Object.entries<Float64Array | Int32Array | Uint8Array>(columns).map(([name, column]) => [
      name,
      Array.from(column),
    ]),
  ) as Record<Name, number[]>;

/** Fills the columns with what `saveColumns` gave. */
export function restoreColumns<Name extends string>(
  columns: Readonly<Record<Name, Float64Array | Int32Array | Uint8Array>>,
  saved: Readonly<Record<Name, readonly number[]>>,
): void {
  for (const name of Object.keys(columns) as Name[]) columns[name].set(saved[name]);
}
