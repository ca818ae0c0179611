import type { Column, Columns } from './columns.ts';

/** Where in the week a moment is, local time. */
export interface WeekMoment {
  /** Monday is 0. */
  readonly weekday: number;
  /** Since midnight, 0..86399. */
  readonly secondOfDay: number;
}

/** Slots of half an hour. */
const slotsADay = 48;
export const slotSeconds = 86_400 / slotsADay;
export const slotsAWeek = 7 * slotsADay;

/** What a new half hour counts against those before it, at least: of its kind of day, and of its day of the week. */
const [kindShare, weekdayShare] = [0.08, 0.1];
/** A day of the week is believed as if it had been as usual so often before. */
const weekdayDoubt = 4;
/** Values are kept as shares of this in two bytes. */
const largest = 100;
const unit = largest / 32_767;

/** The slot of a moment among those of one week. */
export const slotOf = ({ weekday, secondOfDay }: WeekMoment): number =>
  weekday * slotsADay + Math.floor(secondOfDay / slotSeconds);

/** Where in a slot, as a share of it, the ticks that fall into it lie on average: they begin with it. */
export const middleOfSlot = (tickSeconds: number): number => Math.max(0, 0.5 - tickSeconds / slotSeconds / 2);

/** The slot among those of a working day and a day of the weekend. */
const slotOfKind = (slot: number): number => (slot < 5 * slotsADay ? 0 : slotsADay) + (slot % slotsADay);

/**
 * What is usual in each half hour of the week, for many sensors: the mean of that half hour on working days or at the
 * weekend, and by how much this day of the week differs from it. Both forget slowly. Values are from 0 to 100.
 */
export class WeeklyProfiles {
  readonly #kinds: Column<Int16Array>;
  readonly #weekdays: Column<Int16Array>;
  readonly #seen: Column<Uint8Array>;
  /** What came in the half hour that is running. */
  readonly #sums: Column<Float32Array>;
  readonly #counts: Column<Uint16Array>;
  /** The half hour that is running; -1 before the first. To be saved with the columns. */
  slot = -1;
  readonly #middle: number;

  constructor(columns: Columns, tickSeconds: number) {
    this.#middle = middleOfSlot(tickSeconds);
    this.#kinds = columns.add(Int16Array, 2 * slotsADay);
    this.#weekdays = columns.add(Int16Array, slotsAWeek);
    this.#seen = columns.add(Uint8Array, 2 * slotsADay);
    this.#sums = columns.add(Float32Array, 1);
    this.#counts = columns.add(Uint16Array, 1);
  }

  /** Takes in what the first `count` sensors measured at a moment, not before the last one; NaN is nothing. */
  learn(moment: WeekMoment, measured: Float32Array, count: number): void {
    const slot = slotOf(moment);
    if (slot !== this.slot && this.slot >= 0) this.#fold(this.slot, count);
    this.slot = slot;
    const [sums, counts] = [this.#sums.values, this.#counts.values];
    for (let sensor = 0; sensor < count; sensor++) {
      const value = measured[sensor]!;
      if (Number.isNaN(value)) continue;
      sums[sensor]! += value;
      counts[sensor]!++;
    }
  }

  /** Adds the half hour that is over. */
  #fold(slot: number, count: number): void {
    const { kinds, weekdays, seen, sums, counts } = this.#columns();
    const ofKind = slotOfKind(slot);
    const weekdaysOfKind = ofKind < slotsADay ? 5 : 2;
    for (let sensor = 0; sensor < count; sensor++) {
      if (counts[sensor] === 0) continue;
      const mean = sums[sensor]! / counts[sensor]! / unit;
      sums[sensor] = 0;
      counts[sensor] = 0;
      const kindAt = sensor * 2 * slotsADay + ofKind;
      const times = seen[kindAt]!;
      const before = times === 0 ? mean : kinds[kindAt]!;
      kinds[kindAt] = rounded(before + Math.max(kindShare, 1 / (times + 1)) * (mean - before));
      if (times < 255) seen[kindAt] = times + 1;
      const weekdayAt = sensor * slotsAWeek + slot;
      const own = weekdays[weekdayAt]!;
      const share = Math.max(weekdayShare, 1 / (Math.floor(times / weekdaysOfKind) + 1 + weekdayDoubt));
      weekdays[weekdayAt] = rounded(own + share * (mean - before - own));
    }
  }

  #columns() {
    return {
      kinds: this.#kinds.values,
      weekdays: this.#weekdays.values,
      seen: this.#seen.values,
      sums: this.#sums.values,
      counts: this.#counts.values,
    };
  }

  /**
   * What is usual at a moment, for the first `count` sensors: between the middles of two half hours, in proportion.
   * What was never seen is as on the other kind of day; NaN when that was not seen either.
   */
  usual(moment: WeekMoment, into: Float32Array, count: number): void {
    const place = moment.secondOfDay / slotSeconds - this.#middle;
    const before = (moment.weekday * slotsADay + Math.floor(place) + slotsAWeek) % slotsAWeek;
    const after = (before + 1) % slotsAWeek;
    const part = place - Math.floor(place);
    for (let sensor = 0; sensor < count; sensor++) {
      const first = this.#at(before, sensor);
      const second = this.#at(after, sensor);
      if (Number.isNaN(first)) into[sensor] = second;
      else if (Number.isNaN(second)) into[sensor] = first;
      else into[sensor] = first + part * (second - first);
    }
  }

  #at(slot: number, sensor: number): number {
    const ofKind = slotOfKind(slot);
    const start = sensor * 2 * slotsADay;
    let kind = start + ofKind;
    if (this.#seen.values[kind] === 0) {
      kind = start + ((ofKind + slotsADay) % (2 * slotsADay));
      if (this.#seen.values[kind] === 0) return Number.NaN;
    }
    const own = this.#weekdays.values[sensor * slotsAWeek + slot]!;
    return unit * Math.max(0, this.#kinds.values[kind]! + own);
  }
}

const rounded = (value: number): number => Math.max(-32_767, Math.min(32_767, Math.round(value)));
