import { delaySeconds, flowVph, travelTimeIndex } from '#domain/flow.ts';
import { losBySpeedShare } from '#domain/level-of-service.ts';
import type { Quality } from '#domain/quality.ts';
import { type EventTime, floorTo, seconds } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { detectorFrames, linkStates } from '#schemas/topics.ts';
import { countReading, part, windowsBefore } from './approaches.ts';
import { isChatter, isStuck } from './detector-health.ts';
import { knownFrame } from './known-frame.ts';
import { createLinkStates, type LinkStates, revisionBound } from './state.ts';
import { travelOf } from './travel.ts';

/** What the wire can carry. */
const fastestDecikph = 3000;

/** Pace in 10^-8 h/km for each speed in 0.1 km/h that the wire can carry. */
const paceOfDecikph = Float64Array.from({ length: fastestDecikph + 1 }, (_, speed) =>
  speed > 0 ? Math.round(1e9 / speed) : 0,
);

/**
 * Measures every link, minute by minute: flow, occupancy, space-mean speed, delay, travel time index and level
 * of service. A link whose detectors report less than once a minute has windows of their interval.
 *
 * A reading belongs to the window that holds the middle of its interval, so that a clock that is off by less
 * than half an interval moves nothing. A window is emitted at the first watermark after its end, and once more,
 * with the next revision, at each watermark before which late frames have changed it. Every window of every
 * link is emitted, except one that began before the clock and has no reading.
 *
 * Vehicles, flow and occupancy are those of one cross-section (see `crossSection`); where some of its lanes
 * were not measured, flow is scaled to all lanes.
 *
 * Speed is distance over time of all vehicles on the link. Where all lanes are counted ahead of the stop bar and at
 * it, at least every 15 s, the wait between the two is part of it (see `travelOf`); a late frame then revises the
 * next two windows too, which look back on its own. Elsewhere, and where those counts do not tell, it is the speed
 * of passing: the harmonic mean over vehicles at every detector that measures it; where none did, that which the
 * occupancy of detectors away from the stop bar implies, at most free flow. A speed that comes without a count
 * weighs as one vehicle; a speed with a count of 0 is of nobody and is not used.
 *
 * `quality` speaks of the speed. It is `missing` when no speed can be said: silence, or nobody came; flow and
 * occupancy are still given if they were measured. It is `observed` when it was measured, every expected
 * reading came and all lanes are covered, and where the wait is part of it the queue is known and the counts agree;
 * else `imputed`. Readings of stuck and chattering detectors count as not sent.
 */
export const linkState: Processor<DetectorFrame, LinkStates> = {
  name: 'link-state',
  stateVersion: 2,
  reads: [detectorFrames],
  writes: [linkStates],
  lateness: seconds(10),
  revisionBound,
  tick: seconds(5),
  initial: createLinkStates,
  step,
  accepts: (network, _topic, frame) => knownFrame(network, frame),
};

function step(state: LinkStates, input: Input<DetectorFrame>, emit: Emit): void {
  for (const length of state.lengths)
    if (Number.isNaN(length.closedThrough)) {
      length.closedThrough = floorTo(input.at - 1, length.seconds * 1000);
      length.wholeFrom = length.closedThrough + length.seconds * 1000;
    }
  if (input.kind === 'watermark') closeWindows(state, input.at, emit);
  else fold(state, input.event, input.kind === 'late');
}

/** Adds the readings of a frame to the sums of their windows. No object is made for a reading. */
function fold(state: LinkStates, frame: DetectorFrame, late: boolean): void {
  const cabinet = state.cabinets.get(frame.cabinet);
  if (!cabinet) return;
  const { approaches, channels, detectors, windows } = state;
  const { intervalSeconds, readings } = frame;
  const { count, occupancyPermille, speedDecikph } = readings;
  let link = -1;
  let slot = -1;
  for (let i = 0; i < readings.length; i++) {
    const channel = readings.detector[i] as number;
    const detector = channel < cabinet.length ? (channels[cabinet.begin + channel] as number) : -1;
    if (detector < 0) continue;
    const vehicles = count[i] as number;
    const occupancy = occupancyPermille[i] as number;
    const speed = speedDecikph[i] as number;
    if (isStuck(detectors.stuckSeconds, detector, vehicles, occupancy, late ? 0 : intervalSeconds)) continue;
    const lanes = detectors.lanes[detector] as number;
    if (isChatter(vehicles, lanes, intervalSeconds)) continue;
    if (vehicles < 0 && occupancy < 0 && speed <= 0) continue;

    if (detectors.link[detector] !== link) {
      link = detectors.link[detector] as number;
      slot = openWindow(state, link, frame.at, intervalSeconds);
    }
    windows.samples[slot]!++;
    if (approaches.part[detector] !== part.none && intervalSeconds === approaches.binSeconds[link]) {
      const bin = binOf(state, link, slot, frame.at, intervalSeconds);
      countReading(approaches, detector, bin, lanes, vehicles, occupancy, intervalSeconds);
    }
    const counted = detectors.countedLanes[detector] as number;
    if (counted > 0 && vehicles >= 0) {
      windows.vehicles[slot]! += vehicles;
      windows.countedLaneSeconds[slot]! += counted * intervalSeconds;
    }
    if (counted > 0 && occupancy >= 0) {
      windows.occupancyPermilleLaneSeconds[slot]! += occupancy * counted * intervalSeconds;
      windows.occupiedLaneSeconds[slot]! += counted * intervalSeconds;
    }
    if (speed > 0) {
      const weight = vehicles < 0 ? 1 : vehicles;
      windows.pace[slot]! += weight * (paceOfDecikph[speed] as number);
      windows.pacedVehicles[slot]! += weight;
      if ((detectors.pacePerSecond[detector] as number) > 0) {
        windows.aheadPace[slot]! += weight * (paceOfDecikph[speed] as number);
        windows.aheadPacedVehicles[slot]! += weight;
      }
    } else if (vehicles >= 0 && occupancy >= 0) {
      const pace = detectors.pacePerSecond[detector] as number;
      windows.impliedPace[slot]! += Math.round(occupancy * intervalSeconds * pace);
      if (pace > 0) windows.impliedVehicles[slot]! += vehicles;
    }
  }
}

/** The slot of the window in which a frame of `intervalSeconds` that ended at `at` has its middle. */
function openWindow(state: LinkStates, link: number, at: EventTime, intervalSeconds: number): number {
  const windowSeconds = state.links.windowSeconds[link] as number;
  const middle = at - Math.min(intervalSeconds, windowSeconds) * 500;
  const number = Math.floor(middle / (windowSeconds * 1000));
  const slot = slotOf(state, link, number);
  const closed = state.lengths.find((length) => length.seconds === windowSeconds)?.closedThrough as EventTime;
  if ((number + 1) * windowSeconds * 1000 <= closed) {
    touch(state, link, number, slot);
    touchFollowing(state, link, number);
  }
  return slot;
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
function slotOf({ approaches, links, windows }: LinkStates, link: number, number: number): number {
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

function closeWindows(state: LinkStates, at: EventTime, emit: Emit): void {
  const { links, windows } = state;
  if (state.touched.length > 0) {
    for (const { link, window } of state.touched.sort((a, b) => a.link - b.link || a.window - b.window)) {
      const slot = slotOf(state, link, window);
      windows.touched[slot] = 0;
      emit(linkStates, measure(state, link, slot, at));
    }
    state.touched = [];
  }
  for (const length of state.lengths) {
    const milliseconds = length.seconds * 1000;
    while (length.closedThrough + milliseconds < at) {
      const number = length.closedThrough / milliseconds;
      const whole = length.closedThrough >= length.wholeFrom;
      for (let link = 0; link < links.ids.length; link++) {
        if (links.windowSeconds[link] !== length.seconds) continue;
        const slot = slotOf(state, link, number);
        if (whole || (windows.samples[slot] as number) > 0) emit(linkStates, measure(state, link, slot, at));
      }
      length.closedThrough += milliseconds;
    }
  }
}

/** What the sums of a slot say of its window; counts the emission. */
function measure(state: LinkStates, link: number, slot: number, at: EventTime): LinkState {
  const { links, windows } = state;
  const windowSeconds = links.windowSeconds[link] as number;
  const lanes = links.lanes[link] as number;
  const samples = windows.samples[slot] as number;
  const expectedSamples = links.expectedSamples[link] as number;
  const vehicles = windows.vehicles[slot] as number;
  const countedLaneSeconds = windows.countedLaneSeconds[slot] as number;
  const occupiedLaneSeconds = windows.occupiedLaneSeconds[slot] as number;
  const speed = speedOf(state, link, slot);
  const whole = samples >= expectedSamples && links.covered[link] === 1;
  return {
    district: links.districts[link] as string,
    link: links.ids[link] as string,
    at,
    windowStart: (windows.number[slot] as number) * windowSeconds * 1000,
    windowSeconds,
    revision: windows.emissions[slot]!++,
    vehicles,
    flowVph: countedLaneSeconds > 0 ? Math.round(flowVph(vehicles * lanes, countedLaneSeconds)) : null,
    occupancyPermille:
      occupiedLaneSeconds > 0
        ? Math.round((windows.occupancyPermilleLaneSeconds[slot] as number) / occupiedLaneSeconds)
        : null,
    ...speedMeasures(speed?.decikph, links.lengthMeters[link] as number, links.freeFlowKph[link] as number),
    quality: !speed ? 'missing' : speed.quality === 'observed' && !whole ? 'imputed' : speed.quality,
    samples,
    expectedSamples,
  };
}

interface Speed {
  /** At least 1. */
  readonly decikph: number;
  readonly quality: Quality;
}

/** Space-mean speed in 0.1 km/h, and whether it was measured; undefined when nothing says it. */
function speedOf(state: LinkStates, link: number, slot: number): Speed | undefined {
  if (state.approaches.bins[link] === 0) return spotSpeed(state, link, slot);
  const travel = travelOf(state, link, slot);
  if (travel && travel.meters > 0) {
    const decikph = Math.max(1, Math.min(fastestDecikph, Math.round((36 * travel.meters) / travel.seconds)));
    return { decikph, quality: travel.isKnown ? 'observed' : 'imputed' };
  }
  const spot = spotSpeed(state, link, slot);
  return spot && { ...spot, quality: 'imputed' };
}

/** The same from the speeds at the detectors alone. */
function spotSpeed({ links, windows }: LinkStates, link: number, slot: number): Speed | undefined {
  const paced = windows.pacedVehicles[slot] as number;
  if (paced > 0) {
    const decikph = Math.round((1e9 * paced) / (windows.pace[slot] as number));
    return { decikph: Math.max(1, decikph), quality: 'observed' };
  }
  const implied = windows.impliedVehicles[slot] as number;
  const impliedPace = windows.impliedPace[slot] as number;
  if (implied === 0 || impliedPace === 0) return undefined;
  const freeFlow = Math.round((links.freeFlowKph[link] as number) * 10);
  const decikph = Math.min(freeFlow, Math.round((1e9 * implied) / impliedPace));
  return { decikph: Math.max(1, decikph), quality: 'imputed' };
}

type SpeedMeasures = Pick<
  LinkState,
  'spaceMeanDecikph' | 'delayDeciseconds' | 'travelTimeIndexPermille' | 'levelOfService'
>;

/** What follows from the speed, computed from the rounded speed so that the published values agree. */
function speedMeasures(
  decikph: number | undefined,
  lengthMeters: number,
  freeFlowKph: number,
): SpeedMeasures {
  if (decikph === undefined)
    return {
      spaceMeanDecikph: null,
      delayDeciseconds: null,
      travelTimeIndexPermille: null,
      levelOfService: null,
    };
  const speedKph = decikph / 10;
  return {
    spaceMeanDecikph: decikph,
    delayDeciseconds: Math.min(1_000_000, Math.round(10 * delaySeconds(lengthMeters, speedKph, freeFlowKph))),
    travelTimeIndexPermille: Math.min(1_000_000, Math.round(1000 * travelTimeIndex(speedKph, freeFlowKph))),
    levelOfService: losBySpeedShare(speedKph / freeFlowKph),
  };
}
