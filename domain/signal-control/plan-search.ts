/** The search for the plan of one signal, as if traffic came evenly. Bounded by counts: it ends in time anywhere. */
import { worseningSeconds } from '../signal-timing/plan-delay.ts';
import { splitsOf } from '../signal-timing/ring-barrier.ts';
import type { CyclicFlow, Played } from './cyclic-flow.ts';
import type { PlanSpace, Splits } from './plan-space.ts';

/** One signal whose plan is to be drawn. */
export interface Member {
  readonly id: string;
  readonly flow: CyclicFlow;
  readonly space: PlanSpace;
}

/**
 * The queue of a short lane stands where nobody looks, and who joins it from the side is counted only once served: what
 * is counted is then what the plan let go. Such a lane keeps this part of the capacity that it has in the tables.
 */
const unseenPart = 0.7;
/** Where that holds a share of green, searches begin with cycles so far apart, s. */
const firstCycleStep = 10;

/** Cost of a plan for evenly spread traffic; none that makes somebody wait much longer than `before`, or starve. */
export function costAlone({ flow, space }: Member, before: Played): (splits: Splits) => number {
  const starves = starvation(flow, space);
  return (splits) => {
    const played = flow.play(space.stages(splits));
    return paysTooMuch(before, played) || starves(played) ? Number.POSITIVE_INFINITY : played.cost;
  };
}

/** Whether a plan takes too much from a lane of which it is not known how many come. */
function starvation(flow: CyclicFlow, space: PlanSpace): (played: Played) => boolean {
  const unseen = flow.layout.lanes.flatMap(({ isShort }, l) => (isShort ? [l] : []));
  if (unseen.length === 0) return () => false;
  const own = flow.play(space.stages(splitsOf(space.intersection.plan)));
  const fullness = ({ volumeToCapacity }: Played, l: number): number => volumeToCapacity[l] as number;
  return (played) => unseen.some((l) => fullness(played, l) * unseenPart > fullness(own, l) + 1e-9);
}

/** Whether the vehicles of a lane wait too much longer than before. */
export const paysTooMuch = (before: Played, after: Played): boolean =>
  after.delaySeconds.some((seconds, l) => seconds - (before.delaySeconds[l] as number) > worseningSeconds);

/**
 * Over the choices of phases to leave out; of a given cycle when there is one. Follows no more than `most` of the
 * splits that it may begin with: all with the shares of `like` if they are no more, else a quarter, those that look
 * best, and then those that do with the shares that were found.
 */
export function search(
  member: Member,
  before: Played,
  like: Splits,
  most: number,
  cycleSeconds?: number,
): Found | undefined {
  const { space } = member;
  const cost = costAlone(member, before);
  const isFixed = cycleSeconds !== undefined;
  const followed = (shares: Splits, number: number): Found[] =>
    startsOf(member, cost, shares, number, cycleSeconds).map((splits) =>
      space.descend(splits, isFixed, cost),
    );
  const all = space.choices().length * (isFixed ? 1 : 1 + otherCycles(member).length);
  const first = all <= most ? all : Math.max(1, most >> 2);
  const found = bestOf(followed(like, first));
  if (first === all || found === undefined) return possible(found);
  const shares = new Map(
    [...like].map(([phase, seconds]) => [phase, found.splits.get(phase) || seconds / 2] as const),
  );
  return possible(bestOf([found, ...followed(shares, most - first)]));
}

const possible = (found: Found | undefined): Found | undefined =>
  found !== undefined && Number.isFinite(found.cost) ? found : undefined;

interface Found {
  readonly splits: Splits;
  readonly cost: number;
}

const bestOf = (found: readonly Found[]): Found | undefined =>
  found.reduce<Found | undefined>(
    (best, one) => (best === undefined || one.cost < best.cost ? one : best),
    undefined,
  );

/** Splits to begin with: of the choices those that wait the least as they are, and of them the best cycles. */
function startsOf(
  member: Member,
  cost: (splits: Splits) => number,
  like: Splits,
  most: number,
  cycleSeconds: number | undefined,
): Splits[] {
  const { flow, space } = member;
  const start = (omitted: ReadonlySet<number>, cycle: number | undefined): Start[] => {
    const splits = space.start(omitted, like, cycle);
    if (splits === undefined) return [];
    return [{ splits, omitted, cost: cost(splits), playedCost: flow.play(space.stages(splits)).cost }];
  };
  const best = (starts: Start[]): Start[] =>
    starts.sort((a, b) => (a.cost === b.cost ? a.playedCost - b.playedCost : a.cost - b.cost)).slice(0, most);
  const begun = best(space.choices().flatMap((omitted) => start(omitted, cycleSeconds)));
  const cycles = cycleSeconds === undefined ? otherCycles(member) : [];
  const others = cycles.flatMap((cycle) => begun.flatMap(({ omitted }) => start(omitted, cycle)));
  return best([...begun, ...others]).map(({ splits }) => splits);
}

interface Start {
  readonly splits: Splits;
  readonly omitted: ReadonlySet<number>;
  /** Infinity for one that makes somebody wait too much longer: of them, those that cost the least are tried. */
  readonly cost: number;
  readonly playedCost: number;
}

/** More cycles that a search begins with: where a share of green is held, split by split leads to no shorter one. */
function otherCycles({ flow, space }: Member): number[] {
  if (!flow.layout.lanes.some(({ isShort }) => isShort)) return [];
  const cycles: number[] = [];
  for (let cycle = Math.ceil(space.least); cycle <= space.most; cycle += firstCycleStep) cycles.push(cycle);
  return cycles;
}
