/** How many of those who give way find a gap in the stream against them. */

/** Gap that is taken, and time from one to the next through the same long gap, s: HCM 6, permitted left turns. */
const criticalGapSeconds = 4.5;
const followUpSeconds = 2.5;

/** Capacity against `flow` vehicles a second, as a part of that against none (HCM 6, eq. 31-100). */
function exactFactor(flow: number): number {
  if (flow < 1e-6) return 1;
  return (
    (flow * Math.exp(-flow * criticalGapSeconds) * followUpSeconds) / (1 - Math.exp(-flow * followUpSeconds))
  );
}

/** Vehicles a second against nobody. */
export const freeGiving = 1 / followUpSeconds;

/** The search asks often: a table of steps of 0.02 vehicles a second up to 2. */
const table = Float64Array.from({ length: 101 }, (_, i) => exactFactor(i * 0.02));

export const gapFactor = (flow: number): number => table[Math.min(100, Math.round(flow * 50))] as number;
