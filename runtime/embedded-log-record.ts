/**
 * A record as it lies in a segment of the embedded log, little-endian:
 *
 *     checksum 4 | length 4 | mark 2 | key length 2 | key | value
 *
 * The checksum is the CRC-32C of all that follows it, the length that of key and value together.
 */
import { crc32c } from './crc32c.ts';
import type { LogRecord } from './log.ts';

export const headerBytes = 12;

/** Larger records are refused; it also tells a length from noise. */
export const maximumBodyBytes = 16 * 1024 * 1024;

const mark = 0x4c41;

/** The mark of the first record of a write: all that stands before it was durable when it was written. */
const firstMark = 0x4c46;

/** Bytes that the record takes in a segment. */
export function encodedBytes(record: LogRecord): number {
  const keyBytes = Buffer.byteLength(record.key);
  const body = keyBytes + record.value.length;
  if (keyBytes > 0xffff || body > maximumBodyBytes)
    throw new RangeError(
      `a record of ${body} bytes with a key of ${keyBytes}; up to ${maximumBodyBytes} and 65535 would be right`,
    );
  return headerBytes + body;
}

/** Writes the record at `start` and returns where it ends. There must be room. */
export function encodeAt(target: Buffer, start: number, record: LogRecord, first: boolean): number {
  const keyBytes = target.write(record.key, start + headerBytes, 'utf8');
  target.writeUInt32LE(keyBytes + record.value.length, start + 4);
  target.writeUInt16LE(first ? firstMark : mark, start + 8);
  target.writeUInt16LE(keyBytes, start + 10);
  record.value.copy(target, start + headerBytes + keyBytes);
  const end = start + headerBytes + keyBytes + record.value.length;
  target.writeUInt32LE(crc32c(target, start + 4, end), start);
  return end;
}

/** Where the record at `start` ends by its header, which must be there in whole; -1 when that is no header. */
export function endOf(bytes: Buffer, start: number): number {
  const length = bytes.readUInt32LE(start + 4);
  const kind = bytes.readUInt16LE(start + 8);
  const keyLength = bytes.readUInt16LE(start + 10);
  if ((kind !== mark && kind !== firstMark) || length > maximumBodyBytes || keyLength > length) return -1;
  return start + headerBytes + length;
}

/** Where the value of the record at `start` begins. */
export const valueStart = (bytes: Buffer, start: number): number =>
  start + headerBytes + bytes.readUInt16LE(start + 10);

/** Whether the record in `bytes[start, end)` is as it was written. */
export const isIntact = (bytes: Buffer, start: number, end: number): boolean =>
  crc32c(bytes, start + 4, end) === bytes.readUInt32LE(start);

/** Whether an intact record that begins a write stands anywhere in `bytes[from, length)`. */
export function hasLaterWrite(bytes: Buffer, from: number): boolean {
  for (let at = from; at + headerBytes <= bytes.length; at++) {
    if (bytes.readUInt16LE(at + 8) !== firstMark) continue;
    const end = endOf(bytes, at);
    if (end >= 0 && end <= bytes.length && isIntact(bytes, at, end)) return true;
  }
  return false;
}
