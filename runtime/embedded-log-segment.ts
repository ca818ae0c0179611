/** A segment file of the embedded log, read. */
import { type FileHandle, open } from 'node:fs/promises';
import { endOf, hasLaterWrite, headerBytes, isIntact } from './embedded-log-record.ts';
import { ArterialError } from './errors.ts';

export interface Segment {
  readonly path: string;
  /** Position of its first record. */
  readonly base: number;
  /** How much of the file is durable. */
  bytes: number;
  /** Made when the segment is first read, or while it is written. */
  index: SparseIndex | undefined;
}

/** Where some of the records of a segment begin, so that the others are found by a short walk. */
export class SparseIndex {
  /** At most one record in so many bytes is noted. */
  static readonly interval = 16 * 1024;
  private readonly positions: number[] = [];
  private readonly offsets: number[] = [];

  /** To be called with every record, in order. */
  add(position: number, offset: number): void {
    const last = this.offsets.at(-1);
    if (last !== undefined && offset - last < SparseIndex.interval) return;
    this.positions.push(position);
    this.offsets.push(offset);
  }

  /** The last noted record that is not after `position`. */
  floor(position: number): { readonly position: number; readonly offset: number } {
    let low = 0;
    let high = this.positions.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.positions[middle] as number) <= position) low = middle;
      else high = middle;
    }
    return { position: this.positions[low] as number, offset: this.offsets[low] as number };
  }
}

/** The record at `offset` is not as it was written. */
export const corrupt = (segment: Segment, offset: number): ArterialError =>
  new ArterialError(
    'log.corrupt',
    `${segment.path}: the record at byte ${offset} is not as it was written; restore the file from a copy`,
  );

/** The bytes of the file from `start` up to `end`, or up to its end. */
export async function readRange(segment: Segment, start: number, end: number): Promise<Buffer> {
  // Opened anew each time, so that a long history does not hold a descriptor for each of its files.
  const file = await open(segment.path, 'r');
  try {
    return await readFrom(file, start, end);
  } finally {
    await file.close();
  }
}

/** The same from a file that is open. */
export async function readFrom(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

const chunkBytes = 1024 * 1024;

/**
 * Checks every record from the start: where they begin, how many they are and how many bytes they take. In the
 * last segment, bytes after the last intact record are the rest of a write that was never durable, unless a
 * later write follows them: then, as anywhere else, they are damage.
 */
export async function scanSegment(
  segment: Segment,
  isLast: boolean,
): Promise<{ readonly index: SparseIndex; readonly bytes: number; readonly count: number }> {
  const index = new SparseIndex();
  let count = 0;
  let offset = 0;
  while (offset < segment.bytes) {
    let bytes = await readRange(segment, offset, Math.min(offset + chunkBytes, segment.bytes));
    if (bytes.length >= headerBytes && endOf(bytes, 0) > bytes.length)
      bytes = await readRange(segment, offset, Math.min(offset + endOf(bytes, 0), segment.bytes));
    let at = 0;
    while (at + headerBytes <= bytes.length) {
      const end = endOf(bytes, at);
      if (end < 0 || end > bytes.length || !isIntact(bytes, at, end)) break;
      index.add(segment.base + count, offset + at);
      count++;
      at = end;
    }
    offset += at;
    // Not one record in a chunk that has room for it.
    if (at === 0) break;
  }
  if (offset < segment.bytes) {
    if (!isLast) throw corrupt(segment, offset);
    const rest = await readRange(segment, offset, segment.bytes);
    if (hasLaterWrite(rest, 1)) throw corrupt(segment, offset);
  }
  return { index, bytes: offset, count };
}
