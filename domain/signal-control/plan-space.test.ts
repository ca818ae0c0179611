import { describe, expect, it } from 'vitest';
import type { Intersection, Movement, Network, Plan } from '../network.ts';
import { fourLegs, planFrom } from '../signal-timing/example.ts';
import { splitsOf } from '../signal-timing/ring-barrier.ts';
import { defaultBounds, evaluatePlan } from '../signal-timing/safety-gate.ts';
import { randomFrom, whole } from '../signal-timing/seeded.ts';
import { avenue } from './avenue.fixture.ts';
import { type Layout, layoutsOf } from './layout.ts';
import { controlModelOf } from './network-model.ts';
import { PlanSpace } from './plan-space.ts';

const street = avenue(1, 300);
const i1 = street.intersections.get('I1') as Intersection;
const layoutOf = (intersection: Intersection, network = street): Layout =>
  layoutsOf(controlModelOf(network, [intersection])).get(intersection.id) as Layout;
const spaceOf = (inForce: Plan = i1.plan, intersection = i1): PlanSpace =>
  new PlanSpace(intersection, layoutOf(intersection), inForce);
/** A network with just the movements that its phases name. */
const around = ({ node, phases }: Intersection): Network => ({
  ...street,
  movements: new Map(
    phases.flatMap((phase) =>
      phase.movements.map(({ movement: id }): [string, Movement] => [
        id,
        { ...(street.movements.get('T-I1') as Movement), id, node },
      ]),
    ),
  ),
});
const list = (splits: ReadonlyMap<number, number> | undefined) =>
  [...(splits ?? [])].sort(([a], [b]) => a - b);

describe('the plans that an intersection may have next', () => {
  it('leave out no phase that has green now, where none may be dropped', () => {
    const choicesOf = (inForce: Plan): number[][] =>
      new PlanSpace(i1, layoutOf(i1), inForce, {}, false).choices().map((omitted) => [...omitted]);
    expect(choicesOf(i1.plan)).toEqual([[]]);
    const splits = i1.plan.splits.map((split) => (split.phase === 2 ? { ...split, seconds: 0 } : split));
    expect(choicesOf({ ...i1.plan, splits })).toEqual([[], [2]]);
  });

  it('may leave out a phase whose movements others serve, where the tables let it', () => {
    expect(
      spaceOf()
        .choices()
        .map((omitted) => [...omitted]),
    ).toEqual([[], [2]]);
    const strict = { ...i1, phases: i1.phases.map(({ mayBeOmitted: _, ...phase }) => phase) };
    expect(
      spaceOf(i1.plan, strict)
        .choices()
        .map((omitted) => [...omitted]),
    ).toEqual([[]]);
  });

  it('starts from the plan in force, with the time of what is left out', () => {
    expect(list(spaceOf().start(new Set(), splitsOf(i1.plan)))).toEqual([
      [1, 36],
      [2, 12],
      [3, 32],
    ]);
    expect(list(spaceOf().start(new Set([2]), splitsOf(i1.plan), 80))).toEqual([
      [1, 42],
      [2, 0],
      [3, 38],
    ]);
  });

  it('has no plan of a cycle that the bounds do not let it have', () => {
    const { cycleChangeSeconds } = defaultBounds;
    expect(spaceOf().start(new Set(), splitsOf(i1.plan), 81 + cycleChangeSeconds)).toBeUndefined();
  });

  it('walks to the plan that costs the least, and not beyond what the gate lets pass', () => {
    const legs = fourLegs();
    const layout = layoutOf(legs, around(legs));
    const random = randomFrom(3);
    for (let n = 0; n < 50; n++) {
      const space = new PlanSpace(legs, layout, legs.plan);
      const wanted = new Map(legs.phases.map(({ number }) => [number, whole(random, 0, 80)]));
      const isFixed = n % 2 === 0;
      const start = space.start(new Set(), splitsOf(legs.plan));
      const { splits, cost } = space.descend(start!, isFixed, (tried) =>
        [...tried].reduce((sum, [phase, seconds]) => sum + (seconds - (wanted.get(phase) as number)) ** 2, 0),
      );
      const plan = space.plan(splits, 7);
      const failed = evaluatePlan(legs, legs.plan, plan).filter(({ met }) => !met);
      expect(failed).toEqual([]);
      if (isFixed) expect(plan.cycleSeconds).toBe(legs.plan.cycleSeconds);
      expect(cost).toBeLessThanOrEqual(
        [...splitsOf(legs.plan)].reduce((sum, [p, s]) => sum + (s - (wanted.get(p) as number)) ** 2, 0),
      );
    }
  });

  it('draws the greens of both rings side by side', () => {
    const legs = fourLegs();
    const space = new PlanSpace(legs, layoutOf(legs, around(legs)), legs.plan);
    const plan = planFrom(`
      | 1 16  2 32 | 3 16  4 26 |
      | 5 20  6 28 | 7 16  8 26 |`);
    const stages = space.stages(splitsOf(plan));
    expect(stages.map(({ stage }) => stage)).toEqual([0, 2, 3, 4, 7]);
    expect(stages.map(({ greenSeconds }) => greenSeconds)).toEqual([10, -2, 22, 10, 20]);
  });

  it('keeps most of the green in which some of a lane give way while others pass', () => {
    const network = {
      ...street,
      movements: new Map(
        [...street.movements].map(([id, movement]) => [
          id,
          id === 'L-I1' ? { ...movement, firstLane: 2, lastLane: 2 } : movement,
        ]),
      ),
    };
    const space = new PlanSpace(i1, layoutOf(i1, network), i1.plan);
    const { splits } = space.descend(
      space.start(new Set(), splitsOf(i1.plan))!,
      false,
      (tried) => tried.get(1) as number,
    );
    expect(splits.get(1)).toBe(Math.floor(30 * 0.7) + 6);
  });
});
