import { describe, expect, it } from 'vitest';
import { outputsOf, scaleInputs, shapeOf } from './network-model.ts';

const pace = { tickSeconds: 300, horizons: [3, 6], recalls: false };

describe('a network model', () => {
  it('gives medians at the horizons first, then both tails, then what is in between', () => {
    expect(outputsOf(pace).map(({ ahead, level }) => `${ahead}:${level}`)).toEqual([
      '3:0.5',
      '6:0.5',
      '3:0.05',
      '6:0.05',
      '3:0.95',
      '6:0.95',
      '1:0.5',
      '2:0.5',
      '4:0.5',
      '5:0.5',
    ]);
    expect(shapeOf(pace).outputs).toBe(10);
    expect(shapeOf({ ...pace, recalls: true }).inputs).toBe(shapeOf(pace).inputs + 13);
  });

  it('brings inputs to a common scale, and what is far out to its end', () => {
    const rows = Float32Array.of(3, 10, -50, 10);
    scaleInputs(rows, 2, Float32Array.of(1, 10), Float32Array.of(2, 5));
    expect([...rows]).toEqual([1, 0, -8, 0]);
  });
});
