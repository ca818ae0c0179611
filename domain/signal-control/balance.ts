/** Who reaches which stop bar of an approach, from loops upstream that see neither lane changes nor side streets. */
import { count, type LaneReadings, type LaneState, type RateState, rateOfArrival } from './lane-estimate.ts';
import type { Layout } from './layout.ts';

/** Memory of what is compared, s: queues that come and go within it do not look like lane changes. */
const comparedSeconds = 1200;
/** Vehicles that must have passed before it is compared. */
const comparedLeast = 10;

/** What one lane lacks at its loop upstream, vehicles a second; below 0 when it has too many there. */
interface Side {
  readonly into: number;
  readonly lacks: number;
}

/** Vehicles for each lane in an interval: those of its loop upstream, and what follows from the long run. */
export function arrivals(
  layout: Layout,
  states: readonly LaneState[],
  readings: readonly LaneReadings[],
  seconds: number,
): number[] {
  const arrived = new Array<number>(layout.lanes.length).fill(0);
  for (const { lanes } of layout.approaches) {
    const entered = lanes.map((l) => {
      const { advance } = readings[l] as LaneReadings;
      return advance?.vehicles ?? rateOfArrival((states[l] as LaneState).arrived) * seconds;
    });
    const isCounted = lanes.every(
      (l) => readings[l]?.advance !== undefined && readings[l]?.stop !== undefined,
    );
    const reached = isCounted ? balanced(lanes, states, entered, seconds) : entered;
    for (const [k, l] of lanes.entries()) arrived[l] = reached[k] as number;
  }
  return arrived;
}

/** Takes up what the loops of a lane counted in an interval. */
export function compare(state: LaneState, { advance, stop }: LaneReadings, seconds: number): void {
  if (advance !== undefined) count(state.entered, advance.vehicles, seconds, comparedSeconds);
  if (stop !== undefined) count(state.left, stop.vehicles, seconds, comparedSeconds);
}

/**
 * What lanes have too many of at the stop bar came from those that have too few there; what all lanes together have too
 * many of came in between the loops, out of a side street.
 */
function balanced(
  lanes: readonly number[],
  states: readonly LaneState[],
  entered: readonly number[],
  seconds: number,
): number[] {
  const sides = sidesOf(lanes.map((l) => states[l] as LaneState));
  const lacking = sides.reduce((sum, { lacks }) => sum + Math.max(0, lacks), 0);
  if (lacking <= 0) return [...entered];
  const unseen = sides.reduce((sum, { lacks }) => sum + lacks, 0) * seconds;
  let moved = Math.max(0, unseen);
  const kept = entered.map((vehicles, k) => {
    const { into, lacks } = sides[k] as Side;
    const changes = vehicles * Math.min(1, Math.max(0, -lacks) / Math.max(1e-9, into));
    moved += changes;
    return vehicles - changes;
  });
  return kept.map((vehicles, k) => vehicles + (moved * Math.max(0, (sides[k] as Side).lacks)) / lacking);
}

function sidesOf(states: readonly LaneState[]): Side[] {
  const rate = ({ vehicles, seconds }: RateState): number => vehicles / Math.max(1, seconds);
  const sum = (of: (state: LaneState) => number): number =>
    states.reduce((total, state) => total + of(state), 0);
  if (
    Math.min(
      sum(({ entered }) => entered.vehicles),
      sum(({ left }) => left.vehicles),
    ) < comparedLeast
  )
    return states.map(() => ({ into: 0, lacks: 0 }));
  const [into, outOf] = [sum(({ entered }) => rate(entered)), sum(({ left }) => rate(left))];
  // When fewer leave than came, a queue grows, or some turned off: nobody knows of which lane.
  const scale = Math.max(1, into / outOf);
  return states.map(({ entered, left }) => ({
    into: rate(entered),
    lacks: rate(left) * scale - rate(entered),
  }));
}
