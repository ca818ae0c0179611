import { countedTick } from '#domain/forecast/city-ticks.ts';
import { Forecaster, nothingSaid } from '#domain/forecast/forecaster.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';
import type { Pace } from '#domain/forecast/pace.ts';

/** By horizon, then by sensor: the forecast, and the interval that holds nine in ten. */
export type Answer = Readonly<Record<'y' | 'lo' | 'hi', number[][]>>;

/** A forecaster of some sensors whose values are in units of their own. */
export class ScaledForecaster {
  readonly #pace: Pace;
  readonly #sensors: readonly string[];
  /** One part in a hundred of what a value can be. */
  readonly #unit: number;
  readonly #forecaster: Forecaster;
  readonly #row: Float32Array;
  readonly #said = nothingSaid();
  #ticks = 0;
  #model: NetworkModel | undefined;

  /** `largest` is what a value can be at most. */
  constructor(pace: Pace, sensors: readonly string[], largest: number) {
    this.#pace = pace;
    this.#sensors = sensors;
    this.#unit = largest / 100;
    this.#forecaster = new Forecaster(pace);
    this.#row = new Float32Array(sensors.length);
  }

  /** Takes in what was measured at the next tick, NaN where nothing was; `at` as if the clock on the wall were UTC. */
  take(at: number, values: Float32Array): void {
    for (let sensor = 0; sensor < this.#row.length; sensor++)
      this.#row[sensor] = values[sensor]! / this.#unit;
    this.#forecaster.take(countedTick(this.#ticks++, at, this.#pace), this.#row, this.#row.length);
    // Forecast even where nobody asks, so that it can be judged.
    for (let sensor = 0; sensor < this.#row.length; sensor++)
      for (let horizon = 0; horizon < this.#pace.horizons.length; horizon++)
        this.#forecaster.forecast(sensor, horizon, this.#said);
  }

  employ(model: NetworkModel): void {
    this.#model = model;
    this.#forecaster.employ(model, new Map(this.#sensors.map((sensor, place) => [sensor, place])));
  }

  /** Values as the networks are told of them, 0..100. */
  scaled(values: Float32Array): Float32Array {
    return values.map((value) => value / this.#unit);
  }

  /** What is forecast from the last tick, in the order of these ticks ahead. */
  answer(horizons: readonly number[]): Answer {
    const answer: Answer = { y: [], lo: [], hi: [] };
    for (const ahead of horizons) {
      const place = this.#pace.horizons.indexOf(ahead);
      const [y, lo, hi]: [number[], number[], number[]] = [[], [], []];
      for (let sensor = 0; sensor < this.#row.length; sensor++) {
        this.#forecaster.forecast(sensor, place, this.#said);
        // Nothing was ever measured: anything would be a guess, so the middle.
        const isKnown = this.#said.layer >= 0;
        y.push(this.#unit * (isKnown ? this.#said.value : 50));
        lo.push(this.#unit * (isKnown ? this.#said.low : 0));
        hi.push(this.#unit * (isKnown ? this.#said.high : 100));
      }
      answer.y.push(y);
      answer.lo.push(lo);
      answer.hi.push(hi);
    }
    return answer;
  }

  /** Another that knows the same, and goes its own way from here. */
  copy(): ScaledForecaster {
    const other = new ScaledForecaster(this.#pace, this.#sensors, 100 * this.#unit);
    const [from, to] = [this.#forecaster, other.#forecaster];
    to.ground.columns.grow(this.#row.length);
    for (let sensor = 0; sensor < this.#row.length; sensor++)
      to.ground.columns.restore(sensor, from.ground.columns.save(sensor));
    to.restore(from.save());
    other.#ticks = this.#ticks;
    if (this.#model) other.employ(this.#model);
    return other;
  }
}
