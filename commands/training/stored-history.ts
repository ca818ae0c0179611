import { spaceMeanKph } from '#api/history.ts';
import { cityTick } from '#domain/forecast/city-ticks.ts';
import { type Scope, type Subject, scopes } from '#domain/forecast/subject.ts';
import type { Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { LinkAggregate, ParkingAggregate } from '#runtime/aggregates.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { MeasureStore, Row } from '#runtime/measures.ts';
import { eventOf } from '#schemas/row.ts';
import { enough, type Source } from './source.ts';

const day = minutes(24 * 60);

/** How the values of a subject stand in the store. */
interface Table {
  readonly name: string;
  readonly id: string;
  sensors(network: Network): Iterable<string>;
  /** The value of one bucket, in the unit of the subject; NaN where nothing was measured. */
  value(bucket: Row): number;
}

const tables: Readonly<Record<Subject, Table>> = {
  link: {
    name: 'link_state',
    id: 'link',
    sensors: ({ links }) => links.keys(),
    value: (row) => spaceMeanKph(eventOf(row) as unknown as LinkAggregate) ?? Number.NaN,
  },
  parking: {
    name: 'parking_state',
    id: 'facility',
    sensors: ({ facilities }) => facilities.keys(),
    value(row) {
      const { newest } = eventOf(row) as unknown as ParkingAggregate;
      const [, capacity, occupied] = newest ?? [0, 0, null];
      return occupied === null || capacity === 0 ? Number.NaN : (100 * occupied) / capacity;
    },
  },
};

/** What the store has of the last `days` of a subject, in ticks of its pace. */
export async function storedHistory(
  store: MeasureStore,
  network: Network,
  subject: Subject,
  days: number,
): Promise<Source> {
  const table = tables[subject];
  const scope = scopes[subject];
  const length = scope.pace.tickSeconds * 1000;
  const newest = await store.newest(table.name, [table.id], ['window_start']);
  if (newest.length === 0)
    throw new ArterialError('config.invalid', `${table.name} is empty; a store with history would be right`);
  const last = Math.max(...newest.map((row) => Number(row['window_start'])));
  const end = (Math.floor(last / length) + 1) * length;
  const sensors = [...table.sensors(network)].sort();
  const grid = new Grid(sensors, end - days * day, end, length, scope);
  for (let from = end - days * day; from < end; from += day)
    for (const row of await store.aggregate({ table: table.name, length, from, to: from + day }))
      grid.put(String(row[table.id]), Number(row['bucket']), table.value(row));
  return enough(grid.source(subject, network.timeZone));
}

/** Values by tick and sensor, for which room is made at once. */
class Grid {
  readonly #sensors: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #from: EventTime;
  readonly #length: number;
  readonly #scope: Scope;
  readonly #values: Float32Array;
  readonly #measured: Uint8Array;
  #first = Number.POSITIVE_INFINITY;

  constructor(sensors: readonly string[], from: EventTime, to: EventTime, length: number, scope: Scope) {
    this.#sensors = sensors;
    this.#places = new Map(sensors.map((sensor, place) => [sensor, place]));
    this.#from = from;
    this.#length = length;
    this.#scope = scope;
    this.#values = new Float32Array(((to - from) / length) * sensors.length).fill(Number.NaN);
    this.#measured = new Uint8Array(sensors.length);
  }

  /** What the network does not know any more is passed over. */
  put(sensor: string, bucket: EventTime, value: number): void {
    const place = this.#places.get(sensor);
    const tick = (bucket - this.#from) / this.#length;
    if (place === undefined || Number.isNaN(value) || !Number.isInteger(tick)) return;
    const shares = (100 * value) / this.#scope.span;
    this.#values[tick * this.#sensors.length + place] = Math.max(0, Math.min(100, shares));
    this.#measured[place] = 1;
    this.#first = Math.min(this.#first, tick);
  }

  /** From the first tick at which something was measured, with the sensors that ever were. */
  source(subject: Subject, timeZone: string): Source {
    const places = this.#sensors.flatMap((_, place) => (this.#measured[place] === 1 ? [place] : []));
    const all = this.#values.length / Math.max(1, this.#sensors.length);
    const first = Math.min(this.#first, all);
    const values = new Float32Array((all - first) * places.length);
    for (let tick = first, next = 0; tick < all; tick++)
      for (const place of places) values[next++] = this.#values[tick * this.#sensors.length + place]!;
    const endOf = (tick: number): EventTime => this.#from + (tick + 1) * this.#length;
    const { pace, span, unit } = this.#scope;
    return {
      ...{ subject, span, unit, from: endOf(first), to: endOf(all - 1) },
      history: {
        pace,
        sensors: places.map((place) => this.#sensors[place]!),
        ticks: Array.from({ length: all - first }, (_, i) => cityTick(endOf(first + i), pace, timeZone)),
        values,
      },
    };
  }
}
