import { Chance } from './chance.ts';
import type { Pace } from './pace.ts';

/** Shares of the time that a sensor is silent by itself, and that all are; how long that lasts at most. Seconds. */
const [ownShare, commonShare, longest] = [0.03, 0.02, 7200];

/** Silences that never were, so that networks learn what to say in one. */
export class Silences {
  readonly #chance: Chance;
  readonly #longest: number;
  readonly #begin: { readonly own: number; readonly common: number };
  /** Ticks for which each sensor is still silent. */
  readonly #own: Uint16Array;
  readonly #row: Float32Array;
  #common = 0;

  constructor(sensors: number, { tickSeconds }: Pace, seed: number) {
    this.#chance = new Chance(seed);
    this.#longest = Math.max(1, Math.round(longest / tickSeconds));
    const mean = (1 + this.#longest) / 2;
    this.#begin = { own: ownShare / mean, common: commonShare / mean };
    this.#own = new Uint16Array(sensors);
    this.#row = new Float32Array(sensors);
  }

  /** What comes of a tick's values when some are silent; it is overwritten by the next. */
  over(values: Float32Array): Float32Array {
    const length = (): number => 1 + this.#chance.below(this.#longest);
    if (this.#common > 0) this.#common--;
    else if (this.#chance.share() < this.#begin.common) this.#common = length();
    for (let sensor = 0; sensor < this.#row.length; sensor++) {
      if (this.#own[sensor]! > 0) this.#own[sensor]!--;
      else if (this.#chance.share() < this.#begin.own) this.#own[sensor] = length();
      const isSilent = this.#common > 0 || this.#own[sensor]! > 0;
      this.#row[sensor] = isSilent ? Number.NaN : values[sensor]!;
    }
    return this.#row;
  }
}
