// Generated from schemas/avro/signal.status.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { inside, outside, type Reader, type Writer } from '../wire.ts';

/** What one loop said. */
export interface LoopStatus {
  /** Detector of the network. */
  readonly detector: string;
  /** Vehicles that left it in the interval. Absent when it is faulty. 0..10000. */
  readonly count: number | null;
  /** Share of the interval that it was occupied. Permille. Absent when it is faulty. 0..1000. */
  readonly occupancyPermille: number | null;
  /** Whether it is occupied at this moment. */
  readonly isOn: boolean;
}

/** What one zone sees at this moment. */
export interface ZoneStatus {
  /** Zone of the network. */
  readonly zone: string;
  /** Vehicles in it. Absent when it is faulty. 0..10000. */
  readonly vehicles: number | null;
  /** Of them, those that stand. Absent when it is faulty. 0..10000. */
  readonly halted: number | null;
  /** Length of what stands in it. 0.1 m. Absent when it is faulty. 0..100000. */
  readonly queueDecimeters: number | null;
}

/** What one signal shows at one moment, and what its loops and zones saw since the last. */
export interface SignalStatus {
  /** District of the intersection; the key of the topic. */
  readonly district: string;
  /** Intersection, equal to its controller. */
  readonly intersection: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** The moment; end of the interval. */
  readonly at: EventTime;
  /** Length of the interval that the readings cover; 0 when there is none yet. Seconds. 0..3600. */
  readonly intervalSeconds: number;
  /** From this moment to when the controller could act on an answer, as it knows. Milliseconds. 0..60000. */
  readonly delayMilliseconds: number;
  /** Phases that are green (NTCIP 1202 phaseStatusGroupGreens). */
  readonly green: readonly number[];
  /** Phases that a clearance leads to (NTCIP 1202 phaseStatusGroupPhaseNexts), with those that stay green; none where it is not known. */
  readonly next: readonly number[];
  /** Since the last green began. 0.1 s. 0..864000. */
  readonly greenDeciseconds: number;
  /** Loops of the intersection. */
  readonly loops: readonly LoopStatus[];
  /** Zones in which radar or cameras see every vehicle. */
  readonly zones: readonly ZoneStatus[];
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

function encodeLoopStatusBody(writer: Writer, value: LoopStatus): void {
  writer.string(value.detector);
  if (value.count === null) writer.long(0); else { writer.long(1); writer.long(value.count); }
  if (value.occupancyPermille === null) writer.long(0); else { writer.long(1); writer.long(value.occupancyPermille); }
  writer.boolean(value.isOn);
}

function decodeLoopStatusBody(reader: Reader): LoopStatus {
  const detector: LoopStatus['detector'] = reader.string();
  const count: LoopStatus['count'] = reader.choice(2) === 0 ? null : reader.int();
  if (count !== null && !(count >= 0 && count <= 10000)) throw outside('count', count, 0, 10000);
  const occupancyPermille: LoopStatus['occupancyPermille'] = reader.choice(2) === 0 ? null : reader.int();
  if (occupancyPermille !== null && !(occupancyPermille >= 0 && occupancyPermille <= 1000)) throw outside('occupancyPermille', occupancyPermille, 0, 1000);
  const isOn: LoopStatus['isOn'] = reader.boolean();
  return { detector, count, occupancyPermille, isOn };
}

function encodeZoneStatusBody(writer: Writer, value: ZoneStatus): void {
  writer.string(value.zone);
  if (value.vehicles === null) writer.long(0); else { writer.long(1); writer.long(value.vehicles); }
  if (value.halted === null) writer.long(0); else { writer.long(1); writer.long(value.halted); }
  if (value.queueDecimeters === null) writer.long(0); else { writer.long(1); writer.long(value.queueDecimeters); }
}

function decodeZoneStatusBody(reader: Reader): ZoneStatus {
  const zone: ZoneStatus['zone'] = reader.string();
  const vehicles: ZoneStatus['vehicles'] = reader.choice(2) === 0 ? null : reader.int();
  if (vehicles !== null && !(vehicles >= 0 && vehicles <= 10000)) throw outside('vehicles', vehicles, 0, 10000);
  const halted: ZoneStatus['halted'] = reader.choice(2) === 0 ? null : reader.int();
  if (halted !== null && !(halted >= 0 && halted <= 10000)) throw outside('halted', halted, 0, 10000);
  const queueDecimeters: ZoneStatus['queueDecimeters'] = reader.choice(2) === 0 ? null : reader.int();
  if (queueDecimeters !== null && !(queueDecimeters >= 0 && queueDecimeters <= 100000)) throw outside('queueDecimeters', queueDecimeters, 0, 100000);
  return { zone, vehicles, halted, queueDecimeters };
}

function encodeSignalStatusBody(writer: Writer, value: SignalStatus): void {
  writer.string(value.district);
  writer.string(value.intersection);
  writer.long(value.sequence);
  writer.long(value.at);
  writer.long(value.intervalSeconds);
  writer.long(value.delayMilliseconds);
  if (value.green.length > 0) writer.long(value.green.length); for (const item of value.green) { writer.long(item); } writer.long(0);
  if (value.next.length > 0) writer.long(value.next.length); for (const item of value.next) { writer.long(item); } writer.long(0);
  writer.long(value.greenDeciseconds);
  if (value.loops.length > 0) writer.long(value.loops.length); for (const item of value.loops) { encodeLoopStatusBody(writer, item); } writer.long(0);
  if (value.zones.length > 0) writer.long(value.zones.length); for (const item of value.zones) { encodeZoneStatusBody(writer, item); } writer.long(0);
}

function decodeSignalStatusBody(reader: Reader): SignalStatus {
  const district: SignalStatus['district'] = reader.string();
  const intersection: SignalStatus['intersection'] = reader.string();
  const sequence: SignalStatus['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: SignalStatus['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const intervalSeconds: SignalStatus['intervalSeconds'] = reader.int();
  if (!(intervalSeconds >= 0 && intervalSeconds <= 3600)) throw outside('intervalSeconds', intervalSeconds, 0, 3600);
  const delayMilliseconds: SignalStatus['delayMilliseconds'] = reader.int();
  if (!(delayMilliseconds >= 0 && delayMilliseconds <= 60000)) throw outside('delayMilliseconds', delayMilliseconds, 0, 60000);
  const green: SignalStatus['green'] = list(reader, 'green', 1, () => reader.int());
  const next: SignalStatus['next'] = list(reader, 'next', 1, () => reader.int());
  const greenDeciseconds: SignalStatus['greenDeciseconds'] = reader.int();
  if (!(greenDeciseconds >= 0 && greenDeciseconds <= 864000)) throw outside('greenDeciseconds', greenDeciseconds, 0, 864000);
  const loops: SignalStatus['loops'] = list(reader, 'loops', 4, () => decodeLoopStatusBody(reader));
  const zones: SignalStatus['zones'] = list(reader, 'zones', 4, () => decodeZoneStatusBody(reader));
  return { district, intersection, sequence, at, intervalSeconds, delayMilliseconds, green, next, greenDeciseconds, loops, zones };
}

/** Appends the Avro body. */
export const encodeSignalStatus = encodeSignalStatusBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeSignalStatus = decodeSignalStatusBody;
