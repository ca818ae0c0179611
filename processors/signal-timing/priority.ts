/** What an engineer may ask: that the vehicles of some links count for more than others. */
import type { Intersection, LinkId, Network } from '#domain/network.ts';
import type { PhaseDemand } from '#domain/signal-timing/webster.ts';
import type { Evidence } from './evidence.ts';

/** As how many each vehicle that comes on a link counts, 1 or more; one of a link that is not named counts once. */
export type Priority = ReadonlyMap<LinkId, number>;

export const noPriority: Priority = new Map();

/** The same evidence, each phase weighed as the one of its links that counts most. */
export function weighed(
  network: Network,
  intersection: Intersection,
  evidence: Evidence,
  priority: Priority,
): Evidence {
  if (priority.size === 0) return evidence;
  const weights = new Map(
    intersection.phases.map(({ number, movements }) => [
      number,
      Math.max(
        1,
        ...movements.map(({ movement }) => priority.get(network.movements.get(movement)?.inbound ?? '') ?? 1),
      ),
    ]),
  );
  const weigh = (demands: readonly PhaseDemand[]): PhaseDemand[] =>
    demands.map((demand) => ({ ...demand, weight: weights.get(demand.phase) ?? 1 }));
  return { ...evidence, demands: weigh(evidence.demands), byWindow: evidence.byWindow.map(weigh) };
}

/** What follows the reason of a plan that was drawn with a priority: "; a vehicle of Nørregade counts as 3: ..." */
export function priorityText(network: Network, priority: Priority, savingSeconds: number): string {
  if (priority.size === 0) return '';
  const named = [...priority].map(
    ([link, weight]) => `a vehicle of ${network.links.get(link)?.name ?? link} counts as ${weight}`,
  );
  return `; asked for with priority (${named.join(', ')}): so counted, ${savingSeconds.toFixed(1)} s a vehicle saved`;
}
