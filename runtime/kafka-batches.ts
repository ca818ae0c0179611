/**
 * Record batches as Kafka keeps and sends them (format 2, KIP-98), read in place: no object is made for a record.
 * Of each batch the CRC-32C is checked; a batch that is not as it was written is never half used.
 */
import { gunzipSync } from 'node:zlib';
import { crc32c } from './crc32c.ts';

/** Records of one partition, one after the other, in one buffer. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly count: number;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly positions: Float64Array;
  /** The position at which it begins, holes included. */
  readonly from: number;
  /** The position at which reading goes on. */
  readonly next: number;
}

/** What is wrong with bytes that came: worth asking for again, and an error when they come again like that. */
export class DamagedBatch extends Error {}

/** A transaction that was aborted: the records of its producer from there on count for nothing. */
export interface Aborted {
  readonly producerId: bigint;
  readonly firstPosition: number;
}

/** Bytes of a batch before its records: base offset, length, epoch, magic, CRC, and what the CRC covers. */
const headerBytes = 61;
const lengthBytes = 12;
const crcAt = 17;
const coveredFrom = 21;
/** A record has at least its length, attributes, two deltas, two lengths and a number of headers. */
const recordBytesLeast = 7;
/** More than this does not come out of one batch. Bytes. */
const inflatedBytesMost = 64 * 1024 * 1024;

interface Batch {
  readonly base: number;
  readonly last: number;
  readonly count: number;
  readonly codec: number;
  readonly isControl: boolean;
  readonly isTransactional: boolean;
  readonly producerId: bigint;
  readonly recordsStart: number;
  readonly end: number;
}

/**
 * The records from `position` on in the record set `bytes[start, end)`. A batch that is cut off at the end is left
 * for the next fetch. Positions must follow one another, save where a fetch has said the same twice (`holes`).
 */
export function readChunk(
  bytes: Buffer,
  start: number,
  end: number,
  position: number,
  aborted: readonly Aborted[] = [],
  holes = false,
): Chunk | undefined {
  const batches: Batch[] = [];
  let next = position;
  for (let at = start; at + headerBytes <= end; ) {
    const batch = readHeader(bytes, at, end);
    if (batch === undefined) break;
    at = batch.end;
    if (batch.last < position) {
      if (batches.length > 0) throw new DamagedBatch(`batch ${batch.base} comes after ${next}`);
      continue;
    }
    const isFirst = batches.length === 0;
    if (isFirst ? batch.base > position && !holes : holes ? batch.base < next : batch.base !== next)
      throw new DamagedBatch(`batch ${batch.base} where ${next} was to come`);
    batches.push(batch);
    next = batch.last + 1;
  }
  if (batches.length === 0) return undefined;
  const kept = withoutAborted(batches, bytes, aborted);
  return kept.every(({ codec }) => codec === 0)
    ? fill(bytes, kept, position, next)
    : fill(...inflated(bytes, kept), position, next);
}

function readHeader(bytes: Buffer, at: number, end: number): Batch | undefined {
  const length = bytes.readInt32BE(at + 8);
  const batchEnd = at + lengthBytes + length;
  if (length < headerBytes - lengthBytes) throw new DamagedBatch(`a batch of ${length} bytes`);
  if (batchEnd > end) return undefined;
  const magic = bytes[at + 16];
  if (magic !== 2) throw new DamagedBatch(`a batch of format ${magic}`);
  if (bytes.readUInt32BE(at + crcAt) !== crc32c(bytes, at + coveredFrom, batchEnd))
    throw new DamagedBatch(`the CRC of batch ${bytes.readBigInt64BE(at)} is wrong`);
  const attributes = bytes.readInt16BE(at + 21);
  const base = Number(bytes.readBigInt64BE(at));
  return {
    base,
    last: base + bytes.readInt32BE(at + 23),
    count: bytes.readInt32BE(at + 57),
    codec: attributes & 7,
    isTransactional: (attributes & 16) !== 0,
    isControl: (attributes & 32) !== 0,
    producerId: bytes.readBigInt64BE(at + 43),
    recordsStart: at + headerBytes,
    end: batchEnd,
  };
}

/** The batches that count: no markers, and nothing of a transaction that was aborted. */
function withoutAborted(batches: readonly Batch[], bytes: Buffer, aborted: readonly Aborted[]): Batch[] {
  const waiting = [...aborted].sort((a, b) => a.firstPosition - b.firstPosition);
  const open = new Set<bigint>();
  return batches.filter((batch) => {
    while (waiting[0] !== undefined && waiting[0].firstPosition <= batch.last)
      open.add((waiting.shift() as Aborted).producerId);
    if (!batch.isControl) return !(batch.isTransactional && open.has(batch.producerId));
    if (isAbort(bytes, batch)) open.delete(batch.producerId);
    return false;
  });
}

/** Whether a marker ends its transaction without effect: the key of its record is version, type (0 is abort). */
function isAbort(bytes: Buffer, { recordsStart, end }: Batch): boolean {
  const cursor = { at: recordsStart, end };
  for (let field = 0; field < 4; field++) field === 1 ? cursor.at++ : varint(bytes, cursor);
  varint(bytes, cursor);
  return cursor.at + 4 <= end && bytes.readInt16BE(cursor.at + 2) === 0;
}

/** The batches with their records unpacked, all in one buffer. What cannot be unpacked keeps its bytes. */
function inflated(bytes: Buffer, batches: readonly Batch[]): [Buffer, Batch[]] {
  const parts: Buffer[] = [];
  let length = 0;
  const moved = batches.map((batch) => {
    const packed = bytes.subarray(batch.recordsStart, batch.end);
    const records = batch.codec === 1 ? gunzipped(packed) : undefined;
    const part = batch.codec === 0 ? packed : (records ?? packed);
    const recordsStart = length;
    parts.push(part);
    length += part.length;
    const codec = batch.codec === 0 || records !== undefined ? 0 : batch.codec;
    return { ...batch, codec, recordsStart, end: length };
  });
  return [Buffer.concat(parts), moved];
}

function gunzipped(packed: Buffer): Buffer | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: inflatedBytesMost });
  } catch {
    return undefined;
  }
}

function fill(bytes: Buffer, batches: readonly Batch[], position: number, next: number): Chunk {
  let count = 0;
  for (const batch of batches) {
    if (
      batch.count < 0 ||
      (batch.codec === 0 && batch.count * recordBytesLeast > batch.end - batch.recordsStart)
    )
      throw new DamagedBatch(`batch ${batch.base} says that it has ${batch.count} records`);
    count += batch.count;
  }
  const chunk = {
    valueStarts: new Int32Array(count),
    valueEnds: new Int32Array(count),
    positions: new Float64Array(count),
  };
  let filled = 0;
  for (const batch of batches) filled = fillBatch(bytes, batch, position, chunk, filled);
  return {
    bytes,
    count: filled,
    valueStarts: chunk.valueStarts.subarray(0, filled),
    valueEnds: chunk.valueEnds.subarray(0, filled),
    positions: chunk.positions.subarray(0, filled),
    from: position,
    next,
  };
}

type Filling = { -readonly [K in 'valueStarts' | 'valueEnds']: Int32Array } & { positions: Float64Array };

/**
 * Notes where the values of a batch stand. Of a batch that cannot be unpacked the first record has all its bytes
 * and the others none, so that each of them is refused with what there is of it, and none is lost from the count.
 */
function fillBatch(bytes: Buffer, batch: Batch, position: number, chunk: Filling, filled: number): number {
  const { valueStarts, valueEnds, positions } = chunk;
  const cursor = { at: batch.recordsStart, end: batch.end };
  for (let i = 0; i < batch.count; i++) {
    let at = batch.base + i;
    let start = batch.recordsStart;
    let end = i === 0 ? batch.end : start;
    if (batch.codec === 0) {
      const recordEnd = varint(bytes, cursor) + cursor.at;
      cursor.at++;
      varint(bytes, cursor);
      at = batch.base + varint(bytes, cursor);
      const keyBytes = varint(bytes, cursor);
      if (keyBytes > 0) cursor.at += keyBytes;
      const valueBytes = varint(bytes, cursor);
      start = cursor.at;
      end = start + Math.max(0, valueBytes);
      if (recordEnd > batch.end || end > recordEnd)
        throw new DamagedBatch(`record ${at} reaches beyond its batch`);
      cursor.at = recordEnd;
    }
    if (at < position) continue;
    valueStarts[filled] = start;
    valueEnds[filled] = end;
    positions[filled++] = at;
  }
  return filled;
}

interface Cursor {
  at: number;
  readonly end: number;
}

/** A zig-zag number of variable length. Of one beyond 32 bits only the low bits are right, and are not used. */
function varint(bytes: Buffer, cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (cursor.at >= cursor.end) throw new DamagedBatch('a batch ends within a number');
    const byte = bytes[cursor.at++] as number;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
  throw new DamagedBatch('a number of more than ten bytes');
}
