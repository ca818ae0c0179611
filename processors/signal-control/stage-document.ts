/** The document that tells a controller which stage to show, with its proof and the reason. */
import type { Intersection, Phase } from '#domain/network.ts';
import type { LaneState } from '#domain/signal-control/lane-estimate.ts';
import { type Lane, service } from '#domain/signal-control/layout.ts';
import type { StageAdvice } from '#domain/signal-control/model.ts';
import { passes } from '#domain/signal-timing/constraint.ts';
import { evaluateStage } from '#domain/signal-timing/stage-gate.ts';
import { type EventTime, minutes, seconds, toRfc3339 } from '#domain/time.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { benefitOfStages, type Worth } from './worth.ts';

/** A controller that hears nothing for so long goes on with its own plan. */
const stageLife = minutes(1);

export interface StageRequest {
  readonly intersection: Intersection;
  readonly advice: StageAdvice;
  /** What it answers. */
  readonly status: SignalStatus;
  /** Phases of each stage. */
  readonly stages: readonly (readonly Phase[])[];
  readonly lanes: readonly Lane[];
  readonly states: readonly LaneState[];
  readonly at: EventTime;
}

/** Undefined when it does not pass the gate. */
export function stageDocument(request: StageRequest): SignalStage | undefined {
  const { intersection, advice, status, stages, at } = request;
  const phases = numbersOf(stages[advice.stage]);
  const constraints = evaluateStage(intersection, {
    phases,
    green: advice.isCalled ? numbersOf(stages[advice.from]) : status.green,
    shownSeconds: advice.shownSeconds + advice.afterSeconds,
  });
  if (!passes(constraints)) return undefined;
  const queues = queuesOf(request);
  return {
    district: intersection.district,
    intersection: intersection.id,
    advice: `${intersection.id}.${at}`,
    at,
    statusAt: status.at,
    callAt: status.at + status.delayMilliseconds + seconds(advice.afterSeconds),
    expiresAt: at + stageLife,
    nonce: `${intersection.id}.${at}`,
    phases,
    previous: numbersOf(stages[advice.from]),
    constraints,
    ...queues,
    reason: reasonFor(request, queues),
    signature: '',
  };
}

/** Advice that ends what was advised before: no phases, and expired at once. */
export function withdrawal(
  { district, id }: Intersection,
  { windows, heldUntil }: Worth,
  at: EventTime,
): SignalStage {
  const benefit = benefitOfStages(windows);
  const [stood, foreseen] = [benefit?.delaySeconds ?? 0, benefit?.expectedSeconds ?? 0].map(Math.round);
  return {
    district,
    intersection: id,
    advice: `${id}.${at}`,
    at,
    statusAt: at,
    callAt: at,
    expiresAt: at,
    nonce: `${id}.${at}`,
    phases: [],
    previous: [],
    constraints: [],
    waitingVehicles: 0,
    servedVehicles: 0,
    longestWaitSeconds: 0,
    reason:
      `withdrawn until ${toRfc3339(heldUntil ?? at)}: in the last ${windows.length} windows vehicles stood for ` +
      `${stood} vehicle seconds each, and for ${foreseen} were foreseen under the controller's own plan`,
    signature: '',
  };
}

const numbersOf = (stage: readonly Phase[] = []): number[] =>
  stage.map(({ number }) => number).sort((a, b) => a - b);

type Queues = Pick<SignalStage, 'waitingVehicles' | 'servedVehicles' | 'longestWaitSeconds'>;

function queuesOf({ advice, lanes, states }: StageRequest): Queues {
  let waiting = 0;
  let served = 0;
  let longest = 0;
  for (const [l, { vehicles, moving, beyond, waitedSeconds }] of states.entries()) {
    const standing = Math.max(0, vehicles - moving) + beyond;
    waiting += standing;
    longest = Math.max(longest, waitedSeconds);
    const does = lanes[l]?.service[advice.stage] ?? [];
    if (does.some((what) => what >= service.permitted)) served += standing;
  }
  return {
    waitingVehicles: Math.round(waiting),
    servedVehicles: Math.round(served),
    longestWaitSeconds: Math.round(longest),
  };
}

function reasonFor({ advice, stages }: StageRequest, queues: Queues): string {
  const named = (stage: number): string => {
    const numbers = numbersOf(stages[stage]);
    return `phase${numbers.length === 1 ? '' : 's'} ${numbers.join(' and ')}`;
  };
  const wait = queues.longestWaitSeconds > 0 ? `; the longest wait is ${queues.longestWaitSeconds} s` : '';
  const of = `${queues.servedVehicles} of ${queues.waitingVehicles} vehicles that wait`;
  if (advice.stage === advice.from) return `no change from ${named(advice.stage)}, for ${of}${wait}`;
  return `${named(advice.stage)} after ${named(advice.from)}, for ${of}${wait}`;
}
