import type { Column, Columns } from './columns.ts';

/** Gain and bounds of the width of intervals, and the share of targets that may miss them. */
const [gain, narrowest, widest, missShare] = [0.02, 0.2, 5, 0.1];
/** A sensor that was judged seldom learns so much faster, until it was judged so often. */
const [eager, eagerUntil] = [4, 25];
/** What is answered so many ticks later can be learned from so much faster, at most: a late answer makes it swing. */
const [prompt, promptMost] = [5, 3];
/** Gain of the width that all sensors share, when so many targets were judged at a tick. */
const [sharedGain, sharedOf] = [0.1, 30];
/** The street of a sensor of which little was seen holds more surprises: fewer of its targets are to miss, so much. */
const youngShare = 0.01;
/** Misses at the nearest horizon that are remembered, how many are chance, and by how much each more widens. */
const [stirMemory, stirChance, stirGain, stirMost] = [6, 1, 0.15, 1];
/** Targets after which a miss too many counts a third, how many are chance, and in how many spreads are repaid. */
const [debtMemory, debtChance, debtsASpread, mostSpreads] = [1000, 1, 5, 3];
/** Coverage is a measurement once so many targets were judged; then those of long ago are halved. */
const [enough, memory] = [20, 2000];

/**
 * By how much intervals are widened so that they keep their word: theta <- theta exp(gain (miss - 0.1)) of each sensor
 * and horizon when a target arrives (adaptive conformal inference, Gibbs and Candes 2021), times one that all share.
 *
 * Misses come in bursts. While the nearest horizon misses, the intervals of all horizons of a sensor are wider, since
 * what is farther ahead is judged later. What was missed too often is repaid in spreads that are added to all
 * intervals: that costs little where they are narrow, and a wider factor would cost most where they are wide.
 */
export class Widths {
  readonly #horizons: number;
  /** By horizon, by how much faster is learned. */
  readonly #haste: readonly number[];
  readonly #own: Column<Float32Array>;
  /** Targets judged, and those of them that were held. */
  readonly #judged: Column<Uint16Array>;
  readonly #held: Column<Uint16Array>;
  /** Misses of late at the nearest horizon. */
  readonly #stir: Column<Float32Array>;
  /** By how many targets more were missed than should have been. */
  readonly #debts: Column<Float32Array>;
  readonly #now: { judged: number; missed: number; due: number }[];
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
    this.#stir = columns.add(Float32Array, 1);
    this.#debts = columns.add(Float32Array, horizons);
    this.#now = Array.from({ length: horizons }, () => ({ judged: 0, missed: 0, due: 0 }));
    this.shared = this.#now.map(() => 1);
  }

  /** By how much the half-widths are multiplied. */
  of(sensor: number, horizon: number): number {
    const width = this.#own.values[sensor * this.#horizons + horizon]! * this.shared[horizon]!;
    const stir = this.#stir.values[sensor]! - stirChance;
    return stir <= 0 ? width : width * Math.exp(Math.min(stirMost, stirGain * stir));
  }

  /** How many spreads are added to each half. */
  added(sensor: number, horizon: number): number {
    const debt = this.#debts.values[sensor * this.#horizons + horizon]! - debtChance;
    return debt <= 0 ? 0 : Math.min(mostSpreads, debt / debtsASpread);
  }

  /** Takes in whether an interval held its target. `youth` of the sensor from 1, nothing was seen, to 0. */
  judge(sensor: number, horizon: number, isHeld: boolean, youth: number): void {
    const at = sensor * this.#horizons + horizon;
    const due = missShare - youngShare * youth;
    const miss = (isHeld ? 0 : 1) - due;
    this.#debts.values[at]! += miss - this.#debts.values[at]! / debtMemory;
    if (horizon === 0)
      this.#stir.values[sensor]! += (isHeld ? 0 : 1) - this.#stir.values[sensor]! / stirMemory;
    const judged = ++this.#judged.values[at]!;
    if (isHeld) this.#held.values[at]!++;
    const speed = 1 + this.#haste[horizon]! + eager * Math.exp(-judged / eagerUntil);
    this.#own.values[at] = bounded(this.#own.values[at]! * Math.exp(speed * gain * miss));
    const now = this.#now[horizon]!;
    now.judged++;
    now.due += due;
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
        const miss = (now.missed - now.due) / now.judged;
        this.shared[horizon] = bounded(this.shared[horizon]! * Math.exp(sharedGain * share * miss));
      }
      now.judged = 0;
      now.missed = 0;
      now.due = 0;
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
