import { Columns } from './columns.ts';
import { lookBack, networkFeatures, Recent } from './recent.ts';
import { WeekMemory } from './week-memory.ts';
import { slotOf, WeeklyProfiles, type WeekMoment } from './weekly-profile.ts';

/** When a tick is, and where in the week a time so many ticks later is. */
export interface Tick {
  /** Counted from any fixed time, one more each tick. */
  readonly number: number;
  moment(ticksLater: number): WeekMoment;
}

/** How often, and how far ahead, is looked. */
export interface Pace {
  readonly tickSeconds: number;
  /** Ticks ahead that are forecast, growing, at most 12. */
  readonly horizons: readonly number[];
  /** Whether what was measured a day and a week ago is remembered too: days of a car park are much alike. */
  readonly recalls: boolean;
}

/** Other sensors that a network looks at, at most. */
export const mostNeighbours = 6;
const neighbourFeatures = 2;
const anchorFeatures = 2;
const clockFeatures = 5;
/** Days back that are recalled, and of each, how it was now and how it changed until each anchor. */
const recalledDays = [1, 7] as const;
const recallFeatures = recalledDays.length * 4;
const cityLags = [0, 3, lookBack] as const;

/** Ticks ahead at which a network is told what is usual: a quarter, a half and the whole of the farthest horizon. */
export const anchorsOf = ({ horizons }: Pace): readonly number[] => {
  const farthest = horizons.at(-1)!;
  return [Math.ceil(farthest / 4), Math.ceil(farthest / 2), farthest];
};

/** Numbers in a row of a network's inputs. */
export const inputsOf = ({ recalls }: Pace): number =>
  networkFeatures +
  3 * anchorFeatures +
  clockFeatures +
  cityLags.length +
  neighbourFeatures * mostNeighbours +
  (recalls ? recallFeatures : 0);

/** How long a departure lasts of which nothing is heard, on roads and where days are much alike. Seconds. */
const [quickFade, slowFade] = [3600, 43_200] as const;

/** What is left of a departure after so many ticks, before anything is learned. Fitted by eye to three networks. */
export const persistence = ({ tickSeconds }: Pace, ticks: number): number =>
  Math.min(0.8, 0.6 * Math.sqrt(900 / (ticks * tickSeconds)));

/** What all forecasters of a group of sensors stand on: what is usual, and what has happened of late. */
export class Ground {
  readonly columns = new Columns();
  readonly pace: Pace;
  readonly profiles: WeeklyProfiles;
  readonly recent: Recent;
  readonly #anchors: readonly number[];
  readonly #memory: WeekMemory | undefined;
  #count = 0;
  #tick: Tick | undefined;
  /** What is usual now and at each anchor. */
  #now = new Float32Array(0);
  #then: Float32Array[] = [];
  #city: number[] = [];
  #clock: number[] = [];

  constructor(pace: Pace) {
    this.pace = pace;
    this.profiles = new WeeklyProfiles(this.columns, pace.tickSeconds);
    this.recent = new Recent(this.columns, pace.tickSeconds, pace.recalls ? slowFade : quickFade);
    this.#anchors = anchorsOf(pace);
    if (pace.recalls) this.#memory = new WeekMemory(this.columns, pace.tickSeconds);
  }

  /** Takes in what `count` sensors measured up to a tick, 0..100 each; NaN where nothing was. */
  take(tick: Tick, measured: Float32Array, count: number): void {
    this.columns.grow(count);
    this.#count = count;
    this.#tick = tick;
    if (this.#now.length < count) {
      this.#now = new Float32Array(2 * count);
      this.#then = this.#anchors.map(() => new Float32Array(2 * count));
    }
    this.profiles.usual(tick.moment(0), this.#now, count);
    this.recent.take(tick.number, measured, this.#now, count);
  }

  /** What is usual now, as it was before this tick was learned from; NaN where it is not known. */
  get now(): Float32Array {
    return this.#now;
  }

  /** Learns from the tick, and looks ahead from it. After `take`. */
  look(measured: Float32Array): void {
    const tick = this.#tick!;
    const slot = slotOf(tick.moment(0));
    if (this.profiles.slot >= 0 && this.profiles.slot !== slot)
      this.#memory?.keep(this.profiles.slot, this.#count);
    this.profiles.learn(tick.moment(0), measured, this.#count);
    if (this.#memory)
      for (let sensor = 0; sensor < this.#count; sensor++)
        if (!Number.isNaN(measured[sensor]!)) this.#memory.take(sensor, measured[sensor]!);
    for (const [i, ahead] of this.#anchors.entries())
      this.profiles.usual(tick.moment(ahead), this.#then[i]!, this.#count);
    this.#city = cityLags.map((ago) => this.#cityDeparture(ago));
    const turn = (2 * Math.PI * tick.moment(0).secondOfDay) / 86_400;
    this.#clock = [Math.sin(turn), Math.cos(turn), Math.sin(2 * turn), Math.cos(2 * turn)];
    this.#clock.push(tick.moment(0).weekday >= 5 ? 1 : 0);
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
    for (const all of this.#then) {
      const usual = all[sensor]!;
      const then = !Number.isNaN(usual) ? usual : value;
      into[next++] = (then - (value - departure)) / spread;
      into[next++] = recent.perHigh(sensor, then);
    }
    for (const number of this.#clock) into[next++] = number;
    for (const number of this.#city) into[next++] = number;
    for (let i = 0; i < mostNeighbours; i++) {
      const other = neighbours[i] ?? -1;
      const now = other < 0 ? 0 : recent.departure(other, 0) / recent.spread(other);
      into[next++] = now;
      into[next++] = other < 0 ? 0 : now - recent.departure(other, 3) / recent.spread(other);
    }
    if (this.#memory) this.#recall(this.#memory, sensor, value, spread, into, next);
  }

  /** Writes how it was on other days: how much more now, and how it then changed until each anchor. */
  #recall(
    memory: WeekMemory,
    sensor: number,
    value: number,
    spread: number,
    into: Float32Array,
    from: number,
  ): void {
    let next = from;
    const orNothing = (number: number): number => (!Number.isNaN(number) ? number / spread : 0);
    for (const days of recalledDays) {
      const then = memory.before(this.#tick!.moment(0), days, sensor, this.profiles.slot);
      into[next++] = orNothing(value - then);
      for (const ahead of this.#anchors)
        into[next++] = orNothing(
          memory.before(this.#tick!.moment(ahead), days, sensor, this.profiles.slot) - then,
        );
    }
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
