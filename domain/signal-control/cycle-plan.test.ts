import { describe, expect, it } from 'vitest';
import { crossing, Street } from './crossing.fixture.ts';
import type { PlanAdvice } from './model.ts';
import { PlanControl } from './plan-control.ts';

/** What is advised within an hour of even demand on even greens, which the advice does not change. */
function planFor(every: readonly number[], minutes = 60): PlanAdvice[] {
  const street = new Street();
  const control = new PlanControl(crossing('loops'));
  const said: PlanAdvice[] = [];
  for (let t = 0; t < minutes * 60; t++) {
    if (t % 28 === 0) street.follow([{ stage: (t / 28) % 3, afterSeconds: 0 }]);
    for (const [link, gap] of every.entries()) if (gap > 0 && t % gap === link) street.arrive(link);
    street.step();
    if (street.now % 5 === 0) said.push(...control.take(street.observe(5)));
  }
  return said;
}

const greenOf = (plan: PlanAdvice | undefined, stage: number): number =>
  plan?.stages.find((one) => one.stage === stage)?.greenSeconds ?? 0;

describe('the plan for what came', () => {
  it('gives green to those who come', () => {
    const plan = planFor([4, 30, 60, 60]).at(-1);
    expect(greenOf(plan, 0)).toBeGreaterThan(1.5 * greenOf(plan, 1));
  });

  it('serves every stage that a link needs, with its minimum green', () => {
    const plan = planFor([8, 30, 0, 0]).at(-1);
    for (const stage of [0, 1, 2]) expect(greenOf(plan, stage)).toBeGreaterThanOrEqual(5);
  });

  it('is short when few come', () => {
    const plan = planFor([60, 60, 120, 120]).at(-1);
    const cycle = (plan?.stages ?? []).reduce((sum, { greenSeconds }) => sum + greenSeconds + 3, 0);
    expect(cycle).toBeLessThanOrEqual(45);
  });

  it('is said only when it is clearly better than the one before', () => {
    expect(planFor([8, 30, 60, 60]).length).toBeLessThanOrEqual(3);
  });
});
