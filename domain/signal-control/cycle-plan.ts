/**
 * The cycle with the least expected delay for what came in the last minutes: which stages, in their native order, and
 * how long each. Capacity is that of the learnt discharge, delay that of HCM.
 */
import { controlDelaySeconds } from '../control-delay.ts';
import { expectedLeaving, learntRatio, type Rate, rateOf, shareOf } from './discharge.ts';
import { freeGiving, gapFactor } from './gaps.ts';
import { startupSeconds, yellowUsedSeconds } from './green-learning.ts';
import { type LaneState, rateOfArrival } from './lane-estimate.ts';
import { type Lane, type Layout, service } from './layout.ts';
import type { Stage } from './model.ts';
import type { SignalState } from './signal-estimate.ts';

/** One green of a cycle. */
export interface PlanStage {
  readonly stage: number;
  readonly greenSeconds: number;
}

/** Bounds of a cycle, s: shorter wastes it on clearances, longer leaves people waiting (HCM, MUTCD practice). */
const leastCycleSeconds = 30;
const mostCycleSeconds = 120;
/** A queue that stands is to be gone in a quarter of an hour, the analysis period of HCM, s. */
const clearingSeconds = 900;
/** A green lets whole vehicles go: what is left of it for a part of one is lost, half of one on average. */
const halfVehicle = 0.5;
/** Lanes whose demand is near nothing are planned for this, vehicles a second: 18 veh/h. */
const leastArrival = 0.005;

interface LaneService {
  readonly arrival: number;
  /** Of each stage. */
  readonly rates: readonly Rate[];
  /** Chance that the first vehicle may go in each stage, when it is drawn by shares. */
  readonly open: readonly number[];
  /** Chance in each stage that one that may not go before a gap may go at all. */
  readonly likely: readonly number[];
}

/** Vehicle seconds of delay a second, under one cycle. */
export class PlanCost {
  private readonly layout: Layout;
  private readonly lanes: readonly LaneService[];

  constructor(layout: Layout, state: SignalState) {
    this.layout = layout;
    this.lanes = layout.lanes.map((lane, l) => laneService(lane, state.lanes[l] as LaneState));
  }

  cycleSeconds(plan: readonly PlanStage[]): number {
    return plan.reduce((sum, { stage, greenSeconds }, i) => {
      const next = plan[(i + 1) % plan.length] as PlanStage;
      return sum + greenSeconds + (this.layout.clearance[stage]?.[next.stage] as number);
    }, 0);
  }

  of(plan: readonly PlanStage[]): number {
    const cycleSeconds = this.cycleSeconds(plan);
    let cost = 0;
    for (let l = 0; l < this.lanes.length; l++) cost += this.laneCost(l, plan, cycleSeconds);
    return cost;
  }

  private laneCost(l: number, plan: readonly PlanStage[], cycleSeconds: number): number {
    const { arrival, rates, open } = this.lanes[l] as LaneService;
    const { clearance } = this.layout;
    const does = this.layout.lanes[l]?.service as Lane['service'];
    let leaving = 0;
    let green = 0;
    for (let i = 0; i < plan.length; i++) {
      const { stage, greenSeconds } = plan[i] as PlanStage;
      const nominal = rates[stage] as Rate;
      if (nominal.fast + nominal.slow <= 0) continue;
      const before = plan[(i + plan.length - 1) % plan.length] as PlanStage;
      const after = plan[(i + 1) % plan.length] as PlanStage;
      const clear = clearance[stage]?.[after.stage] as number;
      const starts = plan.length > 1 && !goesOn(does, before.stage, stage);
      const ends = plan.length > 1 && !goesOn(does, stage, after.stage);
      const seconds =
        greenSeconds + (ends ? Math.min(clear, yellowUsedSeconds) : clear) - (starts ? startupSeconds : 0);
      const rate = this.layout.foes[stage]?.[l]?.length
        ? { ...nominal, slow: this.permittedVps(l, stage, plan, cycleSeconds, Math.max(1, seconds)) }
        : nominal;
      leaving += Math.max(
        0,
        expectedLeaving(rate, open[stage] as number, Math.max(0, seconds)) - halfVehicle,
      );
      green += Math.max(0, seconds);
    }
    if (leaving <= 0) return Number.POSITIVE_INFINITY;
    const effective = Math.min(cycleSeconds, Math.max(1, green));
    const delay = controlDelaySeconds({
      cycleSeconds,
      effectiveGreenSeconds: effective,
      volumeVph: arrival * 3600,
      saturationVph: (leaving / effective) * 3600,
    });
    return arrival * delay;
  }

  /**
   * Of vehicles that may not go before a gap, vehicles a second: none while the queue against them lasts, then as gaps
   * come, and a few when the green ends (HCM 6, 31.4).
   */
  private permittedVps(
    l: number,
    stage: number,
    plan: readonly PlanStage[],
    cycleSeconds: number,
    seconds: number,
  ): number {
    let queued = 0;
    let flow = 0;
    for (const foe of this.layout.foes[stage]?.[l] ?? []) {
      const { arrival, rates } = this.lanes[foe] as LaneService;
      const saturation = (rates[stage] as Rate).fast;
      let green = 0;
      for (const one of plan) if ((rates[one.stage] as Rate).fast > 0) green += one.greenSeconds;
      const red = Math.max(0, cycleSeconds - green);
      queued = Math.max(queued, saturation > arrival ? (arrival * red) / (saturation - arrival) : seconds);
      flow += arrival;
    }
    const gaps = Math.max(0, seconds - queued) * freeGiving * gapFactor(flow);
    const { likely } = this.lanes[l] as LaneService;
    return ((likely[stage] as number) * (gaps + sneakers)) / seconds;
  }
}

/** Of those who turn and find no gap, as many leave when their green ends: HCM 6, sneakers. */
const sneakers = 2;

/** Whether the links of a lane that go in `from` go on in `to`. */
const goesOn = (does: Lane['service'], from: number, to: number): boolean =>
  (does[from] ?? []).every(
    (what, i) => what < service.permitted || (does[to]?.[i] as number) >= service.permitted,
  );

/** As many as may well come: what came lately or usually, and two standard deviations of the count above. */
const probableArrival = ({ arrived, usually }: LaneState): number =>
  Math.max(
    ...[arrived, usually].map(
      (rate) => rateOfArrival(rate) + (2 * Math.sqrt(rate.vehicles)) / Math.max(60, rate.seconds),
    ),
  );

function laneService(lane: Lane, state: LaneState): LaneService {
  const standing = Math.max(0, state.vehicles - state.moving) + state.beyond;
  return {
    arrival: Math.max(leastArrival, probableArrival(state) + Math.max(0, standing - 3) / clearingSeconds),
    rates: lane.service.map((does, stage) =>
      rateOf(lane, state.discharge, does, learntRatio(state.discharge, stage)),
    ),
    likely: lane.service.map((does) => {
      const of = (what: number): number =>
        does.reduce((sum, one, i) => (one === what ? sum + shareOf(state.discharge, i) : sum), 0);
      const others = 1 - of(service.protected);
      return others > 1e-9 ? of(service.permitted) / others : 0;
    }),
    open: lane.service.map((does) =>
      does.reduce(
        (sum, what, i) => (what === service.protected ? sum + shareOf(state.discharge, i) : sum),
        0,
      ),
    ),
  };
}

/**
 * Whether a cycle of its own would be a risk: where vehicles give way on shared lanes and the next signal is near, runs
 * were seen in which the junctions filled until nobody moved, whatever the cycle. Their own plan does not do that.
 */
export const isBetterLeftAlone = ({ lanes, signal }: Layout): boolean =>
  signal.links.some(({ downstream }) => downstream !== undefined && downstream.signal !== signal.id) &&
  lanes.some(({ service: does }) =>
    does.some((now) => now.includes(service.protected) && now.includes(service.permitted)),
  );

/** The best cycle over all choices of stages that together serve every link; undefined when there is none. */
export function bestPlan(layout: Layout, cost: PlanCost): readonly PlanStage[] | undefined {
  let best: { readonly plan: readonly PlanStage[]; readonly cost: number } | undefined;
  for (const stages of choices(layout)) {
    const found = descend(layout, stages, cost);
    if (found !== undefined && (best === undefined || found.cost < best.cost)) best = found;
  }
  return best?.plan;
}

/** More stages than this in a cycle are clearances more than green. */
const mostStages = 6;

function choices(layout: Layout): number[][] {
  const { stages } = layout.signal;
  const served = new Set(stages.flatMap(({ green }) => green));
  const found: number[][] = [];
  for (let mask = 1; mask < 2 ** Math.min(stages.length, 10); mask++) {
    const chosen = stages.flatMap((_, stage) => (mask & (1 << stage) ? [stage] : []));
    if (chosen.length > mostStages || (chosen.length < 2 && stages.length > 1)) continue;
    const green = new Set(chosen.flatMap((stage) => stages[stage]?.green ?? []));
    if (green.size === served.size) found.push(chosen);
  }
  const least = Math.min(...found.map((chosen) => chosen.length));
  return found.filter((chosen) => chosen.length <= least + 2);
}

/**
 * A stage in which some give way on a shared lane keeps this part of its native green. With less, they fill the
 * junction until nobody moves: a cycle cannot wait for them, as advice stage by stage can.
 */
const givingWayPart = 0.7;
/** Steps of the search, s: coarse first. */
const steps = [8, 4, 2, 1];

function descend(
  layout: Layout,
  stages: readonly number[],
  cost: PlanCost,
): { plan: PlanStage[]; cost: number } | undefined {
  const { signal, lanes } = layout;
  const least = stages.map((stage) => {
    const { minGreenSeconds, nativeGreenSeconds } = signal.stages[stage] as Stage;
    const own = Math.ceil(minGreenSeconds);
    const isShared = lanes.some(({ service: does }) => {
      const now = does[stage] ?? [];
      return now.includes(service.protected) && now.includes(service.permitted);
    });
    return isShared ? Math.max(own, Math.floor(nativeGreenSeconds * givingWayPart)) : own;
  });
  let plan = stages.map((stage, i) => ({
    stage,
    greenSeconds: Math.max(least[i] as number, Math.round(60 / stages.length)),
  }));
  const legal = (candidate: PlanStage[]): boolean => {
    const cycle = cost.cycleSeconds(candidate);
    return cycle >= leastCycleSeconds && cycle <= mostCycleSeconds;
  };
  let value = legal(plan) ? cost.of(plan) : Number.POSITIVE_INFINITY;
  for (const step of steps)
    for (let isBetter = true; isBetter; ) {
      isBetter = false;
      for (let i = 0; i < plan.length; i++)
        for (const change of [-step, step]) {
          const candidate = plan.map((one, k) =>
            k === i ? { ...one, greenSeconds: Math.max(least[k] as number, one.greenSeconds + change) } : one,
          );
          if (!legal(candidate)) continue;
          const next = cost.of(candidate);
          if (next < value - 1e-9) [plan, value, isBetter] = [candidate, next, true];
        }
    }
  return Number.isFinite(value) ? { plan, cost: value } : undefined;
}
