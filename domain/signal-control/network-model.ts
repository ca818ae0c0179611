/** What signal control knows of a street, from the tables of the network. */
import type {
  Detector,
  Intersection,
  Link,
  LinkId,
  Movement,
  MovementId,
  Network,
  NodeId,
  Phase,
  Zone,
} from '../network.ts';
import { changeSeconds, splitsOf } from '../signal-timing/ring-barrier.ts';
import type { ControlModel, DetectorModel, SignalLink, SignalModel, Stage } from './model.ts';
import { sequencer, stagesOf } from './plan-sequence.ts';

/** Advice is made for steps of this length, s: what a vehicle of a queue takes, twice and a half. */
const tickSeconds = 5;
/** Farther than this, what follows on a road is another story. */
const jointsMost = 30;
/** No green is shorter, whatever the tables say, s. */
const greenFloorSeconds = 4;

/** The signals of the intersections, with all that bears on them. */
export function controlModelOf(network: Network, intersections: readonly Intersection[]): ControlModel {
  const roads = roadsOf(network);
  const inbound = new Map(intersections.map(({ id, node }) => [id, roads.movementsAt.get(node) ?? []]));
  return {
    tickSeconds,
    signals: intersections.map((one) => signalOf(network, roads, one, inbound.get(one.id) ?? [])),
    detectors: detectorsOf(network, intersections),
  };
}

interface Roads {
  readonly movementsAt: ReadonlyMap<NodeId, readonly Movement[]>;
  readonly linksFrom: ReadonlyMap<NodeId, readonly Link[]>;
}

function roadsOf({ movements, links }: Network): Roads {
  const movementsAt = new Map<NodeId, Movement[]>();
  for (const movement of movements.values()) push(movementsAt, movement.node, movement);
  const linksFrom = new Map<NodeId, Link[]>();
  for (const link of links.values()) push(linksFrom, link.from, link);
  return { movementsAt, linksFrom };
}

function push<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

const laneId = (link: LinkId, lane: number): string => `${link}#${lane}`;

/** The lane of an id that `controlModelOf` gave. */
export function placeOfLane(id: string): { readonly link: LinkId; readonly lane: number } {
  const mark = id.lastIndexOf('#');
  return { link: id.slice(0, mark), lane: Number(id.slice(mark + 1)) };
}

const lanesOf = (link: LinkId, first: number, last: number): string[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => laneId(link, first + i));

function signalOf(
  network: Network,
  roads: Roads,
  intersection: Intersection,
  movements: readonly Movement[],
): SignalModel {
  const served = new Set(
    intersection.phases.flatMap((phase) => phase.movements.map(({ movement }) => movement)),
  );
  const mine = movements.filter(({ id }) => served.has(id));
  const numbers = new Map(mine.map(({ id }, number) => [id, number]));
  const { phases, plan } = intersection;
  const splits = splitsOf(plan);
  return {
    id: intersection.id,
    stages: stagesOf(intersection).map((stage) => ({
      ...serviceOf(stage, mine, numbers),
      minGreenSeconds: Math.max(...stage.map(leastGreenSeconds)),
      nativeGreenSeconds: Math.min(
        ...stage.map((phase) => (splits.get(phase.number) ?? 0) - changeSeconds(phase)),
      ),
    })),
    native: nativeOf(intersection),
    links: mine.flatMap((movement) =>
      linksOf(network, roads, intersection, movement, numbers.get(movement.id) as number),
    ),
    yellowSeconds: Math.max(...phases.map((phase) => phase.yellowSeconds)),
    allRedSeconds: Math.max(...phases.map((phase) => phase.redClearanceSeconds)),
  };
}

/** The stages of the plan in the tables, in the order of its rings. */
const nativeOf = (intersection: Intersection): SignalModel['native'] =>
  sequencer(intersection)(splitsOf(intersection.plan)).map((shown) => ({
    stage: shown.stage,
    greenSeconds: Math.max(0, shown.seconds - shown.changeSeconds),
  }));

/** Whoever walks beside the vehicles must get across as well. */
const leastGreenSeconds = ({ minGreenSeconds, pedestrian }: Phase): number =>
  Math.max(
    minGreenSeconds,
    greenFloorSeconds,
    pedestrian === undefined ? 0 : pedestrian.walkSeconds + pedestrian.clearanceSeconds,
  );

function serviceOf(
  stage: readonly Phase[],
  movements: readonly Movement[],
  numbers: ReadonlyMap<MovementId, number>,
): Pick<Stage, 'green' | 'protected' | 'afterStop'> {
  const green = new Set<number>();
  const safe = new Set<number>();
  for (const phase of stage)
    for (const { movement, protection } of phase.movements) {
      const number = numbers.get(movement);
      if (number === undefined) continue;
      green.add(number);
      if (protection === 'protected') safe.add(number);
    }
  return {
    green: [...green].sort((a, b) => a - b),
    protected: [...safe].sort((a, b) => a - b),
    afterStop: movements.flatMap(({ turnOnRed }, number) =>
      turnOnRed && !green.has(number) ? [number] : [],
    ),
  };
}

function linksOf(
  network: Network,
  roads: Roads,
  { district }: Intersection,
  movement: Movement,
  number: number,
): SignalLink[] {
  const { inbound, outbound, firstLane, lastLane, turn, saturationVph, outboundLanes } = movement;
  const speedMps = (network.links.get(inbound)?.freeFlowKph ?? 50) / 3.6;
  const next = downstreamOf(network, roads, outbound);
  // Another district may be another task's: whether it is must not show.
  const isOurs = network.intersections.get(next?.signal ?? '')?.district === district;
  const downstream = isOurs ? next : undefined;
  return lanesOf(inbound, firstLane, lastLane).map((inLane) => ({
    movement: movement.id,
    number,
    inLane,
    inEdge: inbound,
    inMeters: network.links.get(inbound)?.lengthMeters ?? Number.POSITIVE_INFINITY,
    outLanes: outboundLanes === undefined ? [] : lanesOf(outbound, ...outboundLanes),
    turn,
    saturationVph: saturationVph / (lastLane - firstLane + 1),
    speedMps,
    downstream,
  }));
}

/** Where a link leads: along it and those that continue it, up to the next signal. */
function downstreamOf(
  { links, nodes }: Network,
  { linksFrom }: Roads,
  from: LinkId,
): SignalLink['downstream'] {
  let meters = 0;
  let link = links.get(from);
  for (let joints = 0; link !== undefined && joints < jointsMost; joints++) {
    meters += link.lengthMeters;
    const signal = nodes.get(link.to)?.intersection;
    if (signal !== undefined) return { signal, edge: link.id, meters };
    const { from: behind }: Link = link;
    const onward: readonly Link[] = (linksFrom.get(link.to) ?? []).filter(({ to }) => to !== behind);
    link = onward.length === 1 ? onward[0] : undefined;
  }
  return undefined;
}

function detectorsOf(
  { detectors, zones, links }: Network,
  intersections: readonly Intersection[],
): DetectorModel[] {
  const signalAt = new Map(intersections.map(({ id, node }) => [node, id]));
  const found: DetectorModel[] = [];
  const add = (
    { id, link, firstLane, lastLane, toStopBarMeters }: Zone | Detector,
    role: DetectorModel['role'],
    lengthMeters: number,
  ): void => {
    const signal = signalAt.get(links.get(link)?.to ?? '');
    if (signal === undefined) return;
    const lanes = lanesOf(link, firstLane, lastLane);
    found.push({ id, signal, role, distanceMeters: toStopBarMeters, lengthMeters, lanes });
  };
  for (const detector of detectors.values())
    if (detector.role !== 'midblock') add(detector, detector.role, 0);
  for (const zone of zones.values()) add(zone, 'queue', zone.lengthMeters);
  return found;
}
