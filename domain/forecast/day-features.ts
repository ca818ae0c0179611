import type { Column, Columns } from './columns.ts';
import type { Pace, Tick } from './pace.ts';
import { Pending } from './pending.ts';
import { lookBack, type Recent } from './recent.ts';
import type { WeekMemory } from './week-memory.ts';
import type { WeekMoment } from './weekly-profile.ts';

/** Days back that are recalled. */
export const recalledDays = [1, 7] as const;
/** How it changed of late, how long it has rested, what is recalled, and what is told by the time of day. */
const [lateFeatures, restFeatures, recallFeatures, clockFeatures] = [3, 3, 2 * recalledDays.length, 2 * 4];
/** Features of a line besides those of `Recent.line`. */
export const dayFeatures = lateFeatures + restFeatures + recallFeatures + clockFeatures;

/**
 * What the lines of car parks are told besides: how the last hour went, whether the value rests, how yesterday and a
 * week ago went on from the same time of day, and that a car park fills in the morning as it does not at night. It is
 * kept until the target has come.
 */
export class DayFeatures {
  readonly #pending: Pending;
  readonly #told: Column<Float32Array>;
  readonly #recent: Recent;
  readonly #memory: WeekMemory;
  readonly #horizons: readonly number[];
  /** Ticks of an hour. */
  readonly #hour: number;
  #tick = 0;
  /** Half hour of the week that is running. */
  #slot = -1;
  #now: WeekMoment = { weekday: 0, secondOfDay: 0 };
  #targets: readonly WeekMoment[] = [];
  /** Where the hand of a clock of one day is. */
  #hands: readonly number[] = [];

  constructor(columns: Columns, { horizons, tickSeconds }: Pace, recent: Recent, memory: WeekMemory) {
    this.#pending = new Pending(horizons);
    this.#told = columns.add(Float32Array, this.#pending.places * dayFeatures);
    this.#recent = recent;
    this.#memory = memory;
    this.#horizons = horizons;
    this.#hour = Math.max(1, Math.min(lookBack - 1, Math.round(3600 / tickSeconds)));
  }

  /** Begins a tick, in a half hour of the week. Before `learned`. */
  begin(tick: Tick, slot: number): void {
    this.#tick = tick.number;
    this.#slot = slot;
    this.#now = tick.moment(0);
    this.#targets = this.#horizons.map((ahead) => tick.moment(ahead));
    const turn = (2 * Math.PI * this.#now.secondOfDay) / 86_400;
    this.#hands = [Math.sin(turn), Math.cos(turn)];
  }

  /** Writes, from `from` on, what was told of the target that has come. Before `tell`. */
  toldBefore(sensor: number, horizon: number, into: Float32Array, from: number): void {
    const start = dayFeatures * this.#pending.at(sensor, horizon, this.#tick);
    for (let i = 0; i < dayFeatures; i++) into[from + i] = this.#told.values[start + i]!;
  }

  /** Writes what is told, from `from` on, and keeps it; `rise` is how the usual changes until the target. */
  tell(sensor: number, horizon: number, rise: number, into: Float32Array, from: number): void {
    const value = this.#recent.value(sensor);
    const departure = this.#recent.departure(sensor, 0);
    const change = value - this.#recent.value(sensor, this.#hour);
    const rest = this.#recent.rested(sensor, this.#hour) / this.#hour;
    let next = from;
    into[next++] = value - this.#recent.value(sensor, 1);
    into[next++] = change;
    // The fuller, the less it fills.
    into[next++] = (rise * value) / 100;
    into[next++] = rest;
    into[next++] = rest * rise;
    into[next++] = rest * departure;
    for (const days of recalledDays) {
      const then = this.#memory.before(this.#now, days, sensor, this.#slot);
      into[next++] = value - then;
      into[next++] = this.#memory.before(this.#targets[horizon]!, days, sensor, this.#slot) - then;
    }
    for (const hand of this.#hands) {
      into[next++] = hand;
      into[next++] = hand * departure;
      into[next++] = hand * change;
      into[next++] = hand * rise;
    }
    const start = dayFeatures * this.#pending.at(sensor, horizon, this.#tick);
    for (let i = 0; i < dayFeatures; i++) {
      if (Number.isNaN(into[from + i]!)) into[from + i] = 0;
      this.#told.values[start + i] = into[from + i]!;
    }
  }
}
