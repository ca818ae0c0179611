/** Signals that are advised together, and when their lanes have been seen for long enough. */
import type { Intersection, Network } from '#domain/network.ts';
import { count, type RateState } from '#domain/signal-control/lane-estimate.ts';
import { type Layout, layoutsOf, service } from '#domain/signal-control/layout.ts';
import { controlModelOf } from '#domain/signal-control/network-model.ts';
import { mayBeTimed } from '#domain/signal-timing/safety-gate.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { Owned } from '#runtime/processor.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';

/** Signals farther apart are not coordinated: platoons have dispersed by then (FHWA, Signal Timing Manual). */
const coordinatedMeters = 800;
/** A plan is drawn from what was seen in this long, and stays for as long at least. */
export const lookEvery = minutes(5);
/** What was seen longer ago says nothing about now. */
const freshFor = minutes(2);

/** Signals of which each follows another of them, in the order of their ids, or one alone; each may be advised. */
export interface Corridor {
  readonly signals: readonly { readonly intersection: Intersection; readonly layout: Layout }[];
}

/** The minutes of one signal. Plain data. */
export interface LaneMinutes {
  /** The first of them under the plan in force, and how many there have been. */
  readonly since: EventTime;
  readonly windows: number;
  readonly last: ApproachState;
  /** What usually came on each lane of `last`, over the last twenty minutes. */
  readonly usual: readonly RateState[];
}

/** Memory of what usually comes, s: demand comes in waves of some minutes, and a plan has to bear them all. */
const usualSeconds = 1200;

/** With one more minute; the same when it is not a newer one. */
export function withMinute(known: LaneMinutes | null, minute: ApproachState): LaneMinutes {
  if (known !== null && minute.windowStart <= known.last.windowStart) return known;
  const { windowSeconds } = minute;
  const usual = minute.lanes.map(({ arrivalVph }, l) => {
    const rate = { ...(known?.usual[l] ?? { vehicles: 0, seconds: 0 }) };
    count(rate, (arrivalVph * windowSeconds) / 3600, windowSeconds, usualSeconds);
    return rate;
  });
  const isFirst = known === null || known.windows === 0;
  return {
    since: isFirst ? minute.windowStart : known.since,
    windows: (known?.windows ?? 0) + 1,
    last: minute,
    usual,
  };
}

/** Another plan is in force: of the minutes before it only what came is still worth anything. */
export const underAnotherPlan = (known: LaneMinutes | null): LaneMinutes | null =>
  known === null ? null : { ...known, windows: 0 };

export const isFresh = ({ last }: LaneMinutes, at: EventTime): boolean =>
  last.windowStart + seconds(last.windowSeconds) >= at - freshFor;

/** Minutes under the plan in force: the one in which it was applied does not count. */
export const isLongEnough = ({ windows }: LaneMinutes): boolean => windows >= lookEvery / minutes(1) - 1;

/** Of what usually came so much is remembered after the first eight minutes, s. */
const usualFromSeconds = 400;

/**
 * Whether it is known what usually comes, so that a phase may be left out. Of the first minutes of a rush hour it is
 * not: who turns left then fills his lane without such a phase, and later only those are counted who get through.
 */
export const isUsualKnown = ({ usual }: LaneMinutes): boolean =>
  usual.some((rate) => rate.seconds >= usualFromSeconds);

/** Shorter lanes hold no more than four vehicles, m. */
const shortMeters = 30;

/** Whether some of a lane give way while others of it pass, and the next signal is near. */
const mayFill = ({ lanes, signal }: Layout): boolean =>
  signal.links.some(({ downstream }) => downstream !== undefined && downstream.signal !== signal.id) &&
  lanes.some(givesWayAndPasses);

const givesWayAndPasses = ({ service: does }: Layout['lanes'][number]): boolean =>
  does.some((now) => now.includes(service.protected) && now.includes(service.permitted));

/**
 * Whether one of those lanes holds but a few, and who is in the wrong one must change over there. Where the road widens
 * only then, as a loop upstream shows that counts for this lane and others, everybody still chooses.
 */
const isTight = (layout: Layout): boolean =>
  mayFill(layout) &&
  layout.lanes.some(
    (lane) =>
      givesWayAndPasses(lane) &&
      lane.links.some(({ inMeters }) => inMeters < shortMeters) &&
      !lane.advance.some(({ sharedBy }) => sharedBy > 1),
  );

/**
 * Those to which another cycle would be no risk. Where one of a corridor is tight, runs were seen in which junctions
 * that may fill did so until nobody moved, whatever the cycle, whichever phases were kept, and whichever of the
 * signals kept their own plan. With all their own plans in force that is seldom.
 */
export function advisable(layouts: Layouts): Map<string, Layout> {
  const risky = new Set(
    [...groupsOf(layouts)].flatMap((ids) =>
      [...ids].some((id) => isTight(layouts.get(id) as Layout)) ? [...ids] : [],
    ),
  );
  return new Map([...layouts].filter(([id, layout]) => !risky.has(id) || !mayFill(layout)));
}

type Layouts = ReadonlyMap<string, Layout>;

/** Ids of signals of which each follows another near it. */
function groupsOf(layouts: Layouts): ReadonlySet<ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>([...layouts.keys()].map((id) => [id, new Set([id])]));
  for (const [id, { signal }] of layouts)
    for (const { downstream } of signal.links) {
      const other = groups.get(downstream?.signal ?? '');
      const mine = groups.get(id);
      if (downstream === undefined || other === undefined || mine === undefined || other === mine) continue;
      if (downstream.meters > coordinatedMeters) continue;
      for (const one of other) {
        mine.add(one);
        groups.set(one, mine);
      }
    }
  return new Set(groups.values());
}

export function corridorsOf(network: Network, owned: Owned): Corridor[] {
  const intersections = [...network.intersections.values()].filter(
    ({ district, phases }) => owned(district) && phases.length > 0,
  );
  const layouts = advisable(layoutsOf(controlModelOf(network, intersections)));
  // One that no plan can be given is not waited for by the others.
  for (const intersection of intersections) if (!mayBeTimed(intersection)) layouts.delete(intersection.id);
  return [...groupsOf(layouts)].map((ids) => ({
    signals: [...ids].sort().map((id) => ({
      intersection: network.intersections.get(id) as Intersection,
      layout: layouts.get(id) as Layout,
    })),
  }));
}
