import { town } from '#domain/forecast/town.fixture.ts';
import type { Series } from './series.ts';

const pace = { tickSeconds: 300, horizons: [3, 6, 12], recalls: false } as const;
/** A Monday. */
const start = Date.UTC(2026, 0, 5);

/** A town whose jams move from one link to the next, of so many days; one value in nineteen is missing. */
export function ownTown(links: number, days: number, seed: number): Series {
  const { sensors, ticks, values } = town(pace, links, days, seed);
  return {
    ...{ sensors, stepSeconds: pace.tickSeconds },
    times: Float64Array.from(ticks, ({ number }) => start + number * 300_000),
    values: values.map((value, i) => (i % 19 === 0 ? Number.NaN : value)),
  };
}
