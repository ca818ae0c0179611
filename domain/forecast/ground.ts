import { type Column, Columns } from './columns.ts';
import { DayFeatures, dayFeatures, recalledDays } from './day-features.ts';
import type { Pace, Tick } from './pace.ts';
import { heldValue, keptValue, Pending, unsaid } from './pending.ts';
import { lookBack, networkFeatures, Recent, riseAt } from './recent.ts';
import { lineFeatures, RobustLines } from './robust-line.ts';
import { WeekMemory } from './week-memory.ts';
import { slotOf, WeeklyProfiles } from './weekly-profile.ts';

/** Other sensors that a network looks at, at most. */
export const mostNeighbours = 6;
const neighbourFeatures = 2;
const anchorFeatures = 2;
const clockFeatures = 5;
const slopeFeatures = 4;
/** Of each day that is recalled, how it was now and how it changed until each anchor. */
const recallFeatures = recalledDays.length * 4;
/** How far and how much a value went up and down of late, and for how long it has rested. */
const restFeatures = 5;
const cityLags = [0, 3, lookBack] as const;

/** Ticks ahead at which a network is told what is usual: a quarter, a half and the whole of the farthest horizon. */
export const anchorsOf = ({ horizons }: Pace): readonly number[] => {
  const farthest = horizons.at(-1)!;
  return [Math.ceil(farthest / 4), Math.ceil(farthest / 2), farthest];
};

/** The horizons, by their places, whose lines a network is told: the first that is not before each anchor. */
export const linesTold = (pace: Pace): readonly number[] => [
  ...new Set(anchorsOf(pace).map((anchor) => pace.horizons.findIndex((ahead) => ahead >= anchor))),
];

/** Numbers in a row of a network's inputs. */
export const inputsOf = (pace: Pace): number =>
  networkFeatures +
  3 * anchorFeatures +
  clockFeatures +
  cityLags.length +
  linesTold(pace).length +
  slopeFeatures +
  neighbourFeatures * mostNeighbours +
  (pace.recalls ? recallFeatures + restFeatures : 0);

/** Where in a row the numbers begin that tell of the whole city, and how many they are. */
export const cityInputs = {
  from: networkFeatures + 3 * anchorFeatures + clockFeatures,
  count: cityLags.length,
};

/** How long a departure lasts of which nothing is heard, on roads and where days are much alike. Seconds. */
const [quickFade, slowFade] = [3600, 43_200] as const;

/** Memories of the lines of one car park: three days and five weeks. Seconds. */
const memoriesSeconds = [250_000, 3_000_000] as const;

/** What is left of a departure after so many ticks, before anything is learned. Fitted by eye to three networks. */
export const persistence = ({ tickSeconds }: Pace, ticks: number): number =>
  Math.min(0.8, 0.6 * Math.sqrt(900 / (ticks * tickSeconds)));

/** The forecasters, the simplest first; each forecasts by itself. */
export const layers = ['last', 'profile', 'line', 'network'] as const;
const layerCount = layers.length;
const [profileLayer, lineLayer] = [1, 2] as const;

/** What all forecasters of a group of sensors stand on: what is usual, and what has happened of late. */
export class Ground {
  readonly columns = new Columns();
  readonly pace: Pace;
  readonly profiles: WeeklyProfiles;
  readonly recent: Recent;
  readonly pending: Pending;
  /** What each layer said of a tick, until it comes; this here says what is usual and what the line says. */
  readonly said: Column<Int16Array>;
  readonly #anchors: readonly number[];
  readonly #linesTold: readonly number[];
  /** Their mean is told: lines that forget at different paces err differently. */
  readonly #lines: readonly RobustLines[];
  readonly #memory: WeekMemory | undefined;
  readonly #days: DayFeatures | undefined;
  #count = 0;
  #tick: Tick | undefined;
  /** What is usual now. */
  #now = new Float32Array(0);
  /** What is usual so many ticks later: at the horizons, at the anchors, and where slopes are told. */
  readonly #usual: Map<number, Float32Array>;
  /** Ticks before now and ahead between which slopes of the usual are told. */
  readonly #slopes: { readonly hour: number; readonly quarter: number; readonly late: number };
  /** What the lines say, by horizon; NaN where the usual is not known. */
  #said: Float32Array[];
  /** Departures in place of those that are not measured. */
  #expected = new Float32Array(0);
  readonly #features = new Float32Array(lineFeatures + dayFeatures);
  #city: number[] = [];
  #clock: number[] = [];

  constructor(pace: Pace) {
    this.pace = pace;
    this.profiles = new WeeklyProfiles(this.columns, pace.tickSeconds);
    this.recent = new Recent(this.columns, pace.tickSeconds, pace.recalls ? slowFade : quickFade);
    this.#anchors = anchorsOf(pace);
    this.#linesTold = linesTold(pace);
    const { horizons, tickSeconds } = pace;
    this.pending = new Pending(horizons);
    this.said = this.columns.add(Int16Array, this.pending.places * layerCount, unsaid);
    const first = horizons.map((ahead) => persistence(pace, ahead));
    this.#lines = pace.recalls
      ? memoriesSeconds.map(
          (memory) => new RobustLines(this.columns, tickSeconds, first, lineFeatures + dayFeatures, memory),
        )
      : [new RobustLines(this.columns, tickSeconds, first)];
    const ticksOf = (seconds: number): number =>
      Math.max(1, Math.min(lookBack, Math.round(seconds / tickSeconds)));
    const late = Math.max(1, Math.floor((3 * horizons.at(-1)!) / 4));
    this.#slopes = { hour: ticksOf(3600), quarter: ticksOf(900), late };
    const steps = [...horizons, ...this.#anchors, 1, late];
    this.#usual = new Map(steps.map((ahead) => [ahead, new Float32Array(0)]));
    this.#said = horizons.map(() => new Float32Array(0));
    if (!pace.recalls) return;
    this.#memory = new WeekMemory(this.columns, tickSeconds);
    this.#days = new DayFeatures(this.columns, pace, this.recent, this.#memory);
  }

  /** Takes in what `count` sensors measured up to a tick, 0..100 each; NaN where nothing was. */
  take(tick: Tick, measured: Float32Array, count: number): void {
    this.columns.grow(count);
    this.#count = count;
    this.#tick = tick;
    if (this.#now.length < count) {
      this.#now = new Float32Array(2 * count);
      for (const ahead of this.#usual.keys()) this.#usual.set(ahead, new Float32Array(2 * count));
      this.#said = this.#said.map(() => new Float32Array(2 * count));
      this.#expected = new Float32Array(2 * count);
    }
    this.profiles.usual(tick.moment(0), this.#now, count);
    this.recent.begin(tick.number);
    for (let sensor = 0; sensor < count; sensor++)
      this.#expected[sensor] = Number.isNaN(measured[sensor]!)
        ? this.#departureInSilence(sensor)
        : Number.NaN;
    this.recent.take(tick.number, measured, this.#now, count, this.#expected);
  }

  /**
   * The departure of a sensor that is silent at the tick, as its line expected when it spoke last; between horizons in
   * proportion. NaN beyond the farthest.
   */
  #departureInSilence(sensor: number): number {
    const age = this.recent.age(sensor) + 1;
    if (age > this.pace.horizons.at(-1)!) return Number.NaN;
    return this.#expectedWhenSpoke(sensor, age, age, [age - 1, this.recent.departure(sensor, 1)]);
  }

  /**
   * The departure that the line of a sensor expected `age` ticks ago, `until` ticks later; between horizons in
   * proportion, and before the first that is left from one that is known so many ticks later. NaN beyond the farthest.
   */
  #expectedWhenSpoke(
    sensor: number,
    age: number,
    until: number,
    [from, known]: readonly [number, number],
  ): number {
    const said = this.said.values;
    let [at, before] = [from, known];
    for (const [horizon, ahead] of this.pace.horizons.entries()) {
      if (ahead <= from) continue;
      const place = layerCount * this.pending.at(sensor, horizon, this.#tick!.number - age);
      const then = heldValue(said[place + lineLayer]!) - heldValue(said[place + profileLayer]!);
      if (ahead >= until) return before + ((then - before) * (until - at)) / (ahead - at);
      [at, before] = [ahead, then];
    }
    return Number.NaN;
  }

  /** What is usual now, as it was before this tick was learned from; NaN where it is not known. */
  get now(): Float32Array {
    return this.#now;
  }

  /** What is usual so many ticks later, at a horizon or an anchor; NaN where it is not known. After `look`. */
  usual(ahead: number): Float32Array {
    return this.#usual.get(ahead)!;
  }

  /** What a sensor's own line says at a horizon, by its place; NaN where the usual is not known. After `look`. */
  line(sensor: number, horizon: number): number {
    return this.#said[horizon]![sensor]!;
  }

  /** Learns from the tick, and looks ahead from it. After `take`. */
  look(measured: Float32Array): void {
    const tick = this.#tick!;
    const slot = slotOf(tick.moment(0));
    this.#days?.begin(tick, slot);
    this.#learnLines(measured);
    if (this.profiles.slot >= 0 && this.profiles.slot !== slot)
      this.#memory?.keep(this.profiles.slot, this.#count);
    this.profiles.learn(tick.moment(0), measured, this.#count);
    if (this.#memory)
      for (let sensor = 0; sensor < this.#count; sensor++)
        if (!Number.isNaN(measured[sensor]!)) this.#memory.take(sensor, measured[sensor]!);
    for (const [ahead, usual] of this.#usual) this.profiles.usual(tick.moment(ahead), usual, this.#count);
    this.#askLines();
    this.#city = cityLags.map((ago) => this.#cityDeparture(ago));
    const turn = (2 * Math.PI * tick.moment(0).secondOfDay) / 86_400;
    this.#clock = [Math.sin(turn), Math.cos(turn), Math.sin(2 * turn), Math.cos(2 * turn)];
    this.#clock.push(tick.moment(0).weekday >= 5 ? 1 : 0);
  }

  /** Lets the line of each sensor learn how the departures of before came out. */
  #learnLines(measured: Float32Array): void {
    const { horizons } = this.pace;
    for (let sensor = 0; sensor < this.#count; sensor++) {
      const departure = measured[sensor]! - this.#now[sensor]!;
      if (Number.isNaN(departure)) continue;
      for (const [horizon, ahead] of horizons.entries()) {
        this.recent.line(sensor, ahead, this.#now[sensor]!, this.#features);
        this.#days?.toldBefore(sensor, horizon, this.#features, lineFeatures);
        for (const lines of this.#lines) lines.learn(sensor, horizon, this.#features, 0, departure);
      }
    }
  }

  #askLines(): void {
    const { recent, pending, said } = this;
    const { number } = this.#tick!;
    const all = this.pace.horizons.map((ahead) => this.#usual.get(ahead)!);
    for (let sensor = 0; sensor < this.#count; sensor++) {
      const age = recent.age(sensor);
      for (let horizon = 0; horizon < all.length; horizon++) {
        const usual = all[horizon]![sensor]!;
        const line = recent.within(sensor, usual + this.#askLine(sensor, horizon, usual, age));
        this.#said[horizon]![sensor] = line;
        const place = layerCount * pending.at(sensor, horizon, number);
        said.values[place + profileLayer] = keptValue(usual);
        said.values[place + lineLayer] = keptValue(line);
      }
    }
  }

  /** The departure that a line expects of a sensor that spoke `age` ticks ago: as it said then, or as it says now. */
  #askLine(sensor: number, horizon: number, usual: number, age: number): number {
    const features = this.#features;
    if (horizon === 0) this.recent.line(sensor, 0, usual, features);
    else this.recent.lineUntil(sensor, 0, usual, features);
    this.#days?.tell(sensor, horizon, features[riseAt]!, features, lineFeatures);
    if (age > 0) {
      const until = age + this.pace.horizons[horizon]!;
      const expected = this.#expectedWhenSpoke(sensor, age, until, [age, this.recent.departure(sensor, 0)]);
      if (!Number.isNaN(expected)) return expected;
    }
    let sum = 0;
    for (const lines of this.#lines) sum += lines.guess(sensor, horizon, features, 0);
    return sum / this.#lines.length;
  }

  /** Mean departure of all sensors, each in units of its spread. */
  #cityDeparture(ago: number): number {
    let sum = 0;
    for (let sensor = 0; sensor < this.#count; sensor++)
      sum += this.recent.departure(sensor, ago) / this.recent.spread(sensor);
    return sum / Math.max(1, this.#count);
  }

  /** Writes what a network is told of a sensor: `inputsOf` numbers from `from` on. After `look`. */
  inputs(sensor: number, neighbours: ArrayLike<number>, into: Float32Array, from: number): void {
    const { recent } = this;
    recent.network(sensor, into, from);
    let next = from + networkFeatures;
    const spread = recent.spread(sensor);
    const value = recent.value(sensor);
    const departure = recent.departure(sensor, 0);
    for (const anchor of this.#anchors) {
      const usual = this.#usual.get(anchor)![sensor]!;
      const then = !Number.isNaN(usual) ? usual : value;
      into[next++] = (then - (value - departure)) / spread;
      into[next++] = recent.perHigh(sensor, then);
    }
    for (const number of this.#clock) into[next++] = number;
    for (const number of this.#city) into[next++] = number;
    next = this.#forecasts(sensor, spread, into, next);
    for (let i = 0; i < mostNeighbours; i++) {
      const other = neighbours[i] ?? -1;
      const now = other < 0 ? 0 : recent.departure(other, 0) / recent.spread(other);
      into[next++] = now;
      into[next++] = other < 0 ? 0 : now - recent.departure(other, 3) / recent.spread(other);
    }
    if (!this.#memory) return;
    next = this.#recall(this.#memory, sensor, value, spread, into, next);
    this.#rest(sensor, spread, into, next);
  }

  /** Writes what the lines say, in spreads from what a network counts from, and how the usual rises and falls. */
  #forecasts(sensor: number, spread: number, into: Float32Array, from: number): number {
    let next = from;
    for (const horizon of this.#linesTold) {
      const ahead = this.pace.horizons[horizon]!;
      const base = this.base(sensor, this.#usual.get(ahead)![sensor]!, ahead);
      into[next++] = orNothing(this.#said[horizon]![sensor]! - base, spread);
    }
    const { hour, quarter, late } = this.#slopes;
    const now = this.#now[sensor]!;
    const farthest = this.#usual.get(this.pace.horizons.at(-1)!)![sensor]!;
    into[next++] = orNothing(this.#usual.get(1)![sensor]! - now, spread);
    into[next++] = orNothing(now - this.recent.usual(sensor, hour), spread);
    into[next++] = orNothing(now - this.recent.usual(sensor, quarter), spread);
    into[next++] = orNothing(farthest - this.#usual.get(late)![sensor]!, spread);
    return next;
  }

  /** Writes how it was on other days: how much more now, and how it then changed until each anchor. */
  #recall(
    memory: WeekMemory,
    sensor: number,
    value: number,
    spread: number,
    into: Float32Array,
    from: number,
  ): number {
    let next = from;
    for (const days of recalledDays) {
      const then = memory.before(this.#tick!.moment(0), days, sensor, this.profiles.slot);
      into[next++] = orNothing(value - then, spread);
      for (const ahead of this.#anchors)
        into[next++] = orNothing(
          memory.before(this.#tick!.moment(ahead), days, sensor, this.profiles.slot) - then,
          spread,
        );
    }
    return next;
  }

  /** Writes how restless the last hour and the last ticks were, in spreads, and how long the value has rested. */
  #rest(sensor: number, spread: number, into: Float32Array, from: number): void {
    const { recent } = this;
    const { hour } = this.#slopes;
    const rested = recent.rested(sensor, lookBack - 1);
    into[from] = recent.unrest(sensor, hour) / spread;
    into[from + 1] = recent.unrest(sensor) / spread;
    into[from + 2] = recent.moved(sensor, hour) / spread;
    into[from + 3] = Math.min(1, rested / hour);
    into[from + 4] = Math.log1p(rested);
  }

  /**
   * From what a network counts, so many ticks ahead: the usual value there and the share of the departure that mostly
   * lasts so long. `usual` is NaN where it is not known.
   */
  base(sensor: number, usual: number, ahead: number): number {
    const departure = this.recent.departure(sensor, 0);
    const then = !Number.isNaN(usual) ? usual : this.recent.value(sensor) - departure;
    return then + persistence(this.pace, ahead) * departure;
  }
}

/** A number in spreads; 0 where there is none. */
const orNothing = (number: number, spread: number): number => (!Number.isNaN(number) ? number / spread : 0);
