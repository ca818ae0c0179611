import { laplaceBelow, RoomChance } from '#domain/forecast/room-chance.ts';
import { scopes } from '#domain/forecast/subject.ts';
import type { DistrictId, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Input, Keep, Processor } from '#runtime/processor.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { forecastAccuracies, forecastModels, parkingForecasts, parkingStates } from '#schemas/topics.ts';
import {
  acceptsModel,
  endTick,
  type Forecasting,
  forecasting,
  isOld,
  keepForecasting,
  modelsTrail,
  takeModel,
} from '../forecasting/forecasting.ts';
import { Group, type MemberForecast } from '../forecasting/group.ts';

/** Every five minutes 15, 30 and 60 minutes ahead, in percent of the capacity. */
const { pace } = scopes.parking;
const tickMinutes = pace.tickSeconds / 60;
const levelPermille = 900;
/** Errors are counted in permille of the capacity. */
const wholes = 10;
const chancesRow = ' chances';

interface Facility {
  readonly district: DistrictId;
  capacitySpaces: number;
  /** End of the newest window that was observed. */
  seenAt: EventTime;
}

type Heard = ParkingState | ForecastModel;
type ParkingForecasts = Forecasting<Facility> & { readonly chance: RoomChance };

const kept = keepForecasting<Facility>();
const keep: Keep<ParkingForecasts> = {
  *changed(state) {
    if (state.changed.size > 0) yield [chancesRow, [...state.chance.biases]];
    yield* kept.changed(state);
  },
  restore(state, rows) {
    const others = new Map(rows);
    const biases = others.get(chancesRow) as readonly number[] | undefined;
    if (biases) state.chance.biases.set(biases);
    others.delete(chancesRow);
    kept.restore(state, others);
  },
};

/**
 * Says how full each car park will be in 15, 30 and 60 minutes, and how likely a space is on arrival, every five minutes,
 * by that forecaster of several whose error on that car park and horizon was least of late (`Forecaster`). The interval
 * rests on errors really made; so does the chance of a space (`RoomChance`), which is said only of a car park that was
 * observed of late. A forecast is `missing` when there is neither an occupancy of the last hour nor a profile.
 */
export const parkingForecast: Processor<Heard, ParkingForecasts> = {
  name: 'parking-forecast',
  stateVersion: 2,
  reads: [parkingStates, forecastModels],
  writes: [parkingForecasts, forecastAccuracies],
  lateness: 0,
  revisionBound: modelsTrail,
  tick: minutes(tickMinutes),
  initial() {
    const group = new Group(pace, wholes, 'newest');
    return Object.assign(forecasting<Facility>(group), {
      chance: new RoomChance(group.besides, pace.horizons),
    });
  },
  step,
  accepts: (network, _topic, event) => ('model' in event ? acceptsModel(network, event) : undefined),
  keep,
};

function step(state: ParkingForecasts, input: Input<Heard>, emit: Emit, { timeZone }: Network): void {
  if (input.kind !== 'watermark') {
    if ('model' in input.event) takeModel(state, 'parking', input.event);
    else take(state, input.event);
    return;
  }
  endTick(state, 'parking', input.at, timeZone, emit);
  judgeChances(state, input.at);
  for (const forecast of state.group.forecasts())
    emit(parkingForecasts, issue(state, forecast, state.members.get(forecast.id)!, input.at));
}

function take({ group, members, changed }: ParkingForecasts, event: ParkingState): void {
  const { facility: id, district, capacitySpaces, windowStart, windowSeconds, occupiedSpaces } = event;
  const facility = members.get(id) ?? { district, capacitySpaces, seenAt: Number.MIN_SAFE_INTEGER };
  members.set(id, facility);
  group.add(id);
  changed.add(id);
  const end = windowStart + windowSeconds * 1000;
  if (occupiedSpaces === null || event.quality !== 'observed' || end <= facility.seenAt) return;
  facility.seenAt = end;
  facility.capacitySpaces = capacitySpaces;
  group.measure(id, Math.min(100, (100 * occupiedSpaces) / Math.max(1, capacitySpaces)));
}

/** Below this occupancy, in percent, a space is free. */
const fullAt = ({ capacitySpaces }: Facility): number => 100 * (1 - 0.5 / Math.max(1, capacitySpaces));
const tickOf = (at: EventTime): number => Math.floor(at / minutes(tickMinutes));

/** Compares the chances that were given for now with whether there is a space. */
function judgeChances({ group, members, chance }: ParkingForecasts, at: EventTime): void {
  for (const [id, facility] of members) {
    const measured = group.measured(id);
    if (!Number.isNaN(measured)) chance.judge(group.places.get(id)!, tickOf(at), measured < fullAt(facility));
  }
}

/** Permille; null of a car park that was not observed of late: nobody is sent to it. */
function spaceProbability(
  { group, chance }: ParkingForecasts,
  { id, horizon, layer, value, below, above }: MemberForecast,
  facility: Facility,
  at: EventTime,
): number | null {
  const place = group.places.get(id)!;
  if (layer < 0 || isOld(facility.seenAt, at)) {
    chance.skip(place, horizon, tickOf(at));
    return null;
  }
  const byErrors = laplaceBelow(fullAt(facility), value, below, above);
  return Math.round(1000 * chance.say(place, horizon, tickOf(at), byErrors));
}

function issue(
  state: ParkingForecasts,
  forecast: MemberForecast,
  facility: Facility,
  at: EventTime,
): ParkingForecast {
  const { district, capacitySpaces } = facility;
  const { coverage } = forecast;
  const horizonMinutes = tickMinutes * pace.horizons[forecast.horizon]!;
  const isKnown = forecast.layer >= 0;
  const free = (percent: number): number | null =>
    isKnown ? Math.round(((100 - percent) * capacitySpaces) / 100) : null;
  return {
    district,
    facility: forecast.id,
    at,
    target: at + minutes(horizonMinutes),
    horizonMinutes,
    capacitySpaces,
    freeSpaces: free(forecast.value),
    lowSpaces: free(forecast.high),
    highSpaces: free(forecast.low),
    spaceProbabilityPermille: spaceProbability(state, forecast, facility, at),
    levelPermille,
    coveragePermille: Number.isNaN(coverage) ? null : Math.round(1000 * coverage),
    model: isKnown ? forecast.model : 'none',
    quality: !isKnown ? 'missing' : isOld(facility.seenAt, at) ? 'stale' : 'forecast',
  };
}
