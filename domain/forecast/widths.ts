import type { Column, Columns } from './columns.ts';

/** Gain and bounds of the width of intervals, and the share of targets that may miss them. */
const [gain, narrowest, widest, missShare] = [0.02, 0.2, 5, 0.1];
/** A sensor that was judged seldom learns so much faster, until it was judged so often. */
const [eager, eagerUntil] = [4, 25];
/** What is answered so many ticks later can be learned from so much faster, at most: a late answer makes it swing. */
const [prompt, promptMost] = [5, 3];
/** Gain of the width that all sensors share, when so many targets were judged at a tick. */
const [sharedGain, sharedOf] = [0.1, 30];
/** Coverage is a measurement once so many targets were judged; then those of long ago are halved. */
const [enough, memory] = [20, 2000];

/**
 * By how much intervals are widened so that they keep their word: theta <- theta exp(gain (miss - 0.1)) of each sensor
 * and horizon when a target arrives (adaptive conformal inference, Gibbs and Candes 2021), times one that all share.
 */
export class Widths {
  readonly #horizons: number;
  /** By horizon, by how much faster is learned. */
  readonly #haste: readonly number[];
  readonly #own: Column<Float32Array>;
  /** Targets judged, and those of them that were held. */
  readonly #judged: Column<Uint16Array>;
  readonly #held: Column<Uint16Array>;
  readonly #now: { judged: number; missed: number }[];
  /** By horizon. To be saved with the columns. */
  shared: number[];

  /** `aheads` are the horizons in ticks. */
  constructor(columns: Columns, aheads: readonly number[]) {
    const { length: horizons } = aheads;
    this.#horizons = horizons;
    this.#haste = aheads.map((ahead) => Math.min(promptMost, prompt / ahead));
    this.#own = columns.add(Float32Array, horizons, 1);
    this.#judged = columns.add(Uint16Array, horizons);
    this.#held = columns.add(Uint16Array, horizons);
    this.#now = Array.from({ length: horizons }, () => ({ judged: 0, missed: 0 }));
    this.shared = this.#now.map(() => 1);
  }

  /** By how much the half-widths are multiplied. */
  of(sensor: number, horizon: number): number {
    return this.#own.values[sensor * this.#horizons + horizon]! * this.shared[horizon]!;
  }

  /** Takes in whether an interval held its target. */
  judge(sensor: number, horizon: number, isHeld: boolean): void {
    const at = sensor * this.#horizons + horizon;
    const miss = (isHeld ? 0 : 1) - missShare;
    const judged = ++this.#judged.values[at]!;
    if (isHeld) this.#held.values[at]!++;
    const speed = 1 + this.#haste[horizon]! + eager * Math.exp(-judged / eagerUntil);
    this.#own.values[at] = bounded(this.#own.values[at]! * Math.exp(speed * gain * miss));
    const now = this.#now[horizon]!;
    now.judged++;
    if (!isHeld) now.missed++;
    if (judged < memory) return;
    this.#judged.values[at]! >>= 1;
    this.#held.values[at]! >>= 1;
  }

  /** Widens or narrows the intervals of all by how many missed at the tick that is over. */
  endTick(): void {
    for (const [horizon, now] of this.#now.entries()) {
      if (now.judged > 0) {
        const share = Math.min(1, now.judged / sharedOf);
        const miss = now.missed / now.judged - missShare;
        this.shared[horizon] = bounded(this.shared[horizon]! * Math.exp(sharedGain * share * miss));
      }
      now.judged = 0;
      now.missed = 0;
    }
  }

  /** Share of judged targets that were held, 0..1; NaN while there are too few. */
  coverage(sensor: number, horizon: number): number {
    const at = sensor * this.#horizons + horizon;
    const judged = this.#judged.values[at]!;
    return judged < enough ? Number.NaN : this.#held.values[at]! / judged;
  }
}

const bounded = (width: number): number => Math.min(widest, Math.max(narrowest, width));
