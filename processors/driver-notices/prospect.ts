import type { DistrictId, Network, ParkingFacility, Position } from '#domain/network.ts';
import { distanceMeters } from '#domain/place.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';

/** The horizon that speaks for a driver on the way. Minutes. */
const arrivalMinutes = 15;
const staleAfter = minutes(12);

/** What is known of a car park for one who is on the way to it. Plain data. */
export interface Prospect {
  readonly freeSpaces: number | null;
  readonly capacitySpaces: number;
  readonly observedAt: EventTime | null;
  /** Permille; null until there was a forecast. */
  readonly forecastPermille: number | null;
  readonly forecastAt: EventTime | null;
}

/** What is said of a space on arrival, and what it rests on. */
export interface Outlook {
  readonly spaceProbabilityPermille: number;
  readonly freeSpaces: number;
  readonly basis: 'sensor' | 'forecast';
}

/** Takes up a newer state or forecast. */
export function prospectOf(before: Prospect | undefined, event: ParkingState | ParkingForecast): Prospect {
  const known = before ?? {
    freeSpaces: null,
    capacitySpaces: event.capacitySpaces,
    observedAt: null,
    forecastPermille: null,
    forecastAt: null,
  };
  if ('target' in event)
    return event.horizonMinutes === arrivalMinutes
      ? { ...known, forecastPermille: event.spaceProbabilityPermille, forecastAt: event.at }
      : known;
  if (event.quality !== 'observed') return known;
  return { ...known, freeSpaces: event.freeSpaces, observedAt: event.at };
}

/**
 * The outlook at `at`; undefined when the data are too old to speak. From the forecast where there is a fresh
 * one; else from the sensors: all but certain with a tenth of the spaces free, hopeless with none.
 */
export function outlook(prospect: Prospect | undefined, at: EventTime): Outlook | undefined {
  if (!prospect || prospect.freeSpaces === null || prospect.observedAt === null) return undefined;
  if (at - prospect.observedAt > staleAfter) return undefined;
  const { freeSpaces, capacitySpaces, forecastPermille, forecastAt } = prospect;
  if (forecastPermille !== null && forecastAt !== null && at - forecastAt <= staleAfter)
    return { spaceProbabilityPermille: forecastPermille, freeSpaces, basis: 'forecast' };
  const share = (10_000 * freeSpaces) / Math.max(1, capacitySpaces);
  return { spaceProbabilityPermille: Math.min(950, Math.round(share)), freeSpaces, basis: 'sensor' };
}

/**
 * The nearest other car park of the district within `meters` whose outlook is at least `wanted`; by id when
 * equally near. Those of other districts may lie in other partitions, and what is said must not depend on that.
 */
export function bestNear(
  network: Network,
  district: DistrictId,
  prospects: ReadonlyMap<string, Prospect>,
  place: Position,
  meters: number,
  wanted: number,
  at: EventTime,
  except?: string,
): ParkingFacility | undefined {
  let best: { facility: ParkingFacility; distance: number } | undefined;
  for (const facility of network.facilities.values()) {
    if (facility.district !== district) continue;
    const distance = distanceMeters(place, facility.position);
    const chance = outlook(prospects.get(facility.id), at)?.spaceProbabilityPermille ?? 0;
    if (facility.id === except || distance > meters || chance < wanted) continue;
    const nearer =
      !best || distance < best.distance || (distance === best.distance && facility.id < best.facility.id);
    if (nearer) best = { facility, distance };
  }
  return best?.facility;
}
