import type { Detector, DetectorRole, Link, Network } from '#domain/network.ts';

/** Where several cross-sections cover as many lanes, the one nearest the downstream end counts. */
const roles: readonly DetectorRole[] = ['stop', 'advance', 'midblock'];

/** A detector that reports less often says nothing of the state now. */
const longestIntervalSeconds = 900;

/**
 * The detectors of each link that can be used, in order of lane: those in a cabinet of the link's own site, so
 * that one partition sees all of them, that report at least every quarter of an hour.
 */
export function detectorsByLink(network: Network): ReadonlyMap<string, readonly Detector[]> {
  let byLink = known.get(network);
  if (byLink === undefined) {
    byLink = sortedByLink(network);
    known.set(network, byLink);
  }
  return byLink;
}

/** Made once for each network, which all its partitions look at. */
const known = new WeakMap<Network, ReadonlyMap<string, readonly Detector[]>>();

function sortedByLink(network: Network): Map<string, Detector[]> {
  const byLink = new Map<string, Detector[]>();
  for (const detector of network.detectors.values()) {
    const link = network.links.get(detector.link);
    if (link?.site !== detector.site || detector.intervalSeconds > longestIntervalSeconds) continue;
    const own = byLink.get(detector.link);
    if (own) own.push(detector);
    else byLink.set(detector.link, [detector]);
  }
  for (const detectors of byLink.values())
    detectors.sort(
      (a, b) =>
        a.firstLane - b.firstLane ||
        a.lastLane - b.lastLane ||
        compare(a.cabinet, b.cabinet) ||
        a.channel - b.channel,
    );
  return byLink;
}

/**
 * The detectors that count the vehicles of a link: of one role, so that no vehicle is counted twice, the role
 * that covers most lanes (at a draw stop bar before advance before midblock), one detector a lane.
 */
export function crossSection(link: Link, detectors: readonly Detector[]): readonly Detector[] {
  let best: readonly Detector[] = [];
  for (const role of roles) {
    const chosen = ofRole(link, detectors, role);
    if (lanesAcross(chosen) > lanesAcross(best)) best = chosen;
  }
  return best;
}

/** The detectors of one role, one a lane. */
export function ofRole(link: Link, detectors: readonly Detector[], role: DetectorRole): readonly Detector[] {
  const chosen: Detector[] = [];
  let covered = 0;
  for (const detector of detectors) {
    if (detector.role !== role || detector.firstLane <= covered || detector.firstLane > link.lanes) continue;
    chosen.push(detector);
    covered = detector.lastLane;
  }
  return chosen;
}

/** How many lanes a detector covers. */
export const lanesOf = (detector: Detector): number => detector.lastLane - detector.firstLane + 1;

/** How many lanes the detectors of one cross-section cover. */
export const lanesAcross = (section: readonly Detector[]): number =>
  section.reduce((sum, detector) => sum + lanesOf(detector), 0);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
