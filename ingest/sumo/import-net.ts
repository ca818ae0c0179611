import { basename } from 'node:path';
import type { Intersection, Link, Network, Node } from '#domain/network.ts';
import { Problems } from '../gmns/table.ts';
import { defaultDetectors } from './default-detectors.ts';
import { carLanes, movementsOf, shapeOf } from './movements.ts';
import { type Net, type NetProgram, type PlanePoint, readNetXml } from './net-xml.ts';
import { type Unproject, unprojectOf } from './projection.ts';
import { type ControlledMovement, phasesOf } from './stages.ts';

const laneCapacityVph = 1800;
const district = 'net';

/**
 * Imports a SUMO network. Edges for cars become links (lane 1 the leftmost), connections movements, and
 * each traffic light an intersection whose program is the plan, as found: nothing is added to a yellow that
 * is too short. A junction is a site. What the file does not have is made up plainly: one district, and
 * detectors at the stop bar and 80 m upstream on each lane before a light, half-way along other links.
 * Throws `network.invalid` with every problem as `file:line <element attribute>: found; what would be
 * right`.
 */
export async function importSumoNet(path: string, timeZone = 'UTC'): Promise<Network> {
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
    detectors: defaultDetectors(links, nodes),
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    zones: new Map(),
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

/** Each traffic light that controls cars, with the first of its programs. */
function intersectionsOf(
  net: Net,
  controlled: readonly ControlledMovement[],
  nodes: ReadonlyMap<string, Node>,
  links: ReadonlyMap<string, Link>,
  problems: Problems,
): Map<string, Intersection> {
  const programs = new Map<string, NetProgram>();
  for (const program of net.programs) if (!programs.has(program.id)) programs.set(program.id, program);
  const intersections = new Map<string, Intersection>();
  for (const [id, program] of programs) {
    const own = controlled.filter(({ light }) => light === id);
    const [first] = own;
    if (first === undefined) continue;
    const junctions = [...new Set(own.map(({ movement }) => movement.node))];
    if (junctions.length > 1) {
      const right = 'one would be right: join them (netconvert --junctions.join)';
      problems.add(
        net.file,
        program.line,
        `<tlLogic ${id}>`,
        `controls junctions ${junctions.join(', ')}`,
        right,
      );
      continue;
    }
    const timing = phasesOf(program, own, links, net.file, problems);
    if (timing === undefined) continue;
    const node = first.movement.node as string;
    const { position } = nodes.get(node) as Node;
    intersections.set(id, { id, name: id, node, site: node, district, position, ...timing });
  }
  return intersections;
}
