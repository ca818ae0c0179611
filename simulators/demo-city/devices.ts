/** What is built on the streets of the demo city: detectors and cameras. */
import type { Camera, Detector, DetectorRole, Link } from '#domain/network.ts';
import type { Leg } from './legs.ts';

/** Cabinets report every ten seconds. */
const intervalSeconds = 10;
const advanceMeters = 80;
/** Longer links have a detector in their middle. */
const midblockFromMeters = 360;

const zoneMeters: Readonly<Record<DetectorRole, number>> = { stop: 12, advance: 2, midblock: 2 };

/** A place of detection before it has a channel. */
interface Zone {
  readonly link: Link;
  readonly role: DetectorRole;
  readonly firstLane: number;
  readonly lastLane: number;
  readonly toStopBarMeters: number;
}

/**
 * The zones of one approach: at the stop bar one for each lane group, one upstream, one half-way on long
 * links.
 */
export function approachZones(link: Link, ownLeft: boolean): Zone[] {
  const zone = (role: DetectorRole, toStopBarMeters: number, firstLane = 1, lastLane = link.lanes): Zone => ({
    link,
    role,
    firstLane,
    lastLane,
    toStopBarMeters,
  });
  const zones = ownLeft ? [zone('stop', 0, 1, 1), zone('stop', 0, 2)] : [zone('stop', 0)];
  zones.push(zone('advance', advanceMeters));
  if (link.lengthMeters >= midblockFromMeters) zones.push(middle(link));
  return zones;
}

/** One zone half-way along a link. */
export const middle = (link: Link): Zone => ({
  link,
  role: 'midblock',
  firstLane: 1,
  lastLane: link.lanes,
  toStopBarMeters: Math.round(link.lengthMeters / 2),
});

/** Wires zones to the channels of one cabinet, from 1. */
export function detectorsOf(cabinet: string, zones: readonly Zone[]): Detector[] {
  return zones.map((zone, i) => ({
    id: `D${cabinet.slice(1)}-${String(i + 1).padStart(2, '0')}`,
    cabinet,
    channel: i + 1,
    site: zone.link.site,
    link: zone.link.id,
    role: zone.role,
    firstLane: zone.firstLane,
    lastLane: zone.lastLane,
    toStopBarMeters: zone.toStopBarMeters,
    lengthMeters: zoneMeters[zone.role],
    intervalSeconds,
  }));
}

/** One camera at each crossing on its greatest approach, two where four legs meet the ring. */
export function camerasOf(number: string, position: Camera['position'], legs: readonly Leg[]): Camera[] {
  const watched = [...legs].sort(
    (a, b) => a.rank - b.rank || b.inbound.lanes - a.inbound.lanes || (a.inbound.id < b.inbound.id ? -1 : 1),
  );
  const count = watched[0]?.rank === 1 && legs.length === 4 ? 2 : 1;
  return watched.slice(0, count).map(({ inbound }, i) => ({
    id: `C${number}-${i + 1}`,
    site: inbound.site,
    link: inbound.id,
    position,
  }));
}
