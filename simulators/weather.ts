import type { Network, Station } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { IncidentKind } from '#schemas/generated/incident.v1.ts';
import type { LocalTime } from './local-time.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import { metersBetween, none, type Roads } from './roads.ts';
import { placeAt } from './street-incidents.ts';
import type { Traffic } from './traffic.ts';
import type { IncidentTruth, WeatherTruth } from './truth.ts';
import {
  hazardFrom,
  planMinutes,
  planWeather,
  type StationWeather,
  type WeatherPlan,
} from './weather-plan.ts';

const intervalSeconds = 60;
const firstHazardNumber = 1_000_000;

export interface SavedWeather {
  readonly random: RandomState;
  readonly sequences: readonly number[];
  readonly hazards: number;
}

type Condition = readonly [what: IncidentKind, holds: (weather: StationWeather, minute: number) => boolean];

const hazardConditions: readonly Condition[] = [
  ['heavyRain', (w, i) => w.rainMillimetersPerHour[i]! >= hazardFrom.rainMillimetersPerHour],
  ['flooding', (w, i) => w.waterMillimeters[i]! >= hazardFrom.waterMillimeters],
  ['lowVisibility', (w, i) => w.visibilityMeters[i]! < hazardFrom.visibilityMeters],
  ['slipperyRoad', (w, i) => w.isIcy[i] === 1],
];

/** Stations that measure the weather as it was planned, and what the weather does to the traffic. */
export class Weather {
  private readonly network: Network;
  private readonly roads: Roads;
  private readonly seed: number;
  private readonly startAt: EventTime;
  private readonly random: Random;
  private readonly stations: readonly Station[];
  /** Nearest station of each link. */
  private readonly nearest: readonly number[];
  private readonly sequences: number[];
  private hazards = 0;
  private plan: WeatherPlan | undefined;

  constructor(network: Network, roads: Roads, seed: number, startAt: EventTime) {
    this.network = network;
    this.roads = roads;
    this.seed = seed;
    this.startAt = startAt;
    this.random = createRandom(seed, 'stations');
    this.stations = [...network.stations.values()];
    this.sequences = this.stations.map(() => 0);
    this.nearest = roads.links.map((road) => {
      const middle = placeAt(road, road.lengthMeters / 2);
      const distances = this.stations.map(({ position }) => metersBetween(position, middle));
      return distances.indexOf(Math.min(...distances));
    });
  }

  /** The weather episodes and hazards of the plan that begins at `now`, if one does. */
  truths(now: EventTime): (WeatherTruth | IncidentTruth)[] {
    if ((now - this.startAt) % minutes(planMinutes) !== 0) return [];
    const { episodes } = this.planAt(now);
    return [
      ...episodes.map(
        ({ what, stations, start, end }): WeatherTruth => ({
          kind: 'weather',
          what,
          stations: stations.map((i) => this.stations[i]!.id),
          start,
          end,
        }),
      ),
      ...this.stations.flatMap((station, i) => this.hazardsAt(station, i, now)),
    ];
  }

  /** Slows the traffic down as the weather of this minute demands. */
  slowDown(now: EventTime, traffic: Traffic): void {
    const { stations } = this.planAt(now);
    const minute = this.minuteOf(now);
    this.roads.links.forEach((road, i) => {
      const near = stations[this.nearest[i]!];
      if (near === undefined) return;
      let factor = 1 - 0.15 * Math.min(1, near.rainMillimetersPerHour[minute]! / 40);
      if (near.visibilityMeters[minute]! < hazardFrom.visibilityMeters) factor *= 0.8;
      const isHere = this.stations[this.nearest[i]!]!.link === road.id;
      if (isHere && near.waterMillimeters[minute]! >= hazardFrom.waterMillimeters) factor *= 0.35;
      if (isHere && near.isIcy[minute] === 1) factor *= 0.6;
      traffic.speedFactor[i] = factor;
    });
  }

  /** What the stations measure at `now`; they take turns within a minute. */
  step(now: EventTime, local: LocalTime, traffic: Traffic): EnvironmentReading[] {
    const readings: EnvironmentReading[] = [];
    this.stations.forEach((station, i) => {
      if ((now / 1000) % intervalSeconds !== (i * 7) % intervalSeconds) return;
      readings.push(this.read(station, i, now, local, traffic));
    });
    return readings;
  }

  save(): SavedWeather {
    return { random: this.random.save(), sequences: [...this.sequences], hazards: this.hazards };
  }

  restore(saved: SavedWeather): void {
    this.random.restore(saved.random);
    this.sequences.splice(0, this.sequences.length, ...saved.sequences);
    this.hazards = saved.hazards;
  }

  private planAt(now: EventTime): WeatherPlan {
    const block = Math.floor((now - this.startAt) / minutes(planMinutes));
    const start = this.startAt + block * minutes(planMinutes);
    if (this.plan?.start !== start) this.plan = planWeather(this.network, this.seed, block, start);
    return this.plan;
  }

  private minuteOf(now: EventTime): number {
    return Math.floor((now - this.planAt(now).start) / minutes(1));
  }

  private read(
    station: Station,
    index: number,
    now: EventTime,
    { hour }: LocalTime,
    traffic: Traffic,
  ): EnvironmentReading {
    const weather = this.planAt(now).stations[index]!;
    const minute = this.minuteOf(now);
    const noisy = (value: number, share: number): number =>
      Math.round(value * (1 + share * this.random.gaussian()));
    const rain = weather.rainMillimetersPerHour[minute]!;
    const isIcy = weather.isIcy[minute] === 1;
    const link = this.roads.linkIndex.get(station.link) ?? none;
    const vehicles = link === none ? 0 : traffic.inside(link);
    const surface = isIcy
      ? -2.5
      : 11 + 6 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) - Math.min(3, rain / 10);
    return {
      station: station.id,
      sequence: this.sequences[index]!++,
      at: now,
      waterLevelMillimeters: noisy(weather.waterMillimeters[minute]!, 0.03),
      rainDecimillimetersPerHour: Math.max(0, noisy(rain * 10, 0.04)),
      visibilityMeters: Math.min(20_000, Math.max(10, noisy(weather.visibilityMeters[minute]!, 0.05))),
      roadSurfaceDecicelsius: Math.round(surface * 10 + this.random.gaussian() * 2),
      roadSurfaceState: isIcy ? 'ice' : rain >= 0.5 ? 'wet' : rain > 0 ? 'moist' : 'dry',
      pm25DecimicrogramsPerCubicMeter: Math.max(0, noisy(90 + vehicles * 2, 0.06)),
      no2DecimicrogramsPerCubicMeter: Math.max(0, noisy(180 + vehicles * 6, 0.06)),
      noiseDecidecibels: Math.max(300, noisy(480 + 90 * Math.log10(1 + vehicles), 0.01)),
    };
  }

  /** The times in this plan in which the station's weather is a hazard. */
  private hazardsAt(station: Station, index: number, planStart: EventTime): IncidentTruth[] {
    const weather = this.planAt(planStart).stations[index]!;
    const road = this.roads.links[this.roads.linkIndex.get(station.link) ?? none];
    if (road === undefined) return [];
    return hazardConditions.flatMap(([what, holds]) =>
      stretches((minute) => holds(weather, minute)).map(
        ([from, to]): IncidentTruth => ({
          kind: 'incident',
          incident: firstHazardNumber + this.hazards++,
          what,
          link: road.id,
          district: station.district,
          position: station.position,
          start: planStart + minutes(from),
          end: planStart + minutes(to),
          isInView: false,
        }),
      ),
    );
  }
}

/** The stretches of minutes in which something holds, ends exclusive. */
function stretches(holds: (minute: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  for (let minute = 0; minute < planMinutes; minute++) {
    const last = found.at(-1);
    if (!holds(minute)) continue;
    if (last !== undefined && last[1] === minute) last[1] = minute + 1;
    else found.push([minute, minute + 1]);
  }
  return found;
}
