/** What a plan is drawn for: what comes on each lane of a signal, and how each stage lets it go. */
import { type Rate, rateOf } from './discharge.ts';
import { type Lane, service } from './layout.ts';

/** One lane, as it was measured. */
export interface LaneDemand {
  /** Vehicles that come, vehicles a second. */
  readonly arrivalVps: number;
  /** Of each link of the lane, in the long run; they sum to 1. */
  readonly shares: readonly number[];
  /** How fast a queue leaves, as a part of nominal. */
  readonly ratio: number;
  /** As how many its vehicles count where delay is weighed; 1 when left out. */
  readonly weight?: number | undefined;
}

/** The same, worked out for every stage. */
export interface LaneFlow {
  readonly arrivalVps: number;
  /** As how many its vehicles count where delay is weighed. */
  readonly weight: number;
  readonly shares: readonly number[];
  /** Of each stage. */
  readonly rates: readonly Rate[];
  /** Of each stage, the chance that a vehicle which may not simply go may go when there is a gap. */
  readonly giving: readonly number[];
}

/** Lanes whose demand is near nothing are planned for this, vehicles a second: 18 veh/h. */
const leastArrivalVps = 0.005;

export function laneFlow(lane: Lane, { arrivalVps, shares, ratio, weight = 1 }: LaneDemand): LaneFlow {
  return {
    arrivalVps: Math.max(leastArrivalVps, arrivalVps),
    weight,
    shares,
    rates: lane.service.map((does) => rateOf(lane, { shares }, does, ratio)),
    giving: lane.service.map((does) => {
      const of = (what: number): number =>
        does.reduce((sum, one, link) => (one === what ? sum + (shares[link] ?? 0) : sum), 0);
      const others = 1 - of(service.protected);
      return others > 1e-9 ? of(service.permitted) / others : 0;
    }),
  };
}
