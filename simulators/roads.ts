/** The network as the traffic model needs it: everything by index, in metres and metres a second. */
import type { DetectorId, Link, LinkId, Movement, MovementId, Network, Position } from '#domain/network.ts';

/** Index that names nothing. */
export const none = -1;

export interface RoadLink {
  readonly id: LinkId;
  readonly link: Link;
  readonly lengthMeters: number;
  readonly lanes: number;
  /** Index of its lane 1; its other lanes follow. */
  readonly firstLane: number;
  readonly freeMps: number;
  /** Vehicles come into the network here. */
  readonly isEntry: boolean;
  /** Vehicles leave the network at its end. */
  readonly isExit: boolean;
  readonly movements: readonly number[];
  /** 1 towards the centre of the city, -1 away from it, 0 along. */
  readonly inward: number;
}

export interface RoadMovement {
  readonly id: MovementId;
  readonly movement: Movement;
  readonly inbound: number;
  readonly outbound: number;
  /** Indices of the first and last lane that serve it. */
  readonly firstLane: number;
  readonly lastLane: number;
  /** Time between two vehicles of one lane at saturation flow, milliseconds. */
  readonly headwayMs: number;
  /** Lanes that a permitted left turn yields to. */
  readonly opposingLanes: readonly number[];
}

/** One detector over one lane. */
export interface Zone {
  readonly detector: number;
  /** Distances of the two ends of the zone from the stop bar, metres. */
  readonly nearMeters: number;
  readonly farMeters: number;
}

export interface Roads {
  readonly links: readonly RoadLink[];
  readonly linkIndex: ReadonlyMap<LinkId, number>;
  readonly movements: readonly RoadMovement[];
  readonly movementIndex: ReadonlyMap<MovementId, number>;
  readonly laneCount: number;
  /** Link of each lane. */
  readonly laneLink: Int32Array;
  readonly detectors: readonly DetectorId[];
  readonly detectorIndex: ReadonlyMap<DetectorId, number>;
  /** How many lanes each detector covers. */
  readonly detectorLanes: Int32Array;
  readonly zones: readonly (readonly Zone[])[];
}

/** Metres from one place to another; flat, which is exact enough within a city. */
export function metersBetween(a: Position, b: Position): number {
  const north = (b[1] - a[1]) * 111_320;
  const east = (b[0] - a[0]) * 111_320 * Math.cos((a[1] * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** Mean of the positions: the centre of the city. */
export function centreOf(positions: readonly Position[]): Position {
  const sum = positions.reduce<[number, number]>((s, p) => [s[0] + p[0], s[1] + p[1]], [0, 0]);
  return [sum[0] / positions.length, sum[1] / positions.length];
}

const opposite: Readonly<Record<string, string>> = {
  NB: 'SB',
  SB: 'NB',
  EB: 'WB',
  WB: 'EB',
  NE: 'SW',
  SW: 'NE',
  NW: 'SE',
  SE: 'NW',
};

/** Indexes the network. A link that no movement leads into is an entry; one that none leads out of, an exit. */
export function compileRoads(network: Network): Roads {
  const linkList = [...network.links.values()];
  const linkIndex = new Map(linkList.map((link, i) => [link.id, i]));
  const movementList = [...network.movements.values()];
  const through = movementList.filter(({ turn }) => turn !== 'uturn');
  const ledInto = new Set(through.map(({ outbound }) => outbound));
  const ledOutOf = new Set(through.map(({ inbound }) => inbound));
  const firstLanes: number[] = [];
  let laneCount = 0;
  for (const link of linkList) {
    firstLanes.push(laneCount);
    laneCount += link.lanes;
  }
  const centre = centreOf([...network.nodes.values()].map(({ position }) => position));
  const fromCentre = (node: string): number =>
    metersBetween(network.nodes.get(node)?.position ?? centre, centre);
  const links = linkList.map((link, i): RoadLink => {
    const gain = fromCentre(link.from) - fromCentre(link.to);
    return {
      id: link.id,
      link,
      lengthMeters: link.lengthMeters,
      lanes: link.lanes,
      firstLane: firstLanes[i]!,
      freeMps: link.freeFlowKph / 3.6,
      isEntry: !ledInto.has(link.id),
      isExit: !ledOutOf.has(link.id),
      movements: movementList.flatMap((m, index) => (m.inbound === link.id ? [index] : [])),
      inward: Math.abs(gain) < link.lengthMeters * 0.3 ? 0 : Math.sign(gain),
    };
  });
  const laneLink = new Int32Array(laneCount);
  links.forEach((link, i) => {
    laneLink.fill(i, link.firstLane, link.firstLane + link.lanes);
  });
  return {
    links,
    linkIndex,
    movements: compileMovements(movementList, links, linkIndex),
    movementIndex: new Map(movementList.map((m, i) => [m.id, i])),
    laneCount,
    laneLink,
    ...compileZones(network, links, linkIndex, laneCount),
  };
}

function compileMovements(
  list: readonly Movement[],
  links: readonly RoadLink[],
  linkIndex: ReadonlyMap<LinkId, number>,
): RoadMovement[] {
  const lanesOf = (m: Movement): [number, number] => {
    const first = links[linkIndex.get(m.inbound)!]!.firstLane;
    return [first + m.firstLane - 1, first + m.lastLane - 1];
  };
  return list.map((m) => {
    const [firstLane, lastLane] = lanesOf(m);
    const against = opposite[m.code.slice(0, 2)];
    const opposing = list.filter(
      (o) => o.node === m.node && o.code.slice(0, 2) === against && (o.turn === 'thru' || o.turn === 'right'),
    );
    const opposingLanes = new Set<number>();
    for (const o of opposing)
      for (let [lane, last] = lanesOf(o); lane <= last; lane++) opposingLanes.add(lane);
    const perLaneVph = m.saturationVph / (lastLane - firstLane + 1);
    return {
      id: m.id,
      movement: m,
      inbound: linkIndex.get(m.inbound)!,
      outbound: linkIndex.get(m.outbound)!,
      firstLane,
      lastLane,
      headwayMs: Math.round(3_600_000 / perLaneVph),
      opposingLanes: m.turn === 'left' ? [...opposingLanes] : [],
    };
  });
}

function compileZones(
  network: Network,
  links: readonly RoadLink[],
  linkIndex: ReadonlyMap<LinkId, number>,
  laneCount: number,
): Pick<Roads, 'detectors' | 'detectorIndex' | 'detectorLanes' | 'zones'> {
  const detectors = [...network.detectors.values()];
  const zones: Zone[][] = Array.from({ length: laneCount }, () => []);
  detectors.forEach((detector, index) => {
    const link = links[linkIndex.get(detector.link)!]!;
    for (let lane = detector.firstLane; lane <= detector.lastLane; lane++)
      zones[link.firstLane + lane - 1]!.push({
        detector: index,
        nearMeters: detector.toStopBarMeters,
        farMeters: detector.toStopBarMeters + detector.lengthMeters,
      });
  });
  return {
    detectors: detectors.map(({ id }) => id),
    detectorIndex: new Map(detectors.map(({ id }, i) => [id, i])),
    detectorLanes: Int32Array.from(detectors, (d) => d.lastLane - d.firstLane + 1),
    zones,
  };
}
