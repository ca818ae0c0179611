/** The weather of four hours, worked out in advance: a rain cell that crosses the city, fog, ice. */
import type { Network, Position, Station } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import { createRandom, type Random } from './random.ts';
import { centreOf } from './roads.ts';

/** Length of one plan; the next one follows it. */
export const planMinutes = 240;

/**
 * From these values on the truth speaks of a hazard. Rain: heavy after the glossary of the American Meteorological
 * Society; visibility: dense fog; water: where a car loses its grip.
 */
export const hazardFrom = {
  rainMillimetersPerHour: 7.6,
  waterMillimeters: 50,
  visibilityMeters: 200,
} as const;

export interface StationWeather {
  /** By minute of the plan. */
  readonly rainMillimetersPerHour: Float64Array;
  /** Water over the surface at the end of the minute. */
  readonly waterMillimeters: Float64Array;
  readonly visibilityMeters: Float64Array;
  /** Ice on the road. */
  readonly isIcy: Uint8Array;
}

export interface Episode {
  readonly what: 'rain' | 'fog' | 'ice';
  readonly stations: readonly number[];
  readonly start: EventTime;
  readonly end: EventTime;
}

export interface WeatherPlan {
  readonly start: EventTime;
  readonly stations: readonly StationWeather[];
  readonly episodes: readonly Episode[];
}

const peakMillimetersPerHour = 75;
const crossingMinutes = 45;
/** Rain alone is not water on the road: an underpass gathers what falls on this many times its own area. */
const catchment = 20;
const drainMillimetersPerMinute = 6;
const dryVisibilityMeters = 18_000;

/** Draws the weather from `start` on; the same arguments give the same weather. */
export function planWeather(network: Network, seed: number, block: number, start: EventTime): WeatherPlan {
  const random = createRandom(seed, `weather ${block}`);
  const stations = [...network.stations.values()];
  const plans = stations.map(
    (): StationWeather => ({
      rainMillimetersPerHour: new Float64Array(planMinutes),
      waterMillimeters: new Float64Array(planMinutes),
      visibilityMeters: new Float64Array(planMinutes).fill(dryVisibilityMeters),
      isIcy: new Uint8Array(planMinutes),
    }),
  );
  if (stations.length === 0) return { start, stations: plans, episodes: [] };
  const rainAt = block === 0 ? 1 : random.integer(120);
  const [episode, lowest] = rain(stations, plans, random, start, rainAt);
  const others = plans.map((_, i) => i).filter((i) => i !== lowest);
  const episodes = [episode];
  if (others.length > 0) episodes.push(fog(plans, random.pick(others), start, 35 + random.integer(15)));
  if (others.length > 0) episodes.push(ice(plans, random.pick(others), start, 75 + random.integer(20)));
  return { start, stations: plans, episodes };
}

/** Lets a round cell cross the city on a straight line; its first station lies low and is flooded. */
function rain(
  stations: readonly Station[],
  plans: readonly StationWeather[],
  random: Random,
  start: EventTime,
  fromMinute: number,
): [Episode, number] {
  const centre = centreOf(stations.map(({ position }) => position));
  const places = stations.map(({ position }) => metersFrom(centre, position));
  const radius = Math.max(500, ...places.map(([x, y]) => Math.hypot(x, y)));
  const heading = random.between(0, 2 * Math.PI);
  const along = ([x, y]: readonly [number, number]): number => x * Math.cos(heading) + y * Math.sin(heading);
  const across = ([x, y]: readonly [number, number]): number => y * Math.cos(heading) - x * Math.sin(heading);
  const width = radius * 0.6;
  // It passes exactly over the station that it reaches first, and is already upon it when the plan begins.
  const lowest = places.reduce((first, place, i) => (along(place) < along(places[first]!) ? i : first), 0);
  const from = along(places[lowest]!) - width * 0.9;
  const reached = new Set<number>();
  let last = fromMinute;
  for (let minute = fromMinute; minute < planMinutes; minute++) {
    const at = from + ((minute - fromMinute) / crossingMinutes) * 2 * radius;
    places.forEach((place, i) => {
      const distance = Math.hypot(along(place) - at, across(place) - across(places[lowest]!));
      const rate = peakMillimetersPerHour * Math.exp(-((distance / width) ** 2) / 2);
      if (rate < 0.2) return;
      plans[i]!.rainMillimetersPerHour[minute] = rate;
      plans[i]!.visibilityMeters[minute] = dryVisibilityMeters / (1 + rate * 0.25);
      reached.add(i);
      last = minute + 1;
    });
  }
  gather(plans[lowest]!);
  return [
    { what: 'rain', stations: [...reached], start: start + minutes(fromMinute), end: start + minutes(last) },
    lowest,
  ];
}

/** Gathers the rain of a catchment at its lowest place. */
function gather({ rainMillimetersPerHour, waterMillimeters }: StationWeather): void {
  let level = 0;
  for (let minute = 0; minute < planMinutes; minute++) {
    const gain = (rainMillimetersPerHour[minute]! / 60) * catchment - drainMillimetersPerMinute;
    level = Math.max(0, level + gain);
    waterMillimeters[minute] = level;
  }
}

function fog(plans: readonly StationWeather[], station: number, start: EventTime, from: number): Episode {
  const to = from + 30;
  // Comes and goes within five minutes.
  for (let minute = from; minute < to; minute++) {
    const depth = Math.min(1, (minute - from + 1) / 5, (to - minute) / 5);
    const { visibilityMeters } = plans[station]!;
    visibilityMeters[minute] = Math.min(visibilityMeters[minute]!, 80 + (1 - depth) * 2000);
  }
  return { what: 'fog', stations: [station], start: start + minutes(from), end: start + minutes(to) };
}

function ice(plans: readonly StationWeather[], station: number, start: EventTime, from: number): Episode {
  const to = from + 40;
  plans[station]!.isIcy.fill(1, from, to);
  return { what: 'ice', stations: [station], start: start + minutes(from), end: start + minutes(to) };
}

function metersFrom(centre: Position, position: Position): [number, number] {
  const east = (position[0] - centre[0]) * 111_320 * Math.cos((centre[1] * Math.PI) / 180);
  return [east, (position[1] - centre[1]) * 111_320];
}
