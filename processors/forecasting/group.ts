import { strict as assert } from 'node:assert';
import { AccuracyByHour, type HourOfAccuracy } from '#domain/forecast/accuracy.ts';
import { Columns } from '#domain/forecast/columns.ts';
import {
  type Forecast,
  Forecaster,
  type Judged,
  layers,
  nothingSaid,
  type SharedState,
} from '#domain/forecast/forecaster.ts';
import { readModelFile } from '#domain/forecast/model-file.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';
import type { Pace, Tick } from '#domain/forecast/pace.ts';
import { RoomChance } from '#domain/forecast/room-chance.ts';
import type { EventTime } from '#domain/time.ts';

/** Members that follow one another among the columns, as they are saved, in this order: all that is known of them. */
export interface SavedMembers {
  /** Place of the first. */
  readonly first: number;
  readonly ids: readonly string[];
  readonly sums: readonly number[];
  readonly counts: readonly number[];
  readonly known: Uint8Array;
  readonly accuracy: Uint8Array;
  /** Empty where no model is on trial. */
  readonly trial: Uint8Array;
}

/** Forecasts of one member at one horizon. Values 0..100. */
export interface MemberForecast extends Forecast {
  readonly id: string;
  readonly horizon: number;
  /** Which forecaster made it; empty when nothing can be said. */
  readonly model: string;
}

const layerNames: readonly string[] = ['last-value.1', 'weekly-profile.1', 'robust-line.1', 'network'];

/** What a group is of. */
export interface GroupOptions {
  readonly pace: Pace;
  /** Whole units of a value of 1, in which errors are counted. */
  readonly wholes: number;
  /** What stands for all that was measured between two ticks: the mean of what flows, the newest of what is kept. */
  readonly summary: 'mean' | 'newest';
  /** Whether it is to be said how likely members have room. */
  readonly hasRoom: boolean;
}

/** What members share, as it is saved. Plain data. */
export type SavedGroup = SharedState & { readonly roomBiases: readonly number[] | null };

/** The models at work as they are saved: their files in base 64. Plain data. */
export interface SavedModels {
  readonly employed: string | null;
  readonly onTrial: string | null;
}

/** Links or car parks that are forecast together, by name. */
export class Group {
  readonly forecaster: Forecaster;
  /** How likely members have room; in groups that have some. */
  readonly room: RoomChance | undefined;
  readonly #options: GroupOptions;
  /** What is known of each member besides what its forecaster knows. */
  readonly #besides = new Columns();
  /** How the forecasts did, hour by hour. */
  readonly #accuracy: AccuracyByHour;
  readonly #places = new Map<string, number>();
  #ids: string[] = [];
  /** Members in order of name, so that who spoke first does not show. */
  #sorted: string[] = [];
  #sums = new Float64Array(0);
  #counts = new Uint32Array(0);
  #measured = new Float32Array(0);
  /** The files of the models at work, by name. */
  readonly #files = new Map<string, string>();

  constructor(options: GroupOptions) {
    this.#options = options;
    const { horizons } = options.pace;
    this.#accuracy = new AccuracyByHour(this.#besides, horizons.length);
    if (options.hasRoom) this.room = new RoomChance(this.#besides, horizons);
    this.forecaster = new Forecaster(options.pace);
  }

  get places(): ReadonlyMap<string, number> {
    return this.#places;
  }

  /** Adds a member that has nothing to say yet. */
  add(id: string, at: number = this.#ids.length): void {
    if (this.#places.has(id)) return;
    this.#places.set(id, at);
    this.#ids[at] = id;
    this.#sorted = [];
    if (this.#sums.length > at) return;
    const room = 2 * at + 16;
    this.#sums = grown(this.#sums, new Float64Array(room));
    this.#counts = grown(this.#counts, new Uint32Array(room));
    this.#measured = new Float32Array(room);
    this.forecaster.ground.columns.grow(room);
    this.#besides.grow(room);
  }

  /** Takes in a value, 0..100, of a member measured since the last tick. */
  measure(id: string, value: number): void {
    this.add(id);
    const place = this.#places.get(id)!;
    if (this.#options.summary === 'newest') this.#sums[place] = this.#counts[place] = 0;
    this.#sums[place]! += value;
    this.#counts[place]!++;
  }

  /** What stands for the tick that has ended, of a member; NaN where nothing was measured. */
  measured(id: string): number {
    return this.#measured[this.#places.get(id)!]!;
  }

  /** Lets a model speak, if none does, or tries it; whether it is not at work already. `file` are its bytes. */
  propose(model: NetworkModel, file: Uint8Array): boolean {
    const { models } = this.forecaster;
    if (model.name === models.employed?.name || model.name === models.onTrial?.name) return false;
    this.forecaster.propose(model, this.#places);
    this.#files.set(model.name, base64(file));
    return true;
  }

  /** How the forecasts did in the hour that is over at `at`, member by member in order of name. Before `tick`. */
  *hours(
    at: EventTime,
  ): Generator<{ readonly id: string; readonly horizon: number; readonly hour: HourOfAccuracy }> {
    for (const id of this.#inOrder())
      for (let horizon = 0; horizon < this.#options.pace.horizons.length; horizon++) {
        const hour = this.#accuracy.takeHour(this.#places.get(id)!, horizon, at);
        if (hour) yield { id, horizon, hour };
      }
  }

  #inOrder(): readonly string[] {
    if (this.#sorted.length !== this.#ids.length) this.#sorted = [...this.#ids].sort();
    return this.#sorted;
  }

  /** Ends a tick, which is at `at`. */
  tick(tick: Tick, at: EventTime): void {
    const { length } = this.#ids;
    for (let place = 0; place < length; place++) {
      const count = this.#counts[place]!;
      this.#measured[place] = count === 0 ? Number.NaN : this.#sums[place]! / count;
      this.#sums[place] = 0;
      this.#counts[place] = 0;
    }
    this.forecaster.take(tick, this.#measured, length, (judged) => this.#note(judged, at));
  }

  #note({ sensor, horizon, measured, issued, low, high, last, usual }: Judged, at: EventTime): void {
    const whole = (value: number): number => Math.round(value * this.#options.wholes);
    this.#accuracy.note(sensor, horizon, at, {
      ...{ measured: whole(measured), value: whole(issued), low: whole(low), high: whole(high) },
      ...{ last: whole(last), profile: whole(usual) },
    });
  }

  /** All forecasts from the tick that has ended, member by member in order of name. */
  *forecasts(): Generator<MemberForecast> {
    const said = nothingSaid();
    const network = this.forecaster.models.employed?.name ?? '';
    for (const id of this.#inOrder())
      for (let horizon = 0; horizon < this.#options.pace.horizons.length; horizon++) {
        this.forecaster.forecast(this.#places.get(id)!, horizon, said);
        const isNetwork = layers[said.layer] === 'network';
        yield { ...said, id, horizon, model: isNetwork ? network : (layerNames[said.layer] ?? '') };
      }
  }

  /** What is known of members from a place on, of so many or as many as there are. */
  save(first: number, most: number): SavedMembers {
    const ids = this.#ids.slice(first, first + most);
    const { ground, trialColumns, models } = this.forecaster;
    return {
      ...{ first, ids },
      sums: [...this.#sums.subarray(first, first + ids.length)],
      counts: [...this.#counts.subarray(first, first + ids.length)],
      known: ground.columns.save(first, ids.length),
      accuracy: this.#besides.save(first, ids.length),
      trial: models.onTrial ? trialColumns.save(first, ids.length) : new Uint8Array(0),
    };
  }

  saveShared(): SavedGroup {
    return { ...this.forecaster.save(), roomBiases: this.room ? [...this.room.biases] : null };
  }

  saveModels(): SavedModels {
    const { employed, onTrial } = this.forecaster.models;
    for (const name of this.#files.keys())
      if (name !== employed?.name && name !== onTrial?.name) this.#files.delete(name);
    return {
      employed: employed ? this.#files.get(employed.name)! : null,
      onTrial: onTrial ? this.#files.get(onTrial.name)! : null,
    };
  }

  /** Takes back all that was saved. */
  restore(
    members: readonly SavedMembers[],
    saved: SavedModels | undefined,
    shared: SavedGroup | undefined,
  ): void {
    for (const { first, ids } of members) for (const [i, id] of ids.entries()) this.add(id, first + i);
    const { employed, onTrial } = saved ?? { employed: null, onTrial: null };
    if (employed !== null) this.forecaster.employ(this.#known(employed), this.#places);
    if (onTrial !== null) this.forecaster.tryOut(this.#known(onTrial), this.#places);
    const { ground, trialColumns, models } = this.forecaster;
    ground.columns.grow(this.#ids.length);
    if (models.onTrial) trialColumns.grow(this.#ids.length);
    this.#besides.grow(this.#ids.length);
    for (const { first, ids, sums, counts, known, accuracy, trial } of members) {
      ground.columns.restore(first, known, ids.length);
      this.#besides.restore(first, accuracy, ids.length);
      if (trial.length > 0 && models.onTrial) trialColumns.restore(first, trial, ids.length);
      this.#sums.set(sums, first);
      this.#counts.set(counts, first);
    }
    if (!shared) return;
    this.forecaster.restore(shared);
    if (shared.roomBiases) this.room?.biases.set(shared.roomBiases);
  }

  /** The model in a file that was good when it came. */
  #known(file: string): NetworkModel {
    const read = readModelFile(bytesOf(file));
    assert(!('fault' in read), `a model that was saved cannot be read: ${'fault' in read && read.fault}`);
    this.#files.set(read.model.name, file);
    return read.model;
  }
}

function grown<Numbers extends Float64Array | Uint32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'base64');
