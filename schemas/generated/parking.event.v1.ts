// Generated from schemas/avro/parking.event.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What happened. */
export type ParkingEventKind = 'entry' | 'exit' | 'spaceOn' | 'spaceOff' | 'count';
const parkingEventKindSymbols: readonly ParkingEventKind[] = ['entry', 'exit', 'spaceOn', 'spaceOff', 'count'];

/** Something that changed the occupancy of a parking facility, or counted it. */
export interface ParkingEvent {
  /** Parking facility; the key of the topic. */
  readonly facility: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** When it happened. */
  readonly at: EventTime;
  /** What happened. */
  readonly kind: ParkingEventKind;
  /** Space that became taken (spaceOn) or free (spaceOff). */
  readonly space: string | null;
  /** Vehicles inside, for an absolute count. 0..100000. */
  readonly occupiedSpaces: number | null;
}

function encodeParkingEventBody(writer: Writer, value: ParkingEvent): void {
  writer.string(value.facility);
  writer.long(value.sequence);
  writer.long(value.at);
  writer.long(parkingEventKindSymbols.indexOf(value.kind));
  if (value.space === null) writer.long(0); else { writer.long(1); writer.string(value.space); }
  if (value.occupiedSpaces === null) writer.long(0); else { writer.long(1); writer.long(value.occupiedSpaces); }
}

function decodeParkingEventBody(reader: Reader): ParkingEvent {
  const facility: ParkingEvent['facility'] = reader.string();
  const sequence: ParkingEvent['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: ParkingEvent['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const kind: ParkingEvent['kind'] = parkingEventKindSymbols[reader.choice(5)] as ParkingEventKind;
  const space: ParkingEvent['space'] = reader.choice(2) === 0 ? null : reader.string();
  const occupiedSpaces: ParkingEvent['occupiedSpaces'] = reader.choice(2) === 0 ? null : reader.int();
  if (occupiedSpaces !== null && !(occupiedSpaces >= 0 && occupiedSpaces <= 100000)) throw outside('occupiedSpaces', occupiedSpaces, 0, 100000);
  return { facility, sequence, at, kind, space, occupiedSpaces };
}

/** Appends the Avro body. */
export const encodeParkingEvent = encodeParkingEventBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeParkingEvent = decodeParkingEventBody;
