/** Adds readings to the sums of their windows. */
import type { EventTime } from '#domain/time.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { NameNumbers } from '#schemas/name-numbers.ts';
import { countReading, part, windowsBefore } from './approaches.ts';
import { isChatter, isStuck } from './detector-health.ts';
import { type LinkStates, sum, sumsOfWindow } from './state.ts';

/** What the wire can carry. */
export const fastestDecikph = 3000;

/** Pace in 10^-8 h/km for each speed in 0.1 km/h that the wire can carry. */
const paceOfDecikph = Float64Array.from({ length: fastestDecikph + 1 }, (_, speed) =>
  speed > 0 ? Math.round(1e9 / speed) : 0,
);

type Cabinets = LinkStates['cabinets'];

/** The cabinets by name, made once for each state: it is asked about every frame. */
interface CabinetIndex {
  readonly numbers: NameNumbers;
  readonly all: readonly { readonly begin: number; readonly length: number }[];
}

const indexes = new WeakMap<Cabinets, CabinetIndex>();

function cabinetOf({ cabinets }: LinkStates, name: string) {
  let index = indexes.get(cabinets);
  if (index === undefined) {
    index = { numbers: new NameNumbers(cabinets.keys()), all: [...cabinets.values()] };
    indexes.set(cabinets, index);
  }
  const number = index.numbers.find(name);
  return number < 0 ? undefined : index.all[number];
}

/** Adds the readings of a frame to the sums of their windows. No object is made for a reading. */
export function fold(state: LinkStates, frame: DetectorFrame, late: boolean): void {
  const cabinet = cabinetOf(state, frame.cabinet);
  if (!cabinet) return;
  const { channels, detectors, approaches } = state;
  const { sums } = state.windows;
  const { intervalSeconds, readings } = frame;
  const newSeconds = late ? 0 : intervalSeconds;
  // The lanes of a link mostly come one after the other: its window is looked for once.
  let link = -1;
  let slot = -1;
  let window = noWindowYet;
  for (let i = 0; i < readings.length; i++) {
    const channel = readings.detector[i] as number;
    const detector = channel < cabinet.length ? (channels[cabinet.begin + channel] as number) : -1;
    if (detector < 0) continue;
    const vehicles = readings.count[i] as number;
    const occupancy = readings.occupancyPermille[i] as number;
    const speed = readings.speedDecikph[i] as number;
    if (isStuck(detectors.stuckSeconds, detector, vehicles, occupancy, newSeconds)) continue;
    if (isChatter(vehicles, detectors.lanes[detector] as number, intervalSeconds)) continue;
    if (vehicles < 0 && occupancy < 0 && speed <= 0) continue;

    if (detectors.link[detector] !== link) {
      link = detectors.link[detector] as number;
      if (state.links.windowSeconds[link] !== window.seconds) window = windowOf(state, link, frame);
      slot = openWindow(state, link, window);
    }
    const first = slot * sumsOfWindow;
    sums[first + sum.samples]! += 1;
    if (approaches.part[detector] !== part.none)
      countTwice(state, frame, detector, slot, vehicles, occupancy);
    const laneSeconds = (detectors.countedLanes[detector] as number) * intervalSeconds;
    if (laneSeconds > 0 && vehicles >= 0) {
      sums[first + sum.vehicles]! += vehicles;
      sums[first + sum.countedLaneSeconds]! += laneSeconds;
    }
    if (laneSeconds > 0 && occupancy >= 0) {
      sums[first + sum.occupancyPermilleLaneSeconds]! += occupancy * laneSeconds;
      sums[first + sum.occupiedLaneSeconds]! += laneSeconds;
    }
    const pacePerSecond = detectors.pacePerSecond[detector] as number;
    if (speed > 0) {
      const weight = vehicles < 0 ? 1 : vehicles;
      const pace = weight * (paceOfDecikph[speed] as number);
      sums[first + sum.pace]! += pace;
      sums[first + sum.pacedVehicles]! += weight;
      if (pacePerSecond > 0) {
        sums[first + sum.aheadPace]! += pace;
        sums[first + sum.aheadPacedVehicles]! += weight;
      }
    } else if (vehicles >= 0 && occupancy >= 0 && pacePerSecond > 0) {
      sums[first + sum.impliedPace]! += Math.round(occupancy * intervalSeconds * pacePerSecond);
      sums[first + sum.impliedVehicles]! += vehicles;
    }
  }
}

/** Where the link is counted twice, the reading is also one of its section. */
function countTwice(
  state: LinkStates,
  { at, intervalSeconds }: DetectorFrame,
  detector: number,
  slot: number,
  vehicles: number,
  occupancy: number,
): void {
  const { approaches, detectors } = state;
  const link = detectors.link[detector] as number;
  if (intervalSeconds !== approaches.binSeconds[link]) return;
  const bin = binOf(state, link, slot, at, intervalSeconds);
  const lanes = detectors.lanes[detector] as number;
  countReading(approaches, detector, bin, lanes, vehicles, occupancy, intervalSeconds);
}

/** One of the windows of a length; at the same turn among the slots of every link that has windows of that length. */
interface Window {
  readonly seconds: number;
  readonly number: number;
  readonly turn: number;
  readonly isClosed: boolean;
}

const noWindowYet: Window = { seconds: Number.NaN, number: 0, turn: 0, isClosed: false };

/** The window in which a frame has its middle, of the length that a link has. */
function windowOf(state: LinkStates, link: number, { at, intervalSeconds }: DetectorFrame): Window {
  const seconds = state.links.windowSeconds[link] as number;
  const middle = at - Math.min(intervalSeconds, seconds) * 500;
  const number = Math.floor(middle / (seconds * 1000));
  return {
    seconds,
    number,
    turn: turnOf(state.links.slots[link] as number, number),
    isClosed: (number + 1) * seconds * 1000 <= closedThrough(state, seconds),
  };
}

/** Its slot for a link, which is told again if it was told before. */
function openWindow(state: LinkStates, link: number, { number, turn, isClosed }: Window): number {
  const slot = slotAt(state, link, number, turn);
  if (isClosed) {
    touch(state, link, number, slot);
    touchFollowing(state, link, number);
  }
  return slot;
}

/** Up to when windows of a length that the state knows have been emitted. */
function closedThrough({ lengths }: LinkStates, windowSeconds: number): EventTime {
  let i = 0;
  while (lengths[i]!.seconds !== windowSeconds) i++;
  return lengths[i]!.closedThrough;
}

function touch(state: LinkStates, link: number, number: number, slot: number): void {
  if (state.windows.touched[slot] === 1) return;
  state.windows.touched[slot] = 1;
  state.touched.push({ link, window: number });
}

/** The windows that were emitted and look back on this one. */
function touchFollowing(state: LinkStates, link: number, number: number): void {
  if (state.approaches.bins[link] === 0) return;
  const { links, windows } = state;
  for (let next = number + 1; next <= number + windowsBefore; next++) {
    const slot = (links.firstSlot[link] as number) + turnOf(links.slots[link] as number, next);
    if (windows.number[slot] === next && (windows.emissions[slot] as number) > 0)
      touch(state, link, next, slot);
  }
}

/** The bin of a link that is counted twice that holds the middle of a reading. */
function binOf(
  { approaches, links, windows }: LinkStates,
  link: number,
  slot: number,
  at: EventTime,
  intervalSeconds: number,
): number {
  const windowSeconds = links.windowSeconds[link] as number;
  const bins = approaches.bins[link] as number;
  const start = (windows.number[slot] as number) * windowSeconds * 1000;
  const within = Math.floor(((at - intervalSeconds * 500 - start) * bins) / (windowSeconds * 1000));
  const turn = slot - (links.firstSlot[link] as number);
  return (approaches.firstBin[link] as number) + turn * bins + Math.max(0, Math.min(bins - 1, within));
}

/** As integers, which divide faster; windows are numbered within 32 bits. */
const turnOf = (slots: number, number: number): number => (((number | 0) % slots) + slots) % slots;

/** The slot of a window, emptied if an older one was in it. */
export const slotOf = (state: LinkStates, link: number, number: number): number =>
  slotAt(state, link, number, turnOf(state.links.slots[link] as number, number));

function slotAt(state: LinkStates, link: number, number: number, turn: number): number {
  const { approaches, links, windows } = state;
  const slot = (links.firstSlot[link] as number) + turn;
  const held = windows.number[slot] as number;
  if (held === number) return slot;
  if (held > number)
    throw new RangeError(`window ${number} of link ${links.ids[link]} is gone: ${held} is there`);
  windows.emissions[slot] = 0;
  windows.touched[slot] = 0;
  windows.sums.fill(0, slot * sumsOfWindow, (slot + 1) * sumsOfWindow);
  const bins = approaches.bins[link] as number;
  if (bins > 0) {
    const begin = (approaches.firstBin[link] as number) + turn * bins;
    for (const column of Object.values(approaches.counts) as Uint16Array[])
      column.fill(0, begin, begin + bins);
  }
  windows.number[slot] = number;
  return slot;
}
