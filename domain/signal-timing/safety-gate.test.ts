import { describe, expect, it } from 'vitest';
import type { Phase, Plan } from '../network.ts';
import { passes } from './constraint.ts';
import { fourLegs, planFrom } from './example.ts';
import { planCase } from './plan-cases.ts';
import { faultOf } from './plan-reference.ts';
import { type AskedBounds, boundsFor, cycleMoveMost, defaultBounds, evaluatePlan } from './safety-gate.ts';

const legs = fourLegs();

/** What the gate refuses, as `name phase value relation bound unit`. */
function refused(
  proposed: Plan,
  {
    change,
    asked,
    previous,
  }: { change?: (p: Phase) => Partial<Phase>; asked?: AskedBounds; previous?: Plan } = {},
): string[] {
  const intersection = fourLegs(change);
  return evaluatePlan(intersection, previous ?? intersection.plan, proposed, asked)
    .filter(({ met }) => !met)
    .map(
      ({ name, phase, value, relation, bound, unit }) =>
        `${name}${phase === null ? '' : ` ${phase}`}: ${value} ${relation} ${bound} ${unit}`,
    );
}

const only = (number: number, part: Partial<Phase>) => (phase: Phase) =>
  phase.number === number ? part : {};

describe('the safety gate', () => {
  it('lets the plan of the tables pass, with a number for every condition', () => {
    const constraints = evaluatePlan(legs, legs.plan, legs.plan);
    expect(refused(legs.plan)).toEqual([]);
    expect(passes(constraints)).toBe(true);
    expect(new Set(constraints.map(({ name }) => name)).size).toBe(25);
    expect(constraints.find(({ name, phase }) => name === 'pedestrianGreen' && phase === 2)).toEqual({
      name: 'pedestrianGreen',
      phase: 2,
      value: 26,
      relation: 'atLeast',
      bound: 19,
      unit: 's',
      met: true,
    });
  });

  it('refuses a green too short for the walkers of the crossing', () => {
    const proposed = planFrom(`
      | 1 22  2 26 | 3 18  4 24 |
      | 5 22  6 26 | 7 18  8 24 |`);
    expect(refused(proposed)).toEqual([
      'pedestrianGreen 4: 18 atLeast 19 s',
      'pedestrianGreen 8: 18 atLeast 19 s',
    ]);
  });

  it('refuses a left turn below its minimum green', () => {
    const proposed = planFrom(`
      | 1 10  2 38 | 3 16  4 26 |
      | 5 16  6 32 | 7 16  8 26 |`);
    expect(refused(proposed)).toEqual(['minimumGreen 1: 4 atLeast 5 s']);
  });

  it('refuses rings that do not meet at the barrier', () => {
    const proposed = planFrom(`
      | 1 16  2 32 | 3 16  4 26 |
      | 5 16  6 34 | 7 16  8 24 |`);
    expect(refused(proposed)).toEqual([
      'pedestrianGreen 8: 18 atLeast 19 s',
      'barrierTogether 6: 50 equals 48 s',
      'barrierTogether 8: 40 equals 42 s',
    ]);
  });

  it('refuses rings that do not fill the cycle', () => {
    const proposed = { ...legs.plan, cycleSeconds: 91 };
    expect(refused(proposed)).toEqual(['ringSum 4: 90 equals 91 s', 'ringSum 8: 90 equals 91 s']);
  });

  it('refuses a plan without a phase, with one twice, and with one that is not there', () => {
    const { splits } = legs.plan;
    const without = { ...legs.plan, splits: splits.filter(({ phase }) => phase !== 3) };
    const twice = { ...legs.plan, splits: [...splits, { phase: 3, seconds: 16 }] };
    const unknown = { ...legs.plan, splits: [...splits, { phase: 9, seconds: 16 }] };
    expect(refused(without)[0]).toBe('phaseGivenOnce 3: 0 equals 1 splits');
    expect(refused(twice)[0]).toBe('phaseGivenOnce 3: 2 equals 1 splits');
    expect(refused(unknown)).toEqual(['phaseUnknown: 1 equals 0 splits']);
  });

  it('refuses a change of a split or of the cycle that is too large at once', () => {
    const proposed = planFrom(`
      | 1 47  2 62 | 3 16  4 26 |
      | 5 47  6 62 | 7 16  8 26 |`);
    expect(refused(proposed)).toEqual([
      'cycleChange: 61 atMost 60 s',
      'splitChange 1: 31 atMost 30 s',
      'splitDrift 1: 31 atMost 30 s',
      'splitChange 5: 31 atMost 30 s',
      'splitDrift 5: 31 atMost 30 s',
    ]);
  });

  it('lets a cycle that is longer than any may be come down to the longest at once', () => {
    const most = (cycleSeconds: number) => cycleMoveMost({ ...legs.plan, cycleSeconds }, defaultBounds);
    expect([90, 240, 272].map(most)).toEqual([60, 60, 92]);
  });

  it('refuses to drift from the tables further than 30 s, however small the steps', () => {
    const before = planFrom(`
      | 1 46  2 32 | 3 16  4 26 |
      | 5 46  6 32 | 7 16  8 26 |`);
    const proposed = planFrom(`
      | 1 47  2 32 | 3 16  4 26 |
      | 5 47  6 32 | 7 16  8 26 |`);
    expect(refused(proposed, { previous: before })).toEqual([
      'splitDrift 1: 31 atMost 30 s',
      'splitDrift 5: 31 atMost 30 s',
    ]);
  });

  it('refuses an offset outside the cycle, and times that are not whole or not numbers', () => {
    expect(refused({ ...legs.plan, offsetSeconds: 90 })).toEqual(['offsetMaximum: 90 atMost 89 s']);
    expect(refused({ ...legs.plan, offsetSeconds: -1 })).toEqual(['offsetMinimum: -1 atLeast 0 s']);
    expect(refused({ ...legs.plan, offsetSeconds: 0.5 })).toEqual(['wholeSeconds: 1 equals 0 fractions']);
    expect(passes(evaluatePlan(legs, legs.plan, { ...legs.plan, cycleSeconds: Number.NaN }))).toBe(false);
  });

  it.each([
    [only(2, { yellowSeconds: 3.2 }), 'yellowFormula 2: 3.2 atLeast 3.276867 s'],
    [
      only(2, { yellowSeconds: 2.9, approachKph: 40, clearanceMeters: 18 }),
      'yellowMinimum 2: 2.9 atLeast 3 s',
    ],
    [only(1, { yellowSeconds: 6.5 }), 'yellowMaximum 1: 6.5 atMost 6 s'],
    [only(2, { redClearanceSeconds: 2 }), 'redClearanceFormula 2: 2 atLeast 2.16 s'],
    [only(1, { redClearanceSeconds: 6.1 }), 'redClearanceMaximum 1: 6.1 atMost 6 s'],
    [only(1, { maxGreenSeconds: 9 }), 'maximumGreen 1: 10 atMost 9 s'],
    [only(1, { approachKph: 0 }), 'yellowFormula 1: 3.5 atLeast NaN s'],
    [walker({ walkSeconds: 6 }), 'walkMinimum 2: 6 atLeast 7 s'],
    [walker({ clearanceSeconds: 11 }), 'pedestrianClearance 2: 11 atLeast 11.962617 s'],
    [
      walker({ crossingMeters: 38, walkSeconds: 7, clearanceSeconds: 36 }),
      'walkAndClearance 2: 43 atLeast 43.736264 s',
    ],
  ])('refuses tables that are not safe themselves (%#)', (change, expected) => {
    expect(refused(legs.plan, { change })).toContain(expected);
  });

  function walker(part: Partial<NonNullable<Phase['pedestrian']>>) {
    return only(2, {
      pedestrian: { walkSeconds: 7, clearanceSeconds: 12, crossingMeters: 12.8, ...part },
    });
  }

  it('takes narrower bounds from an engineer, but no wider ones', () => {
    expect(refused(legs.plan, { asked: { maximumCycleSeconds: 80 } })).toEqual([
      'cycleMaximum: 90 atMost 80 s',
    ]);
    expect(
      boundsFor({
        minimumCycleSeconds: 10,
        maximumCycleSeconds: 600,
        splitChangeSeconds: 90,
        cycleChangeSeconds: Number.POSITIVE_INFINITY,
        splitDriftSeconds: Number.NaN,
        greenFloorSeconds: 0,
      }),
    ).toEqual(defaultBounds);
    expect(boundsFor({ minimumWalkSeconds: 1 }).minimumWalkSeconds).toBe(4);
  });

  it('lets a phase be left out only where the tables let it, nobody walks, and others serve its movements', () => {
    const plan = planFrom(`
      | 1 0  2 48 | 3 16  4 26 |
      | 5 16  6 32 | 7 16  8 26 |`);
    const omitted = (part: Partial<Phase>) => refused(plan, { change: only(1, part) });
    const elsewhere = (phase: Phase) =>
      phase.number === 2
        ? { movements: [...phase.movements, { movement: 'M-NBL', protection: 'permitted' as const }] }
        : phase.number === 1
          ? { mayBeOmitted: true as const }
          : {};
    expect(omitted({})).toEqual([
      'omissionAllowed 1: 0 equals 1 phases',
      'omissionServed 1: 1 equals 0 movements',
    ]);
    expect(omitted({ mayBeOmitted: true })).toEqual(['omissionServed 1: 1 equals 0 movements']);
    expect(refused(plan, { change: elsewhere })).toEqual([]);
    const walked = (phase: Phase) =>
      phase.number === 1
        ? { ...elsewhere(phase), pedestrian: { walkSeconds: 7, clearanceSeconds: 12, crossingMeters: 12.8 } }
        : elsewhere(phase);
    expect(refused(plan, { change: walked })).toEqual(['omissionWalked 1: 1 equals 0 crossings']);
  });

  it('takes the tables at their word on yellow and red where no speed was measured', () => {
    const short = { approachKph: undefined, yellowSeconds: 3, redClearanceSeconds: 0 };
    expect(refused(legs.plan, { change: only(1, short) })).toEqual([]);
    expect(refused(legs.plan, { change: only(1, { ...short, yellowSeconds: 2.5 }) })).toEqual([
      'yellowMinimum 1: 2.5 atLeast 3 s',
    ]);
  });

  it('proves nothing by the absence of conditions', () => {
    expect(passes([])).toBe(false);
    expect(passes(evaluatePlan({ ...legs, phases: [] }, legs.plan, { ...legs.plan, splits: [] }))).toBe(
      false,
    );
  });
});

describe('no illegal plan passes the gate', () => {
  const cases = 200_000;
  it(`judges ${cases} plans as does a controller that plays them, and every condition decides alone`, () => {
    let passed = 0;
    const disagreed: number[] = [];
    const decisive = new Set<string>();
    for (let seed = 0; seed < cases; seed++) {
      const drawn = planCase(seed);
      const constraints = evaluatePlan(drawn.intersection, drawn.previous, drawn.proposed, drawn.asked);
      const legal = passes(constraints);
      if (legal) passed++;
      if (legal !== (faultOf(drawn) === undefined)) disagreed.push(seed);
      const failed = new Set(constraints.filter(({ met }) => !met).map(({ name }) => name));
      if (failed.size === 1) for (const name of failed) decisive.add(name);
    }
    expect(disagreed).toEqual([]);
    expect(passed / cases).toBeGreaterThan(0.4);
    expect(passed / cases).toBeLessThan(0.7);
    // No phases at all has an example of its own; the buffer follows from the least yellow.
    const names = new Set(evaluatePlan(legs, legs.plan, legs.plan).map(({ name }) => name));
    for (const name of ['phases', 'pedestrianBuffer', 'phaseGivenOnce']) names.delete(name);
    expect([...names].filter((name) => !decisive.has(name))).toEqual([]);
  }, 120_000);
});
