import type { Detector, Link, Network } from '#domain/network.ts';
import { lanesAcross, ofRole } from './cross-section.ts';

/** Mean length of a vehicle, for what occupancy says (PeMS g-factor less the zone). Metres. */
export const vehicleMeters = 5;

/** Detectors that report less often do not show a red. */
const longestIntervalSeconds = 15;

/** Whole windows before a window in which its queue is followed: longer than a cycle. */
export const windowsBefore = 2;

const feetPerMeter = 1 / 0.3048;

/**
 * Links of which all lanes are counted twice: ahead of the stop bar and at it. By dense index of link or detector;
 * their counts are kept by bin, an interval of their detectors.
 */
export interface Approaches {
  /** Where the bins of a link begin in `counts`; -1 for a link that is not counted twice. */
  readonly firstBin: Int32Array;
  /** Bins in a window. */
  readonly bins: Int32Array;
  readonly binSeconds: Int32Array;
  /** From the upstream section to the stop bar. */
  readonly meters: Float64Array;
  /** The time for it at free flow. */
  readonly freeMilliseconds: Int32Array;
  /** Time that a vehicle loses after the signal at the upstream end. */
  readonly startSeconds: Float64Array;
  /** How many detectors both sections have. */
  readonly detectors: Int32Array;
  /** What a detector is to its link: `none`, `arrival` or `departure`. */
  readonly part: Uint8Array;
  /** How long a vehicle at free flow is over the zone. Milliseconds. */
  readonly passMilliseconds: Int32Array;
  readonly counts: Counts;
}

export const part = { none: 0, arrival: 1, departure: 2 } as const;

/** Sums by bin: small numbers, of which a city has millions. */
export interface Counts {
  readonly arrivals: Uint16Array;
  readonly departures: Uint16Array;
  /** Readings, of as many as there are detectors. */
  readonly samples: Uint16Array;
  /** Stop-bar readings that show more than vehicles in motion. */
  readonly waiting: Uint16Array;
  /** Lanes of the upstream section on which a vehicle stood all the time. */
  readonly standingLanes: Uint16Array;
}

/** The two sections of a link; undefined when they do not cover all lanes alike, or report too seldom. */
function sectionsOf(link: Link, detectors: readonly Detector[], windowSeconds: number) {
  const arrivals = ofRole(link, detectors, 'advance');
  const departures = ofRole(link, detectors, 'stop');
  const both = [...arrivals, ...departures];
  const interval = both[0]?.intervalSeconds ?? 0;
  const meters = Math.min(
    ...arrivals.map(({ toStopBarMeters, lengthMeters }) => toStopBarMeters + lengthMeters / 2),
  );
  const isCounted =
    lanesAcross(arrivals) === link.lanes &&
    lanesAcross(departures) === link.lanes &&
    both.every(({ intervalSeconds }) => intervalSeconds === interval) &&
    interval <= longestIntervalSeconds &&
    windowSeconds % interval === 0 &&
    meters > 0 &&
    meters < link.lengthMeters &&
    // Who was counted ahead is at the stop bar in the same window or the next.
    (meters * 3.6) / link.freeFlowKph + interval <= windowSeconds;
  return isCounted ? { arrivals, departures, meters, interval } : undefined;
}

/** The tables of the links that are counted twice; `slots` windows are held of each. */
export function createApproaches(
  network: Network,
  links: readonly Link[],
  byLink: ReadonlyMap<string, readonly Detector[]>,
  windowSeconds: Int32Array,
  slots: Int32Array,
): Approaches {
  const sections = links.map((link, i) =>
    sectionsOf(link, byLink.get(link.id) as readonly Detector[], windowSeconds[i] as number),
  );
  const bins = Int32Array.from(sections, (section, i) =>
    section ? (windowSeconds[i] as number) / section.interval : 0,
  );
  const firstBin = new Int32Array(links.length).fill(-1);
  let total = 0;
  for (let i = 0; i < links.length; i++) {
    if (!sections[i]) continue;
    firstBin[i] = total;
    total += (slots[i] as number) * (bins[i] as number);
  }
  const detectors = links.flatMap((link) => byLink.get(link.id) as readonly Detector[]);
  const parts = new Map<Detector, number>();
  for (const section of sections) {
    for (const detector of section?.arrivals ?? []) parts.set(detector, part.arrival);
    for (const detector of section?.departures ?? []) parts.set(detector, part.departure);
  }
  const sums = (): Uint16Array => new Uint16Array(total);
  return {
    firstBin,
    bins,
    binSeconds: Int32Array.from(sections, (section) => section?.interval ?? 0),
    meters: Float64Array.from(sections, (section) => section?.meters ?? 0),
    freeMilliseconds: Int32Array.from(sections, (section, i) =>
      Math.round(((section?.meters ?? 0) * 3600) / (links[i] as Link).freeFlowKph),
    ),
    startSeconds: Float64Array.from(links, (link) => startSeconds(network, link)),
    detectors: Int32Array.from(sections, (section) =>
      section ? section.arrivals.length + section.departures.length : 0,
    ),
    part: Uint8Array.from(detectors, (detector) => parts.get(detector) ?? part.none),
    passMilliseconds: Int32Array.from(detectors, ({ link, lengthMeters }) =>
      Math.round(((vehicleMeters + lengthMeters) * 3600) / (network.links.get(link) as Link).freeFlowKph),
    ),
    counts: {
      arrivals: sums(),
      departures: sums(),
      samples: sums(),
      waiting: sums(),
      standingLanes: sums(),
    },
  };
}

/**
 * Time lost to reach the running speed after the signal at the upstream end, beyond its start-up lost time of 2 s:
 * (6.0 - 2.0) / (0.0025 L), L in feet (HCM 6, eq. 18-7); 0 where there is no signal (eq. 18-8).
 */
const startSeconds = (network: Network, { from, lengthMeters }: Link): number =>
  network.nodes.get(from)?.intersection === undefined ? 0 : 4 / (0.0025 * lengthMeters * feetPerMeter);

/** Occupancy from which a vehicle stood over a zone all the time. */
const standsPermille = 950;

/** Adds one reading to its bin. */
export function countReading(
  approaches: Approaches,
  detector: number,
  bin: number,
  lanes: number,
  vehicles: number,
  occupancyPermille: number,
  intervalSeconds: number,
): void {
  if (vehicles < 0 || occupancyPermille < 0) return;
  const { counts, passMilliseconds } = approaches;
  counts.samples[bin]!++;
  if (approaches.part[detector] === part.arrival) {
    counts.arrivals[bin]! += vehicles;
    if (vehicles === 0 && occupancyPermille >= standsPermille) counts.standingLanes[bin]! += lanes;
  } else {
    counts.departures[bin]! += vehicles;
    if (occupancyPermille * intervalSeconds > vehicles * (passMilliseconds[detector] as number))
      counts.waiting[bin]!++;
  }
}
