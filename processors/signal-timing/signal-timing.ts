import type { Intersection, Network, Plan } from '#domain/network.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Keep, Processor } from '#runtime/processor.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalRecommendation, TimingPlan } from '#schemas/generated/signal.recommendation.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { intersectionPerformances, signalAcknowledgements, signalRecommendations } from '#schemas/topics.ts';
import { observedPlan, usableWindows, windowsNeeded, windowsUsed } from './evidence.ts';
import { recommend } from './recommend.ts';

/** Who rejected advice is left alone for this long. */
const quietAfterRejection = minutes(15);
/** Windows remembered: more than are used, so that revisions of the older find them. */
const windowsKept = windowsUsed + 2;
/** Recommendations remembered, so that a late acknowledgement finds its plan. */
const issuedKept = 8;
const trialsKept = 8;

type Event = IntersectionPerformance | SignalAcknowledgement;

/** A recommendation that was sent. */
interface Issued {
  recommendation: string;
  expiresAt: EventTime;
  plan: TimingPlan;
  previous: TimingPlan;
  savingDeciseconds: number;
}

/** What an applied recommendation promised and what was measured, 0.1 s a vehicle; null while not known. */
export interface Trial {
  recommendation: string;
  appliedAt: EventTime;
  predictedSavingDeciseconds: number | null;
  delayBeforeDeciseconds: number | null;
  delayAfterDeciseconds: number | null;
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
  trials: Trial[];
}

export interface SignalTimingState {
  readonly rows: Map<string, IntersectionRow>;
  /** Intersections whose row changed since it was last kept. */
  readonly changed: Set<string>;
}

/**
 * Advises timing plans: a Webster plan through the safety gate, when the windows say that it pays.
 *
 * One recommendation at a time waits for an answer. After a rejection there is silence for 15 minutes; after
 * an application, until two windows have shown what the new plan does.
 */
export const signalTiming: Processor<Event, SignalTimingState> = {
  name: 'signal-timing',
  stateVersion: 1,
  reads: [intersectionPerformances, signalAcknowledgements],
  writes: [signalRecommendations],
  lateness: seconds(5),
  revisionBound: minutes(60),
  tick: minutes(1),
  initial: () => ({ rows: new Map(), changed: new Set() }),
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
    trials: [],
  };
  state.rows.set(intersection.id, row);
  return row;
}

function measure(state: SignalTimingState, window: IntersectionPerformance, network: Network): void {
  const row = rowOf(state, network.intersections.get(window.intersection) as Intersection);
  if (window.windowStart < row.inForceSince) return;
  const other = row.windows.find(({ windowStart }) => windowStart === window.windowStart);
  if (other !== undefined && other.revision >= window.revision) return;
  row.windows = [...row.windows.filter((known) => known !== other), window]
    .sort((a, b) => a.windowStart - b.windowStart)
    .slice(-windowsKept);
  row.fresh = true;
}

function answer(state: SignalTimingState, acknowledgement: SignalAcknowledgement, network: Network): void {
  const row = rowOf(state, network.intersections.get(acknowledgement.intersection) as Intersection);
  const { recommendation, status, at } = acknowledgement;
  const issued = row.issued.find((known) => known.recommendation === recommendation);
  if (status === 'applied') applied(row, recommendation, issued, at);
  if (status === 'withdrawn') withdrawn(row, recommendation, issued, at);
  if (status === 'accepted' || row.pending !== recommendation) return;
  row.pending = null;
  if (status === 'rejected') row.quietUntil = Math.max(row.quietUntil, at + quietAfterRejection);
}

/** The controller runs the recommended plan now; what was measured before says nothing about it. */
function applied(
  row: IntersectionRow,
  recommendation: string,
  issued: Issued | undefined,
  at: EventTime,
): void {
  if (at < row.inForceSince || row.trials.some((trial) => trial.recommendation === recommendation)) return;
  row.trials = [
    ...row.trials,
    {
      recommendation,
      appliedAt: at,
      predictedSavingDeciseconds: issued?.savingDeciseconds ?? null,
      delayBeforeDeciseconds: meanDelay(usableWindows(row.windows, at)),
      delayAfterDeciseconds: null,
    },
  ].slice(-trialsKept);
  put(row, issued === undefined ? null : { id: recommendation, ...issued.plan }, at);
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
  row.windows = row.windows.filter(({ windowStart }) => windowStart >= at);
  // Whatever waits for an answer was drawn for a plan that is no longer in force.
  row.pending = null;
}

/** Mean of the measured delay, each window alike, 0.1 s; null when none was measured. */
function meanDelay(windows: readonly IntersectionPerformance[]): number | null {
  const delays = windows.flatMap(({ controlDelayDeciseconds }) => controlDelayDeciseconds ?? []);
  if (delays.length === 0) return null;
  return Math.round(delays.reduce((sum, delay) => sum + delay, 0) / delays.length);
}

function advise(state: SignalTimingState, at: EventTime, emit: Emit, network: Network): void {
  for (const id of [...state.rows.keys()].sort()) {
    const row = state.rows.get(id) as IntersectionRow;
    if (!row.fresh || at < row.quietUntil || waits(row, at)) continue;
    const intersection = network.intersections.get(id);
    if (intersection === undefined) continue;
    state.changed.add(id);
    row.fresh = false;
    closeTrial(row, at);
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

/** The measured delay after the last application, as soon as two windows have passed. */
function closeTrial(row: IntersectionRow, at: EventTime): void {
  const trial = row.trials.at(-1);
  const windows = usableWindows(row.windows, at);
  if (trial === undefined || trial.delayAfterDeciseconds !== null || windows.length < windowsNeeded) return;
  row.trials = [...row.trials.slice(0, -1), { ...trial, delayAfterDeciseconds: meanDelay(windows) }];
}

/** A copy of each changed row: the row itself goes on changing while the copy is written. */
function* changed(state: SignalTimingState): Generator<readonly [string, unknown]> {
  for (const id of [...state.changed].sort()) yield [id, { ...(state.rows.get(id) as IntersectionRow) }];
  state.changed.clear();
}

function restore(state: SignalTimingState, rows: Iterable<readonly [string, unknown]>): void {
  for (const [id, row] of rows) state.rows.set(id, { ...(row as IntersectionRow) });
}
