import type { Ground } from './ground.ts';
import { type NetworkModel, scaleInputs } from './network-model.ts';
import { Ensemble } from './perceptron.ts';

const batch = 256;
const noNeighbours = new Int32Array(0);

/** A learned forecaster at work: asked about all sensors at every tick. */
export class Network {
  readonly model: NetworkModel;
  readonly #ensemble: Ensemble;
  readonly #places: ReadonlyMap<string, number>;
  /** Sensors that had a place when neighbours were last looked up. */
  #placed = -1;
  #neighbours: Int32Array[] = [];
  readonly #rows: Float32Array;
  #answers = new Float32Array(0);

  /** `places` says where each sensor is among the columns; sensors may join it later, but none moves or leaves. */
  constructor(model: NetworkModel, places: ReadonlyMap<string, number>) {
    this.model = model;
    this.#ensemble = new Ensemble(model.shape, model.members);
    this.#rows = new Float32Array(batch * model.shape.inputs);
    this.#places = places;
  }

  #lookUpNeighbours(): void {
    this.#placed = this.#places.size;
    this.#neighbours = [];
    for (const [sensor, others] of this.model.neighbours) {
      const place = this.#places.get(sensor);
      if (place !== undefined)
        this.#neighbours[place] = Int32Array.from(others, (other) => this.#places.get(other) ?? -1);
    }
  }

  ask(ground: Ground, count: number): void {
    if (this.#placed !== this.#places.size) this.#lookUpNeighbours();
    const { shape, means, scales } = this.model;
    const { inputs, outputs } = shape;
    if (this.#answers.length < count * outputs) this.#answers = new Float32Array(2 * count * outputs);
    for (let from = 0; from < count; from += batch) {
      const some = Math.min(batch, count - from);
      for (let i = 0; i < some; i++)
        ground.inputs(from + i, this.#neighbours[from + i] ?? noNeighbours, this.#rows, i * inputs);
      scaleInputs(this.#rows, some, means, scales);
      this.#ensemble.answer(this.#rows, some, this.#answers.subarray(from * outputs));
    }
  }

  /** What it said of a sensor: its output number `output`, in spreads from the base. */
  answer(sensor: number, output: number): number {
    return this.#answers[sensor * this.model.shape.outputs + output]!;
  }
}
