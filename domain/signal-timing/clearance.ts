/**
 * Times that no plan may shorten: yellow, red clearance and the walking time of a crossing.
 *
 * Nonsense in (no speed, a grade that no brake can hold, a negative length) gives NaN, which is never enough
 * and never little enough for the safety gate: an intersection with broken tables gets no advice.
 */

/** Time to see the yellow and brake, s (ITE). */
const reactionSeconds = 1;
/** Comfortable braking, m/s²: the 10 ft/s² of ITE. */
const decelerationMps2 = 3.05;
const gravityMps2 = 9.81;
/** Length of the vehicle that must have left, m: the 20 ft of ITE. */
const vehicleMeters = 6;
/** Walking speed for the pedestrian clearance, m/s: the 3.5 ft/s of MUTCD 4E.06. */
const walkingMps = 1.07;
/** Walking speed for walk and clearance together, m/s: the 3.0 ft/s of MUTCD 4E.06. */
const slowWalkingMps = 0.91;
/** From the push button, or where one waits without one, to the kerb, m: the 6 ft of MUTCD 4E.06. */
const setbackMeters = 1.8;

const metersPerSecond = (kph: number): number => kph / 3.6;

/**
 * Yellow that lets whoever is too near to stop reach the stop bar, s: t + v / (2a + 2gG), ITE.
 * Not bounded here to the 3 to 6 s of MUTCD.
 */
export function yellowChangeSeconds(approach: {
  readonly approachKph: number;
  readonly grade: number;
}): number {
  const braking = decelerationMps2 + gravityMps2 * approach.grade;
  if (!(approach.approachKph > 0) || !(braking > 0)) return Number.NaN;
  return reactionSeconds + metersPerSecond(approach.approachKph) / (2 * braking);
}

/** All-red in which the last vehicle leaves the conflict area, s: (W + L) / v, ITE. */
export function redClearanceSeconds(approach: {
  readonly approachKph: number;
  readonly clearanceMeters: number;
}): number {
  if (!(approach.approachKph > 0) || !(approach.clearanceMeters >= 0)) return Number.NaN;
  return (approach.clearanceMeters + vehicleMeters) / metersPerSecond(approach.approachKph);
}

/** Time to walk across, s: crossing / 1.07 m/s, MUTCD 4E.06. */
export function pedestrianClearanceSeconds(crossingMeters: number): number {
  return crossingMeters > 0 ? crossingMeters / walkingMps : Number.NaN;
}

/** Least walk and clearance together, s: from the button to the far side at 0.91 m/s, MUTCD 4E.06. */
export function walkAndClearanceSeconds(crossingMeters: number): number {
  return crossingMeters > 0 ? (crossingMeters + setbackMeters) / slowWalkingMps : Number.NaN;
}

/** Up to the next tenth of a second, the resolution of a controller: for whoever fills in tables. */
export const upToTenth = (seconds: number): number => Math.ceil(seconds * 10 - 1e-9) / 10;
