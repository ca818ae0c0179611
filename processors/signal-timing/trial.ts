/** Whether an applied recommendation was worth it: followed window by window, and taken back when it was not. */
import type { Intersection, Plan } from '#domain/network.ts';
import {
  type Benefit,
  benefitOf,
  type Calibration,
  calibrate,
  type Measured,
} from '#domain/signal-timing/benefit.ts';
import { passes } from '#domain/signal-timing/constraint.ts';
import { planDelay } from '#domain/signal-timing/plan-delay.ts';
import { evaluatePlan } from '#domain/signal-timing/safety-gate.ts';
import { type EventTime, seconds } from '#domain/time.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalBenefit } from '#schemas/generated/signal.benefit.v1.ts';
import type { SignalRecommendation, TimingPlan } from '#schemas/generated/signal.recommendation.v1.ts';
import { demandsOf, usableWindows } from './evidence.ts';
import { recommendationLife } from './recommend.ts';

/** After so many windows, an hour of them, the verdict stands. */
const windowsMost = 12;

/** An application of a recommendation, and what was measured since. Plain data. */
export interface Trial {
  readonly recommendation: string;
  readonly appliedAt: EventTime;
  readonly predictedSavingDeciseconds: number;
  /** The plan before, and how its model stood to what was measured under it. */
  readonly previous: TimingPlan;
  readonly calibration: Calibration;
  /** By the start of each window since. */
  readonly measured: readonly (Measured & { readonly windowStart: EventTime })[];
  readonly isTakenBack: boolean;
}

/** Undefined when too little was measured before. */
export function beginTrial(
  intersection: Intersection,
  issued: {
    readonly recommendation: string;
    readonly previous: TimingPlan;
    readonly savingDeciseconds: number;
  },
  windows: readonly IntersectionPerformance[],
  at: EventTime,
): Trial | undefined {
  const { recommendation, previous, savingDeciseconds } = issued;
  const before = asPlan(previous);
  const calibration = calibrate(
    usableWindows(windows, at).flatMap((window) => {
      const measuredSeconds = delayOf(window);
      if (measuredSeconds === undefined) return [];
      return [{ measuredSeconds, modelledSeconds: modelled(intersection, window, before, before) }];
    }),
  );
  if (calibration === undefined) return undefined;
  return {
    recommendation,
    appliedAt: at,
    predictedSavingDeciseconds: savingDeciseconds,
    previous,
    calibration,
    measured: [],
    isTakenBack: false,
  };
}

/** The trial with the windows that have come since it was last looked at; the same one when none has. */
export function goOn(
  trial: Trial,
  intersection: Intersection,
  inForce: Plan,
  windows: readonly IntersectionPerformance[],
  at: EventTime,
): Trial {
  const fresh = usableWindows(windows, at).flatMap((window) => {
    const { windowStart } = window;
    const delaySeconds = delayOf(window);
    const isKnown = trial.measured.some((known) => known.windowStart === windowStart);
    if (delaySeconds === undefined || isKnown || windowStart < trial.appliedAt) return [];
    const model = modelled(intersection, window, asPlan(trial.previous), inForce);
    return [{ windowStart, delaySeconds, expectedSeconds: trial.calibration.ratio * model }];
  });
  if (fresh.length === 0 || trial.measured.length >= windowsMost) return trial;
  return { ...trial, measured: [...trial.measured, ...fresh].slice(0, windowsMost) };
}

export const verdictOf = ({ measured, calibration }: Trial): Benefit | undefined =>
  benefitOf(measured, calibration);

/** What is to be said of it. */
export function benefitDocument(
  intersection: Intersection,
  trial: Trial,
  benefit: Benefit,
  at: EventTime,
): SignalBenefit {
  return {
    district: intersection.district,
    intersection: intersection.id,
    recommendation: trial.recommendation,
    at,
    appliedAt: trial.appliedAt,
    windows: benefit.windows,
    predictedSavingDeciseconds: trial.predictedSavingDeciseconds,
    delayDeciseconds: tenths(benefit.delaySeconds),
    expectedDelayDeciseconds: tenths(benefit.expectedSeconds),
    savingDeciseconds: tenths(benefit.saving.mean),
    savingLowDeciseconds: tenths(benefit.saving.low, Math.floor),
    savingHighDeciseconds: tenths(benefit.saving.high, Math.ceil),
    verdict: benefit.verdict,
  };
}

/** Advice to go back to the plan before; undefined when the gate does not let that pass. */
export function takeBack(
  intersection: Intersection,
  trial: Trial,
  benefit: Benefit,
  inForce: Plan,
  windows: readonly IntersectionPerformance[],
  at: EventTime,
): SignalRecommendation | undefined {
  const plan = trial.previous;
  const constraints = evaluatePlan(intersection, inForce, asPlan(plan));
  const used = usableWindows(windows, at);
  const [first, last] = [used[0], used.at(-1)];
  if (!passes(constraints) || first === undefined || last === undefined) return undefined;
  const { low, high } = benefit.saving;
  const id = `${intersection.id}.${at}`;
  return {
    district: intersection.district,
    intersection: intersection.id,
    recommendation: id,
    at,
    expiresAt: at + recommendationLife,
    nonce: id,
    plan,
    previous: {
      cycleSeconds: inForce.cycleSeconds,
      offsetSeconds: inForce.offsetSeconds,
      splits: [...inForce.splits].sort((a, b) => a.phase - b.phase),
    },
    constraints,
    evidence: {
      windowStart: first.windowStart,
      windowEnd: last.windowStart + seconds(last.windowSeconds),
      windows: used.length,
      quality: used.some(({ quality }) => quality === 'imputed') ? 'imputed' : 'observed',
    },
    currentDelayDeciseconds: tenths(benefit.delaySeconds),
    predictedDelayDeciseconds: tenths(benefit.expectedSeconds),
    benefitLowDeciseconds: tenths(-high, Math.floor),
    benefitHighDeciseconds: tenths(-low, Math.floor),
    reason:
      `${trial.recommendation} made it worse: ${benefit.delaySeconds.toFixed(1)} s a vehicle measured in ` +
      `${benefit.windows} windows, ${benefit.expectedSeconds.toFixed(1)} s expected of the plan before with the same ` +
      `traffic (${(-high).toFixed(1)} to ${(-low).toFixed(1)} s more); back to that plan`,
    signature: '',
  };
}

const asPlan = (plan: TimingPlan): Plan => ({ id: 'before', ...plan });

const delayOf = ({ controlDelayDeciseconds }: IntersectionPerformance): number | undefined =>
  controlDelayDeciseconds === null ? undefined : controlDelayDeciseconds / 10;

/** Delay that a plan would have had with the traffic of a window, in which `ran` was in force, s. */
const modelled = (
  intersection: Intersection,
  window: IntersectionPerformance,
  plan: Plan,
  ran: Plan,
): number => planDelay(intersection, plan, demandsOf(intersection, window, ran)).delaySeconds;

const mostDeciseconds = 1_000_000;
const tenths = (value: number, round: (value: number) => number = Math.round): number =>
  Math.max(-mostDeciseconds, Math.min(mostDeciseconds, round(value * 10)));
