/** Builds the demo city from its drawing. The same seed gives the same city. */
import type { District, Intersection, Link, Movement, Network, Node } from '#domain/network.ts';
import { distanceMeters } from '#domain/place.ts';
import { createRandom, type Random } from '../random.ts';
import { approachZones, camerasOf, detectorsOf, middle } from './devices.ts';
import { bearing, besideMiddle, curve, onGlobe, type Point } from './ground.ts';
import { hasOwnLeft, type Leg, movementsOf, type Side, schemeOf, sidesOf } from './legs.ts';
import {
  carParks,
  cityName,
  crossings,
  type DistrictName,
  districtNames,
  gates,
  type Rank,
  type Street,
  stations,
  streets,
  timeZone,
} from './plan.ts';
import { phasesOf, planOf } from './timing.ts';

const curveSteps = 4;
/** Vehicles per hour and lane while it flows, by rank. */
const laneCapacityVph: Readonly<Record<Rank, number>> = { 1: 1850, 2: 1750, 3: 1600 };
/** Speed of the green wave eastward. */
const waveMetersPerSecond = 12.5;

/** A place of the drawing with its ids and its final position. */
interface Spot {
  readonly code: string;
  readonly number: string;
  readonly name: string;
  readonly point: Point;
  /** Undefined for a gate. */
  readonly district: DistrictName | undefined;
}

interface BuiltLink {
  readonly link: Link;
  readonly rank: Rank;
  readonly points: readonly Point[];
}

/** The network of the demo city. */
export function demoCity(seed: number): Network {
  const spots = placeSpots(createRandom(seed, 'demo-city crossings'));
  const links = buildLinks(spots, createRandom(seed, 'demo-city streets'));
  const network = {
    name: cityName,
    timeZone,
    nodes: new Map<string, Node>(),
    links: new Map([...links.values()].map(({ link }) => [link.id, link])),
    movements: new Map<string, Movement>(),
    intersections: new Map<string, Intersection>(),
    detectors: new Map(),
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    zones: new Map(),
    districts: new Map<string, District>(
      Object.entries(districtNames).map(([id, name]) => [id, { id, name }]),
    ),
  } satisfies Network;
  const grades = createRandom(seed, 'demo-city grades');
  for (const spot of spots.values()) {
    const { number, district } = spot;
    const intersection = district === undefined ? undefined : `I${number}`;
    const position = onGlobe(spot.point);
    network.nodes.set(`N${number}`, { id: `N${number}`, name: spot.name, position, intersection });
    if (district === undefined) addGate(network, spot, links);
    else addCrossing(network, spot, district, links, grades);
  }
  addPlaces(network, links);
  return network;
}

type Building = {
  -readonly [Field in keyof Network]: Network[Field] extends ReadonlyMap<infer Id, infer Thing>
    ? Map<Id, Thing>
    : Network[Field];
};

function placeSpots(random: Random): Map<string, Spot> {
  const drawn = [...crossings, ...gates.map((gate) => ({ ...gate, district: undefined }))];
  return new Map(
    drawn.map(({ code, name, district, east, north }, i) => [
      code,
      {
        code,
        number: String(i + 1).padStart(2, '0'),
        name,
        district,
        point: { east: east + random.between(-14, 14), north: north + random.between(-14, 14) },
      },
    ]),
  );
}

/** Both directions of every stretch, by `from to` in codes of the drawing. */
function buildLinks(spots: ReadonlyMap<string, Spot>, random: Random): Map<string, BuiltLink> {
  const links = new Map<string, BuiltLink>();
  for (const street of streets) {
    const on = street.through.map((code) => spots.get(code)!);
    const stretches = curve(
      on.map(({ point }) => point),
      curveSteps,
    );
    stretches.forEach((points, i) => {
      const freeFlowKph = street.freeFlowKph + random.integer(7) - 3;
      const [from, to] = [on[i]!, on[i + 1]!];
      links.set(`${from.code} ${to.code}`, buildLink(street, from, to, points, freeFlowKph));
      links.set(`${to.code} ${from.code}`, buildLink(street, to, from, [...points].reverse(), freeFlowKph));
    });
  }
  return links;
}

function buildLink(
  street: Street,
  from: Spot,
  to: Spot,
  points: readonly Point[],
  freeFlowKph: number,
): BuiltLink {
  const geometry = points.map(onGlobe);
  const lengthMeters = geometry
    .slice(1)
    .reduce((sum, point, i) => sum + distanceMeters(geometry[i]!, point), 0);
  const between = street.bridge?.between;
  const isBridge = between?.includes(from.code) && between.includes(to.code);
  const link: Link = {
    id: `L${from.number}${to.number}`,
    name: isBridge ? street.bridge!.name : street.name,
    from: `N${from.number}`,
    to: `N${to.number}`,
    lengthMeters: Math.round(lengthMeters * 10) / 10,
    lanes: street.lanes,
    freeFlowKph,
    capacityVph: street.lanes * laneCapacityVph[street.rank],
    site: `S${to.number}`,
    district: (to.district ?? from.district)!,
    geometry,
  };
  return { link, rank: street.rank, points };
}

/** A gate has a cabinet too: it counts who leaves. */
function addGate(network: Building, spot: Spot, links: ReadonlyMap<string, BuiltLink>): void {
  for (const { link } of links.values())
    if (link.to === `N${spot.number}`)
      for (const detector of detectorsOf(`K${spot.number}`, [middle(link)]))
        network.detectors.set(detector.id, detector);
}

function addCrossing(
  network: Building,
  spot: Spot,
  district: DistrictName,
  links: ReadonlyMap<string, BuiltLink>,
  random: Random,
): void {
  const { number, code } = spot;
  const legs = sidesOf(legsOf(code, links));
  const scheme = schemeOf(legs);
  const movements = movementsOf(`N${number}`, legs, scheme);
  for (const { side: _, ...movement } of movements) network.movements.set(movement.id, movement);
  const grades = new Map<Side, number>(
    [...legs.keys()].map((side) => [side, (random.integer(51) - 25) / 1000]),
  );
  const phases = phasesOf(legs, scheme, movements, grades);
  const cycleSeconds = [...legs.values()].some(({ rank }) => rank === 1)
    ? 100
    : district === 'osthavn'
      ? 90
      : 80;
  const offset = Math.round((spot.point.east + 2000) / waveMetersPerSecond) % cycleSeconds;
  const position = onGlobe(spot.point);
  network.intersections.set(`I${number}`, {
    id: `I${number}`,
    name: spot.name,
    node: `N${number}`,
    site: `S${number}`,
    district,
    position,
    phases,
    plan: planOf(`I${number}-base`, phases, cycleSeconds, offset),
  });
  const zones = [...legs].flatMap(([side, { inbound }]) =>
    approachZones(inbound, hasOwnLeft(legs, scheme, side)),
  );
  for (const detector of detectorsOf(`K${number}`, zones)) network.detectors.set(detector.id, detector);
  for (const camera of camerasOf(number, position, [...legs.values()]))
    network.cameras.set(camera.id, camera);
}

function legsOf(code: string, links: ReadonlyMap<string, BuiltLink>): Leg[] {
  const legs: Leg[] = [];
  for (const [ends, { link: outbound, rank, points }] of links) {
    const [from, to] = ends.split(' ');
    if (from !== code) continue;
    const inbound = links.get(`${to} ${from}`)!.link;
    legs.push({ inbound, outbound, rank, bearing: bearing(points[0]!, points[1]!) });
  }
  return legs;
}

function addPlaces(network: Building, links: ReadonlyMap<string, BuiltLink>): void {
  carParks.forEach((carPark, i) => {
    const { link, points } = links.get(carPark.on.join(' '))!;
    const { name, capacitySpaces, kind, pricePerHourCents } = carPark;
    const id = `P${String(i + 1).padStart(2, '0')}`;
    const position = onGlobe(besideMiddle(points, kind === 'on-street' ? 10 : 45));
    network.facilities.set(id, {
      ...{ id, name, district: link.district, position, link: link.id },
      ...{ capacitySpaces, kind, pricePerHourCents },
    });
  });
  stations.forEach(({ name, on }, i) => {
    const { link, points } = links.get(on.join(' '))!;
    const id = `W${String(i + 1).padStart(2, '0')}`;
    const position = onGlobe(besideMiddle(points, 6));
    network.stations.set(id, { id, name, district: link.district, position, link: link.id });
  });
}
