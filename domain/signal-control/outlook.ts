/** Who will come to the lanes of a signal: who is seen, who was let go upstream, and who usually comes. */
import { type LaneState, rateOfArrival } from './lane-estimate.ts';
import type { Layout } from './layout.ts';
import type { SignalState } from './signal-estimate.ts';
import type { Workspace } from './workspace.ts';

/** What is to come. */
export interface Outlook {
  /** Vehicles that reach the stop bar of each lane in each second: `arrivals[lane * seconds + second]`. */
  readonly arrivals: Float64Array;
  /** Seconds that are looked ahead. */
  readonly seconds: number;
  /** Of each lane, which of its links have no room behind them. */
  readonly closed: readonly (readonly boolean[])[];
}

/** Vehicles that a signal upstream let go, on their way to an approach. */
export interface Platoon {
  /** When they come into sight of the detectors, s. */
  readonly at: number;
  readonly vehicles: number;
}

/** Vehicles on their way to each approach that has a signal upstream; plain data. */
export interface Coming {
  readonly approach: number;
  /** Up to which moment all are known, seconds from now. */
  readonly knownSeconds: number;
  readonly platoons: readonly Platoon[];
}

export function outlookOf(
  layout: Layout,
  state: SignalState,
  now: number,
  seconds: number,
  coming: readonly Coming[],
  closed: Outlook['closed'],
  workspace: Workspace,
): Outlook {
  const numbers = layout.lanes.length * seconds;
  const arrivals = workspace.floats('arrivals', numbers).fill(0, 0, numbers);
  for (const [a, approach] of layout.approaches.entries()) {
    const known = coming.find((candidate) => candidate.approach === a);
    const total = approach.lanes.reduce((sum, i) => sum + rateOf(state, i), 0);
    for (const i of approach.lanes) {
      const lane = state.lanes[i] as LaneState;
      const { sightMeters, speedMps } = layout.lanes[i] as Layout['lanes'][number];
      const travel = Math.max(1, Math.round(sightMeters / speedMps));
      const [seen, usual] = [lane.moving / travel, rateOf(state, i)];
      // Of those who usually come, some come out of side streets; and not all that are sent come this far.
      const sent = lane.sent.vehicles / Math.max(1, lane.sent.seconds);
      const others = known === undefined ? 0 : Math.max(0, usual - sent);
      for (let s = 0; s < Math.min(travel, seconds); s++) arrivals[i * seconds + s] = seen;
      const from = travel + Math.max(0, Math.round(known?.knownSeconds ?? 0));
      for (let s = travel; s < Math.min(from, seconds); s++) arrivals[i * seconds + s] = others;
      for (let s = from; s < seconds; s++) arrivals[i * seconds + s] = usual;
      if (known !== undefined)
        add(
          arrivals,
          i,
          seconds,
          travel,
          known,
          now,
          (usual / total) * Math.min(1, usual / Math.max(1e-9, sent)),
        );
    }
  }
  return { arrivals, seconds, closed };
}

const rateOf = (state: SignalState, lane: number): number =>
  rateOfArrival((state.lanes[lane] as LaneState).arrived);

function add(
  arrivals: Float64Array,
  lane: number,
  seconds: number,
  travel: number,
  { platoons }: Coming,
  now: number,
  share: number,
): void {
  for (const { at, vehicles } of platoons) {
    const s = Math.round(at - now + travel);
    if (s >= 0 && s < seconds)
      arrivals[lane * seconds + s] = (arrivals[lane * seconds + s] as number) + vehicles * share;
  }
}
