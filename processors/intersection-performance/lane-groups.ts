import type { Intersection, LinkId, Movement, Network, Phase } from '#domain/network.ts';

/** A whole lane in the units in which lanes are shared: divisible by any number of phases up to 8. */
export const wholeLane = 840;

/** Lanes of one inbound link that a phase serves together: they share movements. */
export interface LaneGroup {
  /** Index of the phase in its intersection. */
  readonly phase: number;
  readonly link: LinkId;
  /** Which lane, and what share of it is this phase's, in `wholeLane`ths. */
  readonly lanes: ReadonlyMap<number, number>;
  /** Vehicles per hour of green over its lanes. */
  readonly saturationVph: number;
}

interface Served {
  readonly phase: number;
  readonly movement: Movement;
  readonly isProtected: boolean;
}

/**
 * The lane groups of an intersection, in phase order. A lane that movements of several phases use belongs to
 * the phases that protect a movement in it, or to all that permit one when none does, in equal shares. A lane
 * that several movements of a phase use discharges at the mean of their saturation flows.
 */
export function laneGroups(network: Network, intersection: Intersection): LaneGroup[] {
  const served = intersection.phases.flatMap((phase, index) => servedBy(network, phase, index));
  const shares = laneShares(served);
  return intersection.phases.flatMap((_, phase) => {
    const movements = served.filter((one) => one.phase === phase).map((one) => one.movement);
    return mergeByLane(movements).flatMap((group) => {
      const lanes = new Map<number, number>();
      let saturationVph = 0;
      const link = (group[0] as Movement).inbound;
      for (const lane of lanesOf(group)) {
        const share = shares.get(`${link} ${lane}`)?.get(phase);
        if (share === undefined) continue;
        lanes.set(lane, share);
        const using = group.filter((movement) => uses(movement, lane));
        saturationVph += using.reduce((sum, m) => sum + m.saturationVph / laneCount(m), 0) / using.length;
      }
      return lanes.size > 0 ? [{ phase, link, lanes, saturationVph }] : [];
    });
  });
}

function servedBy(network: Network, phase: Phase, index: number): Served[] {
  return phase.movements.flatMap(({ movement: id, protection }) => {
    const movement = network.movements.get(id);
    return movement ? [{ phase: index, movement, isProtected: protection === 'protected' }] : [];
  });
}

/** Who owns each lane: by link and lane, by phase, in `wholeLane`ths. */
function laneShares(served: readonly Served[]): Map<string, Map<number, number>> {
  const byLane = new Map<string, Served[]>();
  for (const one of served)
    for (const lane of lanesOf([one.movement])) {
      const key = `${one.movement.inbound} ${lane}`;
      byLane.set(key, [...(byLane.get(key) ?? []), one]);
    }
  const shares = new Map<string, Map<number, number>>();
  for (const [key, users] of byLane) {
    const owners = users.some((one) => one.isProtected) ? users.filter((one) => one.isProtected) : users;
    const phases = [...new Set(owners.map((one) => one.phase))];
    shares.set(key, new Map(phases.map((phase) => [phase, Math.floor(wholeLane / phases.length)])));
  }
  return shares;
}

/** Movements of one phase that share an inbound lane, directly or through others, together. */
function mergeByLane(movements: readonly Movement[]): Movement[][] {
  const groups: Movement[][] = [];
  const ordered = [...movements].sort(
    (a, b) => compare(a.inbound, b.inbound) || a.firstLane - b.firstLane || compare(a.id, b.id),
  );
  for (const movement of ordered) {
    const group = groups.at(-1);
    const shared = group?.some((m) => m.inbound === movement.inbound && m.lastLane >= movement.firstLane);
    if (group && shared) group.push(movement);
    else groups.push([movement]);
  }
  return groups;
}

function lanesOf(movements: readonly Movement[]): number[] {
  const lanes = new Set<number>();
  for (const { firstLane, lastLane } of movements)
    for (let lane = firstLane; lane <= lastLane; lane++) lanes.add(lane);
  return [...lanes].sort((a, b) => a - b);
}

const laneCount = (movement: Movement): number => movement.lastLane - movement.firstLane + 1;
const uses = (movement: Movement, lane: number): boolean =>
  movement.firstLane <= lane && lane <= movement.lastLane;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
