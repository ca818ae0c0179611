import type { FacilityId, LinkId, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import { createRandom } from './random.ts';
import type { Roads } from './roads.ts';
import type { SurgeTruth } from './truth.ts';

/** More demand than the hour explains, at an entry of the network or out of a car park. */
export type Surge = SurgeTruth;

/** Every four hours for a day: many drivers at one entry, and a crowd that leaves the largest car park. */
export function planSurges(network: Network, roads: Roads, seed: number, startAt: EventTime): Surge[] {
  const random = createRandom(seed, 'surges');
  const entries = roads.links.filter(({ isEntry }) => isEntry);
  const [largest] = [...network.facilities.values()].sort((a, b) => b.capacitySpaces - a.capacitySpaces);
  const surges: Surge[] = [];
  for (let from = startAt; from < startAt + minutes(24 * 60); from += minutes(240)) {
    if (entries.length > 0) {
      const start = from + minutes(2 + random.integer(6));
      const link = random.pick(entries).id;
      surges.push({ kind: 'surge', link, facility: null, start, end: start + minutes(35), factor: 1.5 });
    }
    if (largest !== undefined) {
      const start = from + minutes(40 + random.integer(30));
      const end = start + minutes(30);
      surges.push({ kind: 'surge', link: null, facility: largest.id, start, end, factor: 8 });
    }
  }
  return surges;
}

/** How many times the ordinary demand there is at the place. */
export function factorAt(
  surges: readonly Surge[],
  kind: 'link' | 'facility',
  id: LinkId | FacilityId,
  at: EventTime,
): number {
  for (const surge of surges)
    if (surge[kind] === id && surge.start <= at && at < surge.end) return surge.factor;
  return 1;
}
