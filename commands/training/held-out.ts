import type { History } from '#domain/forecast/curriculum.ts';
import { type Forecast, Forecaster, layers, nothingSaid } from '#domain/forecast/forecaster.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';

/** How good forecasts at one horizon were, in units of 0..100. */
export interface Score {
  /** Ticks ahead. */
  readonly ahead: number;
  /** Targets that all layers spoke of. */
  readonly judged: number;
  /** Mean absolute error by layer, as `layers` has them, and of what was said with the model and without. */
  readonly layers: readonly number[];
  readonly withModel: Told;
  readonly without: Told;
}

/** What the city would have been told. */
export interface Told {
  readonly error: number;
  /** Share of the targets that the interval held, 0..1. */
  readonly coverage: number;
  /** Mean score of the intervals (Gneiting and Raftery 2007): width, and 20 times what lies outside; less is better. */
  readonly interval: number;
}

const missShare = 0.1;

/**
 * Forecasts a whole history, and judges what was said from the tick `split` on. The model must have learned from what
 * was before; it speaks from there on, as it would in the city.
 */
export function tryOut(history: History, model: NetworkModel, split: number): Score[] {
  const { pace, sensors, ticks, values } = history;
  const count = sensors.length;
  const [taught, plain] = [new Forecaster(pace), new Forecaster(pace)];
  const sums = pace.horizons.map(() => new Sums());
  const [one, other] = [nothingSaid(), nothingSaid()];
  for (const [t, tick] of ticks.entries()) {
    if (t === split) taught.employ(model, new Map(sensors.map((sensor, place) => [sensor, place])));
    const measured = values.subarray(t * count, (t + 1) * count);
    taught.take(tick, measured, count);
    plain.take(tick, measured, count);
    for (const [horizon, ahead] of pace.horizons.entries())
      for (let sensor = 0; sensor < count; sensor++) {
        taught.forecast(sensor, horizon, one);
        plain.forecast(sensor, horizon, other);
        const target = values[(t + ahead) * count + sensor] ?? Number.NaN;
        if (t < split || Number.isNaN(target) || one.layer < 0 || other.layer < 0) continue;
        const said = layers.map((_, layer) => taught.saidBy(layer, sensor, horizon));
        if (!said.some(Number.isNaN)) sums[horizon]!.add(target, said, one, other);
      }
  }
  return sums.map((each, horizon) => each.score(pace.horizons[horizon]!));
}

/** Sums over the targets of one horizon. */
class Sums {
  #judged = 0;
  readonly #layers = layers.map(() => 0);
  readonly #told = [
    { error: 0, held: 0, interval: 0 },
    { error: 0, held: 0, interval: 0 },
  ];

  add(target: number, said: readonly number[], one: Forecast, other: Forecast): void {
    this.#judged++;
    for (const [layer, value] of said.entries()) this.#layers[layer]! += Math.abs(value - target);
    for (const [i, { value, low, high }] of [one, other].entries()) {
      const told = this.#told[i]!;
      told.error += Math.abs(value - target);
      if (target >= low && target <= high) told.held++;
      const outside = Math.max(0, low - target, target - high);
      told.interval += high - low + (2 / missShare) * outside;
    }
  }

  score(ahead: number): Score {
    const judged = this.#judged;
    const [withModel, without] = this.#told.map(({ error, held, interval }) => ({
      error: error / judged,
      coverage: held / judged,
      interval: interval / judged,
    })) as [Told, Told];
    return { ahead, judged, layers: this.#layers.map((sum) => sum / judged), withModel, without };
  }
}
