import { controlDelaySeconds, type LaneGroupService, volumeToCapacity } from '#domain/control-delay.ts';
import { flowVph } from '#domain/flow.ts';
import { losByControlDelay } from '#domain/level-of-service.ts';
import type { Network } from '#domain/network.ts';
import type { Quality } from '#domain/quality.ts';
import { type EventTime, floorTo, seconds } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type {
  IntersectionPerformance,
  PhasePerformance,
} from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalEvents } from '#schemas/generated/signal.event.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import type { AnyTopic } from '#schemas/topic.ts';
import { detectorFrames, intersectionPerformances, signalEvents } from '#schemas/topics.ts';
import { isChatter, isStuck } from '../link-state/detector-health.ts';
import { knownFrame } from '../link-state/known-frame.ts';
import { greenSince, noteEvent } from './cycles.ts';
import { wholeLane } from './lane-groups.ts';
import {
  createIntersectionStates,
  emptyGroup,
  emptyPhase,
  type GroupState,
  type IntersectionState,
  type IntersectionStates,
  type PhaseState,
  type PhaseSums,
  windowSeconds,
} from './state.ts';

const windowLength = seconds(windowSeconds);

const reads: readonly AnyTopic[] = [detectorFrames, signalEvents];

/**
 * Measures every signalised intersection in windows of five minutes: whole cycles, green, volume, v/c, HCM
 * control delay and level of service of each phase.
 *
 * A cycle of a phase runs from green to green and counts in the window in which it ends, if it was whole (see
 * `cycles`). Effective green is the green shown: the manual's default start-up loss and its default use of the
 * yellow are 2 s each. Volume is what the detectors of the inbound cross-section counted in the lanes of the
 * phase (see `laneGroups`), scaled to all its lanes; it is served volume, and demand only while queues clear.
 * A phase has the delay of its lane groups, weighted by volume; the critical group is the one with the highest
 * v/c. A permitted movement is taken to discharge at its own saturation flow, so gaps in the opposing stream
 * are not reckoned with.
 *
 * Green occupancy is measured in those intervals of stop-bar detectors that lay wholly within green. Split
 * failures cannot be judged: they need the occupancy of the first 5 s of red, and frames are too coarse for
 * that; the number stays 0.
 *
 * Every window of every intersection is emitted, except one that began before the clock and has nothing in it.
 * `quality` speaks of the delay: `missing` when it cannot be said, for want of a whole cycle or of counts;
 * `observed` when every expected reading of every lane came, else `imputed`.
 */
export const intersectionPerformance: Processor<DetectorFrame | SignalEvents, IntersectionStates> = {
  name: 'intersection-performance',
  stateVersion: 1,
  reads,
  writes: [intersectionPerformances],
  lateness: seconds(10),
  revisionBound: 0,
  tick: seconds(10),
  initial: createIntersectionStates,
  step,
  accepts: (network, _topic, event) =>
    'cabinet' in event ? knownFrame(network, event) : knownIntersection(network, event),
};

function knownIntersection(network: Network, { intersection, site }: SignalEvents): Rejection | undefined {
  const known = network.intersections.get(intersection);
  if (!known)
    return reject(
      'reference.unknown',
      'intersection',
      `${intersection}; an intersection of the network would be right`,
    );
  if (known.site !== site)
    return reject('reference.unknown', 'site', `${site}; ${known.site} would be right for ${intersection}`);
  return undefined;
}

function step(state: IntersectionStates, input: Input<DetectorFrame | SignalEvents>, emit: Emit): void {
  if (Number.isNaN(state.closedThrough)) {
    state.closedThrough = floorTo(input.at - 1, windowLength);
    state.wholeFrom = state.closedThrough + windowLength;
  }
  if (input.kind === 'watermark') closeWindows(state, input.at, emit);
  else if ('cabinet' in input.event) foldFrame(state, input.event);
  else foldSignal(state, input.event);
}

function foldSignal(state: IntersectionStates, { intersection, at, events }: SignalEvents): void {
  const phases = state.intersections[state.indexOf.get(intersection) ?? -1]?.phases;
  if (!phases) return;
  for (let i = 0; i < events.length; i++) {
    const phase = phases.find((one) => one.number === events.parameter[i]);
    if (!phase) continue;
    const happenedAt = at + (events.deciseconds[i] as number) * 100;
    const ended = noteEvent(phase.cycle, events.code[i] as number, happenedAt);
    if (!ended) continue;
    const sums = phase.sums[slotOf(state, happenedAt)] as PhaseSums;
    sums.cycles++;
    sums.cycleMilliseconds += ended.cycle;
    sums.greenMilliseconds += ended.green;
  }
}

/** A reading counts in the window that holds the middle of its interval. */
function foldFrame(
  state: IntersectionStates,
  { cabinet, at, intervalSeconds, readings }: DetectorFrame,
): void {
  const detectors = state.cabinets.get(cabinet);
  if (!detectors) return;
  const slot = slotOf(state, at - Math.min(intervalSeconds, windowSeconds) * 500);
  for (let i = 0; i < readings.length; i++) {
    const detector = detectors.get(readings.detector[i] as number);
    if (!detector) continue;
    const count = readings.count[i] as number;
    const occupancy = readings.occupancyPermille[i] as number;
    if (isStuck(state.stuckSeconds, detector.index, count, occupancy, intervalSeconds)) continue;
    if (isChatter(count, detector.lanes, intervalSeconds)) continue;
    for (const { phase, group, lanes } of detector.feeds) {
      if (count >= 0) {
        const sums = group.sums[slot] as (typeof group.sums)[number];
        sums.vehicles += Math.round((count * lanes) / detector.lanes);
        sums.laneSeconds += lanes * intervalSeconds;
        sums.samples++;
      }
      const green = greenSince(phase.cycle);
      const inGreen = green !== null && green <= at - intervalSeconds * 1000;
      if (detector.isStopBar && detector.feeds.length === 1 && inGreen && occupancy >= 0) {
        const sums = phase.sums[slot] as PhaseSums;
        sums.greenOccupancyPermilleSeconds += occupancy * intervalSeconds;
        sums.greenOccupancySeconds += intervalSeconds;
      }
    }
  }
}

/** Windows take turns in two slots; what belongs to a closed window counts in the one that is open. */
function slotOf({ closedThrough }: IntersectionStates, at: EventTime): 0 | 1 {
  const start = Math.max(closedThrough, floorTo(at, windowLength));
  return (start / windowLength) % 2 === 0 ? 0 : 1;
}

function closeWindows(state: IntersectionStates, at: EventTime, emit: Emit): void {
  while (state.closedThrough + windowLength < at) {
    const slot = slotOf(state, state.closedThrough);
    for (const intersection of state.intersections) {
      if (state.closedThrough >= state.wholeFrom || heardOf(intersection, slot))
        emit(intersectionPerformances, measure(intersection, slot, state.closedThrough, at));
      for (const phase of intersection.phases) {
        Object.assign(phase.sums[slot] as PhaseSums, emptyPhase());
        for (const group of phase.groups) Object.assign(group.sums[slot] as object, emptyGroup());
      }
    }
    state.closedThrough += windowLength;
  }
}

/** Whether anything was measured in the window. */
const heardOf = ({ phases }: IntersectionState, slot: 0 | 1): boolean =>
  phases.some(
    ({ sums, groups }) =>
      (sums[slot]?.cycles ?? 0) > 0 || groups.some((group) => (group.sums[slot]?.samples ?? 0) > 0),
  );

function measure(
  { id, district, phases }: IntersectionState,
  slot: 0 | 1,
  windowStart: EventTime,
  at: EventTime,
): IntersectionPerformance {
  const measured = phases.map((phase) => measurePhase(phase, slot));
  // The phase that is served most often shows the cycle; others may be skipped.
  const reference = phases
    .map((phase) => phase.sums[slot] as PhaseSums)
    .reduce<PhaseSums | undefined>(
      (most, sums) => (sums.cycles > (most?.cycles ?? 0) ? sums : most),
      undefined,
    );
  let delayed = 0;
  let vehicles = 0;
  for (const { controlDelayDeciseconds, volumeVph } of measured)
    if (controlDelayDeciseconds !== null && volumeVph !== null) {
      delayed += controlDelayDeciseconds * volumeVph;
      vehicles += volumeVph;
    }
  const controlDelayDeciseconds = vehicles > 0 ? Math.round(delayed / vehicles) : null;
  const serving = measured.filter((_, index) => (phases[index] as PhaseState).groups.length > 0);
  return {
    district,
    intersection: id,
    at,
    windowStart,
    windowSeconds,
    revision: 0,
    cycles: reference?.cycles ?? 0,
    cycleDeciseconds: reference ? meanDeciseconds(reference.cycleMilliseconds, reference.cycles) : null,
    phases: measured,
    controlDelayDeciseconds,
    levelOfService: controlDelayDeciseconds === null ? null : losByControlDelay(controlDelayDeciseconds / 10),
    quality: qualityOf(
      controlDelayDeciseconds,
      serving.every((phase) => phase.quality === 'observed'),
    ),
  };
}

function measurePhase({ number, groups, sums }: PhaseState, slot: 0 | 1): PhasePerformance {
  const {
    cycles,
    cycleMilliseconds,
    greenMilliseconds,
    greenOccupancyPermilleSeconds,
    greenOccupancySeconds,
  } = sums[slot] as PhaseSums;
  const counted = groups.flatMap((group) => {
    const volumeVph = volumeOf(group, slot);
    return volumeVph === undefined ? [] : [{ volumeVph, saturationVph: group.saturationVph }];
  });
  const services = counted
    .filter((group) => cycles > 0 && group.saturationVph > 0)
    .map((group) => ({
      ...group,
      cycleSeconds: cycleMilliseconds / cycles / 1000,
      effectiveGreenSeconds: greenMilliseconds / cycles / 1000,
    }));
  const critical = services.reduce<LaneGroupService | undefined>(
    (worst, one) => (!worst || volumeToCapacity(one) > volumeToCapacity(worst) ? one : worst),
    undefined,
  );
  const saturation = critical && volumeToCapacity(critical);
  const delay = critical && meanDelay(services, critical);
  const controlDelayDeciseconds = delay === undefined ? null : Math.min(1_000_000, Math.round(delay * 10));
  const whole = groups.every(
    (group) => group.covered && (group.sums[slot]?.samples ?? 0) >= group.expectedSamples,
  );
  return {
    phase: number,
    greenDeciseconds: cycles > 0 ? meanDeciseconds(greenMilliseconds, cycles) : null,
    volumeVph:
      counted.length > 0 ? Math.round(counted.reduce((sum, group) => sum + group.volumeVph, 0)) : null,
    saturationVph: critical?.saturationVph ?? groups[0]?.saturationVph ?? 0,
    volumeToCapacityPermille:
      saturation === undefined ? null : Math.min(100_000, Math.round(saturation * 1000)),
    controlDelayDeciseconds,
    levelOfService: delay === undefined ? null : losByControlDelay(delay, saturation),
    greenOccupancyPermille:
      greenOccupancySeconds > 0 ? Math.round(greenOccupancyPermilleSeconds / greenOccupancySeconds) : null,
    splitFailures: null,
    quality: qualityOf(controlDelayDeciseconds, whole),
  };
}

/** Vehicles per hour over all lanes of the group; undefined when none of its detectors counted. */
function volumeOf(group: GroupState, slot: 0 | 1): number | undefined {
  const sums = group.sums[slot];
  if (!sums || sums.laneSeconds === 0) return undefined;
  return (flowVph(sums.vehicles, sums.laneSeconds) * group.lanes) / wholeLane;
}

/** Delay over the lane groups, weighted by volume; that of the critical group when nobody came. */
function meanDelay(services: readonly LaneGroupService[], critical: LaneGroupService): number {
  const volume = services.reduce((sum, group) => sum + group.volumeVph, 0);
  if (volume === 0) return controlDelaySeconds(critical);
  return services.reduce((sum, group) => sum + controlDelaySeconds(group) * group.volumeVph, 0) / volume;
}

const meanDeciseconds = (milliseconds: number, count: number): number =>
  Math.round(milliseconds / count / 100);

const qualityOf = (delay: number | null, whole: boolean): Quality =>
  delay === null ? 'missing' : whole ? 'observed' : 'imputed';
