/** The legs of a crossing by compass point, and the movements between them. */
import type { Link, Movement, Turn } from '#domain/network.ts';
import type { Rank } from './plan.ts';

/** One arm of a crossing: the link that comes in by it and the link that goes out. */
export interface Leg {
  readonly inbound: Link;
  readonly outbound: Link;
  readonly rank: Rank;
  /** Direction in which it leaves the crossing, degrees. */
  readonly bearing: number;
}

/** Which side of the crossing a leg is on, clockwise: 0 north, 1 east, 2 south, 3 west. */
export type Side = 0 | 1 | 2 | 3;
const sides: readonly Side[] = [0, 1, 2, 3];

/** Whoever comes in from the north is southbound. */
const bound = ['SB', 'WB', 'NB', 'EB'] as const;

export type Legs = ReadonlyMap<Side, Leg>;

/** How a crossing is run; see `timing.ts`. */
export type Scheme = 'eight' | 'six' | 'four' | 'two' | 'tee';

/** Gives each leg a side of its own, in order around the crossing, as near to its bearing as can be. */
export function sidesOf(legs: readonly Leg[]): Legs {
  const clockwise = [...legs].sort((a, b) => a.bearing - b.bearing);
  const choices = legs.length === 4 ? [sides] : sides.map((gap) => sides.filter((side) => side !== gap));
  let best = Number.POSITIVE_INFINITY;
  let assigned = new Map<Side, Leg>();
  for (const choice of choices)
    for (let shift = 0; shift < choice.length; shift++) {
      const candidate = new Map<Side, Leg>();
      clockwise.forEach((leg, i) => {
        candidate.set(choice[(i + shift) % choice.length] as Side, leg);
      });
      const off = [...candidate].reduce(
        (sum, [side, leg]) => sum + deviation(leg.bearing, side * 90) ** 2,
        0,
      );
      if (off >= best) continue;
      best = off;
      assigned = candidate;
    }
  return new Map([...assigned].sort(([a], [b]) => a - b));
}

function deviation(a: number, b: number): number {
  const off = Math.abs(a - b) % 360;
  return off > 180 ? 360 - off : off;
}

/** The turn from one side to another; right-hand traffic. */
export function turnBetween(from: Side, to: Side): Turn {
  return (['uturn', 'left', 'thru', 'right'] as const)[((to - from + 4) % 4) as Side];
}

/** The pair of opposite sides with the greater roads. */
export function majorSides(legs: Legs): [Side, Side] {
  const weight = (side: Side): number => {
    const leg = legs.get(side);
    return leg === undefined ? 0 : 10 * (4 - leg.rank) + leg.inbound.lanes;
  };
  const northSouth = weight(0) + weight(2);
  const eastWest = weight(1) + weight(3);
  if (legs.size === 3) return legs.has(0) && legs.has(2) ? [0, 2] : [1, 3];
  return northSouth >= eastWest ? [0, 2] : [1, 3];
}

/** How the crossing is run, by the size of its roads. */
export function schemeOf(legs: Legs): Scheme {
  const major = majorSides(legs);
  const lanes = (side: Side): number => legs.get(side)?.inbound.lanes ?? 0;
  const isOnRing = [...legs.values()].some(({ rank }) => rank === 1);
  const isWide = major.every((side) => lanes(side) >= 2);
  if (legs.size === 3) return isWide ? 'tee' : 'two';
  if ([...legs.keys()].every((side) => lanes(side) >= 2)) return isOnRing ? 'eight' : 'four';
  return isOnRing && isWide ? 'six' : 'two';
}

/** The side from which one turns left into the stem of a T. */
export function teeLeftSide(legs: Legs): Side {
  const [a, b] = majorSides(legs);
  const stem = sides.find((side) => legs.has(side) && side !== a && side !== b) as Side;
  return turnBetween(a, stem) === 'left' ? a : b;
}

/** Whether lane 1 of a side is for left turns alone, with a phase of their own. */
export function hasOwnLeft(legs: Legs, scheme: Scheme, side: Side): boolean {
  if (scheme === 'eight') return true;
  if (scheme === 'six') return majorSides(legs).includes(side);
  return scheme === 'tee' && teeLeftSide(legs) === side;
}

/**
 * Vehicles per hour of green and lane, HCM: 1900 less heavy vehicles and narrow lanes; turns 0.95 and 0.85.
 */
const saturationVph = { thru: 1800, left: 1710, right: 1530, uturn: 1440 } as const;

export interface SidedMovement extends Movement {
  readonly side: Side;
}

/** All movements of a crossing but U-turns. `name` is the id of the node. */
export function movementsOf(node: string, legs: Legs, scheme: Scheme): SidedMovement[] {
  const movements: SidedMovement[] = [];
  for (const [side, leg] of legs)
    for (const [towards, exit] of legs) {
      if (towards === side) continue;
      const turn = turnBetween(side, towards);
      const [firstLane, lastLane] = lanesFor(turn, leg.inbound.lanes, legs, scheme, side);
      const code = `${bound[side]}${turn === 'thru' ? 'T' : turn === 'left' ? 'L' : 'R'}`;
      movements.push({
        id: `${node}-${code}`,
        node,
        code,
        turn,
        inbound: leg.inbound.id,
        outbound: exit.outbound.id,
        firstLane,
        lastLane,
        saturationVph: saturationVph[turn] * (lastLane - firstLane + 1),
        side,
      });
    }
  return movements;
}

function lanesFor(turn: Turn, lanes: number, legs: Legs, scheme: Scheme, side: Side): [number, number] {
  const hasThru = legs.has(((side + 2) % 4) as Side);
  const ownLeft = hasOwnLeft(legs, scheme, side);
  if (turn === 'left') return [1, 1];
  if (turn === 'thru') return [ownLeft ? 2 : 1, lanes];
  return hasThru || lanes === 1 ? [lanes, lanes] : [2, lanes];
}
