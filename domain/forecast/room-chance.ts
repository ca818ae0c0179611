import type { Column, Columns } from './columns.ts';
import { Pending } from './pending.ts';

/** Bounds of the classes of chances whose bias is kept apart. */
const bounds = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98] as const;
const classes = bounds.length + 1;
/** A bias is believed as if so many had been judged without one; beyond so many, those of long ago are halved. */
const [doubt, memory] = [30, 4000];
const least = 0.001;
const none = 255;

/**
 * Probability that a value will lie below `limit`, 0..1: errors as Laplace (1774) has them, with the interval that
 * holds nine in ten of them, `below` and `above` the forecast.
 */
export function laplaceBelow(limit: number, value: number, below: number, above: number): number {
  const room = limit - value;
  const halfWidth = Math.max(1e-6, room < 0 ? below : above);
  const tail = 0.5 * 10 ** (-Math.abs(room) / halfWidth);
  return room < 0 ? tail : 1 - tail;
}

/**
 * The chance that something will still be below its limit, as that a car park will have a space, of many sensors at a
 * few horizons. It keeps its word: by how much such chances were too high or too low is measured as targets come, and
 * taken off again.
 */
export class RoomChance {
  readonly #horizons: number;
  readonly #pending: Pending;
  /** The class, and the chance in permille, of what was said and is not judged yet. */
  readonly #classes: Column<Uint8Array>;
  readonly #said: Column<Uint16Array>;
  /** Horizon by horizon, class by class: judged, and the sum of what came (1 or 0) less what was said. To be saved. */
  readonly biases: Float32Array;

  constructor(columns: Columns, horizons: readonly number[]) {
    this.#horizons = horizons.length;
    this.#pending = new Pending(horizons);
    this.#classes = columns.add(Uint8Array, this.#pending.places, none);
    this.#said = columns.add(Uint16Array, this.#pending.places);
    this.biases = new Float32Array(horizons.length * classes * 2);
  }

  /** The chance at a horizon, said at `tick`, when the errors alone would make it `chance`. All 0..1. */
  say(sensor: number, horizon: number, tick: number, chance: number): number {
    let own = 0;
    while (own < bounds.length && chance > bounds[own]!) own++;
    const place = this.#pending.at(sensor, horizon, tick);
    this.#classes.values[place] = own;
    this.#said.values[place] = Math.round(1000 * chance);
    const at = 2 * (horizon * classes + own);
    const bias = this.biases[at + 1]! / (this.biases[at]! + doubt);
    return Math.min(1 - least, Math.max(least, chance + bias));
  }

  /** Says nothing at a horizon. */
  skip(sensor: number, horizon: number, tick: number): void {
    this.#classes.values[this.#pending.at(sensor, horizon, tick)] = none;
  }

  /** Takes in whether a sensor is below its limit at `tick`. Before `say` of that tick. */
  judge(sensor: number, tick: number, isBelow: boolean): void {
    for (let horizon = 0; horizon < this.#horizons; horizon++) {
      const place = this.#pending.at(sensor, horizon, tick);
      const own = this.#classes.values[place]!;
      if (own === none) continue;
      const at = 2 * (horizon * classes + own);
      this.biases[at]!++;
      this.biases[at + 1]! += (isBelow ? 1 : 0) - this.#said.values[place]! / 1000;
      if (this.biases[at]! < memory) continue;
      this.biases[at]! /= 2;
      this.biases[at + 1]! /= 2;
    }
  }
}
