import type { Column } from './columns.ts';
import { Ground, type Pace, persistence, type Tick } from './ground.ts';
import { type NetworkModel, scaleInputs } from './network-model.ts';
import { Ensemble } from './perceptron.ts';
import { lineFeatures, RobustLines } from './robust-line.ts';
import { ErrorTails } from './spread-of-errors.ts';

/** The forecasters, the simplest first; each forecasts by itself. */
export const layers = ['last', 'profile', 'line', 'network'] as const;
const layerCount = layers.length;
const [lastLayer, profileLayer, lineLayer, networkLayer] = [0, 1, 2, 3] as const;

/** A simpler forecaster is preferred when its error is this much less: errors are known only roughly. */
const clearly = 0.96;
/** A forecaster is chosen once so many of its forecasts were judged; then its mean error forgets older ones. */
const [enough, errorMemory] = [48, 600];
/** Gain and bounds of the width of intervals. */
const [widthGain, narrowest, widest] = [0.02, 0.2, 5];
const missShare = 0.1;
/** Gain of the width that all sensors share, when so many targets were judged at a tick. */
const [sharedGain, sharedOf] = [0.1, 30];
/** Values of 0 to 100 as they are kept until they are judged; `unknown` is none. */
const [unit, unknown] = [100 / 32_000, -32_768];
/** Coverage is a measurement once so many targets were judged. */
const enoughJudged = 20;
const batch = 256;

/** What a forecast of one sensor and horizon is. Values 0..100. */
export interface Forecast {
  value: number;
  low: number;
  high: number;
  /** Place in `layers`; -1 when nothing can be said. */
  layer: number;
  /** Share of judged targets that their interval held, 0..1; NaN while there are too few. */
  coverage: number;
}

/**
 * Forecasts many sensors at a few horizons, every tick: by the last value, by what is usual, by a line of each sensor's own that is learned
 * as its targets arrive, and, once there is a model, by a network that all sensors share. Of each sensor and horizon that
 * one speaks whose error has been least of late. What it does depends on what it was given alone.
 */
export class Forecaster {
  readonly ground: Ground;
  readonly #horizons: readonly number[];
  readonly #lines: RobustLines;
  readonly #tails: ErrorTails[];
  readonly #starts: readonly number[];
  /** What each layer said, and the interval that was issued, until the target comes: rings as long as the horizon. */
  readonly #said: Column<Int16Array>;
  readonly #intervals: Column<Int16Array>;
  /** Cell of the tails in which each forecast was made. */
  readonly #cells: Column<Uint16Array>;
  /** Mean absolute error by horizon and layer, and how often judged. */
  readonly #errors: Column<Float32Array>;
  readonly #judged: Column<Uint16Array>;
  readonly #widths: Column<Float32Array>;
  /** Targets judged, and those that the interval held; both are halved now and then. By horizon. */
  readonly #held: Column<Uint16Array>;
  #network: { readonly model: NetworkModel; readonly ensemble: Ensemble } | undefined;
  #neighbours: Int32Array[] = [];
  #tick: Tick | undefined;
  #count = 0;
  #usual: Float32Array[] = [];
  #answers = new Float32Array(0);
  readonly #features = new Float32Array(lineFeatures);
  /** By how much all intervals of a horizon are widened, and what was judged at this tick. To be saved. */
  readonly #sharedWidths: Float32Array;
  readonly #judgedNow: Uint32Array;
  readonly #missedNow: Uint32Array;

  constructor(pace: Pace) {
    this.ground = new Ground(pace);
    const { columns } = this.ground;
    const { horizons } = pace;
    this.#horizons = horizons;
    this.#starts = horizons.map((_, i) => horizons.slice(0, i).reduce((sum, one) => sum + one, 0));
    const pending = horizons.reduce((sum, one) => sum + one, 0);
    this.#lines = new RobustLines(
      columns,
      horizons.map((ahead) => persistence(pace, ahead)),
    );
    this.#tails = layers.map(() => new ErrorTails(horizons.length));
    this.#said = columns.add(Int16Array, pending * layerCount, unknown);
    this.#intervals = columns.add(Int16Array, pending * 2, unknown);
    this.#cells = columns.add(Uint16Array, pending);
    this.#errors = columns.add(Float32Array, horizons.length * layerCount);
    this.#judged = columns.add(Uint16Array, horizons.length * layerCount);
    this.#widths = columns.add(Float32Array, horizons.length, 1);
    this.#held = columns.add(Uint16Array, horizons.length * 2);
    this.#sharedWidths = new Float32Array(horizons.length).fill(1);
    this.#judgedNow = new Uint32Array(horizons.length);
    this.#missedNow = new Uint32Array(horizons.length);
  }

  /** Lets a network speak, or another one than before; `places` says where each sensor is. Its errors begin anew. */
  employ(model: NetworkModel, places: ReadonlyMap<string, number>): void {
    this.#network = { model, ensemble: new Ensemble(model.shape, model.members) };
    this.#neighbours = [];
    for (const [sensor, others] of model.neighbours) {
      const place = places.get(sensor);
      if (place !== undefined)
        this.#neighbours[place] = Int32Array.from(others, (other) => places.get(other) ?? -1);
    }
  }

  /**
   * Takes in what `count` sensors measured up to a tick, 0..100 each and NaN where nothing was, judges what was forecast
   * for it, and looks ahead.
   */
  take(tick: Tick, measured: Float32Array, count: number): void {
    this.#tick = tick;
    this.#count = count;
    this.ground.take(tick, measured, count);
    for (let sensor = 0; sensor < count; sensor++) {
      const value = measured[sensor]!;
      if (!Number.isNaN(value)) this.#judge(sensor, value);
    }
    this.#widen();
    this.ground.look(measured);
    if ((this.#usual[0]?.length ?? 0) < count)
      this.#usual = this.#horizons.map(() => new Float32Array(2 * count));
    for (const [i, ahead] of this.#horizons.entries())
      this.ground.profiles.usual(tick.moment(ahead), this.#usual[i]!, count);
    this.#ask();
  }

  /** Compares what each layer said of this tick with what is, and learns from it. */
  #judge(sensor: number, value: number): void {
    const usual = this.ground.now[sensor]!;
    for (const [horizon, ahead] of this.#horizons.entries()) {
      const place = sensor * this.#pending + this.#placeOf(horizon);
      this.#judgeInterval(sensor, horizon, place, value);
      for (let layer = 0; layer < layerCount; layer++) this.#judgeLayer(sensor, horizon, layer, place, value);
      if (Number.isNaN(usual)) continue;
      this.ground.recent.line(sensor, ahead, usual, this.#features);
      this.#lines.learn(sensor, horizon, this.#features, 0, value - usual);
    }
  }

  /** Widens or narrows the intervals of all sensors by how many missed at this tick. */
  #widen(): void {
    for (let horizon = 0; horizon < this.#horizons.length; horizon++) {
      const judged = this.#judgedNow[horizon]!;
      if (judged === 0) continue;
      const gain = sharedGain * Math.min(1, judged / sharedOf);
      const width =
        this.#sharedWidths[horizon]! * Math.exp(gain * (this.#missedNow[horizon]! / judged - missShare));
      this.#sharedWidths[horizon] = Math.min(widest, Math.max(narrowest, width));
    }
    this.#judgedNow.fill(0);
    this.#missedNow.fill(0);
  }

  get #pending(): number {
    return this.#starts.at(-1)! + this.#horizons.at(-1)!;
  }

  /** Where in the rings the forecast is that was made for this tick; it is the place of the one that is now made. */
  #placeOf(horizon: number): number {
    return this.#starts[horizon]! + (this.#tick!.number % this.#horizons[horizon]!);
  }

  #judgeLayer(sensor: number, horizon: number, layer: number, place: number, value: number): void {
    const said = this.#said.values[place * layerCount + layer]!;
    if (said === unknown) return;
    const error = value - said * unit;
    const at = (sensor * this.#horizons.length + horizon) * layerCount + layer;
    const times = Math.min(errorMemory, this.#judged.values[at]! + 1);
    this.#judged.values[at] = times;
    this.#errors.values[at]! += (Math.abs(error) - this.#errors.values[at]!) / times;
    this.#tails[layer]!.learn(this.#cells.values[place]!, error / this.ground.recent.spread(sensor));
  }

  #judgeInterval(sensor: number, horizon: number, place: number, value: number): void {
    const low = this.#intervals.values[place * 2]!;
    if (low === unknown) return;
    const high = this.#intervals.values[place * 2 + 1]!;
    const isHeld = value >= (low - 0.5) * unit && value <= (high + 0.5) * unit;
    const at = sensor * this.#horizons.length + horizon;
    const width = this.#widths.values[at]! * Math.exp(widthGain * ((isHeld ? 0 : 1) - missShare));
    this.#widths.values[at] = Math.min(widest, Math.max(narrowest, width));
    this.#judgedNow[horizon]!++;
    if (!isHeld) this.#missedNow[horizon]!++;
    const { values } = this.#held;
    values[2 * at]!++;
    if (isHeld) values[2 * at + 1]!++;
    if (values[2 * at]! < 2000) return;
    values[2 * at]! >>= 1;
    values[2 * at + 1]! >>= 1;
  }

  /** Asks the network about all sensors. */
  #ask(): void {
    if (!this.#network) return;
    const { model, ensemble } = this.#network;
    const { inputs, outputs } = model.shape;
    if (this.#answers.length < this.#count * outputs)
      this.#answers = new Float32Array(2 * this.#count * outputs);
    const rows = new Float32Array(batch * inputs);
    const none: number[] = [];
    for (let from = 0; from < this.#count; from += batch) {
      const some = Math.min(batch, this.#count - from);
      for (let i = 0; i < some; i++)
        this.ground.inputs(from + i, this.#neighbours[from + i] ?? none, rows, i * inputs);
      scaleInputs(rows, some, model.means, model.scales);
      ensemble.answer(rows, some, this.#answers.subarray(from * outputs));
    }
  }

  /** The forecast of a sensor at a horizon, by its place among the horizons. To be called once for each, every tick. */
  forecast(sensor: number, horizon: number, into: Forecast): void {
    const { recent } = this.ground;
    const usual = this.#usual[horizon]![sensor]!;
    const place = sensor * this.#pending + this.#placeOf(horizon);
    const said = this.#said.values;
    const isKnown = !Number.isNaN(usual);
    const last = recent.isFresh(sensor) ? recent.last(sensor) : Number.NaN;
    said[place * layerCount + lastLayer] = kept(last);
    said[place * layerCount + profileLayer] = kept(usual);
    let line = last;
    if (isKnown) {
      recent.line(sensor, 0, usual, this.#features);
      line = usual + this.#lines.guess(sensor, horizon, this.#features, 0);
    }
    said[place * layerCount + lineLayer] = kept(line);
    const network = this.#networkSays(sensor, horizon, 0, usual);
    said[place * layerCount + networkLayer] = kept(network);
    const layer = this.#best(sensor, horizon, place);
    into.layer = layer;
    into.coverage = this.#coverage(sensor, horizon);
    if (layer < 0) {
      this.#intervals.values[place * 2] = unknown;
      return;
    }
    const value = said[place * layerCount + layer]! * unit;
    const spread = recent.spread(sensor);
    const cell = this.#tails[layer]!.cell(
      horizon,
      recent.unrest(sensor) / spread,
      recent.perHigh(sensor, value),
    );
    this.#cells.values[place] = cell;
    const width =
      this.#widths.values[sensor * this.#horizons.length + horizon]! * this.#sharedWidths[horizon]!;
    let [below, above] = [
      -this.#tails[layer]!.numbers[cell]! * spread,
      this.#tails[layer]!.numbers[cell + 1]! * spread,
    ];
    if (layer === networkLayer) {
      below = value - this.#networkSays(sensor, horizon, 1, usual);
      above = this.#networkSays(sensor, horizon, 2, usual) - value;
    }
    into.value = value;
    into.low = Math.max(0, value - width * Math.max(0, below));
    into.high = Math.min(100, value + width * Math.max(0, above));
    this.#intervals.values[place * 2] = kept(into.low);
    this.#intervals.values[place * 2 + 1] = kept(into.high);
  }

  /** What the network says: the median (0), the low tail (1) or the high one (2). */
  #networkSays(sensor: number, horizon: number, which: number, usual: number): number {
    if (!this.#network) return Number.NaN;
    const { outputs } = this.#network.model.shape;
    const answer = this.#answers[sensor * outputs + which * this.#horizons.length + horizon]!;
    const base = this.ground.base(sensor, usual, this.#horizons[horizon]!);
    return base + answer * this.ground.recent.spread(sensor);
  }

  /** The layer with the least error of late; before that is known, the most able of those that can speak. */
  #best(sensor: number, horizon: number, place: number): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let layer = layerCount - 1; layer >= 0; layer--) {
      if (this.#said.values[place * layerCount + layer] === unknown) continue;
      const at = (sensor * this.#horizons.length + horizon) * layerCount + layer;
      const error = this.#judged.values[at]! >= enough ? this.#errors.values[at]! : Number.POSITIVE_INFINITY;
      if (best >= 0 && !(error < clearly * least)) continue;
      best = layer;
      least = error;
    }
    return best;
  }

  #coverage(sensor: number, horizon: number): number {
    const at = 2 * (sensor * this.#horizons.length + horizon);
    const judged = this.#held.values[at]!;
    return judged < enoughJudged ? Number.NaN : this.#held.values[at + 1]! / judged;
  }
}

/** A value as it is kept until it is judged. */
const kept = (value: number): number =>
  !Number.isNaN(value) ? Math.round(Math.max(0, Math.min(100, value)) / unit) : unknown;
