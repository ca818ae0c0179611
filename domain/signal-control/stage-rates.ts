/** How every lane of a signal discharges under every stage, laid out flat for the search. */
import { learntRatio, openChance, rateOf, shareOf } from './discharge.ts';
import { crossingRate } from './inside.ts';
import type { LaneState } from './lane-estimate.ts';
import { type Lane, type Layout, service } from './layout.ts';
import { unheldChance } from './strays.ts';

export interface StageRates {
  readonly lanes: number;
  readonly stages: number;
  /** Vehicles a second when the first need not give way: `[stage * lanes + lane]`. */
  readonly fast: Float64Array;
  /** Vehicles a second when it must, or may not go; same places. */
  readonly slow: Float64Array;
  /** Chance that the vehicle which is first now need not give way; same places. */
  readonly first: Float64Array;
  /** Lanes that those who give way must let pass; same places. */
  readonly foes: (readonly number[])[];
  /** 1 when some of a lane give way in a stage: `[stage * lanes + lane]`. */
  readonly gives: Uint8Array;
  /** Of each lane, 1 when it gives way in some stage: `[lane]`. */
  readonly givesWay: Uint8Array;
  /** Of each lane, how many of those inside find a gap, as a multiple of what is assumed: `[lane]`. */
  readonly giving: Float64Array;
  /** Share of vehicles that need not give way; same places. */
  readonly passing: Float64Array;
  /** The best mean rate of a long queue over all stages: `[lane]`. */
  readonly best: Float64Array;
  /**
   * Whether all that goes in `to` goes in `from` already, without a new start: `[(from * stages + to) * lanes + lane]`.
   * Those who turn left go on while the stream against them clears, before they are protected.
   */
  readonly stays: Uint8Array;
  /** Chance that a first vehicle that must wait or give way in `from` need not in `to`; same places. */
  readonly held: Float64Array;
  /** Chance that a first vehicle that need not give way in `from` need not in `to`; same places. */
  readonly free: Float64Array;
}

/** `closed` are links that lead to where there is no room. */
export function stageRates(
  layout: Layout,
  states: readonly LaneState[],
  closed: readonly (readonly boolean[])[],
): StageRates {
  const lanes = layout.lanes.length;
  const stages = layout.signal.stages.length;
  const rates: StageRates = {
    lanes,
    stages,
    fast: new Float64Array(stages * lanes),
    slow: new Float64Array(stages * lanes),
    first: new Float64Array(stages * lanes),
    foes: new Array<readonly number[]>(stages * lanes).fill([]),
    gives: new Uint8Array(stages * lanes),
    givesWay: new Uint8Array(lanes),
    giving: Float64Array.from(states, ({ discharge }) => discharge.giving),
    passing: new Float64Array(stages * lanes),
    best: new Float64Array(lanes),
    stays: new Uint8Array(stages * stages * lanes),
    held: new Float64Array(stages * stages * lanes),
    free: new Float64Array(stages * stages * lanes),
  };
  for (const [l, lane] of layout.lanes.entries()) {
    const state = states[l] as LaneState;
    const { discharge } = state;
    const shares = lane.links.map((_, link) => shareOf(discharge, link));
    for (let stage = 0; stage < stages; stage++) {
      const does = lane.service[stage] as readonly number[];
      const { fast, slow, passing } = rateOf(lane, discharge, does, learntRatio(discharge, stage), closed[l]);
      rates.first[stage * lanes + l] = openChance(discharge, does) * unheldChance(lane, state, stage);
      rates.fast[stage * lanes + l] = fast;
      const gives = does.some((what) => what === service.permitted);
      rates.slow[stage * lanes + l] = slow;
      if (gives) {
        // What they find inside is seen elsewhere.
        rates.slow[stage * lanes + l] = crossingRate(lane, discharge, does, closed[l]).slow;
        rates.foes[stage * lanes + l] = layout.foes[stage]?.[l] ?? [];
        rates.gives[stage * lanes + l] = 1;
        rates.givesWay[l] = 1;
      }
      rates.passing[stage * lanes + l] = passing;
      rates.best[l] = Math.max(rates.best[l] as number, fast * passing + slow * (1 - passing));
      for (let to = 0; to < stages; to++) relate(rates, lane, l, stage, to, shares);
    }
  }
  return rates;
}

function relate(
  rates: StageRates,
  lane: Lane,
  l: number,
  from: number,
  to: number,
  shares: readonly number[],
): void {
  let [both, inFrom, onlyTo] = [0, 0, 0];
  let [goesOn, isNew] = [false, false];
  for (const [link, share] of shares.entries()) {
    const before = lane.service[from]?.[link] as number;
    const after = lane.service[to]?.[link] as number;
    if (before === service.protected) inFrom += share;
    if (before === service.protected && after === service.protected) both += share;
    if (before !== service.protected && after === service.protected) onlyTo += share;
    if (before >= service.permitted && after >= service.permitted) goesOn = true;
    if (before < service.permitted && after >= service.permitted) isNew = true;
  }
  const at = (from * rates.stages + to) * rates.lanes + l;
  rates.stays[at] = goesOn && !isNew ? 1 : 0;
  rates.free[at] = inFrom > 1e-9 ? both / inFrom : onlyTo;
  rates.held[at] = inFrom < 1 - 1e-9 ? onlyTo / (1 - inFrom) : both;
}
