/** How every lane of a signal discharges under every stage, laid out flat for the search. */
import { learntRatio, openChance, rateOf, shareOf } from './discharge.ts';
import { crossingRate } from './inside.ts';
import type { LaneState } from './lane-estimate.ts';
import { type Lane, type Layout, type Lights, service } from './layout.ts';
import { unheldChance } from './strays.ts';
import { Workspace } from './workspace.ts';

export interface StageRates extends Lights {
  readonly lanes: number;
  readonly stages: number;
  /** Vehicles a second when the first need not give way: `[stage * lanes + lane]`. */
  readonly fast: Float64Array;
  /** Vehicles a second when it must, or may not go; same places. */
  readonly slow: Float64Array;
  /** Chance that the vehicle which is first now need not give way; same places. */
  readonly first: Float64Array;
  /** Of each lane, how many of those inside find a gap, as a multiple of what is assumed: `[lane]`. */
  readonly giving: Float64Array;
  /** Share of vehicles that need not give way; same places. */
  readonly passing: Float64Array;
  /** The best mean rate of a long queue over all stages: `[lane]`. */
  readonly best: Float64Array;
  /** Chance that a first vehicle that must wait or give way in `from` need not in `to`; places as in `stays`. */
  readonly held: Float64Array;
  /** Chance that a first vehicle that need not give way in `from` need not in `to`; same places. */
  readonly free: Float64Array;
}

/** `closed` are links that lead to where there is no room. */
export function stageRates(
  layout: Layout,
  states: readonly LaneState[],
  closed: readonly (readonly boolean[])[],
  workspace: Workspace = new Workspace(),
): StageRates {
  const lanes = layout.lanes.length;
  const stages = layout.signal.stages.length;
  const { lights } = layout;
  const rates: StageRates = {
    lanes,
    stages,
    gives: lights.gives,
    protects: lights.protects,
    foes: lights.foes,
    holdsTwo: lights.holdsTwo,
    givesWay: lights.givesWay,
    stays: lights.stays,
    fast: workspace.floats('fast', stages * lanes),
    slow: workspace.floats('slow', stages * lanes),
    first: workspace.floats('first', stages * lanes),
    giving: workspace.floats('giving', lanes),
    passing: workspace.floats('passing', stages * lanes),
    best: workspace.floats('best', lanes),
    held: workspace.floats('held', stages * stages * lanes),
    free: workspace.floats('free', stages * stages * lanes),
  };
  for (let l = 0; l < lanes; l++)
    rateLane(rates, layout.lanes[l] as Lane, l, states[l] as LaneState, closed[l] ?? []);
  return rates;
}

function rateLane(
  rates: StageRates,
  lane: Lane,
  l: number,
  state: LaneState,
  closed: readonly boolean[],
): void {
  const { discharge } = state;
  const { lanes, stages } = rates;
  let best = 0;
  rates.giving[l] = discharge.giving;
  for (let stage = 0; stage < stages; stage++) {
    const does = lane.service[stage] as readonly number[];
    const { fast, slow, passing } = rateOf(lane, discharge, does, learntRatio(discharge, stage), closed);
    const place = stage * lanes + l;
    rates.first[place] = openChance(discharge, does) * unheldChance(lane, state, stage);
    rates.fast[place] = fast;
    // What those who give way find inside is seen elsewhere.
    rates.slow[place] = rates.gives[place] === 1 ? crossingRate(lane, discharge, does, closed).slow : slow;
    rates.passing[place] = passing;
    best = Math.max(best, fast * passing + slow * (1 - passing));
  }
  rates.best[l] = best;
  const shares = lane.links.map((_, link) => shareOf(discharge, link));
  for (let from = 0; from < stages; from++)
    for (let to = 0; to < stages; to++) relate(rates, lane, l, from, to, shares);
}

function relate(
  { stages, lanes, free, held }: StageRates,
  lane: Lane,
  l: number,
  from: number,
  to: number,
  shares: readonly number[],
): void {
  const before = lane.service[from] as readonly number[];
  const after = lane.service[to] as readonly number[];
  let both = 0;
  let inFrom = 0;
  let onlyTo = 0;
  for (let link = 0; link < shares.length; link++) {
    const share = shares[link] as number;
    const isAfter = after[link] === service.protected;
    if (before[link] === service.protected) {
      inFrom += share;
      if (isAfter) both += share;
    } else if (isAfter) onlyTo += share;
  }
  const at = (from * stages + to) * lanes + l;
  free[at] = inFrom > 1e-9 ? both / inFrom : onlyTo;
  held[at] = inFrom < 1 - 1e-9 ? onlyTo / (1 - inFrom) : both;
}
