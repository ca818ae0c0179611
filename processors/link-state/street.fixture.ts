/** A made-up street for the examples of the processors: small enough to be drawn. */
import type { Detector, Intersection, Link, Movement, Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';

export interface Parts {
  readonly links: readonly (Partial<Link> & { readonly id: string })[];
  readonly detectors: readonly (Partial<Detector> & { readonly id: string; readonly channel: number })[];
  readonly movements?: readonly (Partial<Movement> & { readonly id: string })[];
  readonly intersections?: readonly Intersection[];
}

/** A network of one site, `s1`, with one cabinet, `c1`, in one district, `d1`. */
export function street({ links, detectors, movements = [], intersections = [] }: Parts): Network {
  return {
    name: 'street',
    timeZone: 'Europe/Copenhagen',
    nodes: new Map(),
    links: byId(links.map(link)),
    movements: byId(
      movements.map((movement) => ({
        node: 'n1',
        code: 'NBT',
        turn: 'thru' as const,
        inbound: 'a',
        outbound: 'z',
        firstLane: 1,
        lastLane: 1,
        saturationVph: 1800,
        ...movement,
      })),
    ),
    intersections: byId(intersections),
    detectors: byId(
      detectors.map((detector) => ({
        cabinet: 'c1',
        site: 's1',
        link: 'a',
        role: 'stop' as const,
        firstLane: 1,
        lastLane: 1,
        toStopBarMeters: 0,
        lengthMeters: 2,
        intervalSeconds: 10,
        ...detector,
      })),
    ),
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    zones: new Map(),
    districts: new Map(),
  };
}

const link = (part: Partial<Link> & { readonly id: string }): Link => ({
  name: part.id,
  from: 'n0',
  to: 'n1',
  lengthMeters: 500,
  lanes: 1,
  freeFlowKph: 50,
  capacityVph: 1800,
  site: 's1',
  district: 'd1',
  geometry: [],
  ...part,
});

const byId = <Item extends { readonly id: string }>(items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [item.id, item]));

/** Channel, count, occupancy in permille and speed in 0.1 km/h; -1 where not measured. */
export type Reading = readonly [
  channel: number,
  count: number,
  occupancyPermille: number,
  speedDecikph: number,
];

/** What cabinet `c1` sends at the end of an interval. Its sequence follows from its time. */
export const frame = (
  at: EventTime,
  readings: readonly Reading[],
  intervalSeconds = 10,
  cabinet = 'c1',
): DetectorFrame => ({
  site: 's1',
  cabinet,
  sequence: at / 1000,
  at,
  intervalSeconds,
  readings: {
    length: readings.length,
    detector: Int32Array.from(readings, ([channel]) => channel),
    count: Int32Array.from(readings, ([, count]) => count),
    occupancyPermille: Int32Array.from(readings, ([, , occupancy]) => occupancy),
    speedDecikph: Int32Array.from(readings, ([, , , speed]) => speed),
  },
});
