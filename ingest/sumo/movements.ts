/** Links and connections of a net as movements. */
import type { Link, Movement, Turn } from '#domain/network.ts';
import { boundsOf, codeOf, headingAtEnd } from './codes.ts';
import type { Net, NetConnection, NetEdge, NetLane, PlanePoint } from './net-xml.ts';
import type { ControlledMovement } from './stages.ts';

/** Vehicles per hour of green and lane (HCM), by turn. */
const saturationVph: Readonly<Record<Turn, number>> = { thru: 1800, left: 1710, right: 1530, uturn: 1440 };
const turns: Readonly<Record<string, Turn>> = {
  s: 'thru',
  l: 'left',
  L: 'left',
  r: 'right',
  R: 'right',
  t: 'uturn',
};

/** The lanes for cars, the leftmost first: SUMO counts from the right. */
export const carLanes = (edge: NetEdge): NetLane[] =>
  edge.lanes.filter(({ isForCars }) => isForCars).sort((a, b) => b.index - a.index);

/** The line of an edge; one without a shape runs straight between its junctions. */
export function shapeOf(net: Net, { shape, from, to }: NetEdge): readonly PlanePoint[] {
  if (shape !== undefined && shape.length >= 2) return shape;
  return [net.junctions.get(from) as PlanePoint, net.junctions.get(to) as PlanePoint];
}

/** One movement for each pair of links that connections join. The turn is SUMO's own. */
export function movementsOf(net: Net, links: ReadonlyMap<string, Link>): ControlledMovement[] {
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
    const light = connections.find(({ tl }) => tl !== '')?.tl;
    return { movement, light, linkIndices, insideMeters: Math.round(insideMeters * 10) / 10 };
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
