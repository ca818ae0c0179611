/** Occupancy from which a detector that counts nothing may be stuck on. Permille. */
const stuckPermille = 950;

/** After so long it is stuck (IRIS: locked on for 2 min). */
const stuckAfterSeconds = 120;

/** More vehicles a second and lane than this are chatter of the relay (IRIS: 38 in 30 s). */
const chatterPerLaneSecond = 1;

/**
 * Whether a detector has been on without a count for too long, this reading of `newSeconds` included; 0 for a
 * reading that comes late and so tells nothing of now. Keeps its time in `stuckSeconds`.
 */
export function isStuck(
  stuckSeconds: Int32Array,
  detector: number,
  vehicles: number,
  occupancyPermille: number,
  newSeconds: number,
): boolean {
  const suspect = vehicles === 0 && occupancyPermille >= stuckPermille;
  if (newSeconds > 0) stuckSeconds[detector] = suspect ? (stuckSeconds[detector] as number) + newSeconds : 0;
  return suspect && (stuckSeconds[detector] as number) >= stuckAfterSeconds;
}

/** Whether so many vehicles cannot have passed. */
export const isChatter = (vehicles: number, lanes: number, intervalSeconds: number): boolean =>
  vehicles > lanes * intervalSeconds * chatterPerLaneSecond;
