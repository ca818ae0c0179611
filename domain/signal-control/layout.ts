/** What follows from the model of a signal alone: its lanes, what each stage does for them, and who sees them. */
import type { ControlModel, DetectorModel, SignalLink, SignalModel } from './model.ts';

/** What a stage does for a link. */
export const service = { none: 0, afterStop: 1, permitted: 2, protected: 3 } as const;

/** One inbound lane; its vehicles leave in the order in which they stand. */
export interface Lane {
  readonly id: string;
  readonly edge: string;
  readonly links: readonly SignalLink[];
  readonly stop: string | undefined;
  /** Loops upstream, with the number of lanes that their vehicles may choose from. */
  readonly advance: readonly { readonly id: string; readonly sharedBy: number; readonly meters: number }[];
  readonly zones: readonly {
    readonly id: string;
    readonly sharedBy: number;
    readonly meters: number;
    readonly end: number;
  }[];
  /** Ids of its detectors: that at the stop bar, if there is one, those upstream, and zones. */
  readonly detectors: readonly string[];
  /** So many of `detectors` are loops, and come first. */
  readonly loops: number;
  /** How far upstream its detectors look, m. */
  readonly sightMeters: number;
  /** Shorter than that: its queue soon stands on another road, and others may join it between its detectors. */
  readonly isShort: boolean;
  readonly speedMps: number;
  readonly saturationVps: number;
  /** What each stage does for each link of the lane: `service[stage][link]`. */
  readonly service: readonly (readonly number[])[];
  /**
   * Of each stage, the share of the ways of the lanes beside this one that it lets go; undefined where the lane is as
   * long as its detectors look, so that nobody who wants one of those stands here.
   */
  readonly freesStrays: readonly number[] | undefined;
}

/** Lanes side by side, between which vehicles still change. */
export interface Approach {
  readonly edge: string;
  /** Places in `Layout.lanes`. */
  readonly lanes: readonly number[];
  /** How far upstream detectors look on any of its lanes, m. */
  readonly sightMeters: number;
}

export interface Layout {
  readonly signal: SignalModel;
  readonly lanes: readonly Lane[];
  readonly approaches: readonly Approach[];
  /** Seconds from one stage to another: `clearance[from][to]`; 0 where nothing loses its green. */
  readonly clearance: readonly (readonly number[])[];
  /** Lanes that those of a lane who give way must let pass: `foes[stage][lane]`; none where nobody gives way. */
  readonly foes: readonly (readonly (readonly number[])[])[];
  readonly lights: Lights;
  /** Links to other signals: the lane, and the place among its links. */
  readonly sends: readonly { readonly lane: number; readonly place: number; readonly link: SignalLink }[];
}

/** What stages do for lanes, flat for the search. */
export interface Lights {
  /** 1 when some of a lane give way in a stage: `[stage * lanes + lane]`. */
  readonly gives: Uint8Array;
  /** 1 when some of a lane need not give way in a stage; same places. */
  readonly protects: Uint8Array;
  /** Of each lane, 1 when who turns left out of it waits so far inside that another fits in behind: `[lane]`. */
  readonly holdsTwo: Uint8Array;
  /** `Layout.foes`; same places. */
  readonly foes: readonly (readonly number[])[];
  /** Of each lane, 1 when it gives way in some stage: `[lane]`. */
  readonly givesWay: Uint8Array;
  /**
   * Whether all that goes in `to` goes in `from` already, without a new start: `[(from * stages + to) * lanes + lane]`.
   * Those who turn left go on while the stream against them clears, before they are protected.
   */
  readonly stays: Uint8Array;
}

function layoutOf(signal: SignalModel, detectors: readonly DetectorModel[]): Layout {
  const byLane = new Map<string, SignalLink[]>();
  for (const link of signal.links) byLane.set(link.inLane, [...(byLane.get(link.inLane) ?? []), link]);
  const lanes = [...byLane].map(([id, links]) => laneOf(id, links, signal, detectors, byLane));
  const edges = [...new Set(lanes.map(({ edge }) => edge))];
  const foes = signal.stages.map((_, stage) => lanes.map((lane) => foesOf(lanes, lane, stage)));
  return {
    signal,
    lanes,
    approaches: edges.map((edge) => ({
      edge,
      lanes: lanes.flatMap((lane, i) => (lane.edge === edge ? [i] : [])),
      sightMeters: Math.max(...lanes.map((lane) => (lane.edge === edge ? lane.sightMeters : 0))),
    })),
    clearance: signal.stages.map((from) =>
      signal.stages.map((to) =>
        from.green.some((link) => !to.green.includes(link)) ? signal.yellowSeconds + signal.allRedSeconds : 0,
      ),
    ),
    foes,
    sends: lanes.flatMap(({ links }, lane) =>
      links.flatMap((link, place) => (link.downstream === undefined ? [] : [{ lane, place, link }])),
    ),
    lights: {
      gives: Uint8Array.from(
        signal.stages.flatMap((_, stage) => lanes.map((lane) => (givesWayIn(lane, stage) ? 1 : 0))),
      ),
      protects: Uint8Array.from(
        signal.stages.flatMap((_, stage) =>
          lanes.map((lane) => (lane.service[stage]?.includes(service.protected) ? 1 : 0)),
        ),
      ),
      holdsTwo: Uint8Array.from(lanes, ({ edge }) => (crossesTwo(lanes, edge) ? 1 : 0)),
      foes: foes.flat(),
      givesWay: Uint8Array.from(lanes, (lane) =>
        signal.stages.some((_, stage) => givesWayIn(lane, stage)) ? 1 : 0,
      ),
      stays: Uint8Array.from(
        signal.stages.flatMap((_, from) =>
          signal.stages.flatMap((_, to) => lanes.map((lane) => (staysOn(lane, from, to) ? 1 : 0))),
        ),
      ),
    },
  };
}

/** Whether a road that meets this one has two lanes side by side: up to its middle there is room for two then. */
const crossesTwo = (lanes: readonly Lane[], edge: string): boolean =>
  lanes.some((one) => one.edge !== edge && lanes.some((other) => other !== one && other.edge === one.edge));

const givesWayIn = ({ service: does }: Lane, stage: number): boolean =>
  does[stage]?.includes(service.permitted) === true;

function staysOn({ links, service: does }: Lane, from: number, to: number): boolean {
  const goes = (stage: number, link: number): boolean => (does[stage]?.[link] as number) >= service.permitted;
  const inTo = links.flatMap((_, link) => (goes(to, link) ? [link] : []));
  return inTo.length > 0 && inTo.every((link) => goes(from, link));
}

/** Lanes from elsewhere that go straight on in the same stage: where who crosses whom is not told, the safe guess. */
function foesOf(lanes: readonly Lane[], { edge, service: does }: Lane, stage: number): number[] {
  if (!does[stage]?.includes(service.permitted)) return [];
  return lanes.flatMap((other, i) => {
    const goes = other.links.some(
      ({ turn }, link) => turn === 'thru' && other.service[stage]?.[link] === service.protected,
    );
    return other.edge !== edge && goes ? [i] : [];
  });
}

/** The layouts of all signals, by their ids. */
export function layoutsOf({ signals, detectors }: ControlModel): Map<string, Layout> {
  const bySignal = new Map<string, DetectorModel[]>(signals.map(({ id }) => [id, []]));
  for (const detector of detectors) bySignal.get(detector.signal)?.push(detector);
  return new Map(signals.map((signal) => [signal.id, layoutOf(signal, bySignal.get(signal.id) ?? [])]));
}

function laneOf(
  id: string,
  links: readonly SignalLink[],
  signal: SignalModel,
  detectors: readonly DetectorModel[],
  byLane: ReadonlyMap<string, readonly SignalLink[]>,
): Lane {
  const first = links[0] as SignalLink;
  const mine = detectors.filter(({ lanes }) => lanes.includes(id));
  const sharedBy = ({ lanes }: DetectorModel): number => lanes.filter((lane) => byLane.has(lane)).length;
  const zones = mine.filter(({ role }) => role === 'queue');
  const advance = mine.filter(({ role }) => role === 'advance');
  const sightMeters = Math.max(
    0,
    ...zones.map((zone) => zone.distanceMeters + zone.lengthMeters),
    ...advance.map(({ distanceMeters }) => distanceMeters),
  );
  const stop = mine.find(({ role }) => role === 'stop')?.id;
  const loops = [...(stop === undefined ? [] : [stop]), ...advance.map((detector) => detector.id)];
  const isShort = sightMeters > first.inMeters + sortingMeters;
  const beside = isShort ? waysBeside(links, signal) : [];
  return {
    id,
    edge: first.inEdge,
    links,
    stop,
    detectors: [...loops, ...zones.map((zone) => zone.id)],
    loops: loops.length,
    advance: advance.map((detector) => ({
      id: detector.id,
      sharedBy: sharedBy(detector),
      meters: detector.distanceMeters,
    })),
    zones: zones.map((zone) => ({
      id: zone.id,
      sharedBy: sharedBy(zone),
      meters: zone.lengthMeters,
      end: zone.distanceMeters + zone.lengthMeters,
    })),
    sightMeters,
    isShort,
    speedMps: first.speedMps,
    saturationVps: first.saturationVph / 3600,
    service: signal.stages.map((stage) =>
      links.map(({ number }) => {
        if (stage.protected.includes(number)) return service.protected;
        if (stage.green.includes(number)) return service.permitted;
        return stage.afterStop.includes(number) ? service.afterStop : service.none;
      }),
    ),
    freesStrays:
      beside.length === 0
        ? undefined
        : signal.stages.map(
            ({ green }) => beside.filter((way) => green.includes(way)).length / beside.length,
          ),
  };
}

/** A lane shorter than the sight of its detectors by more than this is one in which vehicles of others may stand, m. */
const sortingMeters = 15;

/** Numbers of the links of an approach that turn as no link of this lane of it does. */
function waysBeside(own: readonly SignalLink[], { links }: SignalModel): number[] {
  const turns = new Set(own.map(({ turn }) => turn));
  const edge = own[0]?.inEdge;
  return links.flatMap(({ inEdge, turn, number }) => (inEdge === edge && !turns.has(turn) ? [number] : []));
}
