/** The street of the golden scenarios. */
import type { Network } from '#domain/network.ts';
import { createTestNetwork } from '#simulators/test-network.ts';

/**
 * The square of the tests, its western half one district and its eastern half another, its sites named so that
 * three partitions keep districts and crossings apart: nothing can rest on what lies in the same partition by
 * chance. Only the detectors and signals of `sites` are there: `I11`, `B01`, ...
 */
export function twoDistricts(...sites: readonly string[]): Network {
  const square = createTestNetwork();
  const isThere = ({ site }: { readonly site: string }): boolean => sites.includes(site);
  return {
    ...square,
    name: 'square of two districts',
    links: placed(square.links, ({ id }) => Number(id[5]) >= 2),
    intersections: placed(filtered(square.intersections, isThere), ({ id }) => Number(id[1]) >= 2),
    detectors: placed(filtered(square.detectors, isThere)),
    cameras: placed(square.cameras),
    facilities: placed(square.facilities, ({ id }) => id === 'P1'),
    stations: placed(square.stations, ({ id }) => id !== 'W0'),
    districts: new Map([
      ['east', { id: 'east', name: 'East' }],
      ['west', { id: 'west', name: 'West' }],
    ]),
  };
}

const filtered = <Item>(items: ReadonlyMap<string, Item>, keep: (item: Item) => boolean): Map<string, Item> =>
  new Map([...items].filter(([, item]) => keep(item)));

/** The items at their renamed sites, in the district that `isEast` says. */
const placed = <Item extends { readonly id?: string; readonly site?: string; readonly district?: string }>(
  items: ReadonlyMap<string, Item>,
  isEast?: (item: Item) => boolean,
): Map<string, Item> =>
  new Map(
    [...items].map(([id, item]) => [
      id,
      {
        ...item,
        ...(item.site === undefined ? {} : { site: `site-${item.site}` }),
        ...(isEast ? { district: isEast(item) ? 'east' : 'west' } : {}),
      },
    ]),
  );

/** The signal at I11 alone, which gives its green to those who do not come. */
export function wrongPlan(): Network {
  const network = twoDistricts('I11');
  const wrong = network.intersections.get('I11')!;
  // Turning left holds as much of the cycle as the through traffic of the main road needs.
  const splits = [30, 20, 22, 18, 30, 20, 22, 18].map((seconds, i) => ({ phase: i + 1, seconds }));
  const plan = { ...wrong.plan, id: 'wrong', cycleSeconds: 90, splits };
  // Red as long as the formula asks, and no crossings, or no other plan would pass the safety gate.
  const phases = wrong.phases.map((phase) => ({ ...phase, redClearanceSeconds: 2, pedestrian: undefined }));
  return { ...network, intersections: new Map([['I11', { ...wrong, plan, phases }]]) };
}
