/** One timing plan for one intersection, with its proof, or why there is none. Pure: for the stream and on demand. */
import type { Intersection, Network, Plan } from '#domain/network.ts';
import { passes } from '#domain/signal-timing/constraint.ts';
import { leastDelayPlan } from '#domain/signal-timing/least-delay.ts';
import { type PhaseDelay, type PlanDelay, paysTooMuch, planDelay } from '#domain/signal-timing/plan-delay.ts';
import { type AskedBounds, boundsFor, evaluatePlan } from '#domain/signal-timing/safety-gate.ts';
import {
  type CriticalMovements,
  criticalMovements,
  cycleRange,
  type PhaseDemand,
  websterPlan,
} from '#domain/signal-timing/webster.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalRecommendation, TimingPlan } from '#schemas/generated/signal.recommendation.v1.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { noPriority, type Priority, priorityText, weighed } from './priority.ts';
import { type Candidate, reasonFor } from './reason.ts';

/** How long a recommendation may be applied after it was issued. */
export const recommendationLife = minutes(10);

/** What is saved must at least pay for the disturbance of the change, s a vehicle. */
export const worthwhileSeconds = 0.5;
/** The widest delay that a document can say, 0.1 s. */
const longestDeciseconds = 1_000_000;

export interface AdviceRequest {
  readonly network: Network;
  readonly intersection: Intersection;
  /** What was measured, in any order; only the recent and usable are used. */
  readonly windows: readonly IntersectionPerformance[];
  /** The plan that the controller runs now. */
  readonly inForce: Plan;
  /** What-if bounds of an engineer; they only narrow. */
  readonly bounds?: AskedBounds | undefined;
  readonly priority?: Priority | undefined;
  /** Event time of the advice. */
  readonly at: EventTime;
  /** Makes the id; never used twice at one intersection. */
  readonly nonce: string;
}

export type Advice =
  | { readonly kind: 'recommendation'; readonly document: SignalRecommendation }
  | { readonly kind: 'none'; readonly reasons: readonly string[] };

/**
 * The best plan within the bounds, if every condition of safety is met, the saving is positive under the demand
 * of each single window, and no phase pays too much for it.
 */
export function recommend(asked: AdviceRequest): Advice {
  const request = { ...asked, bounds: cautious(asked.bounds) };
  const { network, intersection, windows, inForce, bounds, at, priority = noPriority } = request;
  const evidence = gatherEvidence(intersection, windows, inForce, at);
  if (typeof evidence === 'string') return { kind: 'none', reasons: [evidence] };
  const critical = criticalMovements(intersection, evidence.demands);
  const range = cycleRange(intersection, evidence.demands, inForce, bounds);
  if (range === undefined)
    return { kind: 'none', reasons: ['no legal plan is within the bounds of change from the plan in force'] };
  const reasons: string[] = [];
  const counted = weighed(network, intersection, evidence, priority);
  let best: Candidate | undefined;
  for (const plan of candidates(intersection, counted, inForce, range, critical, bounds)) {
    const judged = judge(intersection, counted, inForce, plan, bounds);
    if (typeof judged === 'string') reasons.push(judged);
    else if (best === undefined || judged.saving.low > best.saving.low) best = judged;
  }
  if (best === undefined) return { kind: 'none', reasons: [...new Set(reasons)] };
  // What is promised is what all vehicles alike will see.
  const promised = worthOf(intersection, evidence, inForce, best.plan);
  const current = planDelay(intersection, inForce, evidence.demands);
  const reason =
    reasonFor(network, intersection, critical, current, inForce, promised) +
    priorityText(network, priority, best.saving.expected);
  return { kind: 'recommendation', document: document(request, evidence, current, promised, reason) };
}

/** The windows of a phase tell less than lanes do: a plan that is drawn from them moves by less at once. */
function cautious(asked: AskedBounds | undefined): AskedBounds {
  const bounds = boundsFor(asked);
  return {
    ...bounds,
    minimumCycleSeconds: Math.max(40, bounds.minimumCycleSeconds),
    cycleChangeSeconds: Math.min(20, bounds.cycleChangeSeconds),
    splitChangeSeconds: Math.min(12, bounds.splitChangeSeconds),
  };
}

/**
 * Plans to choose from, nearest to the plan in force first: its own cycle, Webster's and half-way, each with the
 * splits of least delay and with green in proportion to demand.
 */
function candidates(
  intersection: Intersection,
  evidence: Evidence,
  inForce: Plan,
  range: { readonly minimum: number; readonly maximum: number },
  critical: CriticalMovements,
  bounds: AskedBounds | undefined,
): Plan[] {
  const within = (cycle: number): number =>
    Math.min(range.maximum, Math.max(range.minimum, Math.round(cycle)));
  const kept = within(inForce.cycleSeconds);
  const optimum = within(critical.cycleSeconds ?? range.maximum);
  const cycles = new Set([kept, within((kept + optimum) / 2), optimum]);
  return [...cycles].flatMap((cycle) =>
    [leastDelayPlan, websterPlan].flatMap(
      (draw) => draw(intersection, evidence.demands, inForce, cycle, bounds) ?? [],
    ),
  );
}

/** What the plan is worth, or why it cannot be advised. */
function judge(
  intersection: Intersection,
  evidence: Evidence,
  inForce: Plan,
  plan: Plan,
  bounds: AskedBounds | undefined,
): Candidate | string {
  const failed = evaluatePlan(intersection, inForce, plan, bounds).find(({ met }) => !met);
  if (failed !== undefined)
    return (
      `the safety gate refuses ${failed.name}${failed.phase === null ? '' : ` of phase ${failed.phase}`}: ` +
      `${failed.value} ${failed.unit}, bound ${failed.bound} ${failed.unit}`
    );
  const worth = worthOf(intersection, evidence, inForce, plan);
  const { expected, low } = worth.saving;
  if (!(expected >= worthwhileSeconds) || !(deciseconds(low, Math.floor) > 0))
    return (
      'the plan in force is near the best within the bounds: ' +
      `a change would save ${expected.toFixed(1)} s a vehicle, and at least ${low.toFixed(1)} s`
    );
  const current = planDelay(intersection, inForce, evidence.demands);
  const payer = worth.predicted.phases.find((phase, i) =>
    paysTooMuch(current.phases[i] as PhaseDelay, phase),
  );
  return payer === undefined ? worth : `phase ${payer.phase} would wait ${payer.delaySeconds.toFixed(0)} s`;
}

/** What a plan does under the demand that was measured, beside the plan in force. */
function worthOf(intersection: Intersection, evidence: Evidence, inForce: Plan, plan: Plan): Candidate {
  const savingUnder = (demands: readonly PhaseDemand[]): number =>
    planDelay(intersection, inForce, demands).delaySeconds -
    planDelay(intersection, plan, demands).delaySeconds;
  const expected = savingUnder(evidence.demands);
  const all = [expected, ...evidence.byWindow.map(savingUnder)];
  return {
    plan,
    predicted: planDelay(intersection, plan, evidence.demands),
    saving: { expected, low: Math.min(...all), high: Math.max(...all) },
  };
}

function document(
  request: AdviceRequest,
  evidence: Evidence,
  current: PlanDelay,
  best: Candidate,
  reason: string,
): SignalRecommendation {
  const { intersection, inForce, bounds, at, nonce } = request;
  const constraints = evaluatePlan(intersection, inForce, best.plan, bounds);
  if (!passes(constraints)) throw new Error(`a plan for ${intersection.id} got past the gate`);
  const last = evidence.windows.at(-1) as IntersectionPerformance;
  return {
    district: intersection.district,
    intersection: intersection.id,
    recommendation: `${intersection.id}.${nonce}`,
    at,
    expiresAt: at + recommendationLife,
    nonce: `${intersection.id}.${nonce}`,
    plan: wirePlan(best.plan),
    previous: wirePlan(inForce),
    constraints,
    evidence: {
      windowStart: (evidence.windows[0] as IntersectionPerformance).windowStart,
      windowEnd: last.windowStart + seconds(last.windowSeconds),
      windows: evidence.windows.length,
      quality: evidence.quality,
    },
    currentDelayDeciseconds: deciseconds(current.delaySeconds, Math.round),
    predictedDelayDeciseconds: deciseconds(best.predicted.delaySeconds, Math.round),
    benefitLowDeciseconds: deciseconds(best.saving.low, Math.floor),
    benefitHighDeciseconds: deciseconds(best.saving.high, Math.floor),
    reason,
    signature: '',
  };
}

export const deciseconds = (value: number, round: (value: number) => number): number =>
  Math.min(longestDeciseconds, Math.max(-longestDeciseconds, round(value * 10)));

/** A plan as it is sent: the splits in phase order. */
export const wirePlan = ({ cycleSeconds, offsetSeconds, splits }: Plan): TimingPlan => ({
  cycleSeconds,
  offsetSeconds,
  splits: [...splits].sort((a, b) => a.phase - b.phase),
});
