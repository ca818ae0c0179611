/** What several routes and the stream show alike, put together from live state and the log. */
import type { Intersection, ParkingFacility } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { LiveValue } from '#runtime/live.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { type Advice, appliedOf } from './advice.ts';
import type { ApiContext } from './context.ts';
import { derive } from './live-events.ts';
import { presentParking, presentParkingForecast } from './present.ts';
import { presentAdvice, presentPerformance, presentPlanInForce } from './present-signals.ts';

/** An intersection with the plan in force and its newest recommendation; `known` is its advice, newest first. */
export const lookAtIntersection = (
  { network, signingKey }: ApiContext,
  intersection: Intersection,
  performance: IntersectionPerformance | undefined,
  known: readonly Advice[],
  now: EventTime,
) => ({
  ...presentPerformance(network, intersection, performance, now),
  planInForce: presentPlanInForce(intersection, appliedOf(known)),
  recommendation: known[0] === undefined ? null : presentAdvice(known[0], signingKey, now),
});

/** Shows car parks with their forecasts, which are live state of the kind `parking-forecast`. */
export function lookAtParking(ahead: readonly LiveValue[], now: EventTime) {
  const byFacility = derive(ahead, 'by facility', forecastsByFacility);
  return (facility: ParkingFacility, state: ParkingState | undefined) => {
    const forecasts = (byFacility.get(facility.id) ?? []).map((forecast) =>
      presentParkingForecast(forecast, now),
    );
    const spaceProbability =
      forecasts.find(({ quality }) => quality === 'forecast')?.spaceProbability ?? null;
    return { ...presentParking(facility, state, now), spaceProbability, forecasts };
  };
}

/** By horizon. */
function forecastsByFacility(
  all: readonly ParkingForecast[],
): ReadonlyMap<string, readonly ParkingForecast[]> {
  const byFacility = new Map<string, ParkingForecast[]>();
  for (const forecast of [...all].sort((a, b) => a.horizonMinutes - b.horizonMinutes)) {
    const own = byFacility.get(forecast.facility) ?? [];
    byFacility.set(forecast.facility, own);
    own.push(forecast);
  }
  return byFacility;
}
