/** Models that have learned nothing, as files: for tests. */
import { Chance } from './chance.ts';
import type { ModelFile } from './model-file.ts';
import { type NetworkModel, shapeOf } from './network-model.ts';
import type { Pace } from './pace.ts';
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

/** A network that says, whatever it is told, so many spreads more than what it counts from. */
export function stubbornNetwork(pace: Pace, spreads: number): NetworkModel {
  const shape = shapeOf(pace);
  const weights = new Float32Array(weightCount(shape));
  weights.fill(spreads, weights.length - shape.outputs);
  const scales = {
    means: new Float32Array(shape.inputs),
    scales: new Float32Array(shape.inputs).fill(1),
  };
  return { name: 'stubborn', pace, shape, ...scales, members: [weights], neighbours: new Map() };
}

/** The file of such a model. */
export function stubbornModel(spreads: number, subject: Subject = 'link'): ModelFile {
  const { pace, span } = scopes[subject];
  return { subject, span, lastDay: '2026-05-31', model: stubbornNetwork(pace, spreads) };
}
