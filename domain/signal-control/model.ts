/** What signal control knows of the street: signals with stages, their links and detectors, and what these say. */
import type { MovementId, Turn } from '../network.ts';

/** A green stage of a signal: links that may go together. */
export interface Stage {
  /** Links that are green, numbers of `SignalModel.links`. */
  readonly green: readonly number[];
  /** Those of them that need not give way. */
  readonly protected: readonly number[];
  /** Links that may go after a stop although they are red, such as a right turn on red. */
  readonly afterStop: readonly number[];
  /** Not shown for less than this: vehicles and whoever walks beside them need it, s. */
  readonly minGreenSeconds: number;
  /** Green in the plan that the signal has by itself, s. */
  readonly nativeGreenSeconds: number;
}

/** One way from an inbound lane through the signal to an outbound lane. */
export interface SignalLink {
  readonly movement: MovementId;
  /** Number that stages use; the links of one movement share it. */
  readonly number: number;
  readonly inLane: string;
  readonly inEdge: string;
  /** How far back the lane goes; upstream of it vehicles have other lanes, m. */
  readonly inMeters: number;
  /** Lanes that it may lead to, where that is known. */
  readonly outLanes: readonly string[];
  readonly turn: Turn;
  /** Nominal, vehicles per hour of green; only where learning starts. */
  readonly saturationVph: number;
  readonly speedMps: number;
  /** The signal that is reached next, on which of its edges, and how far its stop bar is, m. */
  readonly downstream:
    | { readonly signal: string; readonly edge: string; readonly meters: number }
    | undefined;
}

/** One signal and the limits that its controller keeps. */
export interface SignalModel {
  readonly id: string;
  readonly stages: readonly Stage[];
  readonly links: readonly SignalLink[];
  readonly yellowSeconds: number;
  readonly allRedSeconds: number;
  /** What the controller does by itself, in a circle. */
  readonly native: readonly { readonly stage: number; readonly greenSeconds: number }[];
}

export type DetectorRole = 'stop' | 'advance' | 'queue';

/** A loop (`stop`, `advance`) or a zone in which vehicles are seen (`queue`). */
export interface DetectorModel {
  readonly id: string;
  readonly signal: string;
  readonly role: DetectorRole;
  /** From the stop bar to its near end, m. */
  readonly distanceMeters: number;
  /** 0 for a loop, m. */
  readonly lengthMeters: number;
  /** Inbound lanes that its vehicles come to. */
  readonly lanes: readonly string[];
}

/** What a loop said of one interval. */
export interface LoopReading {
  readonly kind: 'loop';
  /** Vehicles that left it. */
  readonly vehicles: number;
  /** Share of the interval that it was on, 0..1. */
  readonly occupancy: number;
  readonly isOn: boolean;
}

/** What a zone saw at the end of one interval. */
export interface ZoneReading {
  readonly kind: 'zone';
  readonly vehicles: number;
  readonly halted: number;
  /** m. */
  readonly jamMeters: number;
}

export interface FaultReading {
  readonly kind: 'fault';
}

export type Reading = LoopReading | ZoneReading | FaultReading;

/** What a signal shows at the end of an interval. */
export interface SignalShown {
  readonly id: string;
  /** Undefined while it clears. */
  readonly stage: number | undefined;
  /** Stage that the clearance leads to. */
  readonly clearingTo: number | undefined;
  /** Since the start of the last green stage, s. */
  readonly elapsedSeconds: number;
}

/** All that is known anew at one moment. */
export interface Observation {
  /** s. */
  readonly at: number;
  /** Length of the interval that the readings cover, s; 0 for the first. */
  readonly intervalSeconds: number;
  /** From now to the effect of a decision, s. */
  readonly latencySeconds: number;
  readonly readings: ReadonlyMap<string, Reading>;
  readonly signals: readonly SignalShown[];
}

/** What surrounds all signals. */
export interface ControlModel {
  readonly signals: readonly SignalModel[];
  readonly detectors: readonly DetectorModel[];
  /** From one observation to the next, s. */
  readonly tickSeconds: number;
}

/** Time that vehicles will stand from now on, vehicle seconds. */
export interface Prediction {
  /** How far it looks, s. */
  readonly seconds: number;
  /** If the advice is followed. */
  readonly advisedSeconds: number;
  /** If the controller goes on with its own plan. */
  readonly nativeSeconds: number;
}

/** Show this stage as soon as it is safe, and hold it. */
export interface StageAdvice {
  readonly signal: string;
  readonly stage: number;
  /** From when the advice takes effect to when the stage is to be called, s. */
  readonly afterSeconds: number;
  /** The stage that will show when the advice takes effect, or that a clearance leads to then. */
  readonly from: number;
  /** Whether that was called before, and does not show yet. */
  readonly isCalled: boolean;
  /** How long `from` will have shown when the advice takes effect, s. */
  readonly shownSeconds: number;
  readonly prediction: Prediction;
}
