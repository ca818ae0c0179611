import { quartersADay } from '#domain/local-time.ts';
import { type EventTime, type Milliseconds, minutes } from '#domain/time.ts';
import { createErrors, type Errors, intervalAround, noteError } from './interval.ts';

/** How far ahead is forecast, and the share of a departure from the profile that lasts so long, at first. */
export const horizons: readonly { readonly minutes: number; readonly persistence: number }[] = [
  { minutes: 15, persistence: 0.85 },
  { minutes: 30, persistence: 0.72 },
  { minutes: 60, persistence: 0.52 },
];

/** A speed older than this says nothing of now. */
const staleAfter: Milliseconds = minutes(20);

/** The profile holds 1/16 of 0.1 km/h, so that a mean of many days does not stick. */
const profileScale = 16;

/** A quarter of an hour moves its slot of the profile by one part in so many. */
const profileMemory = 10;

/** What the first guess of the persistence weighs: as many pairs of departures of 5 km/h. */
const priorSquares = 20 * 50 * 50;

/** How much a pair of departures weighs after the next has come. */
const pairMemory = 0.998;

/** Mean absolute error of a forecaster that knows nothing yet, as a share of free flow. */
const firstSpread = 0.15;

/** What is known of one link. Speeds in 0.1 km/h. Plain data but for the typed array. */
export interface LinkModel {
  readonly district: string;
  /** Mean speed by slot of the week, times `profileScale`; 0 where never seen. */
  readonly profile: Uint16Array;
  /** The quarter of an hour that is being averaged for the profile. */
  quarter: { slot: number; sum: number; count: number };
  /** Sum and count of the speeds since the last tick. */
  recent: { sum: number; count: number };
  /** Mean speed between two ticks, the newest there is; 0 before the first. */
  last: number;
  /** End of the newest window that had a speed. */
  seenAt: EventTime;
  readonly horizons: HorizonModel[];
  pending: Issued[];
}

interface HorizonModel {
  /** Sums of now x then and now x now of departures from the profile, fading. */
  products: number;
  squares: number;
  readonly errors: Errors;
}

/** A forecast whose target has not come yet. */
interface Issued {
  readonly target: EventTime;
  readonly horizon: number;
  readonly decikph: number;
  readonly low: number;
  readonly high: number;
  /** Departure from the profile when it was issued, and profile at the target; 0 where not known. */
  readonly departure: number;
  readonly base: number;
}

export const createLinkModel = (district: string, freeFlowKph: number): LinkModel => ({
  district,
  profile: new Uint16Array(2 * quartersADay),
  quarter: { slot: -1, sum: 0, count: 0 },
  recent: { sum: 0, count: 0 },
  last: 0,
  seenAt: Number.MIN_SAFE_INTEGER,
  horizons: horizons.map(() => ({
    products: 0,
    squares: 0,
    errors: createErrors(Math.round(firstSpread * freeFlowKph * 10)),
  })),
  pending: [],
});

/** Learns that the speed was `decikph` in the window from `start` to `end`, in `slot` of the week. */
export function learn(
  link: LinkModel,
  decikph: number,
  start: EventTime,
  end: EventTime,
  slot: number,
): void {
  link.seenAt = end;
  link.recent.sum += decikph;
  link.recent.count++;
  if (link.pending.some((issued) => issued.target <= end))
    link.pending = link.pending.filter((issued) => {
      if (issued.target > start && issued.target <= end) score(link, issued, decikph);
      return issued.target > end;
    });
  if (link.quarter.slot !== slot) {
    foldQuarter(link);
    link.quarter = { slot, sum: 0, count: 0 };
  }
  link.quarter.sum += decikph;
  link.quarter.count++;
}

/** Moves the slot of the profile by the quarter of an hour that is over. */
function foldQuarter({ profile, quarter }: LinkModel): void {
  if (quarter.count === 0) return;
  const mean = Math.round((profileScale * quarter.sum) / quarter.count);
  const before = profile[quarter.slot] as number;
  profile[quarter.slot] = before === 0 ? mean : before + Math.round((mean - before) / profileMemory);
}

function score(link: LinkModel, issued: Issued, decikph: number): void {
  const horizon = link.horizons[issued.horizon] as HorizonModel;
  noteError(horizon.errors, decikph - issued.decikph, issued.low <= decikph && decikph <= issued.high);
  if (issued.base === 0) return;
  horizon.products = pairMemory * horizon.products + issued.departure * (decikph - issued.base);
  horizon.squares = pairMemory * horizon.squares + issued.departure * issued.departure;
}

/** Share of a departure that lasts until the horizon, 0..1: least squares over past pairs, with a first guess. */
function persistence({ products, squares }: HorizonModel, guess: number): number {
  const share = (products + guess * priorSquares) / (squares + priorSquares);
  return Math.min(1, Math.max(0, share));
}

/** Takes the mean since the last tick as the newest speed. To be called once a tick, before `forecast`. */
export function refresh(link: LinkModel): void {
  if (link.recent.count === 0) return;
  link.last = Math.round(link.recent.sum / link.recent.count);
  link.recent = { sum: 0, count: 0 };
}

/**
 * The forecast for a horizon, issued at `at`: profile at the target plus the lasting share of the departure from
 * the profile now; the profile alone when the newest speed is stale; the newest speed while there is no
 * profile; undefined without either. Remembered until its target comes.
 */
export function forecast(
  link: LinkModel,
  horizon: number,
  at: EventTime,
  slotNow: number,
  slotThen: number,
): Issued | undefined {
  const { minutes: ahead, persistence: guess } = horizons[horizon] as (typeof horizons)[number];
  const model = link.horizons[horizon] as HorizonModel;
  const fresh = link.last > 0 && at - link.seenAt <= staleAfter;
  const now = profileAt(link, slotNow);
  const base = profileAt(link, slotThen);
  let departure = 0;
  let speed: number;
  if (fresh && now > 0 && base > 0) {
    departure = link.last - now;
    speed = base + persistence(model, guess) * departure;
  } else if (fresh) speed = link.last;
  else if (base > 0) speed = base;
  else return undefined;
  const decikph = Math.min(3000, Math.max(1, Math.round(speed)));
  const target = at + minutes(ahead);
  const issued = {
    target,
    horizon,
    decikph,
    ...intervalAround(model.errors, decikph),
    departure,
    base: now > 0 ? base : 0,
  };
  link.pending.push(issued);
  return issued;
}

/** Forgets forecasts whose targets passed without a speed. */
export function forgetUnscored(link: LinkModel, at: EventTime): void {
  if (link.pending.some((issued) => issued.target < at - staleAfter))
    link.pending = link.pending.filter((issued) => issued.target >= at - staleAfter);
}

const profileAt = ({ profile }: LinkModel, slot: number): number =>
  Math.round((profile[slot] as number) / profileScale);
