import type { EventTime } from '#domain/time.ts';
import { demandShare, tide, turnShare } from './demand.ts';
import type { LocalTime } from './local-time.ts';
import { createRandom } from './random.ts';
import type { RoadLink, Roads } from './roads.ts';
import { factorAt, type Surge } from './surges.ts';
import type { Traffic } from './traffic.ts';
import { spacingMeters } from './vehicles.ts';

/** Demand at an entry in the peak, as a share of what the road carries while it flows. */
const peakShareOfMajor = 0.18;
const peakShareOfMinor = 0.08;
/** How strongly drivers avoid a road ahead that is full, 0..1. */
const aversion = 0.8;
/** From this capacity on a road counts as a major one, vehicles per hour. */
const majorVph = 3000;

/**
 * Sets how many vehicles want in at each entry and which way they prefer, for this minute. Major roads are asked
 * for more than their capacity's share: so a plan that treats all approaches alike is wrong for them.
 */
export function setDemand(
  roads: Roads,
  traffic: Traffic,
  surges: readonly Surge[],
  seed: number,
  local: LocalTime,
  now: EventTime,
  intensity: number,
): void {
  const share = demandShare(local) * intensity;
  roads.links.forEach((road, i) => {
    if (!road.isEntry) return;
    const surge = factorAt(surges, 'link', road.id, now);
    traffic.demand[i] = (peakVph(road, seed) * share * surge) / 3600;
  });
  const pull = tide(local);
  roads.movements.forEach(({ movement, outbound }, m) => {
    const { link, inward, lanes, lengthMeters } = roads.links[outbound]!;
    const fill = (traffic.inside(outbound) * spacingMeters) / (lanes * lengthMeters);
    traffic.preference[m] =
      turnShare[movement.turn] *
      link.capacityVph *
      Math.exp(0.45 * pull * inward) *
      (1 - aversion * Math.min(1, fill));
  });
}

function peakVph({ id, link }: RoadLink, seed: number): number {
  const own = createRandom(seed, `entry ${id}`).between(0.75, 1.25);
  return link.capacityVph * (link.capacityVph >= majorVph ? peakShareOfMajor : peakShareOfMinor) * own;
}
