import type { Intersection, Network } from '#domain/network.ts';
import { SignalControl } from '#domain/signal-control/control.ts';
import type { StageAdvice } from '#domain/signal-control/model.ts';
import { controlModelOf } from '#domain/signal-control/network-model.ts';
import { stagesOf } from '#domain/signal-control/plan-sequence.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Keep, Owned, Processor } from '#runtime/processor.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { approachStates, signalStages, signalStatuses } from '#schemas/topics.ts';
import { approachState, fold, predict, windowLength } from './approach-state.ts';
import { observationOf } from './observation.ts';
import { stageDocument, withdrawal } from './stage-document.ts';
import {
  changedRows,
  type Followed,
  followedOf,
  restoreRows,
  type SignalControlState,
  type Window,
} from './state.ts';
import { judgeWindow } from './worth.ts';

/** Advice that says the same again is sent after so long, so that a controller knows that somebody is there. */
const repeatedAfter = seconds(20);

/**
 * Advises signals stage by stage: takes up what they show and what their detectors say, and looks a minute ahead for
 * the stages under which vehicles stand the least. Signals that speak of the same moment are advised together, those
 * upstream known to those downstream.
 *
 * What stands and comes before each signal is told minute by minute, with how sure that is.
 *
 * Advice goes out when it differs from the last, or after 20 s; what does not pass the gate is not sent. Where vehicles
 * have surely stood longer under it than they would have under the controller's own plan, it is withdrawn and held
 * back for half an hour. A status that comes too late is of no more use, and is let pass.
 */
export const signalControl: Processor<SignalStatus, SignalControlState> = {
  name: 'signal-control',
  stateVersion: 5,
  reads: [signalStatuses],
  writes: [signalStages, approachStates],
  isAwaited: true,
  lateness: seconds(1),
  revisionBound: minutes(1),
  tick: seconds(1),
  initial,
  step,
  accepts,
  keep: { changed: changedRows, restore: restoreRows } satisfies Keep<SignalControlState>,
};

function initial(network: Network, owned: Owned): SignalControlState {
  const intersections = [...network.intersections.values()].filter(
    ({ district, phases }) => owned(district) && phases.length > 0,
  );
  return {
    control: new SignalControl(controlModelOf(network, intersections)),
    followed: new Map(intersections.map((intersection) => [intersection.id, followedOf(intersection)])),
  };
}

function accepts(
  network: Network,
  _topic: string,
  { intersection, district }: SignalStatus,
): Rejection | undefined {
  const known = network.intersections.get(intersection);
  if (known === undefined)
    return reject('reference.unknown', 'intersection', `${intersection}; one of the network would be right`);
  if (known.district !== district)
    return reject('reference.unknown', 'district', `${district}; ${known.district} would be right`);
  return undefined;
}

function step(state: SignalControlState, input: Input<SignalStatus>, emit: Emit, network: Network): void {
  if (input.kind === 'event') {
    const followed = state.followed.get(input.event.intersection);
    if (followed === undefined) return;
    followed.waiting.push(input.event);
    state.control.changed.add(input.event.intersection);
  } else if (input.kind === 'watermark') {
    adviseAll(state, input.at, emit, network);
    if (input.at % windowLength === 0) closeWindows(state, input.at, emit, network);
  }
}

/** Those that spoke of the same moment, in the order of time. */
function adviseAll(state: SignalControlState, at: EventTime, emit: Emit, network: Network): void {
  const moments = new Map<number, SignalStatus[]>();
  for (const { waiting } of state.followed.values())
    for (const status of waiting.splice(0)) {
      const together = moments.get(status.at);
      if (together === undefined) moments.set(status.at, [status]);
      else together.push(status);
    }
  for (const [, statuses] of [...moments].sort(([a], [b]) => a - b)) {
    statuses.sort((a, b) => (a.intersection < b.intersection ? -1 : 1));
    for (const [, alike] of groupBy(statuses, timing)) {
      const advice = state.control.take(observationOf(alike, state.followed));
      for (const status of alike) sum(state, status);
      for (const one of advice) send(state, one, alike, at, emit, network);
    }
  }
}

/** Statuses can be taken up together whose readings cover the same time and whose controllers are equally quick. */
const timing = ({ intervalSeconds, delayMilliseconds }: SignalStatus): string =>
  `${intervalSeconds} ${delayMilliseconds}`;

function groupBy<Value>(values: readonly Value[], key: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}

function send(
  state: SignalControlState,
  advice: StageAdvice,
  statuses: readonly SignalStatus[],
  at: EventTime,
  emit: Emit,
  network: Network,
): void {
  const intersection = network.intersections.get(advice.signal) as Intersection;
  const status = statuses.find((one) => one.intersection === advice.signal) as SignalStatus;
  const followed = state.followed.get(advice.signal) as Followed;
  predict(followed, advice.prediction, status);
  const isSwitch = advice.stage !== advice.from && advice.afterSeconds > 0;
  const { said, worth } = followed;
  if (worth.heldUntil !== null || !followed.mayChange) return;
  if (said?.stage === advice.stage && !said.isSwitch && !isSwitch && at - said.at < repeatedAfter) return;
  const document = stageDocument({
    intersection,
    advice,
    status,
    stages: stagesOf(intersection),
    lanes: state.control.layout(advice.signal)?.lanes ?? [],
    states: state.control.state[advice.signal]?.lanes ?? [],
    at,
  });
  if (document === undefined) return;
  followed.said = { stage: advice.stage, isSwitch, at };
  state.control.told(advice, document.callAt / 1000);
  emit(signalStages, document);
}

function sum({ control, followed }: SignalControlState, status: SignalStatus): void {
  const known = followed.get(status.intersection);
  const signal = control.state[status.intersection];
  if (known !== undefined && signal !== undefined) fold(known, signal.lanes, status);
}

function closeWindows(
  { control, followed }: SignalControlState,
  at: EventTime,
  emit: Emit,
  network: Network,
): void {
  for (const [id, known] of followed) {
    const { window } = known;
    const layout = control.layout(id);
    const signal = control.state[id];
    if (window === null || window.start >= at || layout === undefined || signal === undefined) continue;
    const intersection = network.intersections.get(id) as Intersection;
    emit(approachStates, approachState(intersection, layout, signal.lanes, window, at));
    judge(known, window, intersection, at, emit);
    known.window = null;
    control.changed.add(id);
  }
}

/** Withdraws advice that was surely worse than none. */
function judge(
  followed: Followed,
  window: Window,
  intersection: Intersection,
  at: EventTime,
  emit: Emit,
): void {
  const { heldUntil } = followed.worth;
  followed.worth = judgeWindow(followed.worth, window.twin, at);
  if (heldUntil !== null || followed.worth.heldUntil === null) return;
  followed.said = null;
  emit(signalStages, withdrawal(intersection, followed.worth, at));
}
