import type { Column, Columns } from './columns.ts';
import { middleOfSlot, slotSeconds, slotsAWeek, type WeekMoment } from './weekly-profile.ts';

const unknown = -32_768;
const unit = 100 / 32_767;
const daySlots = slotsAWeek / 7;

/** What was measured in each half hour of the last seven days, for sensors whose days are much alike, as car parks. */
export class WeekMemory {
  readonly #means: Column<Int16Array>;
  readonly #sums: Column<Float32Array>;
  readonly #counts: Column<Uint16Array>;

  readonly #middle: number;

  constructor(columns: Columns, tickSeconds: number) {
    this.#middle = middleOfSlot(tickSeconds);
    this.#means = columns.add(Int16Array, slotsAWeek, unknown);
    this.#sums = columns.add(Float32Array, 1);
    this.#counts = columns.add(Uint16Array, 1);
  }

  /** Keeps the half hour `slot`, which is over; nothing when nothing came. */
  keep(slot: number, count: number): void {
    for (let sensor = 0; sensor < count; sensor++) {
      const times = this.#counts.values[sensor]!;
      this.#means.values[sensor * slotsAWeek + slot] =
        times === 0 ? unknown : Math.round(this.#sums.values[sensor]! / times / unit);
      this.#sums.values[sensor] = 0;
      this.#counts.values[sensor] = 0;
    }
  }

  take(sensor: number, value: number): void {
    this.#sums.values[sensor]! += value;
    this.#counts.values[sensor]!++;
  }

  /**
   * What was measured a day before a moment (`days` 1) or a week (7), between the middles of two half hours in
   * proportion; NaN when it is not known. The moment is now or at most a day later; `running` is the slot of now, since
   * the half hour before it has already taken the place of that of a week ago.
   */
  before(moment: WeekMoment, days: number, sensor: number, running: number): number {
    const place =
      moment.weekday * daySlots + moment.secondOfDay / slotSeconds - this.#middle - days * daySlots;
    const slot = Math.floor(place);
    const isOverwritten = days === 7 && (slot - running + 1) % slotsAWeek === 0;
    const first = isOverwritten ? Number.NaN : this.#at(slot, sensor);
    const second = this.#at(slot + 1, sensor);
    if (Number.isNaN(first)) return second;
    return !Number.isNaN(second) ? first + (place - slot) * (second - first) : first;
  }

  #at(slot: number, sensor: number): number {
    const mean = this.#means.values[sensor * slotsAWeek + ((slot + slotsAWeek) % slotsAWeek)]!;
    return mean === unknown ? Number.NaN : mean * unit;
  }
}
