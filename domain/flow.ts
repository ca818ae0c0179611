/** Arithmetic of traffic streams: flow, space-mean speed, delay and how well two counts agree. */

/** Flow rate in vehicles per hour of `vehicles` counted in `seconds` (> 0). */
export const flowVph = (vehicles: number, seconds: number): number => (vehicles * 3600) / seconds;

/** Vehicles whose mean spot speed was measured at one place. */
export interface SpotSpeed {
  readonly vehicles: number;
  /** Above 0. */
  readonly speedKph: number;
}

/**
 * Space-mean speed in km/h from spot speeds: the harmonic mean, weighted by vehicles (Wardrop 1952). Undefined
 * when no vehicle was seen: without vehicles there is no speed. Never above the arithmetic (time) mean.
 */
export function spaceMeanKph(spots: readonly SpotSpeed[]): number | undefined {
  let vehicles = 0;
  let hoursPerKilometer = 0;
  for (const spot of spots) {
    vehicles += spot.vehicles;
    hoursPerKilometer += spot.vehicles / spot.speedKph;
  }
  return vehicles > 0 ? vehicles / hoursPerKilometer : undefined;
}

/**
 * Speed in km/h that a single loop implies: v = g q / occupancy, where g is the effective length of a vehicle,
 * its own and the zone's, in metres (the g-factor of Caltrans PeMS). Flow in vehicles per hour and lane,
 * occupancy 0..1. Undefined when there is no flow or no occupancy.
 */
export const gFactorSpeedKph = (
  laneFlowVph: number,
  occupancy: number,
  effectiveLengthMeters: number,
): number | undefined =>
  laneFlowVph > 0 && occupancy > 0 ? (laneFlowVph * effectiveLengthMeters) / (occupancy * 1000) : undefined;

/** Seconds to pass `lengthMeters` at `speedKph` (> 0). */
export const travelSeconds = (lengthMeters: number, speedKph: number): number =>
  (lengthMeters * 3.6) / speedKph;

/**
 * Mean delay of a vehicle in seconds against free flow, L/v - L/v_ff, and 0 when it is faster (Caltrans PeMS).
 * Speeds in km/h, above 0.
 */
export const delaySeconds = (lengthMeters: number, speedKph: number, freeFlowKph: number): number =>
  Math.max(0, travelSeconds(lengthMeters, speedKph) - travelSeconds(lengthMeters, freeFlowKph));

/**
 * Travel time over travel time at free flow (Caltrans PeMS); 1 is free flow, below 1 is faster than it.
 * Speeds in km/h, above 0.
 */
export const travelTimeIndex = (speedKph: number, freeFlowKph: number): number => freeFlowKph / speedKph;

/**
 * How far a modelled hourly volume is from a counted one: sqrt(2 (m - c)^2 / (m + c)) (Geoffrey E. Havers;
 * UK DMRB). 0 is equal; below 5 is taken as a good fit. 0 when both are 0.
 */
export const geh = (modelledVph: number, countedVph: number): number =>
  modelledVph + countedVph > 0
    ? Math.sqrt((2 * (modelledVph - countedVph) ** 2) / (modelledVph + countedVph))
    : 0;
