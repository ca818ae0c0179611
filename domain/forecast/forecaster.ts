import { type Column, Columns } from './columns.ts';
import { ErrorTails } from './error-tails.ts';
import { Ground, layers } from './ground.ts';
import type { Pace, Tick } from './pace.ts';

export { layers } from './ground.ts';

import { Network } from './network.ts';
import type { NetworkModel } from './network-model.ts';
import { heldValue, keptValue, type Pending, unsaid } from './pending.ts';
import { Trial } from './trial.ts';
import { Widths } from './widths.ts';

const layerCount = layers.length;
const [lastLayer, profileLayer, networkLayer] = [0, 1, 3] as const;

/** A simpler forecaster is preferred when its error is this much less, by share and by value: errors are rough. */
const [clearly, negligible] = [0.85, 0.1];
/** A forecaster is chosen once so many of its forecasts were judged; then its mean error forgets older ones. */
const [enough, errorMemory] = [48, 600];

/** What a forecast of one sensor and horizon is. Values 0..100. */
export interface Forecast {
  value: number;
  low: number;
  high: number;
  /** From the value to the ends of the interval before these are brought to 0..100: how sure the value is. */
  below: number;
  above: number;
  /** Place in `layers`; -1 when nothing can be said. */
  layer: number;
  /** Share of judged targets that their interval held, 0..1; NaN while there are too few. */
  coverage: number;
}

/** A forecast to be filled in. */
export const nothingSaid = (): Forecast => ({
  ...{ value: Number.NaN, low: Number.NaN, high: Number.NaN, below: Number.NaN, above: Number.NaN },
  ...{ layer: -1, coverage: Number.NaN },
});

/** What was forecast for a tick, told when its target has been measured. Values 0..100; NaN where nothing was said. */
export interface Judged {
  sensor: number;
  horizon: number;
  measured: number;
  issued: number;
  low: number;
  high: number;
  last: number;
  usual: number;
}

/** What is saved besides the columns. Plain data. */
export interface SharedState {
  readonly slot: number;
  readonly widths: readonly number[];
  readonly tails: readonly (readonly number[])[];
  readonly trial: ReturnType<Trial['save']> | null;
}

/**
 * Forecasts many sensors at a few horizons, every tick: by the last value, by what is usual, by a line of each sensor's
 * own that is learned as its targets arrive, and, once there is a model, by a network that all sensors share. Of each
 * sensor and horizon that one speaks whose error has been least of late. It depends on what it was given alone.
 */
export class Forecaster {
  readonly ground: Ground;
  /** Columns of the network that is on trial. */
  readonly trialColumns = new Columns();
  readonly #horizons: readonly number[];
  readonly #tails: ErrorTails[];
  readonly #widths: Widths;
  readonly #pending: Pending;
  /** What each layer said, and what was issued: value, low and high, until the target comes. */
  readonly #said: Column<Int16Array>;
  readonly #issued: Column<Int16Array>;
  /** Cell of the tails in which each forecast was made. */
  readonly #cells: Column<Uint16Array>;
  /** Mean absolute error by horizon and layer, and how often judged. */
  readonly #errors: Column<Float32Array>;
  readonly #judged: Column<Uint16Array>;
  readonly #trial: Trial;
  #network: Network | undefined;
  #tick = 0;
  readonly #told = {
    ...{ sensor: 0, horizon: 0, measured: 0, issued: 0, low: 0, high: 0, last: 0, usual: 0 },
  };

  constructor(pace: Pace) {
    this.ground = new Ground(pace);
    const { columns } = this.ground;
    const { horizons } = pace;
    this.#horizons = horizons;
    this.#pending = this.ground.pending;
    const { places } = this.#pending;
    this.#tails = layers.map(() => new ErrorTails(horizons.length));
    this.#widths = new Widths(columns, horizons);
    this.#said = this.ground.said;
    this.#issued = columns.add(Int16Array, places * 3, unsaid);
    this.#cells = columns.add(Uint16Array, places);
    this.#errors = columns.add(Float32Array, horizons.length * layerCount);
    this.#judged = columns.add(Uint16Array, horizons.length * layerCount);
    this.#trial = new Trial(this.trialColumns, this.ground, this.#pending);
  }

  /** The models at work: the one that speaks, and the one on trial. */
  get models(): { readonly employed: NetworkModel | undefined; readonly onTrial: NetworkModel | undefined } {
    return { employed: this.#network?.model, onTrial: this.#trial.model };
  }

  /** Lets a network speak in place of the one before; `places` says where each sensor is among the columns. */
  employ(model: NetworkModel, places: ReadonlyMap<string, number>): void {
    this.#network = new Network(model, places);
  }

  /** Tries a network beside the one that speaks, which it replaces once it has been better for a day. */
  tryOut(model: NetworkModel, places: ReadonlyMap<string, number>): void {
    this.#trial.begin(new Network(model, places));
  }

  /** Lets a network speak if none does, and else tries it. */
  propose(model: NetworkModel, places: ReadonlyMap<string, number>): void {
    if (this.#network === undefined) this.employ(model, places);
    else this.tryOut(model, places);
  }

  save(): SharedState {
    return {
      slot: this.ground.profiles.slot,
      widths: [...this.#widths.shared],
      tails: this.#tails.map(({ numbers }) => [...numbers]),
      trial: this.#trial.save(),
    };
  }

  /** Takes back what `save` gave; columns and models are given back apart. */
  restore({ slot, widths, tails, trial }: SharedState): void {
    this.ground.profiles.slot = slot;
    this.#widths.shared = [...widths];
    for (const [layer, numbers] of tails.entries()) this.#tails[layer]!.numbers.set(numbers);
    if (trial) this.#trial.restore(trial);
  }

  /**
   * Takes in what `count` sensors measured up to a tick, 0..100 each and NaN where nothing was, judges what was
   * forecast for it, and looks ahead. Every forecast is then to be asked for once.
   */
  take(tick: Tick, measured: Float32Array, count: number, tell?: (judged: Judged) => void): void {
    this.#tick = tick.number;
    this.ground.take(tick, measured, count);
    if (this.#trial.model) this.trialColumns.grow(count);
    for (let sensor = 0; sensor < count; sensor++) {
      const value = measured[sensor]!;
      if (!Number.isNaN(value)) this.#judge(sensor, value, tell);
    }
    this.#widths.endTick();
    this.ground.look(measured);
    const better = this.#trial.endTick();
    if (better) this.#replaceNetwork(better, count);
    this.#network?.ask(this.ground, count);
    this.#trial.ask(count);
  }

  /** Lets a network speak that was on trial. What the one before said, and how it did, is not held against it. */
  #replaceNetwork(network: Network, count: number): void {
    this.#network = network;
    const { places } = this.#pending;
    for (let place = 0; place < count * places; place++)
      this.#said.values[place * layerCount + networkLayer] = this.#trial.said(place);
    for (let at = networkLayer; at < count * this.#horizons.length * layerCount; at += layerCount)
      this.#judged.values[at] = 0;
  }

  /** Compares what was said of this tick with what is. */
  #judge(sensor: number, value: number, tell: ((judged: Judged) => void) | undefined): void {
    for (let horizon = 0; horizon < this.#horizons.length; horizon++) {
      const place = this.#pending.at(sensor, horizon, this.#tick);
      for (let layer = 0; layer < layerCount; layer++) this.#judgeLayer(sensor, horizon, layer, place, value);
      this.#trial.judge(place, value, heldValue(this.#said.values[place * layerCount + networkLayer]!));
      this.#judgeIssued(sensor, horizon, place, value, tell);
    }
  }

  #judgeLayer(sensor: number, horizon: number, layer: number, place: number, value: number): void {
    const said = this.#said.values[place * layerCount + layer]!;
    if (said === unsaid) return;
    const error = value - heldValue(said);
    const at = (sensor * this.#horizons.length + horizon) * layerCount + layer;
    const times = Math.min(errorMemory, this.#judged.values[at]! + 1);
    this.#judged.values[at] = times;
    this.#errors.values[at]! += (Math.abs(error) - this.#errors.values[at]!) / times;
    const tails = this.#tails[layer]!;
    const cell = this.#cells.values[place]!;
    const inSpreads = error / this.ground.recent.spread(sensor);
    // What is usual does not know whether a sensor speaks, so its errors are those of the silent too.
    if (layer === profileLayer) tails.learn(tails.ofSilent(cell), inSpreads);
    if (cell !== tails.ofSilent(cell)) tails.learn(cell, inSpreads);
  }

  #judgeIssued(
    sensor: number,
    horizon: number,
    place: number,
    value: number,
    tell: ((judged: Judged) => void) | undefined,
  ): void {
    const issued = this.#issued.values[3 * place]!;
    if (issued === unsaid) return;
    const low = this.#issued.values[3 * place + 1]!;
    const high = this.#issued.values[3 * place + 2]!;
    const kept = keptValue(value);
    this.#widths.judge(sensor, horizon, kept >= low && kept <= high, this.ground.recent.youth(sensor));
    if (tell === undefined) return;
    const said = this.#said.values;
    tell(
      Object.assign(this.#told, {
        ...{ sensor, horizon, measured: value },
        ...{ issued: heldValue(issued), low: heldValue(low), high: heldValue(high) },
        last: heldValue(said[place * layerCount + lastLayer]!),
        usual: heldValue(said[place * layerCount + profileLayer]!),
      }),
    );
  }

  /** The forecast of a sensor at a horizon, by its place among the horizons. */
  forecast(sensor: number, horizon: number, into: Forecast): void {
    const place = this.#pending.at(sensor, horizon, this.#tick);
    this.#sayAll(sensor, horizon, place);
    const layer = this.#best(sensor, horizon, place);
    into.layer = layer;
    into.coverage = this.#widths.coverage(sensor, horizon);
    if (layer < 0) {
      this.#issued.values[3 * place] = unsaid;
      return;
    }
    into.value = heldValue(this.#said.values[place * layerCount + layer]!);
    this.#addInterval(sensor, horizon, place, into);
    this.#issued.values[3 * place] = keptValue(into.value);
    this.#issued.values[3 * place + 1] = keptValue(into.low);
    this.#issued.values[3 * place + 2] = keptValue(into.high);
  }

  /** What a layer said of this tick, by its place in `layers`; NaN where it said nothing. After `forecast`. */
  saidBy(layer: number, sensor: number, horizon: number): number {
    const place = this.#pending.at(sensor, horizon, this.#tick);
    return heldValue(this.#said.values[place * layerCount + layer]!);
  }

  /** Notes what each layer says. */
  #sayAll(sensor: number, horizon: number, place: number): void {
    const { recent } = this.ground;
    const ahead = this.#horizons[horizon]!;
    const usual = this.ground.usual(ahead)[sensor]!;
    const last = recent.isFresh(sensor) ? recent.last(sensor) : Number.NaN;
    const base = this.ground.base(sensor, usual, ahead);
    const spread = recent.spread(sensor);
    const network = this.#network ? base + spread * this.#network.answer(sensor, horizon) : Number.NaN;
    const said = this.#said.values;
    said[place * layerCount + lastLayer] = keptValue(last);
    said[place * layerCount + networkLayer] = keptValue(network);
    this.#trial.say(place, sensor, horizon, base, spread);
  }

  /** The layer with the least error of late; before that is known, the most able of those that can speak. */
  #best(sensor: number, horizon: number, place: number): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let layer = layerCount - 1; layer >= 0; layer--) {
      if (this.#said.values[place * layerCount + layer] === unsaid) continue;
      const at = (sensor * this.#horizons.length + horizon) * layerCount + layer;
      const isKnown = this.#judged.values[at]! >= enough;
      const error = isKnown ? this.#errors.values[at]! : Number.POSITIVE_INFINITY;
      if (best >= 0 && !(error < clearly * least - negligible)) continue;
      best = layer;
      least = error;
    }
    return best;
  }

  /** Puts the tails of past errors, or those that the network foretells, around the value. */
  #addInterval(sensor: number, horizon: number, place: number, into: Forecast): void {
    const { recent } = this.ground;
    const spread = recent.spread(sensor);
    const silence = recent.silence(sensor);
    // Whoever speaks of a sensor that has been silent for days knows little more than what is usual.
    const tails = this.#tails[silence === 'days' ? profileLayer : into.layer]!;
    const unrest = recent.unrest(sensor) / spread;
    const cell = tails.cell(horizon, unrest, recent.perHigh(sensor, into.value), silence);
    this.#cells.values[place] = cell;
    let below = -tails.numbers[cell]!;
    let above = tails.numbers[cell + 1]!;
    if (into.layer === networkLayer && silence !== 'days') {
      const { length } = this.#horizons;
      const median = this.#network!.answer(sensor, horizon);
      below = median - this.#network!.answer(sensor, length + horizon);
      above = this.#network!.answer(sensor, 2 * length + horizon) - median;
    }
    const width = this.#widths.of(sensor, horizon) * spread;
    const added = this.#widths.added(sensor, horizon) * spread;
    into.below = width * Math.max(0, below) + added;
    into.above = width * Math.max(0, above) + added;
    into.low = Math.max(0, into.value - into.below);
    into.high = Math.min(100, into.value + into.above);
  }
}
