// Generated from schemas/avro/detector.frame.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What one detector measured. One typed array a field, one index a row. */
export interface ReadingColumns {
  readonly length: number;
  /** Channel of the detector in its cabinet (NTCIP 1202 vehicleDetectorNumber). 1..65535. */
  readonly detector: Int32Array;
  /** Vehicles that left the zone. Absent when the detector cannot count. 0..10000. -1 when absent. */
  readonly count: Int32Array;
  /** Share of the interval that the zone was occupied. Permille. 0..1000. -1 when absent. */
  readonly occupancyPermille: Int32Array;
  /** Mean speed of the counted vehicles, 0.1 km/h. Absent when not measured. 0..3000. -1 when absent. */
  readonly speedDecikph: Int32Array;
}

/** Everything one roadside cabinet measured in one interval. */
export interface DetectorFrame {
  /** Site of the cabinet; the key of the topic. */
  readonly site: string;
  /** Cabinet that polled the detectors. */
  readonly cabinet: string;
  /** Counter of the source, from 0; with the source it names the record, so a repeat is known. 0..9007199254740991. */
  readonly sequence: number;
  /** End of the interval. */
  readonly at: EventTime;
  /** Length of the interval. Seconds. 1..3600. */
  readonly intervalSeconds: number;
  /** One row a detector. */
  readonly readings: ReadingColumns;
}

function grown(
  column: Int32Array<ArrayBuffer>,
  capacity: number,
): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(capacity);
  wider.set(column);
  return wider;
}

function decodeReadingColumns(reader: Reader, path: string): ReadingColumns {
  let rows = reader.block(4);
  let detector = reader.column(0, rows);
  let count = reader.column(1, rows);
  let occupancyPermille = reader.column(2, rows);
  let speedDecikph = reader.column(3, rows);
  let i = 0;
  while (i < rows) {
    const { bytes, end } = reader;
    const shortEnd = bytes.length - 11;
    let at = reader.position;
    for (; i < rows; i++) {
      // Numbers of one and two bytes that are right, as most are; any other row is read again by the reader.
      short: if (at <= shortEnd) {
        let next = at;
        let x = 0;
        x = bytes[next++] as number; if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); } if ((x & 1) === 1) break short; x >>= 1; if (x < 1 || x > 65535) break short; detector[i] = x;
        x = bytes[next++] as number; if (x === 0) count[i] = -1; else if (x === 2) { x = bytes[next++] as number; if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); } if ((x & 1) === 1) break short; x >>= 1; if (x < 0 || x > 10000) break short; count[i] = x; } else break short;
        x = bytes[next++] as number; if (x === 0) occupancyPermille[i] = -1; else if (x === 2) { x = bytes[next++] as number; if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); } if ((x & 1) === 1) break short; x >>= 1; if (x < 0 || x > 1000) break short; occupancyPermille[i] = x; } else break short;
        x = bytes[next++] as number; if (x === 0) speedDecikph[i] = -1; else if (x === 2) { x = bytes[next++] as number; if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); } if ((x & 1) === 1) break short; x >>= 1; if (x < 0 || x > 3000) break short; speedDecikph[i] = x; } else break short;
        if (next > end) break short;
        at = next;
        continue;
      }
      reader.position = at;
      { const x = reader.int(); if (!(x >= 1 && x <= 65535)) throw outside(`${path}[${i}].detector`, x, 1, 65535); detector[i] = x; }
      if (reader.choice(2) === 0) count[i] = -1; else { const x = reader.int(); if (!(x >= 0 && x <= 10000)) throw outside(`${path}[${i}].count`, x, 0, 10000); count[i] = x; }
      if (reader.choice(2) === 0) occupancyPermille[i] = -1; else { const x = reader.int(); if (!(x >= 0 && x <= 1000)) throw outside(`${path}[${i}].occupancyPermille`, x, 0, 1000); occupancyPermille[i] = x; }
      if (reader.choice(2) === 0) speedDecikph[i] = -1; else { const x = reader.int(); if (!(x >= 0 && x <= 3000)) throw outside(`${path}[${i}].speedDecikph`, x, 0, 3000); speedDecikph[i] = x; }
      at = reader.position;
    }
    reader.position = at;
    rows += reader.block(4);
    if (rows > detector.length) {
      // Twofold, so that many small blocks do not cost a copy of everything each.
      const capacity = Math.max(rows, 2 * detector.length);
      detector = grown(detector, capacity);
      count = grown(count, capacity);
      occupancyPermille = grown(occupancyPermille, capacity);
      speedDecikph = grown(speedDecikph, capacity);
    }
  }
  if (rows < detector.length) {
    detector = detector.slice(0, rows);
    count = count.slice(0, rows);
    occupancyPermille = occupancyPermille.slice(0, rows);
    speedDecikph = speedDecikph.slice(0, rows);
  }
  return { length: rows, detector, count, occupancyPermille, speedDecikph };
}

function encodeDetectorFrameBody(writer: Writer, value: DetectorFrame): void {
  writer.string(value.site);
  writer.string(value.cabinet);
  writer.long(value.sequence);
  writer.long(value.at);
  writer.long(value.intervalSeconds);
  if (value.readings.length > 0) writer.long(value.readings.length); for (let i = 0; i < value.readings.length; i++) { writer.long(value.readings.detector[i] as number); { const x = value.readings.count[i] as number; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } } { const x = value.readings.occupancyPermille[i] as number; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } } { const x = value.readings.speedDecikph[i] as number; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } } } writer.long(0);
}

function decodeDetectorFrameBody(reader: Reader): DetectorFrame {
  const site: DetectorFrame['site'] = reader.string();
  const cabinet: DetectorFrame['cabinet'] = reader.string();
  const sequence: DetectorFrame['sequence'] = reader.long();
  if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
  const at: DetectorFrame['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const intervalSeconds: DetectorFrame['intervalSeconds'] = reader.int();
  if (!(intervalSeconds >= 1 && intervalSeconds <= 3600)) throw outside('intervalSeconds', intervalSeconds, 1, 3600);
  const readings: DetectorFrame['readings'] = decodeReadingColumns(reader, 'readings');
  return { site, cabinet, sequence, at, intervalSeconds, readings };
}

/** Appends the Avro body. */
export const encodeDetectorFrame = encodeDetectorFrameBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeDetectorFrame = decodeDetectorFrameBody;
