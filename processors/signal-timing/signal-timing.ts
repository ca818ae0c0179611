import type { Intersection, Network, Plan } from '#domain/network.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Keep, Owned, Processor } from '#runtime/processor.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalRecommendation, TimingPlan } from '#schemas/generated/signal.recommendation.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import {
  approachStates,
  intersectionPerformances,
  signalAcknowledgements,
  signalBenefits,
  signalRecommendations,
} from '#schemas/topics.ts';
import {
  type Corridor,
  corridorsOf,
  isFresh,
  isLongEnough,
  type LaneMinutes,
  lookEvery,
  underAnotherPlan,
  withMinute,
} from './corridors.ts';
import { isMeasured, observedPlan, windowsUsed } from './evidence.ts';
import { recommend } from './recommend.ts';
import { recommendTogether, type Seen } from './together.ts';
import { beginTrial, benefitDocument, goOn, type Trial, takeBack, verdictOf } from './trial.ts';

/** Who rejected advice is left alone for this long. */
const quietAfterRejection = minutes(15);
/** Windows remembered: more than are used, so that revisions of the older find them. */
const windowsKept = windowsUsed + 2;
/** Recommendations remembered, so that a late acknowledgement finds its plan. */
const issuedKept = 8;

type Event = IntersectionPerformance | SignalAcknowledgement | ApproachState;

/** A recommendation that was sent. */
interface Issued {
  recommendation: string;
  expiresAt: EventTime;
  plan: TimingPlan;
  previous: TimingPlan;
  savingDeciseconds: number;
}

/** What is known of one intersection. Plain data: it is kept as it is. */
export interface IntersectionRow {
  /** Those since the plan in force was applied, oldest first. */
  windows: IntersectionPerformance[];
  /** Null when somebody applied a plan that was not advised here, until it has been observed. */
  inForce: Plan | null;
  inForceSince: EventTime;
  /** Oldest first. */
  issued: Issued[];
  /** The recommendation that waits for an answer. */
  pending: string | null;
  /** No advice before this time. */
  quietUntil: EventTime;
  /** A window has come that no advice has been drawn from. */
  fresh: boolean;
  /** Of the plan in force, when it was advised here. */
  trial: Trial | null;
  /** Whether its controller tells events, so that windows come. */
  isMeasured: boolean;
  /** What was seen of its lanes. */
  lanes: LaneMinutes | null;
  /** When a plan was last drawn from its lanes. */
  drawnAt: EventTime;
}

export interface SignalTimingState {
  readonly rows: Map<string, IntersectionRow>;
  /** Intersections whose row changed since it was last kept. */
  readonly changed: Set<string>;
  /** The same for ever, and so not kept. */
  readonly corridors: readonly Corridor[];
}

/**
 * Advises timing plans through the safety gate: where controllers tell their events, a Webster plan when the windows
 * say that it pays; where they only send statuses, plans for the signals of a corridor together, from their lanes.
 *
 * One recommendation at a time waits for an answer. After a rejection there is silence for 15 minutes; after
 * an application, until two windows have shown what the new plan does. What an applied plan was worth is measured
 * against what the plan before would have cost with the same traffic; when it was worse, going back is advised.
 */
export const signalTiming: Processor<Event, SignalTimingState> = {
  name: 'signal-timing',
  stateVersion: 3,
  reads: [intersectionPerformances, signalAcknowledgements, approachStates],
  writes: [signalRecommendations, signalBenefits],
  lateness: seconds(5),
  revisionBound: minutes(60),
  tick: minutes(1),
  initial: (network: Network, owned: Owned) => ({
    rows: new Map(),
    changed: new Set(),
    corridors: corridorsOf(network, owned),
  }),
  step,
  accepts,
  keep: { changed, restore } satisfies Keep<SignalTimingState>,
};

function accepts(network: Network, _topic: string, event: Event): Rejection | undefined {
  const intersection = network.intersections.get(event.intersection);
  if (intersection === undefined)
    return reject(
      'reference.unknown',
      'intersection',
      `${event.intersection}; one of the network would be right`,
    );
  if (intersection.district !== event.district)
    return reject(
      'reference.unknown',
      'district',
      `${event.district}; ${intersection.district} would be right`,
    );
  return undefined;
}

function step(state: SignalTimingState, input: Input<Event>, emit: Emit, network: Network): void {
  if (input.kind === 'watermark') advise(state, input.at, emit, network);
  else if (input.topic === intersectionPerformances.name)
    measure(state, input.event as IntersectionPerformance, network);
  else if (input.topic === approachStates.name) see(state, input.event as ApproachState, network);
  else answer(state, input.event as SignalAcknowledgement, network);
}

/** The row of an intersection, which is about to change. */
function rowOf(state: SignalTimingState, intersection: Intersection): IntersectionRow {
  state.changed.add(intersection.id);
  const known = state.rows.get(intersection.id);
  if (known !== undefined) return known;
  const row: IntersectionRow = {
    windows: [],
    inForce: intersection.plan,
    inForceSince: 0,
    issued: [],
    pending: null,
    quietUntil: 0,
    fresh: false,
    trial: null,
    isMeasured: false,
    lanes: null,
    drawnAt: 0,
  };
  state.rows.set(intersection.id, row);
  return row;
}

function measure(state: SignalTimingState, window: IntersectionPerformance, network: Network): void {
  const row = rowOf(state, network.intersections.get(window.intersection) as Intersection);
  row.isMeasured ||= isMeasured(window.quality);
  if (window.windowStart < row.inForceSince) return;
  const other = row.windows.find(({ windowStart }) => windowStart === window.windowStart);
  if (other !== undefined && other.revision >= window.revision) return;
  row.windows = [...row.windows.filter((known) => known !== other), window]
    .sort((a, b) => a.windowStart - b.windowStart)
    .slice(-windowsKept);
  row.fresh = true;
}

function see(state: SignalTimingState, minute: ApproachState, network: Network): void {
  const row = rowOf(state, network.intersections.get(minute.intersection) as Intersection);
  if (minute.windowStart < row.inForceSince) return;
  row.lanes = withMinute(row.lanes, minute);
  // The first minute is seldom a whole one.
  row.drawnAt ||= row.lanes.since + minutes(1);
}

function answer(state: SignalTimingState, acknowledgement: SignalAcknowledgement, network: Network): void {
  const { recommendation, status, at } = acknowledgement;
  const intersection = network.intersections.get(acknowledgement.intersection) as Intersection;
  const row = rowOf(state, intersection);
  const issued = row.issued.find((known) => known.recommendation === recommendation);
  if (status === 'applied') applied(row, intersection, recommendation, issued, at);
  if (status === 'withdrawn') withdrawn(row, recommendation, issued, at);
  if (status === 'accepted' || row.pending !== recommendation) return;
  row.pending = null;
  if (status === 'rejected') row.quietUntil = Math.max(row.quietUntil, at + quietAfterRejection);
}

/** The controller runs the recommended plan now; what was measured before says nothing about it. */
function applied(
  row: IntersectionRow,
  intersection: Intersection,
  recommendation: string,
  issued: Issued | undefined,
  at: EventTime,
): void {
  if (at < row.inForceSince || row.inForce?.id === recommendation) return;
  const trial = issued === undefined ? undefined : beginTrial(intersection, issued, row.windows, at);
  put(row, issued === undefined ? null : { id: recommendation, ...issued.plan }, at);
  row.trial = trial ?? null;
}

/** Taken back after it was applied: the controller returns to what it ran before. */
function withdrawn(
  row: IntersectionRow,
  recommendation: string,
  issued: Issued | undefined,
  at: EventTime,
): void {
  if (issued === undefined || row.inForce?.id !== recommendation || at < row.inForceSince) return;
  put(row, { id: `before ${recommendation}`, ...issued.previous }, at);
}

function put(row: IntersectionRow, plan: Plan | null, at: EventTime): void {
  row.inForce = plan;
  row.inForceSince = at;
  row.trial = null;
  row.windows = row.windows.filter(({ windowStart }) => windowStart >= at);
  row.lanes = underAnotherPlan(row.lanes);
  // Whatever waits for an answer was drawn for a plan that is no longer in force.
  row.pending = null;
}

function advise(state: SignalTimingState, at: EventTime, emit: Emit, network: Network): void {
  for (const id of [...state.rows.keys()].sort()) {
    const row = state.rows.get(id) as IntersectionRow;
    const intersection = network.intersections.get(id);
    if (!row.fresh || intersection === undefined) continue;
    // What runs is judged also while something else waits for an answer.
    if (row.trial !== null) state.changed.add(id);
    if (judgeTrial(row, intersection, at, emit)) continue;
    if (at < row.quietUntil || waits(row, at)) continue;
    state.changed.add(id);
    row.fresh = false;
    row.inForce ??= observedPlan(intersection, row.windows, at) ?? null;
    if (row.inForce === null) continue;
    const advice = recommend({
      network,
      intersection,
      windows: row.windows,
      inForce: row.inForce,
      at,
      nonce: `${at}`,
    });
    if (advice.kind === 'recommendation') issue(row, advice.document, emit);
  }
  for (const corridor of state.corridors) adviseTogether(state, corridor, at, emit, network);
}

/** Plans for the signals of a corridor that only their statuses tell of. */
function adviseTogether(
  state: SignalTimingState,
  { signals }: Corridor,
  at: EventTime,
  emit: Emit,
  network: Network,
): void {
  const seen: Seen[] = [];
  for (const { intersection, layout } of signals) {
    const row = state.rows.get(intersection.id);
    if (row === undefined || row.isMeasured || row.lanes === null || row.inForce === null) continue;
    if (!isFresh(row.lanes, at) || at < row.quietUntil) continue;
    // The others of the corridor wait for it, so that all are judged under the same plans.
    if (waits(row, at) || !isLongEnough(row.lanes) || at - row.drawnAt < lookEvery) return;
    seen.push({ intersection, layout, inForce: row.inForce, lanes: row.lanes });
  }
  if (seen.length === 0) return;
  const advice = recommendTogether({ network, signals: seen, at, nonce: `${at}` });
  for (const { intersection } of seen) {
    const row = rowOf(state, intersection);
    row.drawnAt = at;
    const said = advice.get(intersection.id);
    if (said?.kind === 'recommendation') issue(row, said.document, emit);
  }
}

/** Whether a recommendation that can still be applied waits for an answer. */
const waits = (row: IntersectionRow, at: EventTime): boolean =>
  row.issued.some(({ recommendation, expiresAt }) => recommendation === row.pending && at <= expiresAt);

function issue(row: IntersectionRow, document: SignalRecommendation, emit: Emit): void {
  const { recommendation, expiresAt, plan, previous } = document;
  const savingDeciseconds = document.currentDelayDeciseconds - document.predictedDelayDeciseconds;
  row.issued = [...row.issued, { recommendation, expiresAt, plan, previous, savingDeciseconds }].slice(
    -issuedKept,
  );
  row.pending = recommendation;
  emit(signalRecommendations, document);
}

/** Tells what the applied plan has been worth; true when going back is advised instead of anything else. */
function judgeTrial(row: IntersectionRow, intersection: Intersection, at: EventTime, emit: Emit): boolean {
  const { trial, inForce } = row;
  if (trial === null || inForce === null) return false;
  const next = goOn(trial, intersection, inForce, row.windows, at);
  if (next === trial) return false;
  row.trial = next;
  const benefit = verdictOf(next);
  if (benefit === undefined) return false;
  emit(signalBenefits, benefitDocument(intersection, next, benefit, at));
  if (benefit.verdict !== 'worse' || next.isTakenBack) return false;
  const back = takeBack(intersection, next, benefit, inForce, row.windows, at);
  if (back === undefined) return false;
  row.trial = { ...next, isTakenBack: true };
  issue(row, back, emit);
  return true;
}

/** A copy of each changed row: the row itself goes on changing while the copy is written. */
function* changed(state: SignalTimingState): Generator<readonly [string, unknown]> {
  for (const id of [...state.changed].sort()) yield [id, { ...(state.rows.get(id) as IntersectionRow) }];
  state.changed.clear();
}

function restore(state: SignalTimingState, rows: Iterable<readonly [string, unknown]>): void {
  for (const [id, row] of rows) state.rows.set(id, { ...(row as IntersectionRow) });
}
