// Generated from schemas/avro/signal.event.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** One event. One typed array a field, one index a row. */
export interface SignalEventColumns {
  readonly length: number;
  /** Indiana enumeration: 1 begin green, 8 begin yellow, 10 begin red clearance, 21 walk, 82 detector on, ... 0..255. */
  readonly code: Int32Array;
  /** Phase, channel or plan that the code speaks of. 0..65535. */
  readonly parameter: Int32Array;
  /** Tenths of a second after the start of the second. 0..9. */
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

function grown(
  column: Int32Array<ArrayBuffer>,
  capacity: number,
): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(capacity);
  wider.set(column);
  return wider;
}

function decodeSignalEventColumns(reader: Reader, path: string): SignalEventColumns {
  let rows = reader.block(3);
  let code = reader.column(0, rows);
  let parameter = reader.column(1, rows);
  let deciseconds = reader.column(2, rows);
  let i = 0;
  while (i < rows) {
    const { bytes, end } = reader;
    const shortEnd = bytes.length - 6;
    let at = reader.position;
    for (; i < rows; i++) {
      // Numbers of one and two bytes that are right, as most are; any other row is read again by the reader.
      short: if (at <= shortEnd) {
        let next = at;
        let x = 0;
        x = bytes[next++] as number; if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); } if ((x & 1) === 1) break short; x >>= 1; if (x < 0 || x > 255) break short; code[i] = x;
        x = bytes[next++] as number; if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); } if ((x & 1) === 1) break short; x >>= 1; if (x < 0 || x > 65535) break short; parameter[i] = x;
        x = bytes[next++] as number; if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); } if ((x & 1) === 1) break short; x >>= 1; if (x < 0 || x > 9) break short; deciseconds[i] = x;
        if (next > end) break short;
        at = next;
        continue;
      }
      reader.position = at;
      { const x = reader.int(); if (!(x >= 0 && x <= 255)) throw outside(`${path}[${i}].code`, x, 0, 255); code[i] = x; }
      { const x = reader.int(); if (!(x >= 0 && x <= 65535)) throw outside(`${path}[${i}].parameter`, x, 0, 65535); parameter[i] = x; }
      { const x = reader.int(); if (!(x >= 0 && x <= 9)) throw outside(`${path}[${i}].deciseconds`, x, 0, 9); deciseconds[i] = x; }
      at = reader.position;
    }
    reader.position = at;
    rows += reader.block(3);
    if (rows > code.length) {
      // Twofold, so that many small blocks do not cost a copy of everything each.
      const capacity = Math.max(rows, 2 * code.length);
      code = grown(code, capacity);
      parameter = grown(parameter, capacity);
      deciseconds = grown(deciseconds, capacity);
    }
  }
  if (rows < code.length) {
    code = code.slice(0, rows);
    parameter = parameter.slice(0, rows);
    deciseconds = deciseconds.slice(0, rows);
  }
  return { length: rows, code, parameter, deciseconds };
}

function encodeSignalEventsBody(writer: Writer, value: SignalEvents): void {
  writer.string(value.site);
  writer.string(value.intersection);
  writer.long(value.sequence);
  writer.long(value.at);
  if (value.events.length > 0) writer.long(value.events.length); for (let i = 0; i < value.events.length; i++) { writer.long(value.events.code[i] as number); writer.long(value.events.parameter[i] as number); writer.long(value.events.deciseconds[i] as number); } writer.long(0);
}

function decodeSignalEventsBody(reader: Reader): SignalEvents {
  const site: SignalEvents['site'] = reader.string();
  const intersection: SignalEvents['intersection'] = reader.string();
  const sequence: SignalEvents['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: SignalEvents['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const events: SignalEvents['events'] = decodeSignalEventColumns(reader, 'events');
  return { site, intersection, sequence, at, events };
}

/** Appends the Avro body. */
export const encodeSignalEvents = encodeSignalEventsBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeSignalEvents = decodeSignalEventsBody;
