/** What a plan would cost its drivers, by the delay model of HCM. */
import { controlDelaySeconds, volumeToCapacity } from '../control-delay.ts';
import { losByControlDelay } from '../level-of-service.ts';
import type { Intersection, Phase, Plan } from '../network.ts';
import { changeSeconds, splitsOf } from './ring-barrier.ts';
import type { PhaseDemand } from './webster.ts';

/** One phase under one plan. */
export interface PhaseDelay {
  readonly phase: number;
  /** Control delay, s a vehicle. */
  readonly delaySeconds: number;
  /** Demand over capacity of the critical lane group. */
  readonly volumeToCapacity: number;
  readonly volumeVph: number;
}

/** One plan under one demand. */
export interface PlanDelay {
  /** Mean over all vehicles, each counted as often as its phase weighs, s; 0 when there are none. */
  readonly delaySeconds: number;
  /** The phases whose demand is given, in phase order. */
  readonly phases: readonly PhaseDelay[];
}

/** No phase may be made to wait longer than this on average for the good of the others, s. */
export const worseningSeconds = 15;

/** Expected control delay of each phase whose demand is given. */
export function planDelay(
  intersection: Intersection,
  plan: Plan,
  demands: readonly PhaseDemand[],
): PlanDelay {
  const splits = splitsOf(plan);
  const phases: PhaseDelay[] = [];
  let volume = 0;
  let total = 0;
  for (const demand of [...demands].sort((a, b) => a.phase - b.phase)) {
    const phase = intersection.phases.find(({ number }) => number === demand.phase);
    if (phase === undefined) continue;
    const delay = phaseDelay(phase, splits.get(demand.phase) ?? Number.NaN, plan.cycleSeconds, demand);
    phases.push(delay);
    const { volumeVph, weight = 1 } = demand;
    volume += weight * volumeVph;
    total += weight * volumeVph * delay.delaySeconds;
  }
  return { delaySeconds: volume > 0 ? total / volume : 0, phases };
}

/** Expected control delay of a phase that has this split of this cycle. */
export function phaseDelay(
  phase: Phase,
  splitSeconds: number,
  cycleSeconds: number,
  demand: PhaseDemand,
): PhaseDelay {
  const service = {
    cycleSeconds,
    effectiveGreenSeconds: splitSeconds - changeSeconds(phase),
    volumeVph: demand.criticalVph,
    saturationVph: demand.saturationVph,
  };
  return {
    phase: phase.number,
    delaySeconds: controlDelaySeconds(service),
    volumeToCapacity: volumeToCapacity(service),
    volumeVph: demand.volumeVph,
  };
}

/** Whether the vehicles of a phase wait too much longer, or fail (level of service F) when they did not. */
export function paysTooMuch(before: PhaseDelay, after: PhaseDelay): boolean {
  if (after.volumeVph === 0) return false;
  const failed = ({ delaySeconds, volumeToCapacity: x }: PhaseDelay): boolean =>
    losByControlDelay(delaySeconds, x) === 'F';
  return after.delaySeconds - before.delaySeconds > worseningSeconds || (failed(after) && !failed(before));
}
