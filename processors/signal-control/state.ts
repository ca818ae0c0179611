/** What is kept of each signal between its statuses. */

import type { Intersection } from '#domain/network.ts';
import type { ControlledSignal, SignalControl } from '#domain/signal-control/control.ts';
import { stagesOf } from '#domain/signal-control/plan-sequence.ts';
import { mayChange } from '#domain/signal-timing/stage-gate.ts';
import type { EventTime } from '#domain/time.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { notJudged, type Twin, type Worth } from './worth.ts';

/** What is summed over a window, of each lane. */
export interface LaneSums {
  /** Time that vehicles stood, vehicle seconds. */
  stoodSeconds: number;
  /** Deviations of the estimates, times the seconds for which they held. */
  deviationSeconds: number;
  longestQueue: number;
  longestWaitSeconds: number;
  isFull: boolean;
}

export interface Window {
  readonly start: EventTime;
  twin: Twin | null;
  statuses: number;
  seconds: number;
  readonly lanes: LaneSums[];
}

export interface Followed {
  /** Numbers of the phases of each stage, sorted: the same for ever, and so not kept. */
  readonly stages: readonly (readonly number[])[];
  /** Whether its stages may follow one another at all; nor is this kept. */
  readonly mayChange: boolean;
  /** Statuses of which it is not sure yet that no other speaks of the same moment. */
  readonly waiting: SignalStatus[];
  /** The last advice that was sent. */
  said: { readonly stage: number; readonly isSwitch: boolean; readonly at: EventTime } | null;
  /** The window that runs. */
  window: Window | null;
  worth: Worth;
}

export interface SignalControlState {
  readonly control: SignalControl;
  readonly followed: ReadonlyMap<string, Followed>;
}

export const followedOf = (intersection: Intersection): Followed => ({
  stages: stagesOf(intersection).map((stage) => stage.map(({ number }) => number).sort((a, b) => a - b)),
  mayChange: mayChange(intersection),
  waiting: [],
  said: null,
  window: null,
  worth: notJudged,
});

interface Row {
  readonly signal: ControlledSignal;
  readonly waiting: readonly SignalStatus[];
  readonly said: Followed['said'];
  readonly window: Window | null;
  readonly worth: Worth;
}

/** The rows of signals that changed, as copies: they go on changing while these are written. */
export function* changedRows({
  control,
  followed,
}: SignalControlState): Generator<readonly [string, unknown]> {
  for (const id of [...control.changed].sort()) {
    const { waiting, said, window, worth } = followed.get(id) as Followed;
    const row: Row = { signal: control.state[id] as ControlledSignal, waiting, said, window, worth };
    yield [id, structuredClone(row)];
  }
  control.changed.clear();
}

/** Signals that are no longer here are let pass. */
export function restoreRows(
  { control, followed }: SignalControlState,
  rows: Iterable<readonly [string, unknown]>,
): void {
  for (const [id, value] of rows) {
    const known = followed.get(id);
    if (known === undefined) continue;
    const { signal, waiting, said, window, worth } = structuredClone(value) as Row;
    control.state[id] = signal;
    known.waiting.splice(0, known.waiting.length, ...waiting);
    known.said = said;
    known.window = window;
    known.worth = worth;
  }
}
