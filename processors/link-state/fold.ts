/** Adds readings to the sums of their windows. */
import type { EventTime } from '#domain/time.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { countReading, part, windowsBefore } from './approaches.ts';
import { isChatter, isStuck } from './detector-health.ts';
import type { LinkStates } from './state.ts';

/** What the wire can carry. */
export const fastestDecikph = 3000;

/** Pace in 10^-8 h/km for each speed in 0.1 km/h that the wire can carry. */
const paceOfDecikph = Float64Array.from({ length: fastestDecikph + 1 }, (_, speed) =>
  speed > 0 ? Math.round(1e9 / speed) : 0,
);

/** Adds the readings of a frame to the sums of their windows. No object is made for a reading. */
export function fold(state: LinkStates, frame: DetectorFrame, late: boolean): void {
  const cabinet = state.cabinets.get(frame.cabinet);
  if (!cabinet) return;
  for (let i = 0; i < frame.readings.length; ) i = foldLink(state, frame, cabinet, i, late);
}

/** The sums of one window. */
type Sums = { -readonly [Name in SumName]: number };
type SumName = Exclude<keyof LinkStates['windows'], 'number' | 'emissions' | 'touched'>;

const noSums = (): Sums => ({
  samples: 0,
  vehicles: 0,
  countedLaneSeconds: 0,
  occupancyPermilleLaneSeconds: 0,
  occupiedLaneSeconds: 0,
  pace: 0,
  pacedVehicles: 0,
  aheadPace: 0,
  aheadPacedVehicles: 0,
  impliedPace: 0,
  impliedVehicles: 0,
});

/**
 * Adds readings that follow one another and are of one link, from index `begin` on; the index behind them. They are
 * summed up before the window is touched, since the lanes of a link come one after the other.
 */
function foldLink(
  state: LinkStates,
  frame: DetectorFrame,
  cabinet: { readonly begin: number; readonly length: number },
  begin: number,
  late: boolean,
): number {
  const { channels, detectors } = state;
  const { intervalSeconds, readings } = frame;
  const sums = noSums();
  let link = -1;
  let slot = -1;
  let i = begin;
  for (; i < readings.length; i++) {
    const channel = readings.detector[i] as number;
    const detector = channel < cabinet.length ? (channels[cabinet.begin + channel] as number) : -1;
    if (detector < 0) continue;
    if (link < 0) link = detectors.link[detector] as number;
    else if (detectors.link[detector] !== link) break;
    const vehicles = readings.count[i] as number;
    const occupancy = readings.occupancyPermille[i] as number;
    const speed = readings.speedDecikph[i] as number;
    if (isStuck(detectors.stuckSeconds, detector, vehicles, occupancy, late ? 0 : intervalSeconds)) continue;
    if (isChatter(vehicles, detectors.lanes[detector] as number, intervalSeconds)) continue;
    if (vehicles < 0 && occupancy < 0 && speed <= 0) continue;

    if (sums.samples++ === 0) slot = openWindow(state, link, frame.at, intervalSeconds);
    countTwice(state, frame, detector, slot, vehicles, occupancy);
    const laneSeconds = (detectors.countedLanes[detector] as number) * intervalSeconds;
    if (laneSeconds > 0 && vehicles >= 0) {
      sums.vehicles += vehicles;
      sums.countedLaneSeconds += laneSeconds;
    }
    if (laneSeconds > 0 && occupancy >= 0) {
      sums.occupancyPermilleLaneSeconds += occupancy * laneSeconds;
      sums.occupiedLaneSeconds += laneSeconds;
    }
    const pacePerSecond = detectors.pacePerSecond[detector] as number;
    if (speed > 0) {
      const weight = vehicles < 0 ? 1 : vehicles;
      const pace = weight * (paceOfDecikph[speed] as number);
      sums.pace += pace;
      sums.pacedVehicles += weight;
      if (pacePerSecond > 0) {
        sums.aheadPace += pace;
        sums.aheadPacedVehicles += weight;
      }
    } else if (vehicles >= 0 && occupancy >= 0) {
      sums.impliedPace += Math.round(occupancy * intervalSeconds * pacePerSecond);
      if (pacePerSecond > 0) sums.impliedVehicles += vehicles;
    }
  }
  if (sums.samples > 0) addTo(state.windows, slot, sums);
  return i;
}

function addTo(windows: LinkStates['windows'], slot: number, sums: Sums): void {
  windows.samples[slot]! += sums.samples;
  windows.vehicles[slot]! += sums.vehicles;
  windows.countedLaneSeconds[slot]! += sums.countedLaneSeconds;
  windows.occupancyPermilleLaneSeconds[slot]! += sums.occupancyPermilleLaneSeconds;
  windows.occupiedLaneSeconds[slot]! += sums.occupiedLaneSeconds;
  windows.pace[slot]! += sums.pace;
  windows.pacedVehicles[slot]! += sums.pacedVehicles;
  windows.aheadPace[slot]! += sums.aheadPace;
  windows.aheadPacedVehicles[slot]! += sums.aheadPacedVehicles;
  windows.impliedPace[slot]! += sums.impliedPace;
  windows.impliedVehicles[slot]! += sums.impliedVehicles;
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
  if (approaches.part[detector] === part.none) return;
  const link = detectors.link[detector] as number;
  if (intervalSeconds !== approaches.binSeconds[link]) return;
  const bin = binOf(state, link, slot, at, intervalSeconds);
  const lanes = detectors.lanes[detector] as number;
  countReading(approaches, detector, bin, lanes, vehicles, occupancy, intervalSeconds);
}

/** The slot of the window in which a frame of `intervalSeconds` that ended at `at` has its middle. */
function openWindow(state: LinkStates, link: number, at: EventTime, intervalSeconds: number): number {
  const windowSeconds = state.links.windowSeconds[link] as number;
  const middle = at - Math.min(intervalSeconds, windowSeconds) * 500;
  const number = Math.floor(middle / (windowSeconds * 1000));
  const slot = slotOf(state, link, number);
  if ((number + 1) * windowSeconds * 1000 <= closedThrough(state, windowSeconds)) {
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

const turnOf = (slots: number, number: number): number => ((number % slots) + slots) % slots;

/** The slot of a window, emptied if an older one was in it. */
export function slotOf({ approaches, links, windows }: LinkStates, link: number, number: number): number {
  const turn = turnOf(links.slots[link] as number, number);
  const slot = (links.firstSlot[link] as number) + turn;
  const held = windows.number[slot] as number;
  if (held === number) return slot;
  if (held > number)
    throw new RangeError(`window ${number} of link ${links.ids[link]} is gone: ${held} is there`);
  for (const column of Object.values(windows) as (Int32Array | Float64Array)[]) column[slot] = 0;
  const bins = approaches.bins[link] as number;
  if (bins > 0) {
    const begin = (approaches.firstBin[link] as number) + turn * bins;
    for (const column of Object.values(approaches.counts) as Int32Array[])
      column.fill(0, begin, begin + bins);
  }
  windows.number[slot] = number;
  return slot;
}
