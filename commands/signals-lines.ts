/** The lines of the signal protocol, and what the core makes of them. Names are those on the line. */
import type { ControlModel, DetectorRole, Observation, Reading, Turn } from '#domain/signal-control/model.ts';

export interface Hello {
  readonly type: 'hello';
  readonly tick_s: number;
  readonly apply_latency_s: number;
  readonly signals: readonly {
    readonly id: string;
    readonly yellow_s: number;
    readonly all_red_s: number;
    readonly min_green_s: number;
    readonly max_red_s: number;
    readonly stages: readonly {
      readonly state: string;
      readonly native_green_s: number;
      readonly links: readonly number[];
      readonly protected: readonly number[];
    }[];
    readonly links: readonly {
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
    }[];
  }[];
  readonly detectors: readonly {
    readonly id: string;
    readonly role: string;
    readonly signal: string;
    readonly lane: string;
    readonly distance_to_stop_m: number;
    readonly length_m: number;
    readonly links: readonly number[];
  }[];
}

export interface Tick {
  readonly type: 'tick';
  readonly t: number;
  readonly interval_s: number;
  readonly detectors: readonly {
    readonly id: string;
    readonly fault?: boolean;
    readonly count?: number;
    readonly occ?: number;
    readonly on?: number;
    readonly veh?: number;
    readonly halt?: number;
    readonly jam_m?: number;
  }[];
  readonly signals: readonly {
    readonly id: string;
    readonly stage: number | null;
    readonly clearing_to: number | null;
    readonly elapsed_s: number;
    readonly state: string;
  }[];
}

const turns: Readonly<Record<string, Turn>> = {
  s: 'straight',
  r: 'right',
  R: 'right',
  l: 'left',
  L: 'left',
  t: 'around',
};

export const controlModelOf = (hello: Hello): ControlModel => ({
  tickSeconds: hello.tick_s,
  latencySeconds: hello.apply_latency_s,
  signals: hello.signals.map((signal) => ({
    id: signal.id,
    yellowSeconds: signal.yellow_s,
    allRedSeconds: signal.all_red_s,
    minGreenSeconds: signal.min_green_s,
    maxRedSeconds: signal.max_red_s,
    stages: signal.stages.map((stage) => ({
      green: stage.links,
      protected: stage.protected,
      afterStop: [...stage.state].flatMap((light, link) => (light === 's' ? [link] : [])),
      nativeGreenSeconds: stage.native_green_s,
    })),
    links: signal.links.map((link) => ({
      number: link.link,
      inLane: link.in_lane,
      inEdge: link.in_edge,
      outLane: link.out_lane,
      outEdge: link.out_edge,
      turn: turns[link.dir] ?? 'straight',
      saturationVph: link.saturation_veh_h,
      speedMps: link.speed_limit_mps,
      inLaneMeters: link.in_lane_length_m,
      downstreamSignal: link.downstream_signal ?? undefined,
      downstreamMeters: link.downstream_distance_m ?? undefined,
    })),
  })),
  detectors: hello.detectors.map((detector) => ({
    id: detector.id,
    signal: detector.signal,
    role: (detector.role === 'queue_up' ? 'queue' : detector.role) as DetectorRole,
    lane: detector.lane,
    distanceMeters: detector.distance_to_stop_m,
    lengthMeters: detector.length_m,
    links: detector.links,
  })),
});

export const observationOf = (tick: Tick): Observation => ({
  at: tick.t,
  intervalSeconds: tick.interval_s,
  readings: new Map(tick.detectors.map((detector) => [detector.id, readingOf(detector)])),
  signals: tick.signals.map((signal) => ({
    id: signal.id,
    stage: signal.stage ?? undefined,
    clearingTo: signal.clearing_to ?? undefined,
    elapsedSeconds: signal.elapsed_s,
    lights: signal.state,
  })),
});

function readingOf(detector: Tick['detectors'][number]): Reading {
  if (detector.fault) return { kind: 'fault' };
  if (detector.count !== undefined)
    return {
      kind: 'loop',
      vehicles: detector.count,
      occupancy: (detector.occ ?? 0) / 100,
      isOn: detector.on === 1,
    };
  return {
    kind: 'zone',
    vehicles: detector.veh ?? 0,
    halted: detector.halt ?? 0,
    jamMeters: detector.jam_m ?? 0,
  };
}
