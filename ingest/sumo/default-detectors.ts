import type { Detector, DetectorRole, Link, Node } from '#domain/network.ts';

const advanceMeters = 80;
/** An upstream detector nearer than this to the upstream end would see who has just turned in. */
const clearOfUpstreamMeters = 10;
const stopZoneMeters = 10;
const pointMeters = 2;
const intervalSeconds = 10;
/** NTCIP 1202 numbers the detectors of a cabinet 1..255. */
const mostChannels = 255;

/**
 * Detectors for a net that comes without: on every lane before a light one at the stop bar and one 80 m
 * upstream where the link is long enough; on other links one half-way over all lanes. Each junction has one
 * cabinet, or more where 255 channels are too few.
 */
export function defaultDetectors(
  links: ReadonlyMap<string, Link>,
  nodes: ReadonlyMap<string, Node>,
): Map<string, Detector> {
  const detectors = new Map<string, Detector>();
  const wired = new Map<string, number>();
  const add = (link: Link, role: DetectorRole, first: number, last: number, toStopBar: number): void => {
    const before = wired.get(link.site) ?? 0;
    wired.set(link.site, before + 1);
    const id = `${link.id}-${role}-${first}`;
    detectors.set(id, {
      id,
      cabinet: `${link.site}-cabinet-${Math.floor(before / mostChannels) + 1}`,
      channel: (before % mostChannels) + 1,
      site: link.site,
      link: link.id,
      role,
      firstLane: first,
      lastLane: last,
      toStopBarMeters: toStopBar,
      lengthMeters: role === 'stop' ? Math.min(stopZoneMeters, link.lengthMeters) : pointMeters,
      intervalSeconds,
    });
  };
  for (const link of links.values()) {
    const isSignalised = nodes.get(link.to)?.intersection !== undefined;
    if (!isSignalised) add(link, 'midblock', 1, link.lanes, Math.round(link.lengthMeters * 5) / 10);
    for (let lane = 1; isSignalised && lane <= link.lanes; lane++) {
      add(link, 'stop', lane, lane, 0);
      if (link.lengthMeters >= advanceMeters + clearOfUpstreamMeters)
        add(link, 'advance', lane, lane, advanceMeters);
    }
  }
  return detectors;
}
