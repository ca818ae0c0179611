import type { Detector, Intersection, Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { Owned } from '#runtime/processor.ts';
import { crossSection, detectorsByLink, lanesOf } from '../link-state/cross-section.ts';
import { createPhaseCycle, type PhaseCycle } from './cycles.ts';
import { type LaneGroup, laneGroups } from './lane-groups.ts';

/** Length of a window. Seconds. */
export const windowSeconds = 300;

/** Windows that can be open at once: the one that runs, and the one before until the watermark after its end. */
const openWindows = 2;

/** The state of one partition, with the tables it needs. Plain data; sums are integers. */
export interface IntersectionStates {
  readonly intersections: readonly IntersectionState[];
  /** Intersection id to index. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Cabinet to its detectors, by channel. */
  readonly cabinets: ReadonlyMap<string, ReadonlyMap<number, StopBarDetector>>;
  /** By detector. */
  readonly stuckSeconds: Int32Array;
  /** NaN before the first input. */
  closedThrough: EventTime;
  /** Windows that began earlier began before the clock. */
  wholeFrom: EventTime;
}

export interface IntersectionState {
  readonly id: string;
  readonly district: string;
  readonly phases: readonly PhaseState[];
}

export interface PhaseState {
  readonly number: number;
  readonly groups: readonly GroupState[];
  readonly cycle: PhaseCycle;
  readonly sums: readonly PhaseSums[];
}

export interface PhaseSums {
  cycles: number;
  cycleMilliseconds: number;
  greenMilliseconds: number;
  /** Occupancy of stop-bar detectors in intervals that lay within green. Permille x seconds, and those seconds. */
  greenOccupancyPermilleSeconds: number;
  greenOccupancySeconds: number;
}

export interface GroupState {
  readonly saturationVph: number;
  /** Its lanes, shared ones in part. Of `wholeLane`. */
  readonly lanes: number;
  /** Readings that its detectors send in a window; 0 when it has none. */
  readonly expectedSamples: number;
  /** Whether its detectors cover all its lanes. */
  readonly covered: boolean;
  readonly sums: readonly GroupSums[];
}

export interface GroupSums {
  /** Of `wholeLane`, so that a vehicle on a shared lane can be shared. */
  vehicles: number;
  laneSeconds: number;
  samples: number;
}

/** What one detector tells of which lane groups. */
export interface StopBarDetector {
  readonly index: number;
  readonly lanes: number;
  readonly isStopBar: boolean;
  readonly feeds: readonly {
    readonly phase: PhaseState;
    readonly group: GroupState;
    readonly lanes: number;
  }[];
}

/** The state of a partition that has seen nothing, for the intersections of the sites that it owns. */
export function createIntersectionStates(network: Network, owned: Owned): IntersectionStates {
  const byLink = detectorsByLink(network);
  const cabinets = new Map<string, Map<number, StopBarDetector>>();
  const feeds = new Map<Detector, StopBarDetector['feeds'][number][]>();
  const intersections = [...network.intersections.values()]
    .filter((intersection) => owned(intersection.site))
    .map((intersection) => createIntersection(network, intersection, byLink, feeds));
  let index = 0;
  for (const [detector, fed] of feeds) {
    const { cabinet, channel, role } = detector;
    const channels = cabinets.get(cabinet) ?? new Map<number, StopBarDetector>();
    cabinets.set(cabinet, channels);
    channels.set(channel, {
      index: index++,
      lanes: lanesOf(detector),
      isStopBar: role === 'stop',
      feeds: fed,
    });
  }
  return {
    intersections,
    indexOf: new Map(intersections.map(({ id }, position) => [id, position])),
    cabinets,
    stuckSeconds: new Int32Array(index),
    closedThrough: Number.NaN,
    wholeFrom: Number.NaN,
  };
}

function createIntersection(
  network: Network,
  intersection: Intersection,
  byLink: ReadonlyMap<string, readonly Detector[]>,
  feeds: Map<Detector, StopBarDetector['feeds'][number][]>,
): IntersectionState {
  const groups = laneGroups(network, intersection).map((group) => {
    const link = network.links.get(group.link);
    const detectors = link ? crossSection(link, byLink.get(group.link) ?? []) : [];
    const seen = detectors
      .map((detector) => ({ detector, lanes: lanesFed(detector, group.lanes) }))
      .filter(({ lanes }) => lanes > 0);
    return { phase: group.phase, seen, state: createGroup(group, seen) };
  });
  const phases = intersection.phases.map(
    ({ number }, index): PhaseState => ({
      number,
      groups: groups.filter((group) => group.phase === index).map((group) => group.state),
      cycle: createPhaseCycle(),
      sums: Array.from({ length: openWindows }, emptyPhase),
    }),
  );
  for (const { phase, seen, state } of groups)
    for (const { detector, lanes } of seen) {
      const known = feeds.get(detector) ?? [];
      known.push({ phase: phases[phase] as PhaseState, group: state, lanes });
      feeds.set(detector, known);
    }
  return {
    id: intersection.id,
    district: intersection.district,
    phases: phases.sort((a, b) => a.number - b.number),
  };
}

function createGroup(
  group: LaneGroup,
  seen: readonly { readonly detector: Detector; readonly lanes: number }[],
): GroupState {
  const lanes = sum([...group.lanes.values()]);
  return {
    saturationVph: Math.round(group.saturationVph),
    lanes,
    expectedSamples: sum(seen.map(({ detector }) => Math.floor(windowSeconds / detector.intervalSeconds))),
    covered: sum(seen.map((one) => one.lanes)) >= lanes,
    sums: Array.from({ length: openWindows }, emptyGroup),
  };
}

/** How much of a group's lanes a detector sees, of `wholeLane`. */
function lanesFed(detector: Detector, lanes: ReadonlyMap<number, number>): number {
  let fed = 0;
  for (let lane = detector.firstLane; lane <= detector.lastLane; lane++) fed += lanes.get(lane) ?? 0;
  return fed;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

export const emptyGroup = (): GroupSums => ({ vehicles: 0, laneSeconds: 0, samples: 0 });

export const emptyPhase = (): PhaseSums => ({
  cycles: 0,
  cycleMilliseconds: 0,
  greenMilliseconds: 0,
  greenOccupancyPermilleSeconds: 0,
  greenOccupancySeconds: 0,
});
