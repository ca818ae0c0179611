import { type Counts, windowsBefore } from './approaches.ts';
import { type LinkStates, sumOf } from './state.ts';

/** Front to front in a standing queue: 25 ft, as is usual for storage; Long (TRR 1796, 2002) saw more. Metres. */
const spacingMeters = 7.6;

/** Counts of the two sections that differ by more than these vehicles and this share do not belong together. */
const strayVehicles = 2;
const strayShare = 1 / 4;

/** Distance and time of all vehicles on a link in a window. */
export interface Travel {
  readonly meters: number;
  readonly seconds: number;
  /** The queue was followed without a hole, or since it was seen empty, and the counts belong together. */
  readonly isKnown: boolean;
}

/** What a queue is followed on: the counts of a link, and what of it does not change. */
interface Road {
  readonly counts: Counts;
  /** Its bins in turn; -1 for one that is not held or lacks a reading. */
  readonly bins: Int32Array;
  readonly lanes: number;
  readonly binMilliseconds: number;
  /** Bins from the upstream section to the stop bar at free flow, and what is left of that time. Milliseconds. */
  readonly lag: number;
  readonly farMilliseconds: number;
  /** Vehicles that have room on it, in vehicle-milliseconds of a bin. */
  readonly storage: number;
}

/** What is known while a queue is followed bin by bin. Vehicles in the queue are in vehicle-milliseconds of a bin. */
interface Queue {
  vehicles: number;
  /** It has been seen empty, and no bin was missing since. */
  isAnchored: boolean;
  /** No bin was missing. */
  isGapless: boolean;
  /** What had to be taken away or added since it was seen empty. */
  stray: number;
  arrivals: number;
  departures: number;
}

/**
 * Distance over which and time for which all vehicles were on the link in the window of `slot` (Edie 1963), where
 * all its lanes are counted ahead of the stop bar and at it; undefined elsewhere, and where the counts do not tell.
 *
 * The vehicles that wait follow from the counts (input-output technique: Sharma, Bullock and Bonneson, TRR 2035,
 * 2007): those that passed the upstream section a free-flow time ago less those that left. The area between the
 * two curves is the delay of all of them (Lawson, Lovell and Daganzo, TRR 1572, 1997). Counts drift; so the queue
 * is followed over a few minutes only, is never below 0 nor above what the road can store, is 0 at the end of a bin
 * in which the stop bar was occupied by no more than vehicles in motion, and when vehicles stand on the upstream
 * zones, is as long as the road from there, less those that have just left.
 *
 * Upstream of the first section vehicles travel at the speed measured on the way, after they have lost the time
 * that starting at a signal costs them. A queue that reaches back over it is told too short.
 */
export function travelOf(state: LinkStates, link: number, slot: number): Travel | undefined {
  const { approaches, links, windows } = state;
  const bins = approaches.bins[link] as number;
  if (bins === 0) return undefined;
  const queue: Queue = {
    vehicles: 0,
    isAnchored: false,
    isGapless: true,
    stray: 0,
    arrivals: 0,
    departures: 0,
  };
  const first = (windows.number[slot] as number) - windowsBefore;
  const road = roadOf(state, link, first);
  const binSeconds = road.binMilliseconds / 1000;
  let arrivals = 0;
  let departures = 0;
  let seen = 0;
  let waited = 0;
  let isKnown = true;
  for (let i = road.lag + 1; i < (windowsBefore + 1) * bins; i++) {
    const before = queue.vehicles;
    const bin = follow(road, i, queue);
    if (bin < 0 || i < windowsBefore * bins) continue;
    seen++;
    isKnown &&= queue.isAnchored || queue.isGapless;
    arrivals += approaches.counts.arrivals[bin] as number;
    departures += approaches.counts.departures[bin] as number;
    waited += before + queue.vehicles;
  }
  const counted = Math.max(queue.arrivals, queue.departures);
  const isStray = Math.abs(queue.stray) > 1000 * binSeconds * (strayVehicles + strayShare * counted);
  const isOneSided = isStray && (queue.arrivals === 0 || queue.departures === 0);
  if (2 * seen < bins || isOneSided) return undefined;
  const between = ((approaches.meters[link] as number) * (arrivals + departures)) / 2;
  const ahead = (links.lengthMeters[link] as number) - (approaches.meters[link] as number);
  const freeSecondsPerMeter = 3.6 / (links.freeFlowKph[link] as number);
  const aheadSeconds =
    ahead * aheadSecondsPerMeter(state, link, slot) + (approaches.startSeconds[link] as number);
  return {
    meters: between + arrivals * ahead,
    // Half the sum of before and after, over the bin's milliseconds, times its seconds.
    seconds: waited / 2000 + between * freeSecondsPerMeter + arrivals * aheadSeconds,
    isKnown: isKnown && seen === bins && !isStray,
  };
}

/** The road of a link that is counted twice, with its bins from the start of window `first` on. */
function roadOf(state: LinkStates, link: number, first: number): Road {
  const { approaches, links } = state;
  const binMilliseconds = 1000 * (approaches.binSeconds[link] as number);
  const freeMilliseconds = approaches.freeMilliseconds[link] as number;
  const lag = Math.floor(freeMilliseconds / binMilliseconds);
  const lanes = links.lanes[link] as number;
  return {
    counts: approaches.counts,
    bins: findWholeBins(state, link, first),
    lanes,
    binMilliseconds,
    lag,
    farMilliseconds: freeMilliseconds - lag * binMilliseconds,
    storage: Math.floor((lanes * (approaches.meters[link] as number)) / spacingMeters) * binMilliseconds,
  };
}

/** Takes the queue through bin `i` of the road; the bin, or -1 if something is missing. */
function follow(road: Road, i: number, queue: Queue): number {
  const { counts, bins, binMilliseconds, lag, farMilliseconds, storage } = road;
  const bin = bins[i] as number;
  const near = bins[i - lag] as number;
  const far = bins[i - lag - 1] as number;
  if (bin < 0 || near < 0 || far < 0) {
    queue.vehicles = 0;
    queue.stray = 0;
    queue.arrivals = 0;
    queue.departures = 0;
    queue.isAnchored = false;
    queue.isGapless = false;
    return -1;
  }
  const departures = counts.departures[bin] as number;
  const arrived =
    (counts.arrivals[near] as number) * (binMilliseconds - farMilliseconds) +
    (counts.arrivals[far] as number) * farMilliseconds;
  const balance = queue.vehicles + arrived - departures * binMilliseconds;
  const isEmpty = counts.waiting[bin] === 0;
  queue.vehicles = isEmpty ? 0 : Math.max(0, Math.min(storage, balance));
  if (counts.standingLanes[bin] === road.lanes) {
    const justLeft = departures + (counts.departures[bins[i - 1] as number] ?? 0);
    queue.vehicles = Math.max(queue.vehicles, storage - justLeft * binMilliseconds);
  }
  if (queue.isAnchored) {
    queue.stray += queue.vehicles - balance;
    queue.arrivals += counts.arrivals[bin] as number;
    queue.departures += departures;
  }
  if (isEmpty) queue.isAnchored = true;
  return bin;
}

/** Lent to whoever asks for the bins of a link, until somebody asks again. */
let lentBins = new Int32Array(0);

/** The bins of a link from the start of window `first` on, through `windowsBefore` and the window after them. */
function findWholeBins({ approaches, links, windows }: LinkStates, link: number, first: number): Int32Array {
  const bins = approaches.bins[link] as number;
  const slots = links.slots[link] as number;
  const expected = approaches.detectors[link] as number;
  const { samples } = approaches.counts;
  if (lentBins.length < (windowsBefore + 1) * bins) lentBins = new Int32Array((windowsBefore + 1) * bins);
  const found = lentBins;
  for (let window = 0, i = 0; window <= windowsBefore; window++) {
    const number = first + window;
    const turn = ((number % slots) + slots) % slots;
    const isHeld = windows.number[(links.firstSlot[link] as number) + turn] === number;
    const begin = (approaches.firstBin[link] as number) + turn * bins;
    for (let bin = begin; bin < begin + bins; bin++)
      found[i++] = isHeld && samples[bin] === expected ? bin : -1;
  }
  return found;
}

/** Pace that was measured away from the stop bar, or that occupancy implies there, or that of free flow. */
function aheadSecondsPerMeter({ links, windows }: LinkStates, link: number, slot: number): number {
  const free = 3.6 / (links.freeFlowKph[link] as number);
  // 10^-8 h/km to s/m.
  const paceUnit = 3.6e-8;
  const paced = sumOf(windows, slot, 'aheadPacedVehicles');
  if (paced > 0) return (sumOf(windows, slot, 'aheadPace') / paced) * paceUnit;
  const implied = sumOf(windows, slot, 'impliedVehicles');
  if (implied === 0) return free;
  return Math.max(free, (sumOf(windows, slot, 'impliedPace') / implied) * paceUnit);
}
