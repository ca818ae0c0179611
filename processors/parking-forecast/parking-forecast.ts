import { laplaceBelow } from '#domain/forecast/room-chance.ts';
import { scopes } from '#domain/forecast/subject.ts';
import type { Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { forecastAccuracies, forecastModels, parkingForecasts, parkingStates } from '#schemas/topics.ts';
import {
  acceptsModel,
  type DistrictForecasts,
  endTick,
  type Forecasting,
  forecasting,
  forecastsOf,
  inOrder,
  isOld,
  keepForecasting,
  modelsTrail,
  takeModel,
} from '../forecasting/forecasting.ts';
import type { Group, MemberForecast } from '../forecasting/group.ts';

/** Every five minutes 15, 30 and 60 minutes ahead, in percent of the capacity. */
const { pace } = scopes.parking;
const tickMinutes = pace.tickSeconds / 60;
const levelPermille = 900;
/** Errors are counted in permille of the capacity. */
const wholes = 10;

interface Facility {
  readonly capacitySpaces: number;
  /** End of the newest window that was observed. */
  readonly seenAt: EventTime;
}

type Heard = ParkingState | ForecastModel;
type ParkingForecasts = Forecasting<Facility>;

/**
 * Says how full each car park will be in 15, 30 and 60 minutes, and how likely a space is on arrival, every five
 * minutes, by that forecaster of several whose error on that car park and horizon was least of late (`Forecaster`).
 * The interval rests on errors really made; so does the chance of a space (`RoomChance`). A forecast is `missing` when
 * there is neither an occupancy of the last hour nor a profile; it is `stale`, and without a chance, when nothing was
 * observed for 20 minutes.
 */
export const parkingForecast: Processor<Heard, ParkingForecasts> = {
  name: 'parking-forecast',
  stateVersion: 6,
  reads: [parkingStates, forecastModels],
  writes: [parkingForecasts, forecastAccuracies],
  lateness: 0,
  revisionBound: modelsTrail,
  tick: minutes(tickMinutes),
  initial: () => forecasting('parking', { wholes, summary: 'newest', hasRoom: true }),
  step,
  accepts: (network, _topic, event) => ('model' in event ? acceptsModel(network, event) : undefined),
  keep: keepForecasting<Facility>(),
};

function step(state: ParkingForecasts, input: Input<Heard>, emit: Emit, { timeZone }: Network): void {
  if (input.kind !== 'watermark') {
    if ('model' in input.event) takeModel(state, input.event);
    else take(state, input.event);
    return;
  }
  for (const forecasts of inOrder(state)) {
    endTick(state.subject, forecasts, input.at, timeZone, emit);
    judgeChances(forecasts, input.at);
    for (const forecast of forecasts.group.forecasts())
      emit(parkingForecasts, issue(forecasts, forecast, input.at));
  }
}

function take(state: ParkingForecasts, event: ParkingState): void {
  const { facility: id, district, capacitySpaces, windowStart, windowSeconds, occupiedSpaces } = event;
  const { group, members, changed } = forecastsOf(state, district);
  const before = members.get(id) ?? { capacitySpaces, seenAt: Number.MIN_SAFE_INTEGER };
  const end = windowStart + windowSeconds * 1000;
  const isNew = occupiedSpaces !== null && event.quality === 'observed' && end > before.seenAt;
  members.set(id, isNew ? { capacitySpaces, seenAt: end } : before);
  group.add(id);
  changed.add(id);
  if (isNew) group.measure(id, Math.min(100, (100 * occupiedSpaces) / Math.max(1, capacitySpaces)));
}

/** Below this occupancy, in percent, a space is free. */
const fullAt = ({ capacitySpaces }: Facility): number => 100 * (1 - 0.5 / Math.max(1, capacitySpaces));
const tickOf = (at: EventTime): number => Math.floor(at / minutes(tickMinutes));

/** Compares the chances that were given for now with whether there is a space. */
function judgeChances({ group, members }: DistrictForecasts<Facility>, at: EventTime): void {
  for (const [id, facility] of members) {
    const measured = group.measured(id);
    if (!Number.isNaN(measured))
      group.room!.judge(group.places.get(id)!, tickOf(at), measured < fullAt(facility));
  }
}

/** Permille; null of a car park that was not observed of late: nobody is sent to it. */
function spaceProbability(
  { room, places }: Group,
  { id, horizon, layer, value, below, above }: MemberForecast,
  facility: Facility,
  at: EventTime,
): number | null {
  const place = places.get(id)!;
  if (layer < 0 || isOld(facility.seenAt, at)) {
    room!.skip(place, horizon, tickOf(at));
    return null;
  }
  const byErrors = laplaceBelow(fullAt(facility), value, below, above);
  return Math.round(1000 * room!.say(place, horizon, tickOf(at), byErrors));
}

function issue(
  { district, group, members }: DistrictForecasts<Facility>,
  forecast: MemberForecast,
  at: EventTime,
): ParkingForecast {
  const facility = members.get(forecast.id)!;
  const { capacitySpaces } = facility;
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
    spaceProbabilityPermille: spaceProbability(group, forecast, facility, at),
    levelPermille,
    coveragePermille: Number.isNaN(coverage) ? null : Math.round(1000 * coverage),
    model: isKnown ? forecast.model : 'none',
    quality: !isKnown ? 'missing' : isOld(facility.seenAt, at) ? 'stale' : 'forecast',
  };
}
