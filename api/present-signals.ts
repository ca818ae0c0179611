/** Intersections, advice, subscriptions and notices as JSON. */
import type { Intersection, Network } from '#domain/network.ts';
import { type EventTime, seconds, toRfc3339 } from '#domain/time.ts';
import type { ApproachState, TwinPrediction } from '#schemas/generated/approach.state.v1.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import type {
  IntersectionPerformance,
  PhasePerformance,
} from '#schemas/generated/intersection.performance.v1.ts';
import type { DriverNotification } from '#schemas/generated/notification.v1.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalBenefit } from '#schemas/generated/signal.benefit.v1.ts';
import type { SignalRecommendation, TimingPlan } from '#schemas/generated/signal.recommendation.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { type Advice, statusAt } from './advice.ts';
import { ageSeconds, qualityAt, scaled, timeOrNull, windowEnd } from './present.ts';
import type {
  AcknowledgementJson,
  ApproachesJson,
  NotificationJson,
  PerformanceJson,
  PlanInForceJson,
  PlanJson,
  RecommendationJson,
  StageJson,
  SubscriptionJson,
} from './signal-shapes.ts';
import { sign } from './signature.ts';

export const presentPlan = (plan: TimingPlan): PlanJson => ({
  cycleSeconds: plan.cycleSeconds,
  offsetSeconds: plan.offsetSeconds,
  splits: plan.splits.map(({ phase, seconds }) => ({ phase, seconds })),
});

const presentPhase = (phase: PhasePerformance, movements: readonly string[]) => ({
  phase: phase.phase,
  movements: [...movements],
  greenSeconds: scaled(phase.greenDeciseconds, 10),
  volumeVph: phase.volumeVph,
  saturationVph: phase.saturationVph,
  volumeToCapacity: scaled(phase.volumeToCapacityPermille, 1000),
  controlDelaySeconds: scaled(phase.controlDelayDeciseconds, 10),
  levelOfService: phase.levelOfService,
  greenOccupancyPercent: scaled(phase.greenOccupancyPermille, 10),
  splitFailures: phase.splitFailures,
  quality: phase.quality,
});

/** The newest performance of an intersection; without one, everything is missing. */
export function presentPerformance(
  network: Network,
  intersection: Intersection,
  performance: IntersectionPerformance | undefined,
  now: EventTime,
): PerformanceJson {
  const movementsOf = (number: number): string[] =>
    (intersection.phases.find((phase) => phase.number === number)?.movements ?? []).map(
      ({ movement }) => network.movements.get(movement)?.code ?? movement,
    );
  return {
    intersection: intersection.id,
    name: intersection.name,
    district: intersection.district,
    longitude: intersection.position[0],
    latitude: intersection.position[1],
    windowStart: timeOrNull(performance?.windowStart ?? null),
    windowSeconds: performance?.windowSeconds ?? null,
    revision: performance?.revision ?? null,
    quality: performance === undefined ? 'missing' : qualityAt(performance, now),
    samples: performance?.cycles ?? 0,
    cycleSeconds: scaled(performance?.cycleDeciseconds ?? null, 10),
    controlDelaySeconds: scaled(performance?.controlDelayDeciseconds ?? null, 10),
    levelOfService: performance?.levelOfService ?? null,
    phases: (performance?.phases ?? []).map((phase) => presentPhase(phase, movementsOf(phase.phase))),
    ageSeconds: performance === undefined ? null : ageSeconds(windowEnd(performance), now),
  };
}

/** The plan that runs: the advice that was applied last, or else the controller's own. */
export function presentPlanInForce(intersection: Intersection, applied: Advice | undefined): PlanInForceJson {
  const application = applied?.acknowledgements.findLast(({ status }) => status === 'applied');
  if (applied === undefined || application === undefined)
    return { ...presentPlan(intersection.plan), source: 'network', id: intersection.plan.id, since: null };
  return {
    ...presentPlan(applied.document.plan),
    source: 'recommendation',
    id: applied.document.recommendation,
    since: toRfc3339(application.at),
  };
}

export const presentAcknowledgement = (acknowledgement: SignalAcknowledgement): AcknowledgementJson => ({
  status: acknowledgement.status,
  at: toRfc3339(acknowledgement.at),
  by: acknowledgement.by,
  reason: acknowledgement.reason,
});

const presentDocument = (document: SignalRecommendation) => ({
  recommendation: document.recommendation,
  intersection: document.intersection,
  district: document.district,
  issuedAt: toRfc3339(document.at),
  expiresAt: toRfc3339(document.expiresAt),
  nonce: document.nonce,
  plan: presentPlan(document.plan),
  previous: presentPlan(document.previous),
  constraints: document.constraints.map(({ name, phase, value, relation, bound, unit, met }) => ({
    name,
    phase,
    value,
    relation,
    bound,
    unit,
    met,
  })),
  evidence: {
    windowStart: toRfc3339(document.evidence.windowStart),
    windowEnd: toRfc3339(document.evidence.windowEnd),
    windows: document.evidence.windows,
    quality: document.evidence.quality,
  },
  currentDelaySeconds: document.currentDelayDeciseconds / 10,
  predictedDelaySeconds: document.predictedDelayDeciseconds / 10,
  benefitLowSeconds: document.benefitLowDeciseconds / 10,
  benefitHighSeconds: document.benefitHighDeciseconds / 10,
  reason: document.reason,
});

const presentBenefit = (benefit: SignalBenefit) => ({
  windows: benefit.windows,
  predictedSavingSeconds: benefit.predictedSavingDeciseconds / 10,
  delaySeconds: benefit.delayDeciseconds / 10,
  expectedDelaySeconds: benefit.expectedDelayDeciseconds / 10,
  savingSeconds: benefit.savingDeciseconds / 10,
  savingLowSeconds: benefit.savingLowDeciseconds / 10,
  savingHighSeconds: benefit.savingHighDeciseconds / 10,
  verdict: benefit.verdict,
});

/** A recommendation as it leaves the system: signed, with what became of it. */
export function presentAdvice(advice: Advice, key: string | Buffer, now: EventTime): RecommendationJson {
  const document = presentDocument(advice.document);
  return {
    ...document,
    signature: sign(document, key),
    status: statusAt(advice, now),
    acknowledgements: advice.acknowledgements.map(presentAcknowledgement),
    benefit: advice.benefit === undefined ? null : presentBenefit(advice.benefit),
  };
}

const presentTwin = ({ followedPermille, ...twin }: TwinPrediction) => ({
  ...twin,
  followedPercent: followedPermille / 10,
});

/** What stands and comes before a signal; without a state, nothing is known. */
export function presentApproaches(
  network: Network,
  intersection: Intersection,
  state: ApproachState | undefined,
  now: EventTime,
): ApproachesJson {
  return {
    asOf: toRfc3339(now),
    intersection: intersection.id,
    windowStart: timeOrNull(state?.windowStart ?? null),
    windowSeconds: state?.windowSeconds ?? null,
    statuses: state?.statuses ?? 0,
    ageSeconds:
      state === undefined ? null : ageSeconds(state.windowStart + seconds(state.windowSeconds), now),
    twin: state?.twin ? presentTwin(state.twin) : null,
    lanes: (state?.lanes ?? []).map((lane) => ({
      link: lane.link,
      lane: lane.lane,
      queueVehicles: lane.queueDecivehicles / 10,
      queueDeviationVehicles: lane.deviationDecivehicles / 10,
      longestQueueVehicles: lane.longestQueueDecivehicles / 10,
      longestWaitSeconds: lane.longestWaitSeconds,
      stoppedVehicleSeconds: lane.stoppedVehicleSeconds,
      arrivalVph: lane.arrivalVph,
      arrivalDeviationVph: lane.arrivalDeviationVph,
      saturationVph: lane.saturationVph,
      saturationDeviationVph: lane.saturationDeviationVph,
      spillsBack: lane.spillsBack,
      shares: lane.shares.map(({ movement, permille, deviationPermille }) => ({
        movement: network.movements.get(movement)?.code ?? movement,
        percent: permille / 10,
        deviationPercent: deviationPermille / 10,
      })),
      quality: lane.quality,
    })),
  };
}

/** A stage as it leaves the system: signed. */
export function presentStage(stage: SignalStage, key: string | Buffer): StageJson {
  const document = {
    stage: stage.advice,
    intersection: stage.intersection,
    district: stage.district,
    issuedAt: toRfc3339(stage.at),
    statusAt: toRfc3339(stage.statusAt),
    callAt: toRfc3339(stage.callAt),
    expiresAt: toRfc3339(stage.expiresAt),
    nonce: stage.nonce,
    phases: [...stage.phases],
    previous: [...stage.previous],
    constraints: stage.constraints.map((constraint) => ({ ...constraint })),
    waitingVehicles: stage.waitingVehicles,
    servedVehicles: stage.servedVehicles,
    longestWaitSeconds: stage.longestWaitSeconds,
    reason: stage.reason,
  };
  return { ...document, signature: sign(document, key) };
}

export const presentSubscription = (subscription: DriverSubscription, now: EventTime): SubscriptionJson => ({
  subscription: subscription.subscription,
  status: subscription.status === 'active' && subscription.expiresAt <= now ? 'expired' : subscription.status,
  at: toRfc3339(subscription.at),
  expiresAt: toRfc3339(subscription.expiresAt),
  district: subscription.district,
  facility: subscription.facility,
  longitude: subscription.longitude,
  latitude: subscription.latitude,
  radiusMeters: subscription.longitude === null ? null : subscription.radiusMeters,
  plateKnown: subscription.plateToken !== null,
});

/** A notice, without the subscription that it is for: who asks has shown that he knows it. */
export const presentNotification = (notification: DriverNotification, now: EventTime): NotificationJson => ({
  notification: notification.notification,
  at: toRfc3339(notification.at),
  kind: notification.kind,
  facility: notification.facility,
  incident: notification.incident,
  spaceProbability: scaled(notification.spaceProbabilityPermille, 1000),
  quality:
    notification.expiresAt <= now ? 'stale' : notification.basis === 'sensor' ? 'observed' : 'forecast',
  text: notification.text,
  url: notification.url,
  expiresAt: toRfc3339(notification.expiresAt),
  ageSeconds: ageSeconds(notification.at, now),
});
