import type { Column, Columns } from './columns.ts';
import type { Ground } from './ground.ts';
import type { Network } from './network.ts';
import type { NetworkModel } from './network-model.ts';
import { heldValue, keptValue, type Pending, unsaid } from './pending.ts';

/** How long a network is tried. */
const trialSeconds = 86_400;
/** It must be better by this factor: a change for nothing is only unrest. */
const better = 0.995;

/** A network that is asked beside the one that speaks, and judged by the same targets. */
export class Trial {
  readonly #ground: Ground;
  readonly #said: Column<Int16Array>;
  #network: Network | undefined;
  #ticks = 0;
  /** Sums of absolute errors over the targets of which both spoke. */
  #own = 0;
  #other = 0;

  constructor(columns: Columns, ground: Ground, pending: Pending) {
    this.#ground = ground;
    this.#said = columns.add(Int16Array, pending.places, unsaid);
  }

  get model(): NetworkModel | undefined {
    return this.#network?.model;
  }

  begin(network: Network): void {
    this.#network = network;
    this.#ticks = 0;
    this.#own = 0;
    this.#other = 0;
    this.#said.values.fill(unsaid);
  }

  save(): { ticks: number; own: number; other: number } | null {
    return this.#network ? { ticks: this.#ticks, own: this.#own, other: this.#other } : null;
  }

  restore({ ticks, own, other }: { ticks: number; own: number; other: number }): void {
    this.#ticks = ticks;
    this.#own = own;
    this.#other = other;
  }

  judge(place: number, measured: number, spoken: number): void {
    if (this.#network === undefined) return;
    const said = this.#said.values[place]!;
    if (said === unsaid || Number.isNaN(spoken)) return;
    this.#own += Math.abs(measured - heldValue(said));
    this.#other += Math.abs(measured - spoken);
  }

  /** What it said, as it is kept, by place. */
  said(place: number): number {
    return this.#said.values[place]!;
  }

  /** The network, when the trial is over and it has been better. */
  endTick(): Network | undefined {
    if (this.#network === undefined || ++this.#ticks * this.#ground.pace.tickSeconds < trialSeconds)
      return undefined;
    const network = this.#own < better * this.#other ? this.#network : undefined;
    this.#network = undefined;
    return network;
  }

  ask(count: number): void {
    this.#network?.ask(this.#ground, count);
  }

  say(place: number, sensor: number, horizon: number, base: number, spread: number): void {
    if (this.#network)
      this.#said.values[place] = keptValue(base + spread * this.#network.answer(sensor, horizon));
  }
}
