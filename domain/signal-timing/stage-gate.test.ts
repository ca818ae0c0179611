import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phase } from '../network.ts';
import { stagesOf } from '../signal-control/plan-sequence.ts';
import { passes } from './constraint.ts';
import { fourLegs } from './example.ts';
import { evaluateStage, mayChange } from './stage-gate.ts';

const legs = fourLegs();

const refused = (
  phases: number[],
  green: number[],
  shownSeconds: number,
  change?: (p: Phase) => Partial<Phase>,
) =>
  evaluateStage(fourLegs(change), { phases, green, shownSeconds })
    .filter(({ met }) => !met)
    .map(
      ({ name, phase, value, bound }) => `${name}${phase === null ? '' : ` ${phase}`}: ${value}, ${bound}`,
    );

describe('the gate of stages', () => {
  it('lets every stage of the diagram follow every other once all greens were long enough', () => {
    const stages = stagesOf(legs).map((stage) => stage.map(({ number }) => number));
    expect(stages).toHaveLength(8);
    for (const green of stages) for (const phases of stages) expect(refused(phases, green, 60)).toEqual([]);
  });

  it.each([
    ['phases of two barrier groups', [2, 8], [2, 6], 60, ['barrierOne: 2, 1']],
    ['two phases of a ring', [1, 2], [2, 6], 60, ['ringOnce 1: 2, 1', 'ringOnce 2: 2, 1']],
    ['a phase that is not there', [2, 9], [2, 6], 60, ['phaseUnknown: 1, 0']],
    ['no phase at all', [], [], 60, ['phases: 0, 1', 'barrierOne: 0, 1']],
    [
      'a green shorter than its minimum',
      [1, 6],
      [2, 6],
      3,
      ['minimumGreen 2: 3, 8', 'pedestrianGreen 2: 3, 19'],
    ],
    [
      'a time that is no number',
      [1, 6],
      [2, 6],
      Number.NaN,
      ['minimumGreen 2: NaN, 8', 'pedestrianGreen 2: NaN, 19'],
    ],
  ] as const)('refuses %s', (_, phases, green, shownSeconds, faults) => {
    expect(refused([...phases], [...green], shownSeconds)).toEqual(faults);
  });

  it('does not end a green before whoever walks beside it is across', () => {
    expect(refused([3, 7], [2, 6], 18)).toEqual(['pedestrianGreen 2: 18, 19', 'pedestrianGreen 6: 18, 19']);
    expect(refused([1, 6], [2, 6], 18)).toEqual(['pedestrianGreen 2: 18, 19']);
  });

  it('refuses to end a green whose yellow is none', () => {
    const change = (phase: Phase) => (phase.number === 2 ? { yellowSeconds: 2 } : {});
    expect(refused([1, 6], [2, 6], 60, change)).toEqual(['yellowMinimum 2: 2, 3']);
    expect([mayChange(legs), mayChange(fourLegs(change))]).toEqual([true, false]);
  });

  it('takes the yellow of the tables where nobody measured how fast they come', () => {
    const vouched = (yellowSeconds: number) => (): Partial<Phase> => ({
      yellowSeconds,
      approachKph: undefined,
    });
    expect(refused([1, 6], [2, 6], 60, vouched(2))).toEqual([]);
    expect(refused([1, 6], [2, 6], 60, vouched(1.9))).toEqual(['yellowMinimum 2: 1.9, 2']);
  });

  it('lets nothing pass that gives two phases which conflict, or ends a green too early', () => {
    const numbers = fc.subarray([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    fc.assert(
      fc.property(numbers, numbers, fc.double({ min: 0, max: 40 }), (phases, green, shownSeconds) => {
        if (!passes(evaluateStage(legs, { phases, green, shownSeconds }))) return;
        const known = phases.map((number) => legs.phases.find((phase) => phase.number === number) as Phase);
        for (const a of known)
          for (const b of known)
            if (a !== b) expect([a.barrier === b.barrier, a.ring === b.ring]).toEqual([true, false]);
        for (const number of green) {
          const phase = legs.phases.find((one) => one.number === number);
          if (phase === undefined || phases.includes(number)) continue;
          expect(shownSeconds).toBeGreaterThanOrEqual(phase.minGreenSeconds - 1e-6);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
