/** Kafka record batches that are made once and sent again and again, each time with new times and numbers. */
import { crc32c } from '#runtime/crc32c.ts';

/** A record as it stands in a batch. `value` must hold `sequenceAtFirst` and then `timeAtFirst`. */
export interface Made {
  readonly key: string;
  readonly value: Buffer;
  /** From the begin of the slice in which it is sent to its own time. Milliseconds; negative where it is late. */
  readonly offset: number;
}

/** So large that no number of a run takes more bytes than another. */
export const sequenceAtFirst = 2 ** 20;
export const timeAtFirst = 1_700_000_000_000;

/** Zig-zag varints: 4 bytes for a number of a source, 6 for a time. */
const [sequenceBytes, timeBytes] = [4, 6];
const headerBytes = 61;
const lengthBytes = 12;
const [crcAt, coveredFrom, firstTimeAt, lastTimeAt] = [17, 21, 27, 35];

/** Records for one partition, ready to be sent. */
export class Batch {
  readonly bytes: Buffer;
  readonly count: number;
  /** Where the numbers of record i stand, and its offset. */
  private readonly places: Int32Array;
  private readonly offsets: Int32Array;

  constructor(records: readonly Made[]) {
    const marks = Buffer.alloc(sequenceBytes + timeBytes);
    putVarint(marks, 0, sequenceBytes, sequenceAtFirst);
    putVarint(marks, sequenceBytes, timeBytes, timeAtFirst);
    const { bytes, valueStarts } = laidOut(records);
    this.bytes = bytes;
    this.count = records.length;
    this.offsets = Int32Array.from(records, ({ offset }) => offset);
    this.places = Int32Array.from(records, ({ key, value }, i) => {
      const place = value.indexOf(marks);
      if (place < 0) throw new Error(`a record of ${key} does not hold its number and time`);
      return (valueStarts[i] as number) + place;
    });
  }

  /** Gives its records the next number of their sources, and the times of a slice. */
  stamp(sliceStart: number, sequence: number): void {
    const { bytes } = this;
    for (let i = 0; i < this.count; i++) {
      const place = this.places[i] as number;
      putVarint(bytes, place, sequenceBytes, sequence);
      putVarint(bytes, place + sequenceBytes, timeBytes, sliceStart + (this.offsets[i] as number));
    }
    seal(bytes, sliceStart);
  }
}

/** Records that are sent once, as a batch. */
export function batchOnce(records: readonly Pick<Made, 'key' | 'value'>[], at: number): Buffer {
  const { bytes } = laidOut(records);
  seal(bytes, at);
  return bytes;
}

/** A batch without times and CRC, and where the values of its records begin. */
function laidOut(records: readonly Pick<Made, 'key' | 'value'>[]): { bytes: Buffer; valueStarts: number[] } {
  const parts = [headerOf(records.length)];
  const valueStarts: number[] = [];
  let length = headerBytes;
  records.forEach(({ key, value }, i) => {
    const body = Buffer.concat([
      Buffer.from([0, 0]),
      varint(i),
      varint(Buffer.byteLength(key)),
      Buffer.from(key),
      varint(value.length),
      value,
      // No headers.
      Buffer.from([0]),
    ]);
    const prefix = varint(body.length);
    length += prefix.length + body.length;
    valueStarts.push(length - 1 - value.length);
    parts.push(prefix, body);
  });
  const bytes = Buffer.concat(parts);
  bytes.writeInt32BE(length - lengthBytes, 8);
  return { bytes, valueStarts };
}

function seal(bytes: Buffer, at: number): void {
  bytes.writeBigInt64BE(BigInt(at), firstTimeAt);
  bytes.writeBigInt64BE(BigInt(at), lastTimeAt);
  bytes.writeUInt32BE(crc32c(bytes, coveredFrom, bytes.length), crcAt);
}

/** Format 2, no compression, no producer that is known. */
function headerOf(count: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeInt32BE(-1, 12);
  header[16] = 2;
  header.writeInt32BE(count - 1, 23);
  header.writeBigInt64BE(-1n, 43);
  header.writeInt16BE(-1, 51);
  header.writeInt32BE(-1, 53);
  header.writeInt32BE(count, 57);
  return header;
}

/** A number of at least 0, at most 2^52, in exactly so many bytes; it must need no fewer. */
function putVarint(bytes: Buffer, at: number, length: number, value: number): void {
  let rest = 2 * value;
  const last = at + length - 1;
  for (let i = at; i < last; i++) {
    const high = Math.floor(rest / 128);
    bytes[i] = (rest - high * 128) | 0x80;
    rest = high;
  }
  bytes[last] = rest;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = 2 * value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
