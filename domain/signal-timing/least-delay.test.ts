import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Intersection, Plan } from '../network.ts';
import { passes } from './constraint.ts';
import { diagramOf, fourLegs } from './example.ts';
import { leastDelayPlan } from './least-delay.ts';
import { planCase } from './plan-cases.ts';
import { paysTooMuch, planDelay } from './plan-delay.ts';
import { evaluatePlan } from './safety-gate.ts';
import type { PhaseDemand } from './webster.ts';

const legs = fourLegs();

const demands = (...volumes: number[]): PhaseDemand[] =>
  volumes.map((volume, i) => ({ phase: i + 1, volumeVph: volume, criticalVph: volume, saturationVph: 1800 }));

describe('the plan of least delay', () => {
  it('takes from the idle left turn what the full one needs, and no more than its drivers can bear', () => {
    const plan = leastDelayPlan(legs, demands(220, 480, 60, 220, 220, 480, 60, 220), legs.plan, 90);
    expect(diagramOf(legs, legs.plan)).toEqual([
      '| 1 16  2 32 | 3 16  4 26 |', //
      '| 5 16  6 32 | 7 16  8 26 |',
    ]);
    expect(plan && diagramOf(legs, plan)).toEqual([
      '| 1 19  2 34 | 3 12  4 25 |', //
      '| 5 19  6 34 | 7 12  8 25 |',
    ]);
  });

  it('leaves the plan as it is where nobody drives', () => {
    const plan = leastDelayPlan(legs, demands(0, 0, 0, 0, 0, 0, 0, 0), legs.plan, 90);
    expect(plan?.splits).toEqual(legs.plan.splits);
  });

  it('is none when no whole plan fits the cycle', () => {
    expect(leastDelayPlan(legs, demands(100, 100), legs.plan, 300)).toBeUndefined();
    expect(leastDelayPlan(legs, demands(100, 100), legs.plan, 41)).toBeUndefined();
  });

  it('is the best of all that one can try', () => {
    // | 2 25..38 | 4 25..38 |   ring 1
    // | 5 11..28  6 25..44 |    |   ring 2 rests beside phase 4
    const small: Intersection = {
      ...legs,
      phases: legs.phases.filter(({ number }) => [2, 4, 5, 6].includes(number)),
    };
    const inForce: Plan = {
      id: 'small',
      cycleSeconds: 80,
      offsetSeconds: 0,
      splits: [
        { phase: 2, seconds: 48 },
        { phase: 4, seconds: 32 },
        { phase: 5, seconds: 16 },
        { phase: 6, seconds: 32 },
      ],
    };
    const atSite = { ...small, plan: inForce };
    const near = { splitChangeSeconds: 12 };
    fc.assert(
      fc.property(fc.array(fc.nat(900), { minLength: 8, maxLength: 8 }), (volumes) => {
        const wanted = demands(...volumes).filter(({ phase }) => [2, 4, 5, 6].includes(phase));
        const current = planDelay(atSite, inForce, wanted);
        let least = Infinity;
        for (let two = 36; two <= 60; two++)
          for (let five = 4; five <= 28; five++) {
            const splits = [two, 80 - two, five, two - five].map((seconds, i) => ({
              phase: [2, 4, 5, 6][i] as number,
              seconds,
            }));
            const plan = { ...inForce, splits };
            if (!passes(evaluatePlan(atSite, inForce, plan, near))) continue;
            const delay = planDelay(atSite, plan, wanted);
            if (!delay.phases.some((after, i) => paysTooMuch(current.phases[i]!, after)))
              least = Math.min(least, delay.delaySeconds);
          }
        const best = leastDelayPlan(atSite, wanted, inForce, 80, near);
        expect(best && planDelay(atSite, best, wanted).delaySeconds).toBeCloseTo(least, 4);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('is legal from any legal plan and for any demand', () => {
    let drawn = 0;
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.array(fc.nat(1500), { minLength: 10, maxLength: 10 }),
        fc.integer({ min: -8, max: 8 }),
        (seed, volumes, longer) => {
          const { intersection, previous, asked } = planCase(seed);
          fc.pre(passes(evaluatePlan(intersection, previous, previous, asked)));
          const wanted = demands(...volumes);
          const cycle = previous.cycleSeconds + longer;
          const plan = leastDelayPlan(intersection, wanted, previous, cycle, asked);
          if (plan === undefined) return;
          drawn++;
          // The cycle is the caller's choice; everything else is the plan's.
          const refused = evaluatePlan(intersection, previous, plan, asked).filter(({ met }) => !met);
          expect(refused.filter(({ name }) => !['cycleMinimum', 'cycleMaximum'].includes(name))).toEqual([]);
        },
      ),
      { numRuns: 500, seed: 2 },
    );
    expect(drawn).toBeGreaterThan(300);
  }, 60_000);
});
