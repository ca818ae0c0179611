/** Two small processors in a row, which show by their sums whatever is lost, doubled or taken in a wrong order. */
import type { Network } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import type { AnyProcessor, Input, Keep, Owned, Processor } from '#runtime/processor.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { reject } from '#schemas/rejection.ts';
import { environmentReadings, parkingEvents, parkingForecasts, parkingStates } from '#schemas/topics.ts';

/** What both stages and the judge go by. */
export const windowLength = minutes(1);
export const lateness = seconds(20);
export const revisionBound = minutes(2);
/** A key that nobody knows. */
export const strangers = 'nowhere';

/** The street needs no roads here. */
export const noNetwork = {} as Network;

export const districtOf = (place: string): string => `district ${place.charCodeAt(place.length - 1) % 3}`;

type Sensed = ParkingEvent | EnvironmentReading;
const isEntry = (event: Sensed): event is ParkingEvent => 'facility' in event;

interface Minute {
  readonly place: string;
  readonly start: EventTime;
  entries: number;
  readings: number;
  /** Revision that was said last; -1 before the first. */
  revision: number;
}

export const stateOf = (
  { place, start, entries, readings, revision }: Minute,
  at: EventTime,
): ParkingState => ({
  district: districtOf(place),
  facility: place,
  at,
  windowStart: start,
  windowSeconds: 60,
  revision,
  capacitySpaces: 0,
  occupiedSpaces: null,
  freeSpaces: null,
  entries,
  exits: readings,
  driftSpaces: 0,
  method: 'none',
  quality: 'observed',
  observedAt: null,
});

/** Counts entries and readings by place and minute; what comes late revises its minute. */
export const countByMinute: Processor<Sensed, Map<string, Minute>> = {
  name: 'count-by-minute',
  stateVersion: 1,
  reads: [parkingEvents, environmentReadings],
  writes: [parkingStates],
  lateness,
  revisionBound,
  tick: windowLength,
  initial: () => new Map(),
  accepts: (_network, _topic, event) =>
    isEntry(event) && event.facility === strangers
      ? reject('reference.unknown', 'facility', 'not in the table')
      : undefined,
  step(state, input, emit) {
    if (input.kind === 'watermark') {
      for (const [key, minute] of state)
        if (minute.start === input.at - windowLength) {
          minute.revision++;
          emit(parkingStates, stateOf(minute, input.at));
        } else if (minute.start < input.at - 5 * windowLength) state.delete(key);
      return;
    }
    const minute = minuteOf(state, input);
    if (isEntry(input.event)) minute.entries++;
    else minute.readings++;
    if (input.kind === 'event') return;
    minute.revision++;
    emit(parkingStates, stateOf(minute, input.at));
  },
};

function minuteOf(
  state: Map<string, Minute>,
  { event }: Exclude<Input<Sensed>, { kind: 'watermark' }>,
): Minute {
  const place = isEntry(event) ? event.facility : event.station;
  const start = floorTo(event.at, windowLength);
  const key = `${place}@${start}`;
  const minute = state.get(key) ?? { place, start, entries: 0, readings: 0, revision: -1 };
  state.set(key, minute);
  return minute;
}

/** What one district has come to. Plain data, kept as a row. */
interface District {
  heard: number;
  entries: number;
  readings: number;
  /** Entries and readings of each minute as heard last. */
  last: Record<string, readonly [number, number]>;
}

interface Districts {
  readonly byName: Map<string, District>;
  /** Heard of since the last tick. */
  readonly news: Set<string>;
  /** Not saved yet. */
  readonly unsaved: Set<string>;
}

export const forecastOf = (
  district: string,
  { heard, entries, readings }: Pick<District, 'heard' | 'entries' | 'readings'>,
  at: EventTime,
): ParkingForecast => ({
  district,
  facility: district,
  at,
  target: at + windowLength,
  horizonMinutes: 1,
  capacitySpaces: heard,
  freeSpaces: entries,
  lowSpaces: readings,
  highSpaces: null,
  spaceProbabilityPermille: null,
  levelPermille: 0,
  coveragePermille: null,
  model: 'sum',
  quality: 'forecast',
});

const newsRow = 'news';
const keep: Keep<Districts> = {
  *changed({ byName, news, unsaved }) {
    yield [newsRow, [...news]];
    for (const name of unsaved) yield [`district/${name}`, byName.get(name)];
    unsaved.clear();
  },
  restore({ byName, news }, rows) {
    for (const [key, value] of rows)
      if (key === newsRow) for (const name of value as string[]) news.add(name);
      else byName.set(key.slice('district/'.length), value as District);
  },
};

/** Adds up what the first stage says, by district, counting every record of it: a repeat that is taken shows. */
export const sumByDistrict: Processor<ParkingState, Districts> = {
  name: 'sum-by-district',
  stateVersion: 1,
  reads: [parkingStates],
  writes: [parkingForecasts],
  lateness: 0,
  revisionBound: 0,
  tick: windowLength,
  keep,
  initial: (_network: Network, _owned: Owned) => ({
    byName: new Map(),
    news: new Set(),
    unsaved: new Set(),
  }),
  step({ byName, news, unsaved }, input, emit) {
    if (input.kind === 'watermark') {
      for (const name of news) emit(parkingForecasts, forecastOf(name, byName.get(name)!, input.at));
      news.clear();
      return;
    }
    const { district: name, facility, windowStart, entries, exits } = input.event;
    const district = byName.get(name) ?? { heard: 0, entries: 0, readings: 0, last: {} };
    const key = `${facility}@${windowStart}`;
    const [entriesBefore, readingsBefore] = district.last[key] ?? [0, 0];
    district.heard++;
    district.entries += entries - entriesBefore;
    district.readings += exits - readingsBefore;
    district.last[key] = [entries, exits];
    byName.set(name, district);
    news.add(name);
    unsaved.add(name);
  },
};

export const stages: readonly AnyProcessor[] = [countByMinute, sumByDistrict];
