/**
 * Plans for signals that follow one another: one cycle for all, so that what leaves one as a platoon meets the green
 * of the next. Where that costs more than it saves, each has the cycle that is best for itself.
 */
import type { Plan } from '../network.ts';
import { splitsOf } from '../signal-timing/ring-barrier.ts';
import type { PlanStage, Played } from './cyclic-flow.ts';
import { service } from './layout.ts';
import { costAlone, type Member, search } from './plan-search.ts';

/** Plans of all members, by their ids. */
export type Plans = ReadonlyMap<string, Plan>;

/** Common cycles are tried in steps of so many seconds, and offsets first in steps, then to the second. */
const cycleStep = 4;
const offsetSteps = [6, 2, 1];
const offsetRounds = 2;
/**
 * Of the plans that a search may begin with, those that look best are followed to their end: so many of all members
 * together, shared out evenly, and at least `least` of each. Of one given cycle fewer, as each takes more steps.
 */
const followed = { most: 192, mostOfCycle: 48, least: 2 };
/** Platoons disperse: Robertson's factors as TRANSYT-7F has them for a road with little friction. */
const robertson = { alpha: 0.35, beta: 0.8 };

/** What all members do under their plans, each with what comes to it from the others. */
export function playAll(members: readonly Member[], plans: Plans): Map<string, Played> {
  const street = new Street(members);
  for (const { id } of members) street.put(id, plans.get(id) as Plan);
  street.settle();
  return street.played;
}

/** Mean number of vehicles that wait at all members together. */
export const costOf = (played: ReadonlyMap<string, Played>): number =>
  [...played.values()].reduce((sum, { cost }) => sum + cost, 0);

/** The best plans that are found. A member for which there is none keeps the one in force. */
export function drawPlans(members: readonly Member[]): Plans {
  const inForce: Plans = new Map(members.map(({ id, space }) => [id, space.inForce]));
  const before = playAll(members, inForce);
  const each = shareOf(followed.most, members);
  const alone: Plans = new Map(
    members.map((member) => [member.id, drawAlone(member, before.get(member.id) as Played, each)]),
  );
  let best = { plans: alone, cost: costOf(playAll(members, alone)) };
  for (const cycleSeconds of members.length > 1 ? commonCycles(members, alone, before) : []) {
    const plans = drawTogether(members, alone, before, cycleSeconds);
    const cost = plans === undefined ? Number.POSITIVE_INFINITY : costOf(playAll(members, plans));
    if (plans !== undefined && cost < best.cost) best = { plans, cost };
  }
  return best.plans;
}

const shareOf = (all: number, { length }: readonly Member[]): number =>
  Math.max(followed.least, Math.floor(all / length));

function drawAlone(member: Member, before: Played, most: number): Plan {
  const { space } = member;
  const found = search(member, before, splitsOf(space.inForce), most);
  return found === undefined ? space.inForce : space.plan(found.splits, space.inForce.offsetSeconds);
}

/** Plans of one cycle with the best offsets that are found; undefined when one of them cannot have it. */
function drawTogether(
  members: readonly Member[],
  alone: Plans,
  before: ReadonlyMap<string, Played>,
  cycleSeconds: number,
): Plans | undefined {
  const plans = new Map<string, Plan>();
  const each = shareOf(followed.mostOfCycle, members);
  for (const member of members) {
    const { id, space } = member;
    const like = splitsOf(alone.get(id) as Plan);
    const found = search(member, before.get(id) as Played, like, each, cycleSeconds);
    if (found === undefined) return undefined;
    plans.set(id, space.plan(found.splits, space.inForce.offsetSeconds));
  }
  return withOffsets(members, plans);
}

/**
 * Cycles that all can have and that are worth a closer look: the one under which all together wait the least when
 * traffic is even, with the splits of their own best plans in proportion, and the middle of their own.
 */
function commonCycles(
  members: readonly Member[],
  alone: Plans,
  before: ReadonlyMap<string, Played>,
): ReadonlySet<number> {
  const least = Math.max(...members.map(({ space }) => Math.ceil(space.least)));
  const most = Math.min(...members.map(({ space }) => Math.floor(space.most)));
  const own = [...alone.values()].map(({ cycleSeconds }) => cycleSeconds).sort((a, b) => a - b);
  const middle = own[own.length >> 1] as number;
  const found = new Set(middle >= least && middle <= most ? [middle] : []);
  let best: { readonly cycle: number; readonly cost: number } | undefined;
  for (let cycle = least; cycle <= most; cycle += cycleStep) {
    const cost = members.reduce((sum, member) => sum + costInProportion(member, alone, before, cycle), 0);
    if (Number.isFinite(cost) && (best === undefined || cost < best.cost)) best = { cycle, cost };
  }
  if (best !== undefined) found.add(best.cycle);
  return found;
}

function costInProportion(
  member: Member,
  alone: Plans,
  before: ReadonlyMap<string, Played>,
  cycleSeconds: number,
): number {
  const like = splitsOf(alone.get(member.id) as Plan);
  const omitted = new Set([...like].flatMap(([phase, seconds]) => (seconds === 0 ? [phase] : [])));
  const splits = member.space.start(omitted, like, cycleSeconds);
  if (splits === undefined) return Number.POSITIVE_INFINITY;
  return costAlone(member, before.get(member.id) as Played)(splits);
}

/** Moves the start of one cycle after the other to where all together wait the least. */
function withOffsets(members: readonly Member[], plans: Plans): Plans {
  const street = new Street(members);
  for (const { id } of members) street.put(id, plans.get(id) as Plan);
  street.settle();
  for (let round = 0; round < offsetRounds; round++)
    for (const step of offsetSteps) for (const { id } of members) street.shift(id, step);
  return street.plans;
}

interface Way {
  /** Member that it comes from, and the lane and the place of its link there. */
  readonly from: string;
  readonly lane: number;
  readonly link: number;
  readonly travelSeconds: number;
}

/** Members in motion: what each does to those that follow it. */
class Street {
  readonly played = new Map<string, Played>();
  readonly plans = new Map<string, Plan>();
  private readonly members: ReadonlyMap<string, Member>;
  private readonly stages = new Map<string, readonly PlanStage[]>();
  /** Of each member, the ways into each of its approaches. */
  private readonly ways = new Map<string, ReadonlyMap<string, readonly Way[]>>();
  /** Members that follow each. */
  private readonly next = new Map<string, ReadonlySet<string>>();

  constructor(members: readonly Member[]) {
    this.members = new Map(members.map((member) => [member.id, member]));
    for (const { id } of members) this.ways.set(id, new Map());
    for (const { id, flow } of members) {
      const follows = new Set<string>();
      this.next.set(id, follows);
      for (const [lane, { links }] of flow.layout.lanes.entries())
        for (const [link, { downstream, speedMps }] of links.entries()) {
          const ways = this.ways.get(downstream?.signal ?? '') as Map<string, Way[]> | undefined;
          if (downstream === undefined || ways === undefined) continue;
          follows.add(downstream.signal);
          const way = { from: id, lane, link, travelSeconds: downstream.meters / speedMps };
          ways.set(downstream.edge, [...(ways.get(downstream.edge) ?? []), way]);
        }
    }
  }

  put(id: string, plan: Plan): void {
    const { space } = this.members.get(id) as Member;
    this.plans.set(id, plan);
    this.stages.set(id, space.stages(splitsOf(plan)));
  }

  /** Plays all, first as if traffic were spread evenly, then with what comes from the others. */
  settle(): void {
    for (const { id, flow } of this.members.values())
      this.played.set(id, flow.play(this.stages.get(id) as readonly PlanStage[]));
    for (const id of this.members.keys()) this.played.set(id, this.play(id, this.played));
  }

  /** Tries other starts of the cycle of a member, in steps of so many seconds, and keeps the best. */
  shift(id: string, step: number): void {
    const plan = this.plans.get(id) as Plan;
    const { cycleSeconds, offsetSeconds } = plan;
    const reach = step === offsetSteps[0] ? Math.floor(cycleSeconds / step / 2) : 3;
    let best = { offsetSeconds, played: this.around(id), cost: Number.POSITIVE_INFINITY };
    best.cost = costOf(best.played);
    for (let i = -reach; i <= reach; i++) {
      if (i === 0) continue;
      const tried = (offsetSeconds + i * step + cycleSeconds * Math.ceil(reach)) % cycleSeconds;
      this.plans.set(id, { ...plan, offsetSeconds: tried });
      const played = this.around(id);
      const cost = costOf(played);
      if (cost < best.cost - 1e-9) best = { offsetSeconds: tried, played, cost };
    }
    this.plans.set(id, { ...plan, offsetSeconds: best.offsetSeconds });
    for (const [one, played] of best.played) this.played.set(one, played);
  }

  /** A member and those that follow it, as they would be now. */
  private around(id: string): Map<string, Played> {
    const seen = new Map(this.played);
    const fresh = new Map<string, Played>();
    for (const one of [id, ...(this.next.get(id) ?? [])]) {
      const played = this.play(one, seen);
      seen.set(one, played);
      fresh.set(one, played);
    }
    return fresh;
  }

  private play(id: string, seen: ReadonlyMap<string, Played>): Played {
    const { flow } = this.members.get(id) as Member;
    const stages = this.stages.get(id) as readonly PlanStage[];
    return flow.play(stages, this.arrivals(id, seen));
  }

  /** What comes to each lane, from the start of the member's own cycle; undefined when nothing comes in platoons. */
  private arrivals(id: string, seen: ReadonlyMap<string, Played>): Float64Array | undefined {
    const { flow } = this.members.get(id) as Member;
    const { cycleSeconds, offsetSeconds } = this.plans.get(id) as Plan;
    const { approaches, lanes } = flow.layout;
    const arrivals = new Float64Array(lanes.length * cycleSeconds);
    let isEven = true;
    for (const { edge, lanes: places } of approaches) {
      const profile = this.profile(this.ways.get(id)?.get(edge) ?? [], seen, cycleSeconds);
      const come = profile.reduce((sum, vehicles) => sum + vehicles, 0) / cycleSeconds;
      const total = places.reduce((sum, l) => sum + (flow.flows[l]?.arrivalVps ?? 0), 0);
      // Of those who come, the part that a signal upstream let go; the others come evenly from elsewhere.
      const part = come > 0 ? Math.min(1, come / total) : 0;
      if (part > 0) isEven = false;
      for (const l of places) {
        const mean = flow.flows[l]?.arrivalVps ?? 0;
        for (let s = 0; s < cycleSeconds; s++) {
          const platoon = part > 0 ? (profile[(s + offsetSeconds) % cycleSeconds] as number) / come : 0;
          arrivals[l * cycleSeconds + s] = mean * (1 - part + part * platoon);
        }
      }
    }
    return isEven ? undefined : arrivals;
  }

  /** Vehicles that come along some ways in each second of the common clock; nobody from where the cycle is another. */
  private profile(
    ways: readonly Way[],
    seen: ReadonlyMap<string, Played>,
    cycleSeconds: number,
  ): Float64Array {
    const sum = new Float64Array(cycleSeconds);
    for (const { from, lane, link, travelSeconds } of ways) {
      const played = seen.get(from);
      const plan = this.plans.get(from);
      if (played === undefined || plan?.cycleSeconds !== cycleSeconds || played.cycleSeconds !== cycleSeconds)
        continue;
      const left = leaving(this.members.get(from) as Member, played, lane, link);
      const late = Math.round(robertson.beta * travelSeconds) + plan.offsetSeconds;
      disperse(left, travelSeconds);
      for (let s = 0; s < cycleSeconds; s++) {
        const at = (s + late) % cycleSeconds;
        sum[at] = (sum[at] as number) + (left[s] as number);
      }
    }
    return sum;
  }
}

/** What one link sends on in each second, vehicles a second. */
function leaving({ flow }: Member, { departures, going, cycleSeconds }: Played, lane: number, link: number) {
  const { service: does } = flow.layout.lanes[lane] as (typeof flow.layout.lanes)[number];
  const { shares } = flow.flows[lane] as (typeof flow.flows)[number];
  const parts = does.map((stage) => {
    const served = stage.reduce((sum, what, i) => (what === service.none ? sum : sum + (shares[i] ?? 0)), 0);
    return stage[link] === service.none || served <= 0 ? 0 : (shares[link] ?? 0) / served;
  });
  const left = new Float64Array(cycleSeconds);
  for (let s = 0; s < cycleSeconds; s++) {
    const stage = going[lane * cycleSeconds + s] as number;
    if (stage >= 0) left[s] = (departures[lane * cycleSeconds + s] as number) * (parts[stage] as number);
  }
  return left;
}

/** Robertson's recurrence around the cycle: after `beta` of the way, the rest is a geometric spread. */
function disperse(flow: Float64Array, travelSeconds: number): void {
  const { alpha, beta } = robertson;
  const smooth = 1 / (1 + alpha * beta * travelSeconds);
  let last = flow.reduce((sum, vehicles) => sum + vehicles, 0) / flow.length;
  for (let round = 0; round < 2; round++) {
    const spread = round === 1;
    for (let s = 0; s < flow.length; s++) {
      last = smooth * (flow[s] as number) + (1 - smooth) * last;
      if (spread) flow[s] = last;
    }
  }
}
