/**
 * How fast a lane empties under each stage. Its vehicles want different links and stand behind one another, so the
 * first whose link is red holds all others. What they want is not seen, but the way they leave tells.
 */
import { type Lane, service } from './layout.ts';

/** Learnt of one lane; plain data. */
export interface DischargeState {
  /** Vehicles that took each link, with what was assumed at the start. */
  readonly shares: number[];
  /** Chance that the first vehicle wants each link; sums to 1. */
  front: number[];
  /** Of each stage: vehicles that left while more waited, and those that the nominal rate would have let go. */
  readonly measured: { left: number; expected: number }[];
  /** How many of those who wait inside find a gap, as a multiple of what the gap that is assumed lets through. */
  giving: number;
  /** The green that runs: since when, and how many left in it as long as the queue lasts. */
  green: { stage: number; startedAt: number; seconds: number; left: number; lasts: boolean } | undefined;
}

/** How often each link of a lane is taken, relative. */
interface Shares {
  readonly shares: readonly number[];
}

/**
 * What a stage does for a lane with a queue, by its first vehicle: one that need not give way goes fast, any other goes
 * slowly or not at all, and all behind it wait.
 */
export interface Rate {
  /** Of a first vehicle that need not give way, vehicles a second; 0 when there is none. */
  readonly fast: number;
  /** Of any other first vehicle, vehicles a second; 0 when it is held. */
  readonly slow: number;
  /** Share of vehicles that need not give way, 0..1. */
  readonly passing: number;
}

/** Time that a vehicle which gives way takes, s: HCM's permitted left turn at 350 veh/h against it. */
export const permittedHeadwaySeconds = 5;
/** Right turn on red: stop, look, go, s. */
const afterStopHeadwaySeconds = 5;
/** How often which way is taken on a lane that has several, relative; a guess that counting replaces. */
const usual = { thru: 6, right: 2, left: 2, uturn: 0.1 } as const;
/** What is assumed of shares, in vehicles. */
const priorVehicles = 4;
/** Vehicles whose discharge the nominal rate is worth before anything was measured. */
const priorDischarged = 6;
/** Bounds of what is learnt, as a multiple of nominal. */
const leastRatio = 0.2;
const mostRatio = 1.5;
/** Weight of old vehicles in shares once there are more than this. */
const rememberedVehicles = 150;

export function initialDischarge(lane: Lane): DischargeState {
  const weights = lane.links.map(({ turn }) => usual[turn]);
  const sum = weights.reduce((a, b) => a + b, 0) || 1;
  return {
    shares: weights.map((weight) => (priorVehicles * weight) / sum),
    front: weights.map((weight) => weight / sum),
    measured: lane.service.map(() => ({ left: 0, expected: 0 })),
    giving: 1,
    green: undefined,
  };
}

export function shareOf(state: Shares, link: number): number {
  return (state.shares[link] as number) / sumOf(state.shares);
}

function sumOf(parts: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < parts.length; i++) sum += parts[i] as number;
  return sum;
}

function headwaySeconds(lane: Lane, does: number): number {
  if (does === service.protected) return 1 / lane.saturationVps;
  return does === service.permitted ? permittedHeadwaySeconds : afterStopHeadwaySeconds;
}

/** By what the links do at the moment; `closed` are links whose way is full. */
export function rateOf(
  lane: Lane,
  state: Shares,
  does: readonly number[],
  ratio: number,
  closed?: readonly boolean[],
): Rate {
  const sum = sumOf(state.shares);
  let passing = 0;
  let slow = 0;
  for (let i = 0; i < does.length; i++) {
    const what = does[i] as number;
    if (what === service.none || closed?.[i]) continue;
    const share = (state.shares[i] as number) / sum;
    if (what === service.protected) passing += share;
    else slow += share / headwaySeconds(lane, what);
  }
  const others = 1 - passing;
  return {
    fast: passing > 0 ? ratio * lane.saturationVps : 0,
    slow: others > 1e-9 ? (ratio * slow) / others : 0,
    passing: Math.min(1, passing),
  };
}

export function learntRatio(state: DischargeState, stage: number): number {
  const { left, expected } = state.measured[stage] as { left: number; expected: number };
  return Math.min(mostRatio, Math.max(leastRatio, (priorDischarged + left) / (priorDischarged + expected)));
}

/** What a lane was measured to let go, vehicles a second of green; undefined until enough left queues. */
export interface Saturation {
  readonly vps: number;
  /** Standard deviation when vehicles leave by chance, vehicles a second. */
  readonly deviationVps: number;
}

/** Vehicles that must have left queues before their flow is told. */
const measuredLeast = 10;

/** Of the stage under which most left queues, of those in which nobody of the lane gives way. */
export function saturationOf(lane: Lane, state: DischargeState): Saturation | undefined {
  let best: { readonly left: number; readonly expected: number } = { left: 0, expected: 0 };
  for (const [stage, measured] of state.measured.entries()) {
    const does = lane.service[stage] ?? [];
    if (does.every((what) => what === service.protected) && measured.left > best.left) best = measured;
  }
  if (best.left < measuredLeast) return undefined;
  const vps = (lane.saturationVps * best.left) / best.expected;
  return { vps, deviationVps: vps / Math.sqrt(best.left) };
}

/** Standard deviation of a share of `shareOf`. */
export function shareDeviation(state: DischargeState, link: number): number {
  const share = shareOf(state, link);
  return Math.sqrt((share * (1 - share)) / (sumOf(state.shares) + 1));
}

/** Of what was measured, the part that stays when a green is added: the last ten greens or so count. */
const kept = 0.9;

/** With a queue from the start of a green on, what left says how fast the stage lets vehicles go. */
export function learnRatio(state: DischargeState, stage: number, left: number, expected: number): void {
  const measured = state.measured[stage] as { left: number; expected: number };
  measured.left = measured.left * kept + left;
  measured.expected = measured.expected * kept + expected;
}

/** Vehicles that leave in `seconds` while enough wait, when the first need not give way with chance `open`. */
export function expectedLeaving({ fast, slow, passing }: Rate, open: number, seconds: number): number {
  let chance = open;
  let left = 0;
  for (let s = 0; s < seconds; s++) {
    const part = Math.min(1, seconds - s);
    left += part * (fast * chance + slow * (1 - chance));
    chance += part * (passing * slow * (1 - chance) - (1 - passing) * fast * chance);
  }
  return left;
}

/** Chance that the first vehicle may go without giving way. */
export function openChance({ front }: DischargeState, does: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < front.length; i++) if (does[i] === service.protected) sum += front[i] as number;
  return sum;
}

/**
 * `left` vehicles passed the stop bar while the links did this; `waits` whether another stands there now,
 * `permittedVps` how fast those go over it who give way: as long as there is room inside as fast as the others.
 */
export function learnLinks(
  lane: Lane,
  state: DischargeState,
  does: readonly number[],
  left: number,
  waits: boolean,
  seconds: number,
  permittedVps: number,
): void {
  const served = does.map((what) => (what === service.none ? 0 : 1));
  const goes = does.map((what) =>
    what === service.permitted ? permittedVps : 1 / headwaySeconds(lane, what),
  );
  if (left > 0) {
    const first = normalised(
      state.front.map(
        (chance, i) => chance * (served[i] as number) * (1 - Math.exp(-seconds * (goes[i] as number))),
      ),
    );
    const others = normalised(state.shares.map((share, i) => share * (served[i] as number)));
    if (first) add(state.shares, first, 1);
    if (others) add(state.shares, others, left - 1);
    const sum = state.shares.reduce((a, b) => a + b, 0);
    if (sum > rememberedVehicles)
      for (let i = 0; i < state.shares.length; i++)
        state.shares[i] = ((state.shares[i] as number) * rememberedVehicles) / sum;
    state.front = normalised(state.shares) as number[];
  }
  if (!waits) {
    if (left === 0) state.front = normalised(state.shares) as number[];
    return;
  }
  const stood = left > 0 ? Math.max(0, seconds - left / lane.saturationVps) : seconds;
  const stayed = state.front.map((chance, i) => {
    const what = does[i] as number;
    return what === service.none ? chance : chance * Math.exp(-stood * (goes[i] as number));
  });
  state.front = normalised(stayed.map((chance) => chance + 1e-6)) as number[];
}

function add(sums: number[], parts: readonly number[], vehicles: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + vehicles * (parts[i] as number);
}

function normalised(weights: readonly number[]): number[] | undefined {
  const sum = sumOf(weights);
  return sum > 0 ? weights.map((weight) => weight / sum) : undefined;
}
