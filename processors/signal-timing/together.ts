/**
 * Plans from what is said of each lane minute by minute, for signals whose controllers send statuses and no events.
 * Signals that follow one another are advised together. Pure: for the stream and on demand.
 */
import type { Intersection, Network, Plan } from '#domain/network.ts';
import { costOf, drawPlans, type Plans, playAll } from '#domain/signal-control/corridor.ts';
import { CyclicFlow, type Played } from '#domain/signal-control/cyclic-flow.ts';
import { deviationOfArrival, type RateState, rateOfArrival } from '#domain/signal-control/lane-estimate.ts';
import { laneFlow } from '#domain/signal-control/lane-flow.ts';
import type { Lane, Layout } from '#domain/signal-control/layout.ts';
import { placeOfLane } from '#domain/signal-control/network-model.ts';
import { type Member, paysTooMuch } from '#domain/signal-control/plan-search.ts';
import { PlanSpace } from '#domain/signal-control/plan-space.ts';
import { passes } from '#domain/signal-timing/constraint.ts';
import { type AskedBounds, evaluatePlan } from '#domain/signal-timing/safety-gate.ts';
import { type EventTime, seconds } from '#domain/time.ts';
import type { ApproachLane } from '#schemas/generated/approach.state.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { isUsualKnown, type LaneMinutes } from './corridors.ts';
import { noPriority, type Priority, priorityText } from './priority.ts';
import { changesOf, fullness } from './reason.ts';
import { type Advice, deciseconds, recommendationLife, wirePlan, worthwhileSeconds } from './recommend.ts';

/** What is known of one signal. */
export interface Seen {
  readonly intersection: Intersection;
  readonly layout: Layout;
  readonly inForce: Plan;
  readonly lanes: LaneMinutes;
}

export interface TogetherRequest {
  readonly network: Network;
  readonly signals: readonly Seen[];
  readonly bounds?: AskedBounds | undefined;
  readonly priority?: Priority | undefined;
  readonly at: EventTime;
  /** Makes the ids; never used twice at one intersection. */
  readonly nonce: string;
}

/** A change must save at least this part of the delay: traffic suffers while a controller goes from plan to plan. */
const clearGain = 0.1;

/** What the plans do when as many come as did, or as many as may well come. */
interface Outcome {
  readonly before: ReadonlyMap<string, Played>;
  readonly after: ReadonlyMap<string, Played>;
  /** Of all signals together, s a vehicle. */
  readonly savingSeconds: number;
  readonly delaySeconds: number;
  /** Vehicles that come to each signal, each counted as often as it weighs, vehicles a second. */
  readonly arrivalVps: ReadonlyMap<string, number>;
}

/** What a document says of the plans: when as many come as did, and as may well come; and what was asked for. */
interface Promised {
  readonly likely: Outcome;
  readonly worst: Outcome;
  readonly asked: string;
}

/** Advice for each of the signals, by its id. */
export function recommendTogether(request: TogetherRequest): ReadonlyMap<string, Advice> {
  const { network, signals, bounds, at, priority = noPriority } = request;
  const none = (...reasons: string[]): ReadonlyMap<string, Advice> =>
    new Map(signals.map(({ intersection }) => [intersection.id, { kind: 'none', reasons }]));
  const spaces = signals.map(
    ({ intersection, layout, inForce, lanes }) =>
      new PlanSpace(intersection, layout, inForce, bounds, isUsualKnown(lanes)),
  );
  const membersFor = (deviations: number, counted: Priority): Member[] =>
    signals.map((seen, i) => ({
      id: seen.intersection.id,
      flow: flowOf(seen, deviations, counted),
      space: spaces[i] as PlanSpace,
    }));
  const inForce: Plans = new Map(signals.map((seen) => [seen.intersection.id, seen.inForce]));
  const probable = membersFor(1, priority);
  const plans = drawPlans(probable);
  const likely = outcome(membersFor(0, priority), inForce, plans);
  const worst = outcome(probable, inForce, plans);
  const low = Math.min(likely.savingSeconds, worst.savingSeconds);
  const least = Math.max(worthwhileSeconds, clearGain * likely.delaySeconds);
  if (!(likely.savingSeconds >= least) || !(deciseconds(low, Math.floor) > 0))
    return none(
      'the plan in force is near the best within the bounds: ' +
        `a change would save ${likely.savingSeconds.toFixed(1)} s a vehicle, and at least ${low.toFixed(1)} s`,
    );
  for (const [id, played] of likely.after)
    if (paysTooMuch(likely.before.get(id) as Played, played))
      return none(`somebody at ${id} would wait too much longer`);
  // What is promised is what all vehicles alike will see.
  const promise: Promised =
    priority.size === 0
      ? { likely, worst, asked: '' }
      : {
          likely: outcome(membersFor(0, noPriority), inForce, plans),
          worst: outcome(membersFor(1, noPriority), inForce, plans),
          asked: priorityText(network, priority, likely.savingSeconds),
        };
  const advice = new Map<string, Advice>();
  for (const seen of signals) {
    const { intersection } = seen;
    const plan = plans.get(intersection.id) as Plan;
    const constraints = evaluatePlan(intersection, seen.inForce, plan, bounds);
    if (!passes(constraints)) {
      const failed = constraints.find(({ met }) => !met);
      return none(`the safety gate refuses ${failed?.name} of ${intersection.id}`);
    }
    if (isSame(plan, seen.inForce)) {
      advice.set(intersection.id, {
        kind: 'none',
        reasons: ['the plan in force is the best that was found'],
      });
      continue;
    }
    const document = documentOf(request, seen, plan, constraints, promise, at);
    advice.set(intersection.id, { kind: 'recommendation', document });
  }
  return advice;
}

/** What comes, and this many standard deviations of the count more. */
function flowOf(
  { layout, lanes: { last, usual } }: Seen,
  deviations: number,
  priority: Priority,
): CyclicFlow {
  const flows = layout.lanes.map((lane) => {
    const place = last.lanes.findIndex((one) => isLane(one, lane));
    const seen = last.lanes[place];
    const shares = lane.links.map((_, link) => seen?.shares[link]?.permille ?? 0);
    const sum = shares.reduce((total, share) => total + share, 0);
    const ratio = seen?.saturationVph == null ? 1 : seen.saturationVph / 3600 / lane.saturationVps;
    return laneFlow(lane, {
      arrivalVps: seen === undefined ? 0 : comingVps(seen, usual[place], deviations),
      shares: shares.map((share) => (sum > 0 ? share / sum : 1 / shares.length)),
      ratio,
      weight: priority.get(placeOfLane(lane.id).link),
    });
  });
  return new CyclicFlow(layout, flows);
}

/** A queue that every red leaves, vehicles. What stands beyond it is to go in a quarter of an hour, as HCM has it. */
const usualQueue = 3;
const clearingSeconds = 900;

/** What came in the last minutes or usually, whichever is more: who plans for less has queues. Vehicles a second. */
function comingVps(seen: ApproachLane, usual: RateState | undefined, deviations: number): number {
  const lately = (seen.arrivalVph + deviations * seen.arrivalDeviationVph) / 3600;
  const ever = usual === undefined ? 0 : rateOfArrival(usual) + deviations * deviationOfArrival(usual);
  const standing = Math.max(0, seen.queueDecivehicles / 10 - usualQueue);
  return Math.max(lately, ever) + standing / clearingSeconds;
}

function isLane(seen: ApproachLane, lane: Lane): boolean {
  const place = placeOfLane(lane.id);
  return place.link === seen.link && place.lane === seen.lane;
}

function outcome(members: readonly Member[], inForce: Plans, plans: Plans): Outcome {
  const before = playAll(members, inForce);
  const after = playAll(members, plans);
  const arrivalVps = new Map(members.map(({ id, flow }) => [id, arrivalOf(flow)]));
  const vehicles = [...arrivalVps.values()].reduce((sum, vps) => sum + vps, 0);
  return {
    before,
    after,
    savingSeconds: (costOf(before) - costOf(after)) / vehicles,
    delaySeconds: costOf(before) / vehicles,
    arrivalVps,
  };
}

const arrivalOf = ({ flows }: CyclicFlow): number =>
  flows.reduce((sum, { arrivalVps, weight }) => sum + weight * arrivalVps, 0);

const isSame = (one: Plan, other: Plan): boolean =>
  JSON.stringify(wirePlan(one)) === JSON.stringify(wirePlan(other));

function documentOf(
  { network, signals, nonce }: TogetherRequest,
  { intersection, inForce, layout, lanes: { last: approach, windows, since } }: Seen,
  plan: Plan,
  constraints: SignalRecommendation['constraints'],
  { likely, worst, asked }: Promised,
  at: EventTime,
): SignalRecommendation {
  const [before, after] = [likely.before, likely.after].map(
    (played) => played.get(intersection.id) as Played,
  );
  const vehicles = likely.arrivalVps.get(intersection.id) as number;
  const mean = (played: Played | undefined): number => (played?.cost ?? 0) / vehicles;
  const [low, high] = [likely.savingSeconds, worst.savingSeconds].sort((a, b) => a - b) as [number, number];
  const id = `${intersection.id}.${nonce}`;
  return {
    district: intersection.district,
    intersection: intersection.id,
    recommendation: id,
    at,
    expiresAt: at + recommendationLife,
    nonce: id,
    plan: wirePlan(plan),
    previous: wirePlan(inForce),
    constraints,
    evidence: {
      windowStart: since,
      windowEnd: approach.windowStart + seconds(approach.windowSeconds),
      windows,
      quality: approach.lanes.every(({ quality }) => quality === 'observed') ? 'observed' : 'imputed',
    },
    currentDelayDeciseconds: deciseconds(mean(before), Math.round),
    predictedDelayDeciseconds: deciseconds(mean(after), Math.round),
    benefitLowDeciseconds: deciseconds(low, Math.floor),
    benefitHighDeciseconds: deciseconds(high, Math.floor),
    reason:
      `${causeOf(network, layout, worst.before.get(intersection.id) as Played)}: ${changesOf(inForce, plan)}; ` +
      `mean delay ${mean(before).toFixed(1)} s, expected ${mean(after).toFixed(1)} s ` +
      `(saves ${low.toFixed(1)} to ${high.toFixed(1)} s a vehicle${
        signals.length > 1 ? ` at ${signals.length} signals together` : ''
      })${asked}`,
    signature: '',
  };
}

/** The lane that is the fullest when as many come as may well come. */
function causeOf(network: Network, { lanes }: Layout, { volumeToCapacity }: Played): string {
  const most = Math.max(...volumeToCapacity);
  const fullest = lanes[volumeToCapacity.indexOf(most)];
  if (fullest === undefined) return 'green does not fit the demand';
  const { link, lane } = placeOfLane(fullest.id);
  return `${network.links.get(link)?.name ?? link}, lane ${lane}, is the fullest (${fullness(most)})`;
}
