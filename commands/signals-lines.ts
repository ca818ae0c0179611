/** The lines of the signal protocol, as a network and as statuses of its signals. Names are those on the line. */
import type {
  Detector,
  Intersection,
  Link,
  Movement,
  Network,
  Node,
  Phase,
  Turn,
  Zone,
} from '#domain/network.ts';
import { type EventTime, seconds } from '#domain/time.ts';
import type { SignalStatus } from '#schemas/generated/signal.status.v1.ts';
import { jointsOf } from './signals-joints.ts';

export interface Hello {
  readonly type: 'hello';
  readonly tick_s: number;
  readonly apply_latency_s: number;
  readonly rules: { readonly max_cycle_s: number };
  readonly signals: readonly SignalLine[];
  readonly detectors: readonly DetectorLine[];
}

interface SignalLine {
  readonly id: string;
  readonly yellow_s: number;
  readonly all_red_s: number;
  readonly min_green_s: number;
  readonly stages: readonly {
    readonly state: string;
    readonly native_green_s: number;
    readonly links: readonly number[];
    readonly protected: readonly number[];
  }[];
  readonly links: readonly LinkLine[];
}

interface LinkLine {
  readonly link: number;
  readonly in_lane: string;
  readonly out_lane: string;
  readonly in_edge: string;
  readonly out_edge: string;
  readonly dir: string;
  readonly in_lane_length_m: number;
  readonly speed_limit_mps: number;
  readonly saturation_veh_h: number;
  readonly downstream_signal: string | null;
  readonly downstream_distance_m: number | null;
}

interface DetectorLine {
  readonly id: string;
  readonly role: string;
  readonly signal: string;
  readonly edge: string;
  readonly distance_to_stop_m: number;
  readonly length_m: number;
  readonly links: readonly number[];
}

export interface Tick {
  readonly type: 'tick';
  readonly t: number;
  readonly interval_s: number;
  readonly detectors: readonly ReadingLine[];
  readonly signals: readonly {
    readonly id: string;
    readonly stage: number | null;
    readonly clearing_to: number | null;
    readonly elapsed_s: number;
  }[];
}

interface ReadingLine {
  readonly id: string;
  readonly fault?: boolean;
  readonly count?: number;
  readonly occ?: number;
  readonly on?: number;
  readonly veh?: number;
  readonly halt?: number;
  readonly jam_m?: number;
}

const turns: Readonly<Record<string, Turn>> = {
  s: 'thru',
  r: 'right',
  R: 'right',
  l: 'left',
  L: 'left',
  t: 'uturn',
};

/** All signals of the protocol are one district: each may be the next of another. */
export const district = 'signals';

/** Where everything is said to be: the protocol has no map. */
const nowhere = [0, 0] as const;

/** Phases are numbered from 1, one a stage. */
export const phaseOf = (stage: number): number => stage + 1;
export const stageOf = (phase: number): number => phase - 1;

/** Lanes are counted from 1 on each edge, in the order of their names. */
type LaneNumbers = ReadonlyMap<string, number>;

function laneNumbersOf({ signals }: Hello): LaneNumbers {
  const byEdge = new Map<string, Set<string>>();
  const add = (edge: string, lane: string): void => {
    const lanes = byEdge.get(edge) ?? new Set();
    byEdge.set(edge, lanes.add(lane));
  };
  for (const { links } of signals)
    for (const { in_edge, in_lane, out_edge, out_lane } of links) {
      add(in_edge, in_lane);
      add(out_edge, out_lane);
    }
  const numbers = new Map<string, number>();
  for (const lanes of byEdge.values())
    for (const [i, lane] of [...lanes].sort(byLength).entries()) numbers.set(lane, i + 1);
  return numbers;
}

/** `lane_9` before `lane_10`. */
const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** The network of a `hello`: each stage is a phase of one ring, behind a barrier of its own. */
export function networkOf(hello: Hello): Network {
  const lanes = laneNumbersOf(hello);
  const onward = onwardOf(hello);
  const nodes = new Map<string, Node>();
  const links = new Map<string, Link>();
  const movements = new Map<string, Movement>();
  const intersections = new Map<string, Intersection>();
  for (const signal of hello.signals) {
    nodes.set(signal.id, { id: signal.id, name: signal.id, position: nowhere, intersection: signal.id });
    for (const line of signal.links)
      addRoads(nodes, links, lanes, signal.id, line, onward.get(line.out_edge));
  }
  for (const signal of hello.signals) {
    const mine = signal.links.map((line, i) => movementOf(signal, lanes, line, i));
    for (const movement of mine) movements.set(movement.id, movement);
    intersections.set(signal.id, intersectionOf(signal, mine));
  }
  return {
    name: 'signals',
    timeZone: 'UTC',
    nodes,
    links,
    movements,
    intersections,
    ...sensorsOf(hello, lanes),
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    districts: new Map([[district, { id: district, name: district }]]),
  };
}

/** What a road out of a signal becomes on the way to the next. */
interface Onward {
  readonly edge: string;
  readonly meters: number;
}

function onwardOf(hello: Hello): Map<string, Onward> {
  const meters = new Map(
    hello.signals.flatMap(({ links }) => links.map((line) => [line.in_edge, line.in_lane_length_m] as const)),
  );
  return new Map(
    [...jointsOf(hello)].map(([from, edge]) => [from, { edge, meters: meters.get(edge) as number }]),
  );
}

/** Both roads of a way through a signal. One that is the way into a signal keeps what is said of it there. */
function addRoads(
  nodes: Map<string, Node>,
  links: Map<string, Link>,
  numbers: LaneNumbers,
  signal: string,
  line: LinkLine,
  onward: Onward | undefined,
): void {
  const { in_edge, out_edge, in_lane, out_lane, in_lane_length_m, speed_limit_mps } = line;
  const upstream = `${in_edge}<`;
  nodes.set(upstream, { id: upstream, name: upstream, position: nowhere, intersection: undefined });
  const laneOf = (lane: string): number => numbers.get(lane) as number;
  const lanes = Math.max(links.get(in_edge)?.lanes ?? 1, laneOf(in_lane));
  links.set(in_edge, roadOf(in_edge, upstream, signal, in_lane_length_m, lanes, speed_limit_mps, signal));
  if (links.has(out_edge)) return;
  const next = onward === undefined ? line.downstream_signal : `${onward.edge}<`;
  const to = next ?? `${out_edge}>`;
  if (next !== line.downstream_signal || next === null)
    nodes.set(to, { id: to, name: to, position: nowhere, intersection: undefined });
  const meters = Math.max(1, (line.downstream_distance_m ?? in_lane_length_m) - (onward?.meters ?? 0));
  links.set(out_edge, roadOf(out_edge, signal, to, meters, laneOf(out_lane), speed_limit_mps, to));
}

const roadOf = (
  id: string,
  from: string,
  to: string,
  lengthMeters: number,
  lanes: number,
  speedMps: number,
  site: string,
): Link => ({
  id,
  name: id,
  from,
  to,
  lengthMeters,
  lanes,
  freeFlowKph: speedMps * 3.6,
  capacityVph: 1800 * lanes,
  site,
  district,
  geometry: [nowhere, nowhere],
});

const movementOf = (signal: SignalLine, lanes: LaneNumbers, line: LinkLine, i: number): Movement => ({
  id: `${signal.id}:${i}`,
  node: signal.id,
  code: `${line.link}`,
  turn: turns[line.dir] ?? 'thru',
  inbound: line.in_edge,
  outbound: line.out_edge,
  firstLane: lanes.get(line.in_lane) as number,
  lastLane: lanes.get(line.in_lane) as number,
  outboundLanes: [lanes.get(line.out_lane) as number, lanes.get(line.out_lane) as number],
  saturationVph: line.saturation_veh_h,
  ...(signal.stages.some(({ state }) => state[line.link] === 's') ? { turnOnRed: true } : {}),
});

function intersectionOf(signal: SignalLine, movements: readonly Movement[]): Intersection {
  const { id, stages, yellow_s, all_red_s, min_green_s } = signal;
  const phases = stages.map(
    (stage, i): Phase => ({
      number: phaseOf(i),
      ring: 1,
      barrier: phaseOf(i),
      position: 1,
      movements: movements
        .filter(({ code }) => stage.links.includes(Number(code)))
        .map(({ id: movement, code }) => ({
          movement,
          protection: stage.protected.includes(Number(code)) ? 'protected' : 'permitted',
        })),
      minGreenSeconds: min_green_s,
      maxGreenSeconds: 0,
      yellowSeconds: yellow_s,
      redClearanceSeconds: all_red_s,
      pedestrian: undefined,
      approachKph: undefined,
      grade: 0,
      clearanceMeters: 0,
      mayBeOmitted: true,
    }),
  );
  const splits = stages.map(({ native_green_s }, i) => ({
    phase: phaseOf(i),
    seconds: native_green_s + yellow_s + all_red_s,
  }));
  const cycleSeconds = splits.reduce((sum, split) => sum + split.seconds, 0);
  return {
    id,
    name: id,
    node: id,
    site: id,
    district,
    position: nowhere,
    phases,
    plan: { id: `${id} native`, cycleSeconds, offsetSeconds: 0, splits },
  };
}

/** Detectors and zones, each on the way into the signal that it sees the vehicles of, wherever upstream it lies. */
function sensorsOf(
  { signals, detectors, tick_s }: Hello,
  numbers: LaneNumbers,
): Pick<Network, 'detectors' | 'zones'> {
  const loops = new Map<string, Detector>();
  const zones = new Map<string, Zone>();
  for (const [i, line] of detectors.entries()) {
    const seen = signals
      .find(({ id }) => id === line.signal)
      ?.links.filter(({ link }) => line.links.includes(link));
    const link = seen?.[0]?.in_edge;
    if (seen === undefined || link === undefined) continue;
    const lanes = seen
      .filter(({ in_edge }) => in_edge === link)
      .map(({ in_lane }) => numbers.get(in_lane) as number);
    const place = {
      id: line.id,
      site: line.signal,
      link,
      firstLane: Math.min(...lanes),
      lastLane: Math.max(...lanes),
      toStopBarMeters: line.distance_to_stop_m,
      lengthMeters: line.length_m,
    };
    if (line.role === 'stop' || line.role === 'advance')
      loops.set(line.id, {
        ...place,
        cabinet: line.signal,
        channel: i + 1,
        role: line.role,
        intervalSeconds: tick_s,
      });
    else zones.set(line.id, place);
  }
  return { detectors: loops, zones };
}

/** What a tick says of each signal. `sequence` counts the ticks. */
export function statusesOf(
  tick: Tick,
  network: Network,
  latencySeconds: number,
  sequence: number,
): SignalStatus[] {
  const { detectors, zones } = network;
  const bySignal = new Map<string, ReadingLine[]>();
  for (const line of tick.detectors) {
    const signal = detectors.get(line.id)?.site ?? zones.get(line.id)?.site;
    if (signal === undefined) continue;
    const lines = bySignal.get(signal);
    if (lines === undefined) bySignal.set(signal, [line]);
    else lines.push(line);
  }
  return tick.signals.map(({ id, stage, clearing_to, elapsed_s }) => {
    const lines = bySignal.get(id) ?? [];
    return {
      district,
      intersection: id,
      sequence,
      at: timeOf(tick.t),
      intervalSeconds: tick.interval_s,
      delayMilliseconds: seconds(latencySeconds),
      green: stage === null ? [] : [phaseOf(stage)],
      next: clearing_to === null ? [] : [phaseOf(clearing_to)],
      greenDeciseconds: Math.round(elapsed_s * 10),
      loops: lines
        .filter(({ id: detector }) => detectors.has(detector))
        .map(({ id: detector, fault, count, occ, on }) => ({
          detector,
          count: fault ? null : (count ?? 0),
          occupancyPermille: fault ? null : Math.min(1000, Math.round((occ ?? 0) * 10)),
          isOn: on === 1,
        })),
      zones: lines
        .filter(({ id: zone }) => zones.has(zone))
        .map(({ id: zone, fault, veh, halt, jam_m }) => ({
          zone,
          vehicles: fault ? null : (veh ?? 0),
          halted: fault ? null : Math.min(veh ?? 0, halt ?? 0),
          queueDecimeters: fault ? null : Math.round((jam_m ?? 0) * 10),
        })),
    };
  });
}

/** Simulated seconds, as if they had begun with the first of January 2000. */
const epoch: EventTime = Date.UTC(2000, 0, 1);
export const timeOf = (t: number): EventTime => epoch + seconds(t);
export const secondsOf = (at: EventTime): number => (at - epoch) / 1000;
