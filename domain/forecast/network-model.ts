import { inputsOf } from './ground.ts';
import type { Pace } from './pace.ts';
import type { Shape } from './perceptron.ts';

/** A learned forecaster, shared by all sensors. Plain data. */
export interface NetworkModel {
  /** Names it in every forecast that it makes. */
  readonly name: string;
  readonly pace: Pace;
  readonly shape: Shape;
  /** What is taken from each input, and by what it is then divided. */
  readonly means: Float32Array;
  readonly scales: Float32Array;
  readonly members: readonly Float32Array[];
  /** By sensor, the others that tell most of it. */
  readonly neighbours: ReadonlyMap<string, readonly string[]>;
}

/** What each output of a network is: a quantile, so many ticks ahead. */
export interface Output {
  readonly ahead: number;
  readonly level: number;
}

/** Tails of an interval that holds nine in ten. */
export const tails = [0.05, 0.95] as const;

/**
 * The outputs of a network: medians at the horizons, then both tails at the horizons, then medians at all other ticks
 * up to the farthest, which are learned along since they teach the network what is in between.
 */
export function outputsOf({ horizons }: Pace): readonly Output[] {
  const others = Array.from({ length: horizons.at(-1)! }, (_, i) => i + 1).filter(
    (i) => !horizons.includes(i),
  );
  return [
    ...horizons.map((ahead) => ({ ahead, level: 0.5 })),
    ...tails.flatMap((level) => horizons.map((ahead) => ({ ahead, level }))),
    ...others.map((ahead) => ({ ahead, level: 0.5 })),
  ];
}

export const shapeOf = (pace: Pace): Shape => ({
  inputs: inputsOf(pace),
  hidden: 64,
  blocks: 2,
  outputs: outputsOf(pace).length,
});

/** Inputs further out than this many deviations are as far as that. */
const farthest = 8;

/** Brings rows of inputs to a common scale, in place. */
export function scaleInputs(
  rows: Float32Array,
  count: number,
  means: Float32Array,
  scales: Float32Array,
): void {
  const inputs = means.length;
  for (let row = 0; row < count; row++)
    for (let i = 0; i < inputs; i++) {
      const at = row * inputs + i;
      const value = (rows[at]! - means[i]!) / scales[i]!;
      rows[at] = value > farthest ? farthest : value < -farthest ? -farthest : value;
    }
}
