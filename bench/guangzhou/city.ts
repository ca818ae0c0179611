/**
 * A city with as many devices as Guangzhou: a grid of signalised sites, each with a cabinet of 32 detectors on its four
 * approaches, and cameras. The grid leaves on one side and comes back on the other, so that every site has the same.
 */
import type {
  Camera,
  Detector,
  District,
  Intersection,
  Link,
  Movement,
  Network,
  Node,
  ParkingFacility,
  Phase,
  Position,
  Station,
} from '#domain/network.ts';

/** What is counted in Guangzhou, and what a city of its size plausibly has besides. */
const counts = { sites: 2_625, cameras: 364_000, facilities: 4_000, stations: 400 } as const;
const districtCount = 11;

export const frameSeconds = 1;
export const cameraSeconds = 5;
/** Every signal runs this cycle, each with an offset of its own. Seconds. */
export const cycleSeconds = 120;

export const headings = ['NB', 'EB', 'SB', 'WB'] as const;
export type Heading = (typeof headings)[number];
const steps: Readonly<Record<Heading, readonly [east: number, north: number]>> = {
  NB: [0, 1],
  EB: [1, 0],
  SB: [0, -1],
  WB: [-1, 0],
};
/** NEMA phases: through on even numbers, left turns on odd ones. */
const throughPhase: Readonly<Record<Heading, number>> = { NB: 2, SB: 6, EB: 4, WB: 8 };
const leftPhase: Readonly<Record<Heading, number>> = { NB: 5, SB: 1, EB: 7, WB: 3 };
/** By phase, 1 to 8, with yellow and red clearance; each ring adds up to the cycle. Seconds. */
export const splits = [20, 40, 20, 40, 20, 40, 20, 40] as const;

const approachLanes = 3;
const upstreamLanes = 2;
/** On an approach one detector a lane ahead and one at the stop bar, upstream one a lane. */
const channelsOfHeading = 2 * approachLanes + upstreamLanes;

/** A city of a part of the size: 1 is the whole. */
export function makeGuangzhou(divisor: number): Network {
  const part = (count: number): number => Math.max(1, Math.round(count / divisor));
  const sites = Array.from({ length: part(counts.sites) }, (_, i) => siteOf(i, part(counts.sites)));
  const links = sites.flatMap(linksOf);
  const byIndex = <Item>(count: number, make: (i: number, site: Site) => Item): Item[] =>
    Array.from({ length: count }, (_, i) => make(i, sites[i % sites.length]!));
  return {
    name: 'guangzhou',
    timeZone: 'Asia/Shanghai',
    nodes: byId(sites.flatMap(nodesOf)),
    links: byId(links),
    movements: byId(sites.flatMap(movementsOf)),
    intersections: byId(sites.map(intersectionOf)),
    detectors: byId(sites.flatMap(detectorsOf)),
    zones: new Map(),
    cameras: byId(byIndex(part(counts.cameras), cameraOf)),
    facilities: byId(byIndex(part(counts.facilities), facilityOf)),
    stations: byId(byIndex(part(counts.stations), stationOf)),
    districts: byId(
      Array.from({ length: districtCount }, (_, i): District => ({ id: districtId(i), name: districtId(i) })),
    ),
  };
}

/** A signalised crossing with its cabinet. */
interface Site {
  readonly index: number;
  readonly id: string;
  readonly node: string;
  readonly district: string;
  readonly position: Position;
  /** The site that is reached first in each direction. */
  readonly next: Readonly<Record<Heading, number>>;
}

function siteOf(index: number, count: number): Site {
  const side = Math.max(1, Math.round(Math.sqrt(count)));
  const wrap = (i: number): number => ((i % count) + count) % count;
  return {
    index,
    id: `site-${digits(index)}`,
    node: `node-${digits(index)}`,
    district: districtId(Math.floor((index * districtCount) / count)),
    position: [113.1 + (index % side) * 0.005, 22.9 + Math.floor(index / side) * 0.004],
    next: { NB: wrap(index + side), SB: wrap(index - side), EB: wrap(index + 1), WB: wrap(index - 1) },
  };
}

export const siteId = (index: number): string => `site-${digits(index)}`;
export const cabinetId = (index: number): string => `cabinet-${digits(index)}`;
export const intersectionId = (index: number): string => `signal-${digits(index)}`;
export const districtId = (index: number): string => `district-${index}`;
export const cameraId = (index: number): string => `camera-${digits(index)}`;
export const approachId = (index: number, heading: Heading): string => `link-${digits(index)}-${heading}`;
const upstreamId = (index: number, heading: Heading): string => `${approachId(index, heading)}-up`;

const digits = (index: number): string => String(index).padStart(6, '0');
const byId = <Item extends { readonly id: string }>(items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [item.id, item]));
/** So far before the site against the direction of travel; 1 is the last one. */
const before = ({ position }: Site, heading: Heading, share: number): Position => {
  const [east, north] = steps[heading];
  return [position[0] - share * east * 0.005, position[1] - share * north * 0.004];
};

function nodesOf(site: Site): Node[] {
  const { index, node: id, position } = site;
  const middle = (heading: Heading): Node => {
    const name = `${id}-${heading}`;
    return { id: name, name, position: before(site, heading, 0.4), intersection: undefined };
  };
  return [{ id, name: id, position, intersection: intersectionId(index) }, ...headings.map(middle)];
}

/** Of each direction the street up to where the turning lanes begin, and those. */
function linksOf(site: Site): Link[] {
  const opposite: Readonly<Record<Heading, Heading>> = { NB: 'SB', SB: 'NB', EB: 'WB', WB: 'EB' };
  return headings.flatMap((heading): Link[] => {
    const common = { freeFlowKph: [50, 60][site.index % 2]!, site: site.id, district: site.district };
    const middle = `${site.node}-${heading}`;
    const upstream = {
      ...common,
      id: upstreamId(site.index, heading),
      name: `Street ${site.index} ${heading}`,
      from: `node-${digits(site.next[opposite[heading]])}`,
      to: middle,
      lengthMeters: 250 + (site.index % 30) * 10,
      lanes: upstreamLanes,
      capacityVph: 1_800 * upstreamLanes,
      geometry: [before(site, heading, 1), before(site, heading, 0.4)],
    };
    const approach = {
      ...common,
      id: approachId(site.index, heading),
      name: `Approach ${site.index} ${heading}`,
      from: middle,
      to: site.node,
      lengthMeters: 180,
      lanes: approachLanes,
      capacityVph: 1_800 * approachLanes,
      geometry: [before(site, heading, 0.4), site.position],
    };
    return [upstream, approach];
  });
}

function movementsOf(site: Site): Movement[] {
  return headings.flatMap((heading, i) =>
    (['left', 'thru', 'right'] as const).map((turn, lane): Movement => {
      const quarter = { left: 3, thru: 0, right: 1 }[turn];
      const outbound = headings[(i + quarter) % 4]!;
      const code = `${heading}${turn[0]!.toUpperCase()}`;
      return {
        id: movementId(site, code),
        node: site.node,
        code,
        turn,
        inbound: approachId(site.index, heading),
        outbound: upstreamId(site.next[outbound], outbound),
        firstLane: lane + 1,
        lastLane: lane + 1,
        saturationVph: { left: 1_710, thru: 1_800, right: 1_530 }[turn],
      };
    }),
  );
}

const movementId = (site: Site, code: string): string => `${site.node}-${code}`;

function intersectionOf(site: Site): Intersection {
  const id = intersectionId(site.index);
  return {
    id,
    name: `Crossing ${site.index}`,
    node: site.node,
    site: site.id,
    district: site.district,
    position: site.position,
    phases: splits.map((_, i) => phaseOf(site, i + 1)),
    plan: {
      id: `plan-${id}`,
      cycleSeconds,
      offsetSeconds: offsetOf(site.index),
      splits: splits.map((seconds, i) => ({ phase: i + 1, seconds })),
    },
  };
}

/** When the cycle of a signal begins, in the cycle of the city. Seconds. */
export const offsetOf = (site: number): number => (site * 37) % cycleSeconds;

function phaseOf(site: Site, number: number): Phase {
  const isLeft = number % 2 === 1;
  const heading = headings.find((one) => (isLeft ? leftPhase : throughPhase)[one] === number)!;
  const turns = isLeft ? ['L'] : ['T', 'R'];
  return {
    number,
    ring: number <= 4 ? 1 : 2,
    barrier: (number - 1) % 4 < 2 ? 1 : 2,
    position: isLeft ? 1 : 2,
    movements: turns.map((turn) => ({
      movement: movementId(site, `${heading}${turn}`),
      protection: 'protected',
    })),
    minGreenSeconds: isLeft ? 5 : 8,
    maxGreenSeconds: 60,
    yellowSeconds: 3.5,
    redClearanceSeconds: 1.5,
    pedestrian: isLeft ? undefined : { walkSeconds: 7, clearanceSeconds: 11, crossingMeters: 12 },
    approachKph: 50,
    grade: 0,
    clearanceMeters: 18,
  };
}

function detectorsOf({ index, id: site }: Site): Detector[] {
  return headings.flatMap((heading, i) => {
    const detector = (nth: number): Detector => {
      const isUpstream = nth >= 2 * approachLanes;
      const role = isUpstream ? 'midblock' : nth < approachLanes ? 'advance' : 'stop';
      const lane = (nth % approachLanes) + 1;
      const channel = i * channelsOfHeading + nth + 1;
      return {
        id: `${cabinetId(index)}/${channel}`,
        cabinet: cabinetId(index),
        channel,
        site,
        link: (isUpstream ? upstreamId : approachId)(index, heading),
        role,
        firstLane: lane,
        lastLane: lane,
        toStopBarMeters: { midblock: 100, advance: 90, stop: 1 }[role],
        lengthMeters: 2,
        intervalSeconds: frameSeconds,
      };
    };
    return Array.from({ length: channelsOfHeading }, (_, nth) => detector(nth));
  });
}

const cameraOf = (i: number, site: Site): Camera => ({
  id: cameraId(i),
  site: site.id,
  link: approachId(site.index, cameraHeading(i)),
  position: site.position,
});

/** Which approach a camera watches. */
export const cameraHeading = (camera: number): Heading => headings[camera % headings.length]!;

const facilityOf = (i: number, site: Site): ParkingFacility => ({
  id: `parking-${digits(i)}`,
  name: `Car park ${i}`,
  district: site.district,
  position: site.position,
  link: approachId(site.index, 'EB'),
  capacitySpaces: 100 + (i % 40) * 10,
  kind: 'car-park',
  pricePerHourCents: 600,
});

const stationOf = (i: number, site: Site): Station => ({
  id: `station-${digits(i)}`,
  name: `Station ${i}`,
  district: site.district,
  position: site.position,
  link: approachId(site.index, 'NB'),
});
