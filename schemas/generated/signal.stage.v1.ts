// Generated from schemas/avro/signal.stage.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { inside, outside, type Reader, type Writer } from '../wire.ts';

/** How the value must stand to the bound. */
export type StageRelation = 'atLeast' | 'atMost' | 'equals';
const stageRelationSymbols: readonly StageRelation[] = ['atLeast', 'atMost', 'equals'];

/** One condition of safety, with its numbers. */
export interface StageConstraint {
  /** Which condition; see the dictionary. */
  readonly name: string;
  /** Phase that it speaks of, if one. 1..255. */
  readonly phase: number | null;
  /** What the advice has. */
  readonly value: number;
  /** How the value must stand to the bound. */
  readonly relation: StageRelation;
  /** What it must respect. */
  readonly bound: number;
  /** Unit of both. */
  readonly unit: string;
  /** True, or the document would not exist. */
  readonly met: boolean;
}

/** Which phases are best green next, and from when. Advice: nothing here writes to a controller. */
export interface SignalStage {
  /** District of the intersection; the key of the topic. */
  readonly district: string;
  /** Intersection. */
  readonly intersection: string;
  /** Id of the advice. */
  readonly advice: string;
  /** When it was issued, in event time. */
  readonly at: EventTime;
  /** Moment of the status that it answers. */
  readonly statusAt: EventTime;
  /** When the phases are to be called; they turn green when it is safe. */
  readonly callAt: EventTime;
  /** Not to be applied after this time; the controller goes on with its own plan. */
  readonly expiresAt: EventTime;
  /** Never used twice. */
  readonly nonce: string;
  /** Phases to be green, and to be held until other advice comes. */
  readonly phases: readonly number[];
  /** Phases that were green, or that a clearance led to. */
  readonly previous: readonly number[];
  /** Every condition that was evaluated. */
  readonly constraints: readonly StageConstraint[];
  /** Vehicles that are thought to stand at the intersection. 0..100000. */
  readonly waitingVehicles: number;
  /** Of them, those in the lanes that the phases serve. 0..100000. */
  readonly servedVehicles: number;
  /** How long the first of a lane has stood without any leaving. Seconds. 0..100000. */
  readonly longestWaitSeconds: number;
  /** One sentence for the engineer. */
  readonly reason: string;
  /** HMAC-SHA-256 over the document without this field, hexadecimal; empty until it leaves the system. */
  readonly signature: string;
}

function list<Item>(
  reader: Reader,
  path: string,
  itemBytes: number,
  item: () => Item,
): Item[] {
  const items: Item[] = [];
  try {
    for (let count = reader.block(itemBytes); count > 0; count = reader.block(itemBytes))
      for (let i = 0; i < count; i++) items.push(item());
  } catch (failure) {
    throw inside(`${path}[${items.length}]`, failure);
  }
  return items;
}

function encodeStageConstraintBody(writer: Writer, value: StageConstraint): void {
  writer.string(value.name);
  if (value.phase === null) writer.long(0); else { writer.long(1); writer.long(value.phase); }
  writer.double(value.value);
  writer.long(stageRelationSymbols.indexOf(value.relation));
  writer.double(value.bound);
  writer.string(value.unit);
  writer.boolean(value.met);
}

function decodeStageConstraintBody(reader: Reader): StageConstraint {
  const name: StageConstraint['name'] = reader.string();
  const phase: StageConstraint['phase'] = reader.choice(2) === 0 ? null : reader.int();
  if (phase !== null && !(phase >= 1 && phase <= 255)) throw outside('phase', phase, 1, 255);
  const value: StageConstraint['value'] = reader.double();
  if (!Number.isFinite(value)) throw outside('value', value, -1e308, 1e308);
  const relation: StageConstraint['relation'] = stageRelationSymbols[reader.choice(3)] as StageRelation;
  const bound: StageConstraint['bound'] = reader.double();
  if (!Number.isFinite(bound)) throw outside('bound', bound, -1e308, 1e308);
  const unit: StageConstraint['unit'] = reader.string();
  const met: StageConstraint['met'] = reader.boolean();
  return { name, phase, value, relation, bound, unit, met };
}

function encodeSignalStageBody(writer: Writer, value: SignalStage): void {
  writer.string(value.district);
  writer.string(value.intersection);
  writer.string(value.advice);
  writer.long(value.at);
  writer.long(value.statusAt);
  writer.long(value.callAt);
  writer.long(value.expiresAt);
  writer.string(value.nonce);
  if (value.phases.length > 0) writer.long(value.phases.length); for (const item of value.phases) { writer.long(item); } writer.long(0);
  if (value.previous.length > 0) writer.long(value.previous.length); for (const item of value.previous) { writer.long(item); } writer.long(0);
  if (value.constraints.length > 0) writer.long(value.constraints.length); for (const item of value.constraints) { encodeStageConstraintBody(writer, item); } writer.long(0);
  writer.long(value.waitingVehicles);
  writer.long(value.servedVehicles);
  writer.long(value.longestWaitSeconds);
  writer.string(value.reason);
  writer.string(value.signature);
}

function decodeSignalStageBody(reader: Reader): SignalStage {
  const district: SignalStage['district'] = reader.string();
  const intersection: SignalStage['intersection'] = reader.string();
  const advice: SignalStage['advice'] = reader.string();
  const at: SignalStage['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const statusAt: SignalStage['statusAt'] = reader.long();
  if (!(statusAt >= -62167219200000 && statusAt <= 253402300799999)) throw outside('statusAt', statusAt, -62167219200000, 253402300799999);
  const callAt: SignalStage['callAt'] = reader.long();
  if (!(callAt >= -62167219200000 && callAt <= 253402300799999)) throw outside('callAt', callAt, -62167219200000, 253402300799999);
  const expiresAt: SignalStage['expiresAt'] = reader.long();
  if (!(expiresAt >= -62167219200000 && expiresAt <= 253402300799999)) throw outside('expiresAt', expiresAt, -62167219200000, 253402300799999);
  const nonce: SignalStage['nonce'] = reader.string();
  const phases: SignalStage['phases'] = list(reader, 'phases', 1, () => reader.int());
  const previous: SignalStage['previous'] = list(reader, 'previous', 1, () => reader.int());
  const constraints: SignalStage['constraints'] = list(reader, 'constraints', 21, () => decodeStageConstraintBody(reader));
  const waitingVehicles: SignalStage['waitingVehicles'] = reader.int();
  if (!(waitingVehicles >= 0 && waitingVehicles <= 100000)) throw outside('waitingVehicles', waitingVehicles, 0, 100000);
  const servedVehicles: SignalStage['servedVehicles'] = reader.int();
  if (!(servedVehicles >= 0 && servedVehicles <= 100000)) throw outside('servedVehicles', servedVehicles, 0, 100000);
  const longestWaitSeconds: SignalStage['longestWaitSeconds'] = reader.int();
  if (!(longestWaitSeconds >= 0 && longestWaitSeconds <= 100000)) throw outside('longestWaitSeconds', longestWaitSeconds, 0, 100000);
  const reason: SignalStage['reason'] = reader.string();
  const signature: SignalStage['signature'] = reader.string();
  return { district, intersection, advice, at, statusAt, callAt, expiresAt, nonce, phases, previous, constraints, waitingVehicles, servedVehicles, longestWaitSeconds, reason, signature };
}

/** Appends the Avro body. */
export const encodeSignalStage = encodeSignalStageBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeSignalStage = decodeSignalStageBody;
