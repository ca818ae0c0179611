import type { Column, Columns } from './columns.ts';

/** Where, among the features of a line, is how the usual changes until the target. */
export const riseAt = 5;
/** Ticks that features look back over, and of what is before them, the ticks that are remembered to learn from. */
export const lookBack = 12;
export const longestHorizon = 12;
const rows = lookBack + longestHorizon;
/** Ticks back of which the network is told the value itself, not only how far it is from the usual. */
const valueLags = [0, 1, 2, 3, 5, 8, 11] as const;

/** How long nothing has come from a sensor: not at all, less than an hour, less than about a day, or longer. */
export const silences = ['none', 'short', 'hours', 'days'] as const;
export type Silence = (typeof silences)[number];
/** Silence of days. Seconds; a night is shorter. */
const daysSeconds = 72_000;

/** How long a departure is averaged over, and how long that of a day. Seconds. */
const [shortSeconds, longSeconds] = [7200, 86_400];
/** Share of all values that a high one is above, and share of a high one below which a road is slow. */
const [highLevel, slowShare] = [0.9, 0.8];
/** Values after which the spread and the high value move no slower. */
const settled = 4000;
/** Values that are nearer to each other are the same. */
const still = 1e-3;
/** Spread of a sensor of which nothing is known, and the least there is. */
const [firstSpread, smallestSpread] = [3, 0.05];

/** What `Recent.network` writes of each sensor, but for what is usual at the anchors. */
export const networkFeatures = lookBack + 4 + valueLags.length;

/** What has happened of late to many sensors, against what is usual. Values are from 0 to 100. */
export class Recent {
  /** Ticks for which a value is carried on when nothing comes: an hour. */
  readonly #carried: number;
  readonly #days: number;
  readonly #shortShare: number;
  readonly #longShare: number;
  /** What is left of a departure after a tick at which nothing came. */
  readonly #fading: number;
  /** Rings of the last ticks: departures from the usual, and values. Where nothing came, the departure fades. */
  readonly #departures: Column<Float32Array>;
  readonly #values: Column<Float32Array>;
  readonly #last: Column<Float32Array>;
  /** Ticks since the last value, at most 255. */
  readonly #age: Column<Uint8Array>;
  readonly #short: Column<Float32Array>;
  readonly #long: Column<Float32Array>;
  readonly #spread: Column<Float32Array>;
  readonly #high: Column<Float32Array>;
  readonly #seen: Column<Uint16Array>;
  readonly #least: Column<Float32Array>;
  readonly #most: Column<Float32Array>;
  /** Place of the newest tick in the rings. */
  #row = 0;

  /** A departure of which nothing is heard is a third of what it was after `fadeSeconds`. */
  constructor(columns: Columns, tickSeconds: number, fadeSeconds: number) {
    this.#fading = Math.exp(-tickSeconds / fadeSeconds);
    this.#carried = Math.min(250, Math.max(1, Math.round(3600 / tickSeconds)));
    this.#days = Math.min(250, Math.round(daysSeconds / tickSeconds));
    this.#shortShare = 1 - Math.exp(-tickSeconds / shortSeconds);
    this.#longShare = 1 - Math.exp(-tickSeconds / longSeconds);
    this.#departures = columns.add(Float32Array, rows);
    this.#values = columns.add(Float32Array, rows);
    this.#last = columns.add(Float32Array, 1, Number.NaN);
    this.#age = columns.add(Uint8Array, 1, 255);
    this.#short = columns.add(Float32Array, 1);
    this.#long = columns.add(Float32Array, 1);
    this.#spread = columns.add(Float32Array, 1, firstSpread);
    this.#high = columns.add(Float32Array, 1);
    this.#seen = columns.add(Uint16Array, 1);
    this.#least = columns.add(Float32Array, 1, 100);
    this.#most = columns.add(Float32Array, 1);
  }

  /** Begins tick number `tick`. Before anything is asked of it; `take` does it too. */
  begin(tick: number): void {
    this.#row = tick % rows;
  }

  /**
   * Takes in the values of tick number `tick`, and what is usual then; NaN is missing, or not known. `expected` are
   * departures in place of what is missing; where there is none, the last one fades.
   */
  take(
    tick: number,
    measured: Float32Array,
    usual: Float32Array,
    count: number,
    expected?: Float32Array,
  ): void {
    this.begin(tick);
    const [departures, values] = [this.#departures.values, this.#values.values];
    const [last, age, short, long] = [
      this.#last.values,
      this.#age.values,
      this.#short.values,
      this.#long.values,
    ];
    for (let sensor = 0; sensor < count; sensor++) {
      const value = measured[sensor]!;
      const isMeasured = !Number.isNaN(value);
      if (isMeasured) last[sensor] = value;
      const ago = isMeasured ? 0 : Math.min(255, age[sensor]! + 1);
      age[sensor] = ago;
      const now = usual[sensor]!;
      const base = !Number.isNaN(now) ? now : last[sensor]!;
      const at = sensor * rows + this.#row;
      const before = departures[sensor * rows + ((this.#row + rows - 1) % rows)]!;
      const instead = isMeasured || !expected ? Number.NaN : expected[sensor]!;
      const left = Number.isNaN(instead) ? this.#fading * before : instead;
      const departure = !isMeasured ? left : Number.isNaN(now) ? 0 : value - now;
      departures[at] = departure;
      values[at] = !Number.isNaN(base) ? base + departure : 0;
      if (!isMeasured) continue;
      short[sensor]! += (departure - short[sensor]!) * this.#shortShare;
      long[sensor]! += (departure - long[sensor]!) * this.#longShare;
      this.#learnScale(sensor, value, !Number.isNaN(now) ? Math.abs(departure) : Number.NaN);
    }
  }

  #learnScale(sensor: number, value: number, size: number): void {
    const [spread, high, seen] = [this.#spread.values, this.#high.values, this.#seen.values];
    const times = seen[sensor]!;
    if (value < this.#least.values[sensor]!) this.#least.values[sensor] = value;
    if (value > this.#most.values[sensor]!) this.#most.values[sensor] = value;
    if (times === 0) high[sensor] = value;
    if (times < settled) seen[sensor] = times + 1;
    if (!Number.isNaN(size))
      spread[sensor] = Math.max(smallestSpread, spread[sensor]! + (size - spread[sensor]!) / (times + 2));
    // Steps up and down so that the share of values below it becomes the level (Robbins and Monro 1951).
    const step = (20 * spread[sensor]!) / (20 + times);
    high[sensor]! += step * (value < high[sensor]! ? highLevel - 1 : highLevel);
  }

  /** Whether something was measured so lately that it says something of now. */
  isFresh(sensor: number): boolean {
    return this.#age.values[sensor]! <= this.#carried;
  }

  /** How little was ever measured: 1 is nothing, and 0 as much as counts. */
  youth(sensor: number): number {
    return 1 - this.#seen.values[sensor]! / settled;
  }

  silence(sensor: number): Silence {
    const age = this.#age.values[sensor]!;
    if (age === 0) return 'none';
    if (age <= this.#carried) return 'short';
    return age < this.#days ? 'hours' : 'days';
  }

  /** Ticks since something was measured; 255 is that or more. */
  age(sensor: number): number {
    return this.#age.values[sensor]!;
  }

  /** The last value that was measured; NaN before the first. */
  last(sensor: number): number {
    return this.#last.values[sensor]!;
  }

  /** The value `ago` ticks ago: where nothing came, the usual one and what was left of the last departure. */
  value(sensor: number, ago = 0): number {
    return this.#values.values[sensor * rows + ((this.#row - ago + rows) % rows)]!;
  }

  /** The nearest to a value of all between the least and the most that were ever measured. */
  within(sensor: number, value: number): number {
    return Math.max(this.#least.values[sensor]!, Math.min(this.#most.values[sensor]!, value));
  }

  /** Mean size of a departure, above 0. */
  spread(sensor: number): number {
    return this.#spread.values[sensor]!;
  }

  /** Departure from the usual, `ago` ticks ago. */
  departure(sensor: number, ago: number): number {
    return this.#departures.values[sensor * rows + ((this.#row - ago + rows) % rows)]!;
  }

  /** What was usual `ago` ticks ago, as it was known then. */
  usual(sensor: number, ago: number): number {
    const at = sensor * rows + ((this.#row - ago + rows) % rows);
    return this.#values.values[at]! - this.#departures.values[at]!;
  }

  /** Standard deviation of the departures of the last hour or so, or of so many ticks. */
  unrest(sensor: number, ticks = lookBack): number {
    let [sum, squares] = [0, 0];
    for (let ago = 0; ago < ticks; ago++) {
      const departure = this.departure(sensor, ago);
      sum += departure;
      squares += departure * departure;
    }
    return Math.sqrt(Math.max(0, squares / ticks - (sum / ticks) ** 2));
  }

  /** How far the value has gone up and down in so many ticks. */
  moved(sensor: number, ticks: number): number {
    let sum = 0;
    for (let ago = 0; ago < ticks; ago++)
      sum += Math.abs(this.value(sensor, ago) - this.value(sensor, ago + 1));
    return sum;
  }

  /** Ticks, at most so many, through which the value has not moved, or nothing came: closed, or stuck. */
  rested(sensor: number, most: number): number {
    const age = this.age(sensor);
    for (let ago = 0; ago < most; ago++) {
      const step = this.value(sensor, ago) - this.value(sensor, ago + 1);
      if (ago >= age && Math.abs(step) >= still) return ago;
    }
    return most;
  }

  /**
   * The features of a line, as they were `ago` ticks ago: departures and their mean, how the usual value, `then` at the
   * target, changes until then, and how far below a free road the value is, and the usual one now and then. The last
   * lets a departure last longer or less where the road is slow at the target.
   */
  line(sensor: number, ago: number, then: number, into: Float32Array): void {
    const start = sensor * rows;
    let at = (this.#row - ago + rows) % rows;
    const now = this.#departures.values[start + at]!;
    const value = this.#values.values[start + at]!;
    let sum = 0;
    for (let back = 0; back < lookBack; back++) {
      const departure = this.#departures.values[start + at]!;
      sum += departure;
      if (back === 1) into[1] = departure;
      else if (back === 2) into[2] = departure;
      at = at === 0 ? rows - 1 : at - 1;
    }
    const slow = slowShare * this.#high.values[sensor]!;
    into[0] = now;
    into[3] = sum / lookBack;
    into[4] = Math.min(0, now);
    into[6] = 1;
    into[7] = Math.max(0, slow - value);
    into[8] = Math.max(0, slow - (value - now));
    this.lineUntil(sensor, ago, then, into);
  }

  /** Of the features of a line those that another target changes. After `line` of the same tick. */
  lineUntil(sensor: number, ago: number, then: number, into: Float32Array): void {
    const at = sensor * rows + ((this.#row - ago + rows) % rows);
    const now = this.#departures.values[at]!;
    const high = this.#high.values[sensor]!;
    into[riseAt] = then - (this.#values.values[at]! - now);
    into[9] = Math.max(0, slowShare * high - then);
    into[10] = now * (1 - then / Math.max(1, high));
  }

  /** The features of a network, from `from` on: all in units of the spread of this sensor, or of its high value. */
  network(sensor: number, into: Float32Array, from: number): void {
    const start = sensor * rows;
    const perSpread = 1 / this.#spread.values[sensor]!;
    const perHigh = 1 / Math.max(1, this.#high.values[sensor]!);
    let next = from;
    for (let back = 0, at = this.#row; back < lookBack; back++, at = at === 0 ? rows - 1 : at - 1)
      into[next++] = this.#departures.values[start + at]! * perSpread;
    for (const back of valueLags)
      into[next++] = this.#values.values[start + ((this.#row - back + rows) % rows)]! * perHigh;
    into[next++] = this.#short.values[sensor]! * perSpread;
    into[next++] = this.#long.values[sensor]! * perSpread;
    into[next++] = Math.min(this.#age.values[sensor]!, this.#carried) / this.#carried;
    into[next++] = Math.log(perHigh / perSpread);
  }

  /** A value in units of the high value. */
  perHigh(sensor: number, value: number): number {
    return value / Math.max(1, this.#high.values[sensor]!);
  }
}
