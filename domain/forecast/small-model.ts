/** A model that has learned nothing, as a file: for tests. */
import { Chance } from './chance.ts';
import type { ModelFile } from './model-file.ts';
import { shapeOf } from './network-model.ts';
import { weightCount } from './perceptron.ts';
import { type Subject, scopes } from './subject.ts';

export function idleModel(subject: Subject = 'link', members = 1): ModelFile {
  const { pace, span } = scopes[subject];
  const shape = shapeOf(pace);
  const chance = new Chance(5);
  const some = (count: number): Float32Array => Float32Array.from({ length: count }, () => chance.normal());
  return {
    ...{ subject, span, lastDay: '2026-05-31' },
    model: {
      ...{ name: '', pace, shape },
      means: some(shape.inputs),
      scales: some(shape.inputs).map((one) => Math.abs(one) + 1),
      members: Array.from({ length: members }, () => some(weightCount(shape))),
      neighbours: new Map([
        ['L1', ['L2', 'Ælvej']],
        ['L2', ['L1']],
        ['Ælvej', []],
      ]),
    },
  };
}
