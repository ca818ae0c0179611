/** Plans for signals whose controllers take a cycle now and then, not a stage each tick. */
import { bestPlan, isBetterLeftAlone, PlanCost, type PlanStage } from './cycle-plan.ts';
import { type Layout, layoutsOf } from './layout.ts';
import type { ControlModel, Observation, PlanAdvice } from './model.ts';
import { estimateSignal, initialSignal, type SignalState } from './signal-estimate.ts';

/** A plan holds for so long, s: what came in five minutes says what will come in the next. */
const renewSeconds = 300;
/** A new plan must promise at least this part less delay than the one in force. */
const clearGain = 0.1;

/** Plain data: survives a restart. */
export interface PlanControlState {
  readonly signals: Record<string, SignalState>;
  /** What runs at each signal. */
  readonly plans: Record<string, readonly PlanStage[]>;
  /** Of the last look at the plans, s; undefined before the first reading. */
  lookedAt: number | undefined;
}

export class PlanControl {
  private readonly layouts: ReadonlyMap<string, Layout>;
  readonly state: PlanControlState;

  constructor(model: ControlModel, state?: PlanControlState) {
    this.layouts = layoutsOf(model);
    this.state = state ?? {
      signals: Object.fromEntries([...this.layouts].map(([id, layout]) => [id, initialSignal(layout)])),
      plans: Object.fromEntries([...this.layouts].map(([id, layout]) => [id, nativePlan(layout)])),
      lookedAt: undefined,
    };
  }

  take(seen: Observation): PlanAdvice[] {
    for (const shown of seen.signals) {
      const layout = this.layouts.get(shown.id);
      const state = this.state.signals[shown.id];
      if (layout !== undefined && state !== undefined) estimateSignal(layout, state, seen, shown);
    }
    this.state.lookedAt ??= seen.at;
    if (seen.at - this.state.lookedAt < renewSeconds) return [];
    this.state.lookedAt = seen.at;
    return [...this.layouts].flatMap(([id, layout]) => this.advise(id, layout) ?? []);
  }

  private advise(id: string, layout: Layout): PlanAdvice | undefined {
    if (isBetterLeftAlone(layout)) return undefined;
    const state = this.state.signals[id] as SignalState;
    const cost = new PlanCost(layout, state);
    const plan = bestPlan(layout, cost);
    if (plan === undefined) return undefined;
    if (cost.of(plan) > (1 - clearGain) * cost.of(this.state.plans[id] as readonly PlanStage[]))
      return undefined;
    this.state.plans[id] = plan;
    return { kind: 'plan', signal: id, offsetSeconds: undefined, stages: plan };
  }
}

const nativePlan = (layout: Layout): PlanStage[] =>
  layout.signal.stages.map(({ nativeGreenSeconds }, stage) => ({ stage, greenSeconds: nativeGreenSeconds }));
