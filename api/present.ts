/** Events as the JSON that leaves the system: natural units, and every value with its quality and age. */
import { scopes } from '#domain/forecast/subject.ts';
import type { Link, ParkingFacility } from '#domain/network.ts';
import type { Quality } from '#domain/quality.ts';
import { type EventTime, seconds, toRfc3339 } from '#domain/time.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import type {
  IncidentJson,
  LinkForecastJson,
  LinkJson,
  ParkingForecastJson,
  ParkingJson,
} from './traffic-shapes.ts';

/** Forecasts are made so often; one older than so many ticks is served as stale. */
const forecastTick = seconds(scopes.link.pace.tickSeconds);
const staleAfterTicks = 2;
/** A live value older than this many of its windows is served as stale. */
export const staleAfterWindows = 3;

/** A value in tenths, thousandths, ... as the value itself; null stays null. */
export const scaled = (value: number | null, divisor: number): number | null =>
  value === null ? null : value / divisor;

export const timeOrNull = (at: EventTime | null): string | null => (at === null ? null : toRfc3339(at));

/** Whole seconds since `at`, never negative: a clock that lags does not make data younger than new. */
export const ageSeconds = (at: EventTime, now: EventTime): number =>
  Math.max(0, Math.round((now - at) / 1000));

interface Windowed {
  readonly windowStart: EventTime;
  readonly windowSeconds: number;
  readonly quality: Quality;
}

export const windowEnd = (state: Windowed): EventTime => state.windowStart + seconds(state.windowSeconds);

/** The quality as it is now: what was measured long ago is stale, what was missing stays missing. */
export const qualityAt = (state: Windowed, now: EventTime): Quality =>
  state.quality !== 'missing' && now - windowEnd(state) > seconds(staleAfterWindows * state.windowSeconds)
    ? 'stale'
    : state.quality;

/** The vehicles of a window, null when nothing counted them: the wire has a 0 there. */
export const vehiclesOf = (state: LinkState): number | null =>
  state.flowVph === null ? null : state.vehicles;

/** The newest state of a link; without one, everything is missing. */
export function presentLink(link: Link, state: LinkState | undefined, now: EventTime): LinkJson {
  const base = { link: link.id, name: link.name, district: link.district };
  if (state === undefined)
    return {
      ...base,
      windowStart: null,
      windowSeconds: null,
      revision: null,
      quality: 'missing',
      vehicles: null,
      flowVph: null,
      occupancyPercent: null,
      speedKph: null,
      delaySeconds: null,
      travelTimeIndex: null,
      levelOfService: null,
      samples: 0,
      expectedSamples: null,
      ageSeconds: null,
    };
  return {
    ...base,
    windowStart: toRfc3339(state.windowStart),
    windowSeconds: state.windowSeconds,
    revision: state.revision,
    quality: qualityAt(state, now),
    vehicles: vehiclesOf(state),
    flowVph: state.flowVph,
    occupancyPercent: scaled(state.occupancyPermille, 10),
    speedKph: scaled(state.spaceMeanDecikph, 10),
    delaySeconds: scaled(state.delayDeciseconds, 10),
    travelTimeIndex: scaled(state.travelTimeIndexPermille, 1000),
    levelOfService: state.levelOfService,
    samples: state.samples,
    expectedSamples: state.expectedSamples,
    ageSeconds: ageSeconds(windowEnd(state), now),
  };
}

/** A forecast that two newer ones should have replaced by now is stale, and so is one whose time has come. */
const forecastQuality = ({ at, target, quality }: LinkForecast | ParkingForecast, now: EventTime): Quality =>
  quality !== 'missing' && (target < now || now - at > staleAfterTicks * forecastTick) ? 'stale' : quality;

export const presentLinkForecast = (forecast: LinkForecast, now: EventTime): LinkForecastJson => ({
  link: forecast.link,
  issuedAt: toRfc3339(forecast.at),
  target: toRfc3339(forecast.target),
  horizonMinutes: forecast.horizonMinutes,
  speedKph: scaled(forecast.spaceMeanDecikph, 10),
  lowKph: scaled(forecast.lowDecikph, 10),
  highKph: scaled(forecast.highDecikph, 10),
  level: forecast.levelPermille / 1000,
  coverage: scaled(forecast.coveragePermille, 1000),
  model: forecast.model,
  quality: forecastQuality(forecast, now),
  ageSeconds: ageSeconds(forecast.at, now),
});

export const presentParkingForecast = (forecast: ParkingForecast, now: EventTime): ParkingForecastJson => ({
  facility: forecast.facility,
  issuedAt: toRfc3339(forecast.at),
  target: toRfc3339(forecast.target),
  horizonMinutes: forecast.horizonMinutes,
  capacitySpaces: forecast.capacitySpaces,
  freeSpaces: forecast.freeSpaces,
  lowSpaces: forecast.lowSpaces,
  highSpaces: forecast.highSpaces,
  spaceProbability: scaled(forecast.spaceProbabilityPermille, 1000),
  level: forecast.levelPermille / 1000,
  coverage: scaled(forecast.coveragePermille, 1000),
  model: forecast.model,
  quality: forecastQuality(forecast, now),
  ageSeconds: ageSeconds(forecast.at, now),
});

/** The newest state of a car park; without one, everything but its capacity is missing. */
export function presentParking(
  facility: ParkingFacility,
  state: ParkingState | undefined,
  now: EventTime,
): ParkingJson {
  const known = state !== undefined && state.quality !== 'missing';
  const capacitySpaces = state?.capacitySpaces ?? facility.capacitySpaces;
  const occupied = state?.occupiedSpaces ?? null;
  return {
    facility: facility.id,
    name: facility.name,
    district: facility.district,
    kind: facility.kind,
    longitude: facility.position[0],
    latitude: facility.position[1],
    pricePerHour: facility.pricePerHourCents === undefined ? null : facility.pricePerHourCents / 100,
    windowStart: timeOrNull(state?.windowStart ?? null),
    windowSeconds: state?.windowSeconds ?? null,
    revision: state?.revision ?? null,
    quality: state === undefined ? 'missing' : qualityAt(state, now),
    capacitySpaces,
    occupiedSpaces: occupied,
    freeSpaces: state?.freeSpaces ?? null,
    occupancyPercent:
      occupied === null || capacitySpaces === 0 ? null : Math.round((occupied * 1000) / capacitySpaces) / 10,
    entries: known ? state.entries : null,
    exits: known ? state.exits : null,
    driftSpaces: known ? state.driftSpaces : null,
    method: state?.method ?? null,
    observedAt: timeOrNull(state?.observedAt ?? null),
    ageSeconds: state === undefined || state.observedAt === null ? null : ageSeconds(state.observedAt, now),
  };
}

/** An incident without the token of the vehicle concerned, which is for its own driver only. */
export const presentIncident = (incident: Incident, now: EventTime): IncidentJson => ({
  incident: incident.incident,
  district: incident.district,
  revision: incident.revision,
  kind: incident.kind,
  status: incident.status,
  severity: incident.severity,
  link: incident.link,
  longitude: incident.longitude,
  latitude: incident.latitude,
  startedAt: toRfc3339(incident.startedAt),
  detectedAt: toRfc3339(incident.detectedAt),
  endedAt: timeOrNull(incident.endedAt),
  updatedAt: toRfc3339(incident.at),
  confidence: incident.confidencePermille / 1000,
  sources: [...incident.sources],
  samples: incident.sources.length,
  text: incident.text,
  quality: 'observed',
  ageSeconds: ageSeconds(incident.at, now),
});
