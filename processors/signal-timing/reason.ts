/** The sentence that tells an engineer why. */
import type { Intersection, Network, Plan } from '#domain/network.ts';
import type { PlanDelay } from '#domain/signal-timing/plan-delay.ts';
import { splitsOf } from '#domain/signal-timing/ring-barrier.ts';
import type { CriticalMovements } from '#domain/signal-timing/webster.ts';

/** A plan that passed the gate, and what it is expected to do. */
export interface Candidate {
  readonly plan: Plan;
  readonly predicted: PlanDelay;
  /** Saving of mean delay at the median demand and at its least and most over the windows, s a vehicle. */
  readonly saving: { readonly expected: number; readonly low: number; readonly high: number };
}

/** "NBL and SBL are over capacity (v/c 1.08); phase 1 +6 s, phase 2 -6 s; mean delay 48.2 s, expected 41.0 s". */
export function reasonFor(
  network: Network,
  intersection: Intersection,
  critical: CriticalMovements,
  current: PlanDelay,
  inForce: Plan,
  best: Candidate,
): string {
  // Rounded down, as in the fields of the document: a promise is not rounded up.
  const [low, high] = [best.saving.low, best.saving.high].map((saved) =>
    (Math.floor(saved * 10) / 10).toFixed(1),
  );
  const saving = `saves ${low === high ? low : `${low} to ${high}`} s a vehicle`;
  return [
    `${cause(network, intersection, critical, current)}: ${changesOf(inForce, best.plan)}`,
    `mean delay ${current.delaySeconds.toFixed(1)} s, expected ${best.predicted.delaySeconds.toFixed(1)} s (${saving})`,
  ].join('; ');
}

function cause(
  network: Network,
  intersection: Intersection,
  critical: CriticalMovements,
  current: PlanDelay,
): string {
  const named = (phase: number): string => movementsOf(network, intersection, phase);
  const loaded = current.phases.filter(({ volumeVph }) => volumeVph > 0);
  const over = loaded.filter(({ volumeToCapacity }) => volumeToCapacity > 1);
  const worst = Math.max(...loaded.map(({ volumeToCapacity }) => volumeToCapacity));
  if (critical.oversaturated)
    return (
      `the intersection is oversaturated (flow ratio ${critical.flowRatio.toFixed(2)}); ` +
      'the longest cycle within the bounds, green shared by demand'
    );
  if (over.length > 0)
    return (
      `${list(over.map(({ phase }) => named(phase)))} ${over.length === 1 ? 'is' : 'are'} ` +
      `over capacity (${fullness(worst)})`
    );
  const fullest = loaded.filter(({ volumeToCapacity }) => volumeToCapacity === worst);
  return (
    `green does not fit the demand, ${list(fullest.map(({ phase }) => named(phase)))} ` +
    `${fullest.length === 1 ? 'is' : 'are'} the fullest (${fullness(worst)})`
  );
}

/** "v/c 1.08": a plan in force may also give no green at all to vehicles that come. */
export const fullness = (volumeToCapacity: number): string =>
  Number.isFinite(volumeToCapacity) ? `v/c ${volumeToCapacity.toFixed(2)}` : 'no green';

function movementsOf(network: Network, intersection: Intersection, number: number): string {
  const movements = intersection.phases.find((phase) => phase.number === number)?.movements ?? [];
  const codes = movements.map(({ movement }) => network.movements.get(movement)?.code ?? movement);
  return codes.length === 0 ? `phase ${number}` : `${codes.join('/')} (phase ${number})`;
}

/** "cycle 90 to 80 s, phase 1 +6 s, phase 2 left out, offset 0 to 12 s". */
export function changesOf(inForce: Plan, plan: Plan): string {
  const before = splitsOf(inForce);
  const splits = plan.splits.flatMap(({ phase, seconds }) => {
    const by = seconds - (before.get(phase) ?? Number.NaN);
    if (by === 0) return [];
    return [
      seconds === 0 ? `phase ${phase} left out` : `phase ${phase} ${by > 0 ? '+' : '-'}${Math.abs(by)} s`,
    ];
  });
  const cycle =
    plan.cycleSeconds === inForce.cycleSeconds
      ? []
      : [`cycle ${inForce.cycleSeconds} to ${plan.cycleSeconds} s`];
  const offset =
    plan.offsetSeconds === inForce.offsetSeconds % plan.cycleSeconds
      ? []
      : [`offset ${inForce.offsetSeconds} to ${plan.offsetSeconds} s`];
  return [...cycle, ...splits, ...offset].join(', ');
}

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
