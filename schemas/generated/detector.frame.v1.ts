// Generated from schemas/avro/detector.frame.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What one detector measured. One typed array a field, one index a row. */
export interface ReadingColumns {
  readonly length: number;
  /** Channel of the detector in its cabinet (NTCIP 1202 vehicleDetectorNumber). */
  readonly detector: Int32Array;
  /** Vehicles that left the zone. Absent when the detector cannot count. -1 when absent. */
  readonly count: Int32Array;
  /** Share of the interval that the zone was occupied. Permille. -1 when absent. */
  readonly occupancyPermille: Int32Array;
  /** Mean speed of the counted vehicles, 0.1 km/h. Absent when not measured. -1 when absent. */
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

function encodeDetectorFrameBody(writer: Writer, value: DetectorFrame): void {
writer.string(value.site);
writer.string(value.cabinet);
writer.long(value.sequence);
writer.long(value.at);
writer.long(value.intervalSeconds);
if (value.readings.length > 0) { writer.long(value.readings.length); for (let i = 0; i < value.readings.length; i++) { writer.long(value.readings.detector[i] as number);
{ const x = value.readings.count[i] as number; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } }
{ const x = value.readings.occupancyPermille[i] as number; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } }
{ const x = value.readings.speedDecikph[i] as number; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } } } }
writer.long(0);
}

function decodeDetectorFrameBody(reader: Reader): DetectorFrame {
const site: DetectorFrame['site'] = reader.string();

const cabinet: DetectorFrame['cabinet'] = reader.string();

const sequence: DetectorFrame['sequence'] = reader.long();
if (!(sequence >= 0 && sequence <= 9007199254740991)) throw outside('sequence', sequence, 0, 9007199254740991);
const at: DetectorFrame['at'] = reader.long();

const intervalSeconds: DetectorFrame['intervalSeconds'] = reader.int();
if (!(intervalSeconds >= 1 && intervalSeconds <= 3600)) throw outside('intervalSeconds', intervalSeconds, 1, 3600);
const readings: DetectorFrame['readings'] = decodeReadingColumns(reader);

return { site, cabinet, sequence, at, intervalSeconds, readings };
}

function decodeReadingColumns(reader: Reader): ReadingColumns {
let block = reader.block();
let detector = new Int32Array(block);
let count = new Int32Array(block);
let occupancyPermille = new Int32Array(block);
let speedDecikph = new Int32Array(block);
let rows = 0;
while (block > 0) {
if (rows > 0) {
{ const grown = new Int32Array(rows + block); grown.set(detector); detector = grown; }
{ const grown = new Int32Array(rows + block); grown.set(count); count = grown; }
{ const grown = new Int32Array(rows + block); grown.set(occupancyPermille); occupancyPermille = grown; }
{ const grown = new Int32Array(rows + block); grown.set(speedDecikph); speedDecikph = grown; }
}
for (let i = rows; i < rows + block; i++) {
{ const x = reader.int(); if (!(x >= 1 && x <= 65535)) throw outside('readings[].detector', x, 1, 65535); detector[i] = x; }
if (reader.choice(2) === 0) count[i] = -1; else { const x = reader.int(); if (!(x >= 0 && x <= 10000)) throw outside('readings[].count', x, 0, 10000); count[i] = x; }
if (reader.choice(2) === 0) occupancyPermille[i] = -1; else { const x = reader.int(); if (!(x >= 0 && x <= 1000)) throw outside('readings[].occupancyPermille', x, 0, 1000); occupancyPermille[i] = x; }
if (reader.choice(2) === 0) speedDecikph[i] = -1; else { const x = reader.int(); if (!(x >= 0 && x <= 3000)) throw outside('readings[].speedDecikph', x, 0, 3000); speedDecikph[i] = x; }
}
rows += block;
block = reader.block();
}
return { length: rows, detector, count, occupancyPermille, speedDecikph };
}

/** Appends the Avro body. */
export const encodeDetectorFrame = encodeDetectorFrameBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeDetectorFrame = decodeDetectorFrameBody;
