// Generated from schemas/avro/parking.state.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** How the occupancy was found. */
export type OccupancyMethod = 'gates' | 'spaces' | 'count' | 'none';
const occupancyMethodSymbols: readonly OccupancyMethod[] = ['gates', 'spaces', 'count', 'none'];

/** What the value is. */
export type Quality = 'observed' | 'imputed' | 'forecast' | 'stale' | 'missing';
const qualitySymbols: readonly Quality[] = ['observed', 'imputed', 'forecast', 'stale', 'missing'];

/** The occupancy of one parking facility. */
export interface ParkingState {
  /** District that owns the place; the key of the topic. */
  readonly district: string;
  /** Parking facility. */
  readonly facility: string;
  /** When this was emitted, in event time. */
  readonly at: EventTime;
  /** Start of the window. */
  readonly windowStart: EventTime;
  /** Length of the window. Seconds. 1..86400. */
  readonly windowSeconds: number;
  /** 0 for the first. 0..1000000. */
  readonly revision: number;
  /** Spaces in all. 0..100000. */
  readonly capacitySpaces: number;
  /** Spaces taken at the end of the window. 0..100000. */
  readonly occupiedSpaces: number | null;
  /** Spaces free at the end of the window. 0..100000. */
  readonly freeSpaces: number | null;
  /** Vehicles in, within the window. 0..100000. */
  readonly entries: number;
  /** Vehicles out, within the window. 0..100000. */
  readonly exits: number;
  /** How far gate counting was off at the last absolute count: counted less integrated. -100000..100000. */
  readonly driftSpaces: number;
  /** How the occupancy was found. */
  readonly method: OccupancyMethod;
  /** What the value is. */
  readonly quality: Quality;
  /** Newest evidence. */
  readonly observedAt: EventTime | null;
}

function encodeParkingStateBody(writer: Writer, value: ParkingState): void {
  writer.string(value.district);
  writer.string(value.facility);
  writer.long(value.at);
  writer.long(value.windowStart);
  writer.long(value.windowSeconds);
  writer.long(value.revision);
  writer.long(value.capacitySpaces);
  if (value.occupiedSpaces === null) writer.long(0); else { writer.long(1); writer.long(value.occupiedSpaces); }
  if (value.freeSpaces === null) writer.long(0); else { writer.long(1); writer.long(value.freeSpaces); }
  writer.long(value.entries);
  writer.long(value.exits);
  writer.long(value.driftSpaces);
  writer.long(occupancyMethodSymbols.indexOf(value.method));
  writer.long(qualitySymbols.indexOf(value.quality));
  if (value.observedAt === null) writer.long(0); else { writer.long(1); writer.long(value.observedAt); }
}

function decodeParkingStateBody(reader: Reader): ParkingState {
  const district: ParkingState['district'] = reader.string();
  const facility: ParkingState['facility'] = reader.string();
  const at: ParkingState['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const windowStart: ParkingState['windowStart'] = reader.long();
  if (!(windowStart >= -62167219200000 && windowStart <= 253402300799999)) throw outside('windowStart', windowStart, -62167219200000, 253402300799999);
  const windowSeconds: ParkingState['windowSeconds'] = reader.int();
  if (!(windowSeconds >= 1 && windowSeconds <= 86400)) throw outside('windowSeconds', windowSeconds, 1, 86400);
  const revision: ParkingState['revision'] = reader.int();
  if (!(revision >= 0 && revision <= 1000000)) throw outside('revision', revision, 0, 1000000);
  const capacitySpaces: ParkingState['capacitySpaces'] = reader.int();
  if (!(capacitySpaces >= 0 && capacitySpaces <= 100000)) throw outside('capacitySpaces', capacitySpaces, 0, 100000);
  const occupiedSpaces: ParkingState['occupiedSpaces'] = reader.choice(2) === 0 ? null : reader.int();
  if (occupiedSpaces !== null && !(occupiedSpaces >= 0 && occupiedSpaces <= 100000)) throw outside('occupiedSpaces', occupiedSpaces, 0, 100000);
  const freeSpaces: ParkingState['freeSpaces'] = reader.choice(2) === 0 ? null : reader.int();
  if (freeSpaces !== null && !(freeSpaces >= 0 && freeSpaces <= 100000)) throw outside('freeSpaces', freeSpaces, 0, 100000);
  const entries: ParkingState['entries'] = reader.int();
  if (!(entries >= 0 && entries <= 100000)) throw outside('entries', entries, 0, 100000);
  const exits: ParkingState['exits'] = reader.int();
  if (!(exits >= 0 && exits <= 100000)) throw outside('exits', exits, 0, 100000);
  const driftSpaces: ParkingState['driftSpaces'] = reader.int();
  if (!(driftSpaces >= -100000 && driftSpaces <= 100000)) throw outside('driftSpaces', driftSpaces, -100000, 100000);
  const method: ParkingState['method'] = occupancyMethodSymbols[reader.choice(4)] as OccupancyMethod;
  const quality: ParkingState['quality'] = qualitySymbols[reader.choice(5)] as Quality;
  const observedAt: ParkingState['observedAt'] = reader.choice(2) === 0 ? null : reader.long();
  if (observedAt !== null && !(observedAt >= -62167219200000 && observedAt <= 253402300799999)) throw outside('observedAt', observedAt, -62167219200000, 253402300799999);
  return { district, facility, at, windowStart, windowSeconds, revision, capacitySpaces, occupiedSpaces, freeSpaces, entries, exits, driftSpaces, method, quality, observedAt };
}

/** Appends the Avro body. */
export const encodeParkingState = encodeParkingStateBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeParkingState = decodeParkingStateBody;
