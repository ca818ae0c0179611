import { basename } from 'node:path';
import type { Detector, Intersection, Link, Movement, Network, Node, Turn } from '#domain/network.ts';
import { Problems } from '../gmns/table.ts';
import { boundsOf, codeOf, headingAtEnd } from './codes.ts';
import { type Net, type NetConnection, type NetEdge, type PlanePoint, readNetXml } from './net-xml.ts';
import { type Unproject, unprojectOf } from './projection.ts';
import { type ControlledMovement, phasesOf } from './stages.ts';

/** Vehicles per hour of green and lane (HCM), by turn. */
const saturationVph: Readonly<Record<Turn, number>> = { thru: 1800, left: 1710, right: 1530, uturn: 1440 };
const laneCapacityVph = 1800;
const advanceMeters = 80;
const stopZoneMeters = 10;
const intervalSeconds = 10;
/** NTCIP 1202 numbers the detectors of a cabinet 1..255. */
const mostChannels = 255;
const district = 'net';

const turns: Readonly<Record<string, Turn>> = {
  s: 'thru',
  l: 'left',
  L: 'left',
  r: 'right',
  R: 'right',
  t: 'uturn',
};

/**
 * Imports a SUMO network. Edges for cars become links (lane 1 the leftmost), connections movements, and each traffic
 * light an intersection whose program is the plan, as found: nothing is added to a yellow that is too short.
 * A junction is a site. What the file does not have is made up plainly: one district, and detectors at the stop bar
 * and 80 m upstream on each lane before a light, half-way along other links.
 * Throws `network.invalid` with every problem as `file:line <element attribute>: found; what would be right`.
 */
export async function importNet(path: string, timeZone = 'UTC'): Promise<Network> {
  const problems = new Problems();
  const net = await readNetXml(path, problems);
  const unproject = unprojectOf(net.projection);
  if (unproject === undefined)
    problems.add(
      net.file,
      net.locationLine || 1,
      '<location projParameter>',
      `"${net.projection}"`,
      '"+proj=utm +zone=..." or "!" would be right',
    );
  checkReferences(net, problems);
  problems.throwIfAny(path);
  const network = build(net, unproject as Unproject, timeZone, problems);
  problems.throwIfAny(path);
  return network;
}

function build(net: Net, unproject: Unproject, timeZone: string, problems: Problems): Network {
  const toPosition = ([x, y]: PlanePoint) => unproject(x - net.offset[0], y - net.offset[1]);
  const links = new Map<string, Link>();
  for (const edge of net.edges.values()) {
    const lanes = carLanes(edge);
    if (edge.isInternal || lanes.length === 0) continue;
    links.set(edge.id, {
      id: edge.id,
      name: edge.name || edge.id,
      from: edge.from,
      to: edge.to,
      lengthMeters: Math.max(0.1, ...lanes.map(({ lengthMeters }) => lengthMeters)),
      lanes: lanes.length,
      freeFlowKph: Math.round(Math.max(...lanes.map(({ speedMps }) => speedMps)) * 36) / 10,
      capacityVph: lanes.length * laneCapacityVph,
      site: edge.to,
      district,
      geometry: shapeOf(net, edge).map(toPosition),
    });
  }
  const controlled = movementsOf(net, links);
  const movements = new Map(controlled.map(({ movement }) => [movement.id, movement]));
  const used = new Set([...links.values()].flatMap(({ from, to }) => [from, to]));
  const nodes = new Map<string, Node>();
  for (const [id, point] of net.junctions)
    if (used.has(id)) nodes.set(id, { id, name: id, position: toPosition(point), intersection: undefined });
  const intersections = intersectionsOf(net, controlled, nodes, links, problems);
  for (const { id, node } of intersections.values())
    nodes.set(node, { ...(nodes.get(node) as Node), intersection: id });
  return {
    name: basename(net.file).replace(/\.net\.xml$/, ''),
    timeZone,
    nodes,
    links,
    movements,
    intersections,
    detectors: detectorsOf(links, nodes),
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    districts: new Map([[district, { id: district, name: net.file }]]),
  };
}

/** What only the whole file shows: ends and connections that lead nowhere. */
function checkReferences(net: Net, problems: Problems): void {
  for (const { id, from, to, isInternal, line } of net.edges.values())
    for (const [attribute, junction] of [
      ['from', from],
      ['to', to],
    ] as const)
      if (!isInternal && junction !== '' && !net.junctions.has(junction))
        problems.add(
          net.file,
          line,
          `<edge ${attribute}>`,
          `${id} at junction "${junction}", which is not in the file`,
          'the id of a <junction> would be right',
        );
  const programs = new Set(net.programs.map(({ id }) => id));
  for (const { from, to, tl, line } of net.connections) {
    for (const [attribute, edge] of [
      ['from', from],
      ['to', to],
    ] as const)
      if (edge !== '' && !net.edges.has(edge))
        problems.add(
          net.file,
          line,
          `<connection ${attribute}>`,
          `edge "${edge}", which is not in the file`,
          'the id of an <edge> would be right',
        );
    if (tl !== '' && !programs.has(tl))
      problems.add(
        net.file,
        line,
        '<connection tl>',
        `"${tl}", which has no program`,
        'the id of a <tlLogic> would be right',
      );
  }
}

/** The lanes for cars, the leftmost first: SUMO counts from the right. */
const carLanes = (edge: NetEdge) =>
  edge.lanes.filter(({ isForCars }) => isForCars).sort((a, b) => b.index - a.index);

/** The line of an edge; one without a shape runs straight between its junctions. */
function shapeOf(net: Net, { shape, from, to }: NetEdge): readonly PlanePoint[] {
  if (shape !== undefined && shape.length >= 2) return shape;
  return [net.junctions.get(from) as PlanePoint, net.junctions.get(to) as PlanePoint];
}

/** One movement for each pair of links that connections join. */
function movementsOf(net: Net, links: ReadonlyMap<string, Link>): ControlledMovement[] {
  const inside = insideMetersOf(net);
  const pairs = new Map<string, NetConnection[]>();
  for (const connection of net.connections) {
    const { from, to, dir } = connection;
    const isForCars = net.edges.get(from)?.lanes.some((l) => l.index === connection.fromLane && l.isForCars);
    if (!links.has(from) || !links.has(to) || !isForCars || turns[dir] === undefined) continue;
    const key = JSON.stringify([from, to]);
    pairs.set(key, [...(pairs.get(key) ?? []), connection]);
  }
  const boundOf = approachBounds(net, links);
  const taken = new Map<string, Set<string>>();
  return [...pairs.values()].map((connections) => {
    const [{ from, to, dir }] = connections as [NetConnection];
    const indices = carLanes(net.edges.get(from) as NetEdge).map(({ index }) => index);
    const lanes = connections.map(({ fromLane }) => indices.indexOf(fromLane) + 1);
    const [firstLane, lastLane] = [Math.min(...lanes), Math.max(...lanes)];
    const node = (links.get(from) as Link).to;
    const turn = turns[dir] as Turn;
    const codes = taken.get(node) ?? new Set();
    taken.set(node, codes);
    const movement: Movement = {
      id: `${from}>${to}`,
      node,
      code: codeOf(boundOf.get(from) as string, turn, codes),
      turn,
      inbound: from,
      outbound: to,
      firstLane,
      lastLane,
      saturationVph: saturationVph[turn] * (lastLane - firstLane + 1),
    };
    const linkIndices = connections.flatMap(({ tl, linkIndex }) => (tl === '' ? [] : [linkIndex]));
    const insideMeters = Math.max(...connections.map(({ via }) => inside(via)));
    return { movement, linkIndices, insideMeters: Math.round(insideMeters * 10) / 10 };
  });
}

/** Way through a junction from an internal lane on, over those that follow it. */
function insideMetersOf(net: Net): (via: string) => number {
  const lengths = new Map<string, number>();
  for (const { isInternal, lanes } of net.edges.values())
    if (isInternal) for (const { id, lengthMeters } of lanes) lengths.set(id, lengthMeters);
  const next = new Map<string, string>();
  for (const { from, fromLane, via } of net.connections)
    if (net.edges.get(from)?.isInternal && via !== '') next.set(`${from}_${fromLane}`, via);
  return (via) => {
    const seen = new Set<string>();
    for (let lane = via; lane !== '' && !seen.has(lane); lane = next.get(lane) ?? '') seen.add(lane);
    return [...seen].reduce((sum, lane) => sum + (lengths.get(lane) ?? 0), 0);
  };
}

function approachBounds(net: Net, links: ReadonlyMap<string, Link>): Map<string, string> {
  const approaches = new Map<string, string[]>();
  for (const { id, to } of links.values()) approaches.set(to, [...(approaches.get(to) ?? []), id]);
  const bounds = new Map<string, string>();
  for (const ids of approaches.values()) {
    const headings = ids.map((id) => headingAtEnd(shapeOf(net, net.edges.get(id) as NetEdge)));
    boundsOf(headings).forEach((bound, i) => {
      bounds.set(ids[i] as string, bound);
    });
  }
  return bounds;
}
