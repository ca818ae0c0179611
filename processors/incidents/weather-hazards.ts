import type { Network, StationId } from '#domain/network.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { IncidentKind, IncidentSeverity } from '#schemas/generated/incident.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { environmentReadings, incidents } from '#schemas/topics.ts';
import { change, type OpenIncident, open, worse } from './life.ts';

/** A hazard ends when its station has been silent for so long: what is not known is not told as lasting. */
const silentAfter = minutes(10);
/** Readings in a row that make or end a hazard, so that one splash does not. */
const inARow = 2;

/** When a reading is hazardous: how bad it is, or undefined; and when it is clearly over. */
interface Hazard {
  readonly kind: IncidentKind;
  /** What was measured; null when this reading says nothing about it. */
  measure(reading: EnvironmentReading): number | null;
  severity(measured: number): IncidentSeverity | undefined;
  over(measured: number): boolean;
  text(measured: number, place: string): string;
}

const from =
  (moderate: number, severe: number) =>
  (measured: number): IncidentSeverity | undefined =>
    measured >= severe ? 'severe' : measured >= moderate ? 'moderate' : undefined;

/**
 * The thresholds, each with a lower one at which it ends, so that a value on the edge does not flutter.
 * Rain: 7.6 mm/h is heavy by the glossary of the American Meteorological Society. Visibility: 200 m is dense
 * fog. Fine dust: 75 ug/m3 is the daily limit of GB 3095-2012, grade II. Water on the road: a car loses grip in
 * a few centimetres and floats from about 30 cm.
 */
const hazards: readonly Hazard[] = [
  {
    kind: 'flooding',
    measure: (r) => r.waterLevelMillimeters,
    severity: from(50, 150),
    over: (mm) => mm < 30,
    text: (mm, place) => `${mm / 10} cm of water on the road at ${place}.`,
  },
  {
    kind: 'heavyRain',
    measure: (r) => r.rainDecimillimetersPerHour,
    severity: from(76, 300),
    over: (rain) => rain < 50,
    text: (rain, place) => `Heavy rain at ${place}: ${rain / 10} mm/h.`,
  },
  {
    kind: 'lowVisibility',
    measure: (r) => (r.visibilityMeters === null ? null : -r.visibilityMeters),
    severity: from(-200, -50),
    over: (negative) => negative < -300,
    text: (negative, place) => `Visibility of ${-negative} m at ${place}.`,
  },
  {
    kind: 'slipperyRoad',
    measure: slipperiness,
    severity: from(1, 2),
    over: (slippery) => slippery < 1,
    text: (slippery, place) =>
      slippery >= 2 ? `Ice on the road at ${place}.` : `Slippery road at ${place}.`,
  },
  {
    kind: 'airQuality',
    measure: (r) => r.pm25DecimicrogramsPerCubicMeter,
    severity: from(750, 1500),
    over: (dust) => dust < 600,
    text: (dust, place) => `Fine dust of ${dust / 10} µg/m³ at ${place}.`,
  },
];

/** 2 for ice, 1 for snow or for water on a surface at or below freezing, else 0; null when not measured. */
function slipperiness({ roadSurfaceState, roadSurfaceDecicelsius }: EnvironmentReading): number | null {
  if (roadSurfaceState === null) return null;
  if (roadSurfaceState === 'ice') return 2;
  if (roadSurfaceState === 'snow') return 1;
  const freezing = roadSurfaceDecicelsius !== null && roadSurfaceDecicelsius <= 0;
  return freezing && roadSurfaceState !== 'dry' ? 1 : 0;
}

interface Watch {
  /** Hazardous readings in a row while quiet, or clear ones while open. */
  streak: number;
  since: EventTime;
  last: EventTime;
  incident: OpenIncident | null;
}

interface State {
  /** By station and kind. */
  readonly watches: Map<string, Watch>;
}

/**
 * Makes hazards of what weather and environment stations measure: two readings in a row beyond a threshold
 * open one, two clearly below end it, and ten minutes of silence end it too.
 */
export const weatherHazards: Processor<EnvironmentReading, State> = {
  name: 'weather-hazards',
  stateVersion: 1,
  reads: [environmentReadings],
  writes: [incidents],
  isAwaited: true,
  lateness: seconds(10),
  revisionBound: 0,
  tick: minutes(1),
  initial: () => ({ watches: new Map() }),
  step,
  accepts: (network: Network, _topic: string, { station }: EnvironmentReading): Rejection | undefined =>
    network.stations.has(station)
      ? undefined
      : reject('reference.unknown', 'station', `${station} is not in the station table`),
};

function step({ watches }: State, input: Input<EnvironmentReading>, emit: Emit, network: Network): void {
  if (input.kind === 'watermark') {
    for (const watch of watches.values())
      if (watch.incident && input.at - watch.last > silentAfter) end(watch, input.at, emit);
    return;
  }
  for (const hazard of hazards) {
    const measured = hazard.measure(input.event);
    if (measured === null) continue;
    const key = `${input.event.station}/${hazard.kind}`;
    const watch = watches.get(key) ?? { streak: 0, since: 0, last: 0, incident: null };
    watches.set(key, watch);
    watch.last = input.at;
    if (watch.incident)
      follow(watch, watch.incident, hazard, measured, network, input.event.station, input.at, emit);
    else look(watch, hazard, measured, network, input.event.station, input.at, emit);
  }
}

function look(
  watch: Watch,
  hazard: Hazard,
  measured: number,
  network: Network,
  station: StationId,
  at: EventTime,
  emit: Emit,
): void {
  const severity = hazard.severity(measured);
  if (severity === undefined) {
    watch.streak = 0;
    return;
  }
  if (watch.streak === 0) watch.since = at;
  watch.streak++;
  if (watch.streak < inARow) return;
  watch.streak = 0;
  const { name, district, link, position } = network.stations.get(station)!;
  watch.incident = open(
    at,
    {
      district,
      incident: `${hazard.kind}-${station}-${watch.since}`,
      kind: hazard.kind,
      status: 'confirmed',
      severity,
      link,
      longitude: position[0],
      latitude: position[1],
      startedAt: watch.since,
      confidencePermille: 1000,
      sources: [station],
      text: hazard.text(measured, name),
      plateToken: null,
    },
    emit,
  );
}

/** Tells when it becomes worse, and when it is over. */
function follow(
  watch: Watch,
  incident: OpenIncident,
  hazard: Hazard,
  measured: number,
  network: Network,
  station: StationId,
  at: EventTime,
  emit: Emit,
): void {
  if (hazard.over(measured)) {
    watch.streak++;
    if (watch.streak >= inARow) end(watch, at, emit);
    return;
  }
  watch.streak = 0;
  const severity = worse(incident.severity, hazard.severity(measured) ?? 'minor');
  if (severity !== incident.severity)
    change(
      incident,
      at,
      { severity, text: hazard.text(measured, network.stations.get(station)!.name) },
      emit,
    );
}

function end(watch: Watch, at: EventTime, emit: Emit): void {
  change(watch.incident!, at, { status: 'resolved', endedAt: watch.last }, emit);
  watch.incident = null;
  watch.streak = 0;
}
