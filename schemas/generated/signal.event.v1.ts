// Generated from schemas/avro/signal.event.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** One event. One typed array a field, one index a row. */
export interface SignalEventColumns {
  readonly length: number;
  /** Indiana enumeration: 1 begin green, 8 begin yellow, 10 begin red clearance, 21 walk, 82 detector on, ... */
  readonly code: Int32Array;
  /** Phase, channel or plan that the code speaks of. */
  readonly parameter: Int32Array;
  /** Tenths of a second after the start of the second. */
  readonly deciseconds: Int32Array;
}

/** What one signal controller did in one second, in the Indiana hi-resolution enumeration. */
export interface SignalEvents {
  /** Site of the controller; the key of the topic. */
  readonly site: string;
  /** Intersection, equal to its controller. */
  readonly intersection: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** Start of the second. */
  readonly at: EventTime;
  /** In the order in which they happened. */
  readonly events: SignalEventColumns;
}

function encodeSignalEventsBody(writer: Writer, value: SignalEvents): void {
writer.string(value.site);
writer.string(value.intersection);
writer.long(value.sequence);
writer.long(value.at);
if (value.events.length > 0) { writer.long(value.events.length); for (let i = 0; i < value.events.length; i++) { writer.long(value.events.code[i] as number);
writer.long(value.events.parameter[i] as number);
writer.long(value.events.deciseconds[i] as number); } }
writer.long(0);
}

function decodeSignalEventsBody(reader: Reader): SignalEvents {
const site: SignalEvents['site'] = reader.string();

const intersection: SignalEvents['intersection'] = reader.string();

const sequence: SignalEvents['sequence'] = reader.long();
if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
const at: SignalEvents['at'] = reader.long();

const events: SignalEvents['events'] = decodeSignalEventColumns(reader);

return { site, intersection, sequence, at, events };
}

function decodeSignalEventColumns(reader: Reader): SignalEventColumns {
let block = reader.block();
let code = new Int32Array(block);
let parameter = new Int32Array(block);
let deciseconds = new Int32Array(block);
let rows = 0;
while (block > 0) {
if (rows > 0) {
{ const grown = new Int32Array(rows + block); grown.set(code); code = grown; }
{ const grown = new Int32Array(rows + block); grown.set(parameter); parameter = grown; }
{ const grown = new Int32Array(rows + block); grown.set(deciseconds); deciseconds = grown; }
}
for (let i = rows; i < rows + block; i++) {
{ const x = reader.int(); if (!(x >= 0 && x <= 255)) throw outside('signalEvents[].code', x, 0, 255); code[i] = x; }
{ const x = reader.int(); if (!(x >= 0 && x <= 65535)) throw outside('signalEvents[].parameter', x, 0, 65535); parameter[i] = x; }
{ const x = reader.int(); if (!(x >= 0 && x <= 9)) throw outside('signalEvents[].deciseconds', x, 0, 9); deciseconds[i] = x; }
}
rows += block;
block = reader.block();
}
return { length: rows, code, parameter, deciseconds };
}

/** Appends the Avro body. */
export const encodeSignalEvents = encodeSignalEventsBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeSignalEvents = decodeSignalEventsBody;
