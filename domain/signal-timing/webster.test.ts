import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Intersection } from '../network.ts';
import { allocate } from './allocate.ts';
import { passes } from './constraint.ts';
import { diagramOf, fourLegs, planFrom } from './example.ts';
import { planCase } from './plan-cases.ts';
import { planDelay } from './plan-delay.ts';
import { defaultBounds, evaluatePlan } from './safety-gate.ts';
import { criticalMovements, cycleRange, leastSplit, type PhaseDemand, websterPlan } from './webster.ts';

const legs = fourLegs();

const demand = (phase: number, volumeVph: number, saturationVph = 1800): PhaseDemand => ({
  phase,
  volumeVph,
  criticalVph: volumeVph,
  saturationVph,
});

/** Demand of phases 1 to 8 in turn. */
const demands = (...volumes: number[]): PhaseDemand[] => volumes.map((volume, i) => demand(i + 1, volume));

describe('critical movements', () => {
  it("is Webster's 58 s for 500 and 300 veh/h on 1600, with 16 s lost", () => {
    // The worked example of the textbooks: Y = 500/1600 + 300/1600 = 0.5, C0 = (1.5 * 16 + 5) / (1 - 0.5).
    const twoPhase: Intersection = {
      ...legs,
      phases: legs.phases
        .filter(({ number }) => number === 2 || number === 4)
        .map((phase) => ({ ...phase, yellowSeconds: 5, redClearanceSeconds: 3 })),
    };
    const critical = criticalMovements(twoPhase, [demand(2, 500, 1600), demand(4, 300, 1600)]);
    expect(critical).toEqual({
      phases: [2, 4],
      flowRatio: 0.5,
      lostSeconds: 16,
      oversaturated: false,
      cycleSeconds: 58,
    });
  });

  it('follows the fuller ring of each barrier group', () => {
    // y    | 1 .10  2 .20 | 3 .05  4 .20 |    ring 1: .30 and .25
    //      | 5 .05  6 .30 | 7 .05  8 .10 |    ring 2: .35 and .15
    const critical = criticalMovements(legs, demands(180, 360, 90, 360, 90, 540, 90, 180));
    expect(critical.phases).toEqual([5, 6, 3, 4]);
    expect(critical.flowRatio).toBeCloseTo(0.6, 12);
    expect(critical.lostSeconds).toBe(24);
    expect(critical.cycleSeconds).toBeCloseTo(41 / 0.4, 9);
  });

  it('has no optimum from a flow ratio of 0.95 on', () => {
    const critical = criticalMovements(legs, demands(180, 900, 180, 459, 0, 0, 0, 0));
    expect(critical.flowRatio).toBeGreaterThanOrEqual(0.95);
    expect(critical).toMatchObject({ oversaturated: true, cycleSeconds: undefined });
  });
});

describe("Webster's plan", () => {
  it('gives the green of the idle side street to the full left turn, as far as one step may go', () => {
    const plan = websterPlan(legs, demands(350, 500, 40, 150, 350, 500, 40, 150), legs.plan, 90);
    expect(diagramOf(legs, legs.plan)).toEqual([
      '| 1 16  2 32 | 3 16  4 26 |', //
      '| 5 16  6 32 | 7 16  8 26 |',
    ]);
    expect(plan && diagramOf(legs, plan)).toEqual([
      '| 1 23  2 31 | 3 11  4 25 |', //
      '| 5 23  6 31 | 7 11  8 25 |',
    ]);
  });

  it('keeps at least the split of a phase that nobody measured', () => {
    const partial = demands(350, 500, 40, 150, 350, 500, 40, 150).filter(({ phase }) => phase !== 4);
    const plan = websterPlan(legs, partial, legs.plan, 90);
    expect(plan?.splits.find(({ phase }) => phase === 4)?.seconds).toBeGreaterThanOrEqual(26);
  });

  it('brings the offset into the shorter cycle', () => {
    const previous = { ...legs.plan, offsetSeconds: 85 };
    expect(
      websterPlan(legs, demands(100, 300, 100, 200, 100, 300, 100, 200), previous, 84)?.offsetSeconds,
    ).toBe(1);
  });

  it('is none when the plan in force is too far from any legal one', () => {
    const needy = fourLegs(({ number }) => (number === 1 ? { minGreenSeconds: 160 } : {}));
    expect(cycleRange(needy, [], needy.plan)).toBeUndefined();
    expect(websterPlan(needy, [], needy.plan, 90)).toBeUndefined();
  });

  it('is legal whenever there is one, from any legal plan and for any demand', () => {
    let plans = 0;
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.array(fc.nat(3000), { minLength: 10, maxLength: 10 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, volumes, where) => {
          const { intersection, previous, asked } = planCase(seed);
          const wanted = intersection.phases.map(({ number }) =>
            demand(number, volumes[number - 1] as number),
          );
          fc.pre(passes(evaluatePlan(intersection, previous, previous, asked)));
          const range = cycleRange(intersection, wanted, previous, asked);
          expect(range).toBeDefined();
          if (range === undefined) return;
          const cycle = Math.round(range.minimum + where * (range.maximum - range.minimum));
          const plan = websterPlan(intersection, wanted, previous, cycle, asked);
          expect(plan).toBeDefined();
          if (plan === undefined) return;
          expect(evaluatePlan(intersection, previous, plan, asked).filter(({ met }) => !met)).toEqual([]);
          plans++;
        },
      ),
      { numRuns: 1000, seed: 1 },
    );
    expect(plans).toBe(1000);
  }, 60_000);
});

describe('sharing out whole seconds', () => {
  const part = (weight: number, floor = 0, ceiling = 100, fixed = 0) => ({ weight, floor, ceiling, fixed });
  it('goes by weight, after the floors and ceilings of the others', () => {
    expect(allocate(60, [part(1), part(2)])).toEqual([20, 40]);
    expect(allocate(60, [part(1, 30), part(2)])).toEqual([30, 30]);
    expect(allocate(60, [part(1), part(2, 0, 25)])).toEqual([35, 25]);
    expect(allocate(60, [part(1, 0, 100, 6), part(1, 0, 100, 0)])).toEqual([33, 27]);
    expect(allocate(10, [part(1), part(1), part(1)])).toEqual([4, 3, 3]);
    expect(allocate(60, [part(0, 10), part(1)])).toEqual([10, 50]);
    expect(allocate(60, [part(0, 10), part(1, 0, 30)])).toEqual([30, 30]);
  });
  it('is not done when it cannot be', () => {
    expect(allocate(60, [part(1, 40), part(1, 30)])).toBeUndefined();
    expect(allocate(60, [part(1, 0, 20), part(1, 0, 30)])).toBeUndefined();
    expect(allocate(Number.NaN, [part(1)])).toBeUndefined();
  });
  it('always sums up, within floors and ceilings', () => {
    const parts = fc.array(
      fc.record({
        floor: fc.integer({ min: -20, max: 40 }),
        room: fc.nat(60),
        fixed: fc.double({ min: 0, max: 12, noNaN: true }),
        weight: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(parts, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, where) => {
        const list = drawn.map(({ room, ...rest }) => ({ ...rest, ceiling: rest.floor + room }));
        const floors = list.reduce((sum, { floor }) => sum + floor, 0);
        const total = floors + Math.floor(where * drawn.reduce((sum, { room }) => sum + room, 0));
        const shares = allocate(total, list) as number[];
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
        for (const [i, share] of shares.entries()) {
          expect(Number.isInteger(share)).toBe(true);
          expect(share).toBeGreaterThanOrEqual(list[i]!.floor);
          expect(share).toBeLessThanOrEqual(list[i]!.ceiling);
        }
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});

describe('delay of a plan', () => {
  it('is the mean over vehicles of HCM delay, with green = split less yellow and red clearance', () => {
    // A phase of 42 s in a cycle of 84 s has 36 s of green: X = 720 / (1800 * 36 / 84).
    const plan = planFrom(`
      | 1 11  2 42 | 3 11  4 25 |
      | 5 11  6 42 | 7 11  8 25 |`);
    const delay = planDelay(legs, plan, [demand(2, 300), demand(4, 100)]);
    const [north, east] = delay.phases;
    expect(north?.volumeToCapacity).toBeCloseTo(300 / ((1800 * 36) / 89), 12);
    expect(delay.delaySeconds).toBeCloseTo(
      ((north?.delaySeconds ?? 0) * 300 + (east?.delaySeconds ?? 0) * 100) / 400,
      12,
    );
    expect(planDelay(legs, plan, []).delaySeconds).toBe(0);
  });

  it("is nearly least at Webster's cycle", () => {
    const wanted = demands(150, 400, 120, 300, 150, 400, 120, 300);
    const optimum = criticalMovements(legs, wanted).cycleSeconds as number;
    // Every plan is drawn anew, free of bounds of change, by stepping there.
    const at = (cycle: number): number => {
      let plan = legs.plan;
      for (let i = 0; i < 12; i++) {
        const range = cycleRange(legs, wanted, plan) as { minimum: number; maximum: number };
        const next = Math.min(range.maximum, Math.max(range.minimum, Math.round(cycle)));
        plan = websterPlan(legs, wanted, plan, next) ?? plan;
      }
      expect(plan.cycleSeconds).toBe(Math.round(cycle));
      return planDelay(legs, plan, wanted).delaySeconds;
    };
    const best = Math.min(...[72, 80, 90, 100, 110, 120, 140].map(at));
    expect(at(optimum)).toBeLessThan(best * 1.06);
  });

  it('knows the shortest split: minimum green or walkers, and the change interval', () => {
    expect(legs.phases.map((phase) => leastSplit(phase, defaultBounds))).toEqual([
      11, 25, 11, 25, 11, 25, 11, 25,
    ]);
  });
});
