/** Four signalised crossings in a square, two roads each way, as plain data for tests. */
import type {
  Camera,
  Detector,
  Intersection,
  Link,
  Movement,
  Network,
  Node,
  ParkingFacility,
  Phase,
  Position,
  Station,
  Turn,
} from '#domain/network.ts';

const blockMeters = 300;
const lanes = 3;

/** Unit steps east and north of a vehicle that drives in each direction. */
const headings = { NB: [0, 1], EB: [1, 0], SB: [0, -1], WB: [-1, 0] } as const;
type Heading = keyof typeof headings;
const clockwise: readonly Heading[] = ['NB', 'EB', 'SB', 'WB'];

/** NEMA phases: through on even numbers, left turns on odd ones. */
const throughPhase: Readonly<Record<Heading, number>> = { NB: 2, SB: 6, EB: 4, WB: 8 };
const leftPhase: Readonly<Record<Heading, number>> = { NB: 5, SB: 1, EB: 7, WB: 3 };
/** Ring, barrier and position of phases 1 to 8. */
const places: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 1, 2],
  [1, 2, 1],
  [1, 2, 2],
  [2, 1, 1],
  [2, 1, 2],
  [2, 2, 1],
  [2, 2, 2],
];

const at = (column: number, row: number): Position => [10 + column * 0.0043, 50 + row * 0.0027];
const isCrossing = (column: number, row: number): boolean =>
  column >= 1 && column <= 2 && row >= 1 && row <= 2;
const nodeId = (column: number, row: number): string => `N${column}${row}`;

const byId = <Item extends { readonly id: string }>(items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [item.id, item]));

function nodes(): Node[] {
  const list: Node[] = [];
  for (let column = 0; column <= 3; column++)
    for (let row = 0; row <= 3; row++) {
      const id = nodeId(column, row);
      const isCorner = (column === 0 || column === 3) && (row === 0 || row === 3);
      if (!isCorner)
        list.push({
          id,
          name: id,
          position: at(column, row),
          intersection: isCrossing(column, row) ? `I${column}${row}` : undefined,
        });
    }
  return list;
}

function links(): (Link & { readonly heading: Heading })[] {
  const list: (Link & { readonly heading: Heading })[] = [];
  const known = new Set(nodes().map(({ id }) => id));
  for (let column = 0; column <= 3; column++)
    for (let row = 0; row <= 3; row++)
      for (const heading of clockwise) {
        const [east, north] = headings[heading];
        const [toColumn, toRow] = [column + east, row + north];
        const [from, to] = [nodeId(column, row), nodeId(toColumn, toRow)];
        if (!known.has(from) || !known.has(to)) continue;
        if (!isCrossing(column, row) && !isCrossing(toColumn, toRow)) continue;
        const isMajor = heading === 'EB' || heading === 'WB';
        list.push({
          id: `${from}-${to}`,
          name: `${from} to ${to}`,
          from,
          to,
          lengthMeters: blockMeters,
          lanes,
          freeFlowKph: 50,
          capacityVph: isMajor ? 5400 : 2900,
          site: isCrossing(toColumn, toRow) ? `I${toColumn}${toRow}` : `B${toColumn}${toRow}`,
          district: 'D1',
          geometry: [at(column, row), at(toColumn, toRow)],
          heading,
        });
      }
  return list;
}

function movements(): Movement[] {
  const all = links();
  const turns: readonly [Turn, number, number, number, number][] = [
    ['left', 3, 1, 1, 1710],
    ['thru', 0, 2, 3, 3600],
    ['right', 1, 3, 3, 1530],
  ];
  return all
    .filter(({ to }) => isCrossing(Number(to[1]), Number(to[2])))
    .flatMap((inbound) =>
      turns.map(([turn, quarter, firstLane, lastLane, saturationVph]) => {
        const heading = clockwise[(clockwise.indexOf(inbound.heading) + quarter) % 4]!;
        const outbound = all.find(({ from, heading: h }) => from === inbound.to && h === heading)!;
        const code = `${inbound.heading}${turn[0]!.toUpperCase()}`;
        return {
          id: `${inbound.to}-${code}`,
          node: inbound.to,
          code,
          turn,
          inbound: inbound.id,
          outbound: outbound.id,
          firstLane,
          lastLane,
          saturationVph,
        };
      }),
    );
}

function phasesOf(node: string): Phase[] {
  return places.map(([ring, barrier, position], i): Phase => {
    const number = i + 1;
    const isLeft = number % 2 === 1;
    const heading = clockwise.find((h) => (isLeft ? leftPhase : throughPhase)[h] === number)!;
    const served = isLeft
      ? [{ movement: `${node}-${heading}L`, protection: 'protected' as const }]
      : [
          { movement: `${node}-${heading}T`, protection: 'protected' as const },
          { movement: `${node}-${heading}R`, protection: 'protected' as const },
          { movement: `${node}-${heading}L`, protection: 'permitted' as const },
        ];
    return {
      number,
      ring,
      barrier,
      position,
      movements: served,
      minGreenSeconds: isLeft ? 5 : 8,
      maxGreenSeconds: 60,
      yellowSeconds: isLeft ? 3.4 : 3.5,
      redClearanceSeconds: isLeft ? 1.7 : 1.5,
      pedestrian: isLeft ? undefined : { walkSeconds: 7, clearanceSeconds: 11, crossingMeters: 12 },
      approachKph: 50,
      grade: 0,
      clearanceMeters: 18,
    };
  });
}

function detectors(): Detector[] {
  return links().flatMap((link) => {
    const isApproach = isCrossing(Number(link.to[1]), Number(link.to[2]));
    const zones = isApproach ? (['advance', 'stop'] as const) : (['midblock'] as const);
    const site = link.site;
    const headingRank = clockwise.indexOf(link.heading);
    return zones.flatMap((role, zone) =>
      [1, 2, 3].map((lane): Detector => {
        const channel = headingRank * 8 + zone * 4 + lane;
        return {
          id: `${link.id}-${role}-${lane}`,
          cabinet: `cabinet-${site}`,
          channel,
          site,
          link: link.id,
          role,
          firstLane: lane,
          lastLane: lane,
          toStopBarMeters: role === 'stop' ? 1 : role === 'advance' ? 90 : 150,
          lengthMeters: role === 'stop' ? 6 : 2,
          intervalSeconds: 20,
        };
      }),
    );
  });
}

function intersections(): Intersection[] {
  return nodes().flatMap(({ id, intersection, position }): Intersection[] => {
    if (intersection === undefined) return [];
    const splits = [1, 2, 3, 4, 5, 6, 7, 8].map((phase) => ({ phase, seconds: phase % 2 === 1 ? 15 : 30 }));
    const plan = { id: 'default', cycleSeconds: 90, offsetSeconds: 0, splits };
    const phases = phasesOf(id);
    const site: string = intersection;
    return [
      {
        id: intersection,
        name: intersection,
        node: id,
        site,
        district: 'D1',
        position,
        phases,
        plan,
      },
    ];
  });
}

const cameras: readonly Camera[] = ['N01-N11', 'N31-N21', 'N02-N12', 'N11-N21', 'N12-N11'].map((link, i) => ({
  id: `camera-${i}`,
  site: `I${link[5]}${link[6]}`,
  link,
  position: at(Number(link[5]), Number(link[6])),
}));

const facilities: readonly ParkingFacility[] = [
  { link: 'N11-N21', capacitySpaces: 200, kind: 'car-park' as const },
  { link: 'N22-N12', capacitySpaces: 40, kind: 'on-street' as const },
].map(({ link, capacitySpaces, kind }, i) => ({
  id: `P${i}`,
  name: `P${i}`,
  district: 'D1',
  position: at(1.5, 1 + i),
  link,
  capacitySpaces,
  kind,
  pricePerHourCents: 250,
}));

const stations: readonly Station[] = ['N11-N21', 'N22-N12', 'N12-N11'].map((link, i) => ({
  id: `W${i}`,
  name: `W${i}`,
  district: 'D1',
  position: at(0.5 + i, 2.5 - i),
  link,
}));

/** The network of the tests, made anew. */
export function createTestNetwork(): Network {
  return {
    name: 'square',
    timeZone: 'Europe/Berlin',
    nodes: byId(nodes()),
    links: byId(links().map(({ heading: _, ...link }): Link => link)),
    movements: byId(movements()),
    intersections: byId(intersections()),
    detectors: byId(detectors()),
    cameras: byId(cameras),
    facilities: byId(facilities),
    stations: byId(stations),
    zones: new Map(),
    districts: byId([{ id: 'D1', name: 'Centre' }]),
  };
}
