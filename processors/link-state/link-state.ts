import { delaySeconds, flowVph, travelTimeIndex } from '#domain/flow.ts';
import { losBySpeedShare } from '#domain/level-of-service.ts';
import type { Quality } from '#domain/quality.ts';
import { type EventTime, floorTo, type Milliseconds, seconds } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { detectorFrames, linkStates } from '#schemas/topics.ts';
import { fastestDecikph, fold, slotOf } from './fold.ts';
import { knownFrame } from './known-frame.ts';
import { createLinkStates, type LinkStates, revisionBound, sumOf } from './state.ts';
import { travelOf } from './travel.ts';

/** Windows that late frames have changed are told again at multiples of this. */
const revisedEvery: Milliseconds = seconds(5);

/**
 * Measures every link, minute by minute: flow, occupancy, space-mean speed, delay, travel time index and level
 * of service. A link whose detectors report less than once a minute has windows of their interval.
 *
 * A reading belongs to the window that holds the middle of its interval, so that a clock that is off by less
 * than half an interval moves nothing. A window is emitted half an interval after its end, 5 s at most, by the longest
 * interval that there is in windows of its length; and once more, with the next revision, at each multiple of 5 s
 * before which late frames have changed it. Every window of every link is emitted, except one that began before the
 * clock and has no reading.
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
  stateVersion: 4,
  reads: [detectorFrames],
  writes: [linkStates],
  lateness: seconds(10),
  revisionBound,
  tick: seconds(0.5),
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

function closeWindows(state: LinkStates, at: EventTime, emit: Emit): void {
  const { links, windows } = state;
  if (state.touched.length > 0 && at % revisedEvery === 0) {
    for (const { link, window } of state.touched.sort((a, b) => a.link - b.link || a.window - b.window)) {
      const slot = slotOf(state, link, window);
      windows.touched[slot] = 0;
      emit(linkStates, measure(state, link, slot, at));
    }
    state.touched = [];
  }
  for (const length of state.lengths) {
    const milliseconds = length.seconds * 1000;
    while (length.closedThrough + milliseconds + length.margin <= at) {
      const number = length.closedThrough / milliseconds;
      const whole = length.closedThrough >= length.wholeFrom;
      for (let link = 0; link < links.ids.length; link++) {
        if (links.windowSeconds[link] !== length.seconds) continue;
        const slot = slotOf(state, link, number);
        if (whole || sumOf(windows, slot, 'samples') > 0) emit(linkStates, measure(state, link, slot, at));
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
  const samples = sumOf(windows, slot, 'samples');
  const expectedSamples = links.expectedSamples[link] as number;
  const vehicles = sumOf(windows, slot, 'vehicles');
  const countedLaneSeconds = sumOf(windows, slot, 'countedLaneSeconds');
  const occupiedLaneSeconds = sumOf(windows, slot, 'occupiedLaneSeconds');
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
        ? Math.round(sumOf(windows, slot, 'occupancyPermilleLaneSeconds') / occupiedLaneSeconds)
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
  const paced = sumOf(windows, slot, 'pacedVehicles');
  if (paced > 0) {
    const decikph = Math.round((1e9 * paced) / sumOf(windows, slot, 'pace'));
    return { decikph: Math.max(1, decikph), quality: 'observed' };
  }
  const implied = sumOf(windows, slot, 'impliedVehicles');
  const impliedPace = sumOf(windows, slot, 'impliedPace');
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
