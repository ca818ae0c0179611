/** What is kept of each signal between its statuses. */

import type { Intersection } from '#domain/network.ts';
import type { ControlledSignal, SignalControl } from '#domain/signal-control/control.ts';
import { stagesOf } from '#domain/signal-control/network-model.ts';
import type { EventTime } from '#domain/time.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';

export interface Followed {
  /** Numbers of the phases of each stage, sorted: the same for ever, and so not kept. */
  readonly stages: readonly (readonly number[])[];
  /** Statuses of which it is not sure yet that no other speaks of the same moment. */
  readonly waiting: SignalStatus[];
  /** The last advice that was sent. */
  said: { readonly stage: number; readonly isSwitch: boolean; readonly at: EventTime } | null;
}

export interface SignalControlState {
  readonly control: SignalControl;
  readonly followed: ReadonlyMap<string, Followed>;
}

export const followedOf = (intersection: Intersection): Followed => ({
  stages: stagesOf(intersection).map((stage) => stage.map(({ number }) => number).sort((a, b) => a - b)),
  waiting: [],
  said: null,
});

interface Row {
  readonly signal: ControlledSignal;
  readonly waiting: readonly SignalStatus[];
  readonly said: Followed['said'];
}

/** The rows of signals that changed, as copies: they go on changing while these are written. */
export function* changedRows({
  control,
  followed,
}: SignalControlState): Generator<readonly [string, unknown]> {
  for (const id of [...control.changed].sort()) {
    const { waiting, said } = followed.get(id) as Followed;
    const row: Row = { signal: control.state[id] as ControlledSignal, waiting, said };
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
    const { signal, waiting, said } = structuredClone(value) as Row;
    control.state[id] = signal;
    known.waiting.splice(0, known.waiting.length, ...waiting);
    known.said = said;
  }
}
