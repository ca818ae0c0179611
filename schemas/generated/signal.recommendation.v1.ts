// Generated from schemas/avro/signal.recommendation.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { inside, outside, type Reader, type Writer } from '../wire.ts';

/** Green, yellow and red clearance of one phase. */
export interface Split {
  /** NTCIP phase number. 1..16. */
  readonly phase: number;
  /** Seconds. 0..600. */
  readonly seconds: number;
}

/** Cycle, splits and offset. */
export interface TimingPlan {
  /** Seconds. 1..600. */
  readonly cycleSeconds: number;
  /** Start of the cycle in the reference of the day. Seconds. 0..600. */
  readonly offsetSeconds: number;
  /** In phase order. */
  readonly splits: readonly Split[];
}

/** How the value must stand to the bound. */
export type Relation = 'atLeast' | 'atMost' | 'equals';
const relationSymbols: readonly Relation[] = ['atLeast', 'atMost', 'equals'];

/** One condition of safety, with its numbers. */
export interface Constraint {
  /** Which condition; see the dictionary. */
  readonly name: string;
  /** Phase that it speaks of, if one. 1..16. */
  readonly phase: number | null;
  /** What the plan has. */
  readonly value: number;
  /** How the value must stand to the bound. */
  readonly relation: Relation;
  /** What it must respect. */
  readonly bound: number;
  /** Unit of both. */
  readonly unit: string;
  /** True, or the document would not exist. */
  readonly met: boolean;
}

/** What the values are. */
export type Quality = 'observed' | 'imputed' | 'forecast' | 'stale' | 'missing';
const qualitySymbols: readonly Quality[] = ['observed', 'imputed', 'forecast', 'stale', 'missing'];

/** What it rests on. */
export interface Evidence {
  /** Start of the measurements. */
  readonly windowStart: EventTime;
  /** End of the measurements. */
  readonly windowEnd: EventTime;
  /** How many windows. 0..10000. */
  readonly windows: number;
  /** Worst quality among them. */
  readonly quality: Quality;
}

/** A timing plan that proves itself. Advice: nothing here writes to a controller. */
export interface SignalRecommendation {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Intersection. */
  readonly intersection: string;
  /** Id of the recommendation. */
  readonly recommendation: string;
  /** When it was issued, in event time. */
  readonly at: EventTime;
  /** Not to be applied after this time. */
  readonly expiresAt: EventTime;
  /** Never used twice. */
  readonly nonce: string;
  /** What is recommended. */
  readonly plan: TimingPlan;
  /** What was in force. */
  readonly previous: TimingPlan;
  /** Every condition that was evaluated. */
  readonly constraints: readonly Constraint[];
  /** What it rests on. */
  readonly evidence: Evidence;
  /** Mean control delay now, 0.1 s a vehicle. 0..1000000. */
  readonly currentDelayDeciseconds: number;
  /** Mean control delay expected, 0.1 s a vehicle. 0..1000000. */
  readonly predictedDelayDeciseconds: number;
  /** Lower end of the expected saving, 0.1 s a vehicle. -1000000..1000000. */
  readonly benefitLowDeciseconds: number;
  /** Upper end of the expected saving, 0.1 s a vehicle. -1000000..1000000. */
  readonly benefitHighDeciseconds: number;
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

function part<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (failure) {
    throw inside(path, failure);
  }
}

function encodeSplitBody(writer: Writer, value: Split): void {
  writer.long(value.phase);
  writer.long(value.seconds);
}

function decodeSplitBody(reader: Reader): Split {
  const phase: Split['phase'] = reader.int();
  if (!(phase >= 1 && phase <= 16)) throw outside('phase', phase, 1, 16);
  const seconds: Split['seconds'] = reader.int();
  if (!(seconds >= 0 && seconds <= 600)) throw outside('seconds', seconds, 0, 600);
  return { phase, seconds };
}

function encodeTimingPlanBody(writer: Writer, value: TimingPlan): void {
  writer.long(value.cycleSeconds);
  writer.long(value.offsetSeconds);
  if (value.splits.length > 0) writer.long(value.splits.length); for (const item of value.splits) { encodeSplitBody(writer, item); } writer.long(0);
}

function decodeTimingPlanBody(reader: Reader): TimingPlan {
  const cycleSeconds: TimingPlan['cycleSeconds'] = reader.int();
  if (!(cycleSeconds >= 1 && cycleSeconds <= 600)) throw outside('cycleSeconds', cycleSeconds, 1, 600);
  const offsetSeconds: TimingPlan['offsetSeconds'] = reader.int();
  if (!(offsetSeconds >= 0 && offsetSeconds <= 600)) throw outside('offsetSeconds', offsetSeconds, 0, 600);
  const splits: TimingPlan['splits'] = list(reader, 'splits', 2, () => decodeSplitBody(reader));
  return { cycleSeconds, offsetSeconds, splits };
}

function encodeConstraintBody(writer: Writer, value: Constraint): void {
  writer.string(value.name);
  if (value.phase === null) writer.long(0); else { writer.long(1); writer.long(value.phase); }
  writer.double(value.value);
  writer.long(relationSymbols.indexOf(value.relation));
  writer.double(value.bound);
  writer.string(value.unit);
  writer.boolean(value.met);
}

function decodeConstraintBody(reader: Reader): Constraint {
  const name: Constraint['name'] = reader.string();
  const phase: Constraint['phase'] = reader.choice(2) === 0 ? null : reader.int();
  if (phase !== null && !(phase >= 1 && phase <= 16)) throw outside('phase', phase, 1, 16);
  const value: Constraint['value'] = reader.double();
  if (!Number.isFinite(value)) throw outside('value', value, -1e308, 1e308);
  const relation: Constraint['relation'] = relationSymbols[reader.choice(3)] as Relation;
  const bound: Constraint['bound'] = reader.double();
  if (!Number.isFinite(bound)) throw outside('bound', bound, -1e308, 1e308);
  const unit: Constraint['unit'] = reader.string();
  const met: Constraint['met'] = reader.boolean();
  return { name, phase, value, relation, bound, unit, met };
}

function encodeEvidenceBody(writer: Writer, value: Evidence): void {
  writer.long(value.windowStart);
  writer.long(value.windowEnd);
  writer.long(value.windows);
  writer.long(qualitySymbols.indexOf(value.quality));
}

function decodeEvidenceBody(reader: Reader): Evidence {
  const windowStart: Evidence['windowStart'] = reader.long();
  if (!(windowStart >= -62167219200000 && windowStart <= 253402300799999)) throw outside('windowStart', windowStart, -62167219200000, 253402300799999);
  const windowEnd: Evidence['windowEnd'] = reader.long();
  if (!(windowEnd >= -62167219200000 && windowEnd <= 253402300799999)) throw outside('windowEnd', windowEnd, -62167219200000, 253402300799999);
  const windows: Evidence['windows'] = reader.int();
  if (!(windows >= 0 && windows <= 10000)) throw outside('windows', windows, 0, 10000);
  const quality: Evidence['quality'] = qualitySymbols[reader.choice(5)] as Quality;
  return { windowStart, windowEnd, windows, quality };
}

function encodeSignalRecommendationBody(writer: Writer, value: SignalRecommendation): void {
  writer.string(value.district);
  writer.string(value.intersection);
  writer.string(value.recommendation);
  writer.long(value.at);
  writer.long(value.expiresAt);
  writer.string(value.nonce);
  encodeTimingPlanBody(writer, value.plan);
  encodeTimingPlanBody(writer, value.previous);
  if (value.constraints.length > 0) writer.long(value.constraints.length); for (const item of value.constraints) { encodeConstraintBody(writer, item); } writer.long(0);
  encodeEvidenceBody(writer, value.evidence);
  writer.long(value.currentDelayDeciseconds);
  writer.long(value.predictedDelayDeciseconds);
  writer.long(value.benefitLowDeciseconds);
  writer.long(value.benefitHighDeciseconds);
  writer.string(value.reason);
  writer.string(value.signature);
}

function decodeSignalRecommendationBody(reader: Reader): SignalRecommendation {
  const district: SignalRecommendation['district'] = reader.string();
  const intersection: SignalRecommendation['intersection'] = reader.string();
  const recommendation: SignalRecommendation['recommendation'] = reader.string();
  const at: SignalRecommendation['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const expiresAt: SignalRecommendation['expiresAt'] = reader.long();
  if (!(expiresAt >= -62167219200000 && expiresAt <= 253402300799999)) throw outside('expiresAt', expiresAt, -62167219200000, 253402300799999);
  const nonce: SignalRecommendation['nonce'] = reader.string();
  const plan: SignalRecommendation['plan'] = part('plan', () => decodeTimingPlanBody(reader));
  const previous: SignalRecommendation['previous'] = part('previous', () => decodeTimingPlanBody(reader));
  const constraints: SignalRecommendation['constraints'] = list(reader, 'constraints', 21, () => decodeConstraintBody(reader));
  const evidence: SignalRecommendation['evidence'] = part('evidence', () => decodeEvidenceBody(reader));
  const currentDelayDeciseconds: SignalRecommendation['currentDelayDeciseconds'] = reader.int();
  if (!(currentDelayDeciseconds >= 0 && currentDelayDeciseconds <= 1000000)) throw outside('currentDelayDeciseconds', currentDelayDeciseconds, 0, 1000000);
  const predictedDelayDeciseconds: SignalRecommendation['predictedDelayDeciseconds'] = reader.int();
  if (!(predictedDelayDeciseconds >= 0 && predictedDelayDeciseconds <= 1000000)) throw outside('predictedDelayDeciseconds', predictedDelayDeciseconds, 0, 1000000);
  const benefitLowDeciseconds: SignalRecommendation['benefitLowDeciseconds'] = reader.int();
  if (!(benefitLowDeciseconds >= -1000000 && benefitLowDeciseconds <= 1000000)) throw outside('benefitLowDeciseconds', benefitLowDeciseconds, -1000000, 1000000);
  const benefitHighDeciseconds: SignalRecommendation['benefitHighDeciseconds'] = reader.int();
  if (!(benefitHighDeciseconds >= -1000000 && benefitHighDeciseconds <= 1000000)) throw outside('benefitHighDeciseconds', benefitHighDeciseconds, -1000000, 1000000);
  const reason: SignalRecommendation['reason'] = reader.string();
  const signature: SignalRecommendation['signature'] = reader.string();
  return { district, intersection, recommendation, at, expiresAt, nonce, plan, previous, constraints, evidence, currentDelayDeciseconds, predictedDelayDeciseconds, benefitLowDeciseconds, benefitHighDeciseconds, reason, signature };
}

/** Appends the Avro body. */
export const encodeSignalRecommendation = encodeSignalRecommendationBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeSignalRecommendation = decodeSignalRecommendationBody;
