/** Delay that a signal causes, by the Highway Capacity Manual, 6th edition, chapter 19. */

/** What one lane group met with in the analysis period. */
export interface LaneGroupService {
  /** Above 0. */
  readonly cycleSeconds: number;
  /** Above 0, at most the cycle. */
  readonly effectiveGreenSeconds: number;
  /** Vehicles per hour that arrive. */
  readonly volumeVph: number;
  /** Vehicles per hour of green that the group discharges; above 0. */
  readonly saturationVph: number;
}

/** Length of the analysis period T in hours: a quarter, as in the manual. */
const analysisHours = 0.25;

/** Incremental delay factor k of a pretimed signal (HCM 6, chapter 19); actuated ones lie between 0.04 and 0.5. */
const pretimed = 0.5;

/** Upstream filtering factor I of an isolated intersection. */
const isolated = 1;

/** Capacity in vehicles per hour: c = s g / C (HCM 6, chapter 19). */
export const capacityVph = (group: LaneGroupService): number =>
  (group.saturationVph * group.effectiveGreenSeconds) / group.cycleSeconds;

/** Degree of saturation X = v / c; above 1 the queue grows. */
export const volumeToCapacity = (group: LaneGroupService): number => group.volumeVph / capacityVph(group);

/**
 * Uniform delay d1 in seconds per vehicle, were arrivals even (HCM 6, eq. 19-18; Webster 1958):
 * 0.5 C (1 - g/C)^2 / (1 - min(1, X) g/C). Between 0 and half the cycle.
 */
export function uniformDelaySeconds(group: LaneGroupService): number {
  const greenRatio = group.effectiveGreenSeconds / group.cycleSeconds;
  // The limit of the formula, 0 over 0, for a signal that is always green.
  if (greenRatio >= 1) return 0;
  const saturation = Math.min(1, volumeToCapacity(group));
  return (0.5 * group.cycleSeconds * (1 - greenRatio) ** 2) / (1 - saturation * greenRatio);
}

/**
 * Incremental delay d2 in seconds per vehicle, for chance and for oversaturation (HCM 6, eq. 19-19):
 * 900 T [(X - 1) + sqrt((X - 1)^2 + 8 k I X / (c T))]. It grows with X and is 0 without traffic.
 */
export function incrementalDelaySeconds(group: LaneGroupService): number {
  const excess = volumeToCapacity(group) - 1;
  const chance = (8 * pretimed * isolated * (excess + 1)) / (capacityVph(group) * analysisHours);
  return Math.max(0, 900 * analysisHours * (excess + Math.sqrt(excess * excess + chance)));
}

/** Control delay in seconds per vehicle, d1 + d2; no queue is left over from before (d3 = 0). */
export const controlDelaySeconds = (group: LaneGroupService): number =>
  uniformDelaySeconds(group) + incrementalDelaySeconds(group);
