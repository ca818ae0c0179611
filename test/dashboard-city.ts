/** An invented city for looking at the page without the rest: 28 intersections, about 130 links, seeded. */

const columns = 7;
const rows = 4;
const spacing = { longitude: 0.0062, latitude: 0.0041 };
const origin: readonly [number, number] = [10.1772, 56.1471];

const northSouth = [
  'Quay Street',
  'Mill Road',
  'Bridge Street',
  'Market Street',
  'Station Road',
  'Park Avenue',
  'Orchard Lane',
];
const eastWest = ['Harbour Street', 'Cathedral Street', 'College Road', 'Northern Ring'];
const districts = [
  { district: 'D1', name: 'Harbour' },
  { district: 'D2', name: 'Old Town' },
  { district: 'D3', name: 'University' },
];

export type Json = Record<string, unknown>;
export type Position = readonly [number, number];

/** A seeded source of numbers in 0..1 (mulberry32). */
export function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface FixtureLink {
  readonly link: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly lanes: number;
  readonly lengthMeters: number;
  readonly freeFlowKph: number;
  readonly district: string;
  readonly line: readonly Position[];
  /** How loaded it is at the peak, 0..1. */
  readonly load: number;
}

const chance = createChance(7);
const isInside = (column: number, row: number) => column >= 0 && column < columns && row >= 0 && row < rows;

function positionOf(column: number, row: number): Position {
  const bend = Math.sin(column * 1.3 + row) * 0.12;
  const lean = Math.cos(row * 1.1 + column * 0.7) * 0.14;
  return [
    origin[0] + (column + lean * 0.6 + row * 0.12) * spacing.longitude,
    origin[1] + (row + bend + column * 0.05) * spacing.latitude,
  ];
}

const nodeId = (column: number, row: number) =>
  isInside(column, row) ? `N${row}${column}` : `E${row + 1}${column + 1}`;
const districtOf = (column: number) => districts[Math.min(2, Math.floor((column + 0.5) / 2.4))]!.district;

function linkBetween(index: number, a: Position2, b: Position2, name: string): FixtureLink {
  const line = [positionOf(...a), positionOf(...b)] as const;
  const middle: Position = [
    (line[0][0] + line[1][0]) / 2 + (line[1][1] - line[0][1]) * 0.02,
    (line[0][1] + line[1][1]) / 2 - (line[1][0] - line[0][0]) * 0.012,
  ];
  const isRing = name === 'Northern Ring';
  const towardsCentre = Math.hypot(b[0] - 3, (b[1] - 1.5) * 1.4);
  const load = Math.min(1, Math.max(0.05, 1.16 - towardsCentre * 0.2 + (chance() - 0.5) * 0.42));
  return {
    link: `L${index}`,
    name,
    from: nodeId(...a),
    to: nodeId(...b),
    lanes: isRing ? 3 : 2,
    lengthMeters: Math.round(
      Math.hypot((line[1][0] - line[0][0]) * 62_000, (line[1][1] - line[0][1]) * 111_320),
    ),
    freeFlowKph: isRing ? 70 : 50,
    district: districtOf(isInside(...b) ? b[0] : a[0]),
    line: [line[0], middle, line[1]],
    load,
  };
}

type Position2 = readonly [column: number, row: number];

function buildLinks(): FixtureLink[] {
  const pairs: [Position2, Position2, string][] = [];
  for (let row = 0; row < rows; row++)
    for (let column = -1; column < columns; column++)
      pairs.push([[column, row], [column + 1, row], eastWest[row]!]);
  for (let column = 0; column < columns; column++)
    for (let row = -1; row < rows; row++) {
      if (row === rows - 1 && column % 2 === 1) continue;
      pairs.push([[column, row], [column, row + 1], northSouth[column]!]);
    }
  return pairs.flatMap(([a, b, name], i) => [
    linkBetween(2 * i + 1, a, b, name),
    linkBetween(2 * i + 2, b, a, name),
  ]);
}

/** All links of the invented city. */
export const fixtureLinks: readonly FixtureLink[] = buildLinks();

/** All intersections of the invented city. */
export const fixtureIntersections = Array.from({ length: rows * columns }, (_, i) => {
  const [column, row] = [i % columns, Math.floor(i / columns)];
  return {
    intersection: nodeId(column, row),
    name: `${northSouth[column]!.split(' ')[0]}–${eastWest[row]!.split(' ')[0]}`,
    position: positionOf(column, row),
    column,
    row,
  };
});

const carParkNames = [
  'Quay West',
  'Fish Market',
  'Opera',
  'Town Hall',
  'Cathedral',
  'Arcade',
  'Central Station',
  'Library',
  'Theatre',
  'Botanical Garden',
  'University North',
  'Stadium',
];

/** Twelve car parks. */
export const fixtureFacilities = carParkNames.map((name, i) => {
  const column = (i * 5) % columns;
  const row = Math.floor(i / 3.2);
  const [x, y] = positionOf(column, row);
  return {
    facility: `P${i + 1}`,
    name,
    capacitySpaces: 80 + ((i * 137) % 420),
    kind: i % 3 === 0 ? 'underground' : 'car-park',
    position: [x + spacing.longitude * 0.42, y - spacing.latitude * 0.38] as Position,
    fullness: i === 4 ? 1 : 0.35 + ((i * 29) % 60) / 100,
  };
});

const point = (position: Position, properties: Json) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: position },
  properties,
});
const layer = (features: unknown[]) => ({ type: 'FeatureCollection', features });

/** The document of GET /v1/network. */
export function networkDocument(): Json {
  const all = fixtureLinks.flatMap((link) => link.line);
  const xs = all.map((p) => p[0]);
  const ys = all.map((p) => p[1]);
  return {
    name: 'Demo City',
    timeZone: 'Europe/Copenhagen',
    districts,
    bounds: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    layers: {
      links: layer(
        fixtureLinks.map(({ line, load: _, ...properties }) => ({
          type: 'Feature',
          geometry: { type: 'LineString', coordinates: line },
          properties,
        })),
      ),
      intersections: layer(
        fixtureIntersections.map((i) => point(i.position, { intersection: i.intersection, name: i.name })),
      ),
      cameras: layer(
        fixtureLinks
          .filter((_, i) => i % 3 === 0)
          .map((l, i) => point(l.line[1]!, { camera: `C${i + 1}`, link: l.link })),
      ),
      detectors: layer(
        fixtureLinks.flatMap((l) =>
          (['advance', 'stop'] as const).map((role) =>
            point(l.line[role === 'stop' ? 2 : 1]!, {
              detector: `${l.link}-${role === 'stop' ? 'S' : 'A'}1`,
              link: l.link,
              role,
            }),
          ),
        ),
      ),
      facilities: layer(
        fixtureFacilities.map(({ position, fullness: _, ...properties }) => point(position, properties)),
      ),
      stations: layer(
        Array.from({ length: 10 }, (_, i) => {
          const [x, y] = positionOf((i * 3) % columns, i % rows);
          return point([x - spacing.longitude * 0.4, y + spacing.latitude * 0.36], {
            station: `W${i + 1}`,
            name: `Station ${i + 1}`,
          });
        }),
      ),
    },
  };
}
