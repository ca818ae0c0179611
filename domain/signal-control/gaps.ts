/** How many of those who give way find a gap in the stream against them. */

/**
 * Gap that is taken, s: what drivers need to see who turn left across two lanes (AASHTO, Green Book, case F). With the
 * 4.5 s of HCM 6 plans left out phases without which those who turn left fill their lane, or the junction.
 */
const criticalGapSeconds = 6;
/**
 * Gap that those take who wait inside the junction, s, until it is learnt lane by lane: they look at all that comes
 * from afar. With 4.5 so many of them were thought gone that crossing traffic followed on them and junctions locked up.
 */
const insideGapSeconds = 10;
/** Time from one to the next through the same long gap, s: HCM 6. */
const followUpSeconds = 2.5;

/** Capacity against `flow` vehicles a second, as a part of that against none (HCM 6, eq. 31-100). */
function exactFactor(flow: number, critical: number): number {
  if (flow < 1e-6) return 1;
  return (flow * Math.exp(-flow * critical) * followUpSeconds) / (1 - Math.exp(-flow * followUpSeconds));
}

/** Vehicles a second against nobody. */
export const freeGiving = 1 / followUpSeconds;

/** The search asks often: tables of steps of 0.02 vehicles a second up to 2. */
const tableOf = (critical: number): Float64Array =>
  Float64Array.from({ length: 101 }, (_, i) => exactFactor(i * 0.02, critical));
const [atStopBar, inside] = [tableOf(criticalGapSeconds), tableOf(insideGapSeconds)];
const placeOf = (flow: number): number => Math.min(100, Math.round(flow * 50));

/** Of those at the stop bar. */
export const gapFactor = (flow: number): number => atStopBar[placeOf(flow)] as number;

/** Of those who wait inside the junction. */
export const insideGapFactor = (flow: number): number => inside[placeOf(flow)] as number;
