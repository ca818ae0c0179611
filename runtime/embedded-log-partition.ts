/** One partition of the embedded log: a folder of segments, `<position of the first record>.log`. */
import { type FileHandle, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeAt, encodedBytes, endOf, headerBytes, isIntact, valueStart } from './embedded-log-record.ts';
import {
  corrupt,
  readFrom,
  readRange,
  type Segment,
  SparseIndex,
  scanSegment,
} from './embedded-log-segment.ts';
import { ArterialError } from './errors.ts';
import type { LogRecord, RecordBatch } from './log.ts';

/** Records that wait for the next write, encoded. */
interface Pending {
  bytes: Buffer;
  length: number;
  count: number;
  /** Where each record begins. */
  starts: number[];
  settled: { resolve: () => void; reject: (failure: Error) => void }[];
}

const nothingPending = (bytes: Buffer): Pending => ({ bytes, length: 0, count: 0, starts: [], settled: [] });

const smallest = 4096;
/** A buffer larger than this is not kept for the next write. */
const largestKept = 1024 * 1024;
/** How many places of readers are remembered, so that reading on needs no search. */
const rememberedPlaces = 16;

/** When a segment ends, and how often the disk is waited for. */
export interface SegmentPolicy {
  readonly segmentBytes: number;
  /** Milliseconds; 0 for every write. */
  readonly syncEvery: number;
}

export class PartitionLog {
  readonly topic: string;
  readonly partition: number;
  private readonly folder: string;
  private readonly policy: SegmentPolicy;
  private syncedAt = Number.NEGATIVE_INFINITY;
  private readonly segments: Segment[];
  private nextPosition = 0;
  private active: FileHandle | undefined;
  private pending = nothingPending(Buffer.alloc(0));
  private spare: Buffer = Buffer.alloc(0);
  private writing: Promise<void> | undefined;
  /** Where readers will go on: position to segment and offset. */
  private readonly places = new Map<number, { readonly segment: Segment; readonly offset: number }>();
  private readonly waiting = new Set<{ readonly position: number; readonly wake: () => void }>();

  private constructor(
    folder: string,
    topic: string,
    partition: number,
    policy: SegmentPolicy,
    found: Segment[],
  ) {
    this.folder = folder;
    this.topic = topic;
    this.partition = partition;
    this.policy = policy;
    this.segments = found;
  }

  /** Opens the partition, cutting off what a crash left of a write that was never durable. */
  static async open(
    folder: string,
    topic: string,
    partition: number,
    policy: SegmentPolicy,
  ): Promise<PartitionLog> {
    await mkdir(folder, { recursive: true });
    const names = (await readdir(folder)).filter((name) => /^\d{16}\.log$/.test(name)).sort();
    const found: Segment[] = [];
    for (const name of names) {
      const path = join(folder, name);
      found.push({ path, base: Number(name.slice(0, 16)), bytes: (await stat(path)).size, index: undefined });
    }
    const log = new PartitionLog(folder, topic, partition, policy, found);
    const last = found.at(-1);
    if (last !== undefined) {
      const size = last.bytes;
      const { index, bytes, count } = await scanSegment(last, true);
      last.index = index;
      last.bytes = bytes;
      log.nextPosition = last.base + count;
      log.active = await open(last.path, 'r+');
      if (bytes < size) {
        await log.active.truncate(bytes);
        await log.active.datasync();
      }
    }
    return log;
  }

  get first(): number {
    return this.segments[0]?.base ?? 0;
  }

  get next(): number {
    return this.nextPosition;
  }

  append(records: readonly LogRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    const { pending } = this;
    const needed = records.reduce((sum, record) => sum + encodedBytes(record), pending.length);
    if (needed > pending.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, pending.bytes.length * 2, smallest));
      pending.bytes.copy(grown, 0, 0, pending.length);
      pending.bytes = grown;
    }
    for (const record of records) {
      pending.starts.push(pending.length);
      pending.length = encodeAt(pending.bytes, pending.length, record, pending.count === 0);
      pending.count++;
    }
    this.writing ??= this.write();
    return new Promise((resolve, reject) => pending.settled.push({ resolve, reject }));
  }

  /** Writes what is pending until nothing is: what comes during one write goes out with the next. */
  private async write(): Promise<void> {
    // Appends made in the same turn share the first write.
    await undefined;
    while (this.pending.count > 0) {
      const batch = this.pending;
      this.pending = nothingPending(this.spare);
      try {
        await this.writeDurably(batch);
      } catch (cause) {
        const failure = await this.undo(cause);
        // Those behind it fail too, or a retry would change the order.
        const behind = this.pending;
        this.pending = nothingPending(Buffer.alloc(0));
        for (const { reject } of [...batch.settled, ...behind.settled]) reject(failure);
        continue;
      }
      this.spare = batch.bytes.length <= largestKept ? batch.bytes : Buffer.alloc(0);
      for (const { resolve } of batch.settled) resolve();
      for (const waiter of this.waiting) if (this.nextPosition > waiter.position) waiter.wake();
    }
    this.writing = undefined;
  }

  private async writeDurably(batch: Pending): Promise<void> {
    let segment = this.segments.at(-1);
    if (
      segment === undefined ||
      (segment.bytes > 0 && segment.bytes + batch.length > this.policy.segmentBytes)
    )
      segment = await this.roll();
    const file = this.active as FileHandle;
    for (let written = 0; written < batch.length; ) {
      const part = await file.write(batch.bytes, written, batch.length - written, segment.bytes + written);
      written += part.bytesWritten;
    }
    await this.sync(file);
    const index = segment.index as SparseIndex;
    for (let i = 0; i < batch.count; i++)
      index.add(this.nextPosition + i, segment.bytes + (batch.starts[i] as number));
    segment.bytes += batch.length;
    this.nextPosition += batch.count;
  }

  /** Waits for the disk, if it is time to. */
  private async sync(file: FileHandle): Promise<void> {
    const now = performance.now();
    if (now - this.syncedAt < this.policy.syncEvery) return;
    this.syncedAt = now;
    await file.datasync();
  }

  private async roll(): Promise<Segment> {
    const base = this.nextPosition;
    const path = join(this.folder, `${String(base).padStart(16, '0')}.log`);
    // A file of that name can only be the rest of a roll that failed.
    const file = await open(path, 'w+');
    await syncFolder(this.folder);
    await this.active?.datasync();
    await this.active?.close();
    this.active = file;
    const segment: Segment = { path, base, bytes: 0, index: new SparseIndex() };
    this.segments.push(segment);
    return segment;
  }

  /** Takes back what a failed write may have left, so that the next one is not behind a torn record. */
  private async undo(cause: unknown): Promise<ArterialError> {
    const segment = this.segments.at(-1);
    let canRetry = true;
    try {
      if (segment !== undefined) await this.active?.truncate(segment.bytes);
    } catch {
      canRetry = false;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new ArterialError('log.unavailable', `nothing was appended in ${this.folder}: ${reason}`, {
      cause,
      canRetry,
    });
  }

  async read(position: number, maxBytes: number): Promise<RecordBatch | undefined> {
    if (!(position >= this.first && position <= this.nextPosition))
      throw new ArterialError(
        'log.position',
        `${this.topic}/${this.partition} has no position ${position}; it holds ${this.first}..${this.nextPosition}`,
      );
    if (position === this.nextPosition) return undefined;
    const which = this.segments.findLastIndex((each) => each.base <= position);
    const segment = this.segments[which] as Segment;
    // What is not yet durable might be gone after a crash, so it is not shown.
    const segmentEnd = segment.bytes;
    const limit = this.segments[which + 1]?.base ?? this.nextPosition;
    const offset = await this.locate(segment, position, limit);
    const least = Math.max(maxBytes, headerBytes);
    let bytes = await this.range(segment, offset, Math.min(offset + least, segmentEnd));
    const firstBytes = bytes.length < headerBytes ? -1 : endOf(bytes, 0);
    if (firstBytes > bytes.length)
      bytes = await this.range(segment, offset, Math.min(offset + firstBytes, segmentEnd));
    const batch = this.collect(segment, bytes, offset, position, limit);
    this.remember(batch.nextPosition, segment, offset + batch.bytes.length);
    return batch;
  }

  /** The bytes of a segment; those of the newest, which most readers follow, from the file that is open anyway. */
  private async range(segment: Segment, start: number, end: number): Promise<Buffer> {
    const { active } = this;
    if (active === undefined || segment !== this.segments.at(-1)) return readRange(segment, start, end);
    try {
      return await readFrom(active, start, end);
    } catch (error) {
      // The segment was rolled, and its file closed, while it was being read.
      if ((error as NodeJS.ErrnoException).code === 'EBADF') return readRange(segment, start, end);
      throw error;
    }
  }

  /** The records that stand in `bytes` in whole: one pass to count them, one to check and to note them. */
  private collect(
    segment: Segment,
    bytes: Buffer,
    offset: number,
    position: number,
    limit: number,
  ): RecordBatch {
    let count = 0;
    let length = 0;
    while (position + count < limit && length + headerBytes <= bytes.length) {
      const end = endOf(bytes, length);
      if (end < 0) throw corrupt(segment, offset + length);
      if (end > bytes.length) break;
      length = end;
      count++;
    }
    if (count === 0) throw corrupt(segment, offset);
    const valueStarts = new Int32Array(count);
    const valueEnds = new Int32Array(count);
    const positions = new Float64Array(count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const end = endOf(bytes, at);
      if (!isIntact(bytes, at, end)) throw corrupt(segment, offset + at);
      valueStarts[i] = valueStart(bytes, at);
      valueEnds[i] = end;
      positions[i] = position + i;
      at = end;
    }
    return {
      topic: this.topic,
      partition: this.partition,
      count,
      bytes: bytes.subarray(0, length),
      valueStarts,
      valueEnds,
      positions,
      nextPosition: position + count,
    };
  }

  /** Where the record of `position` begins in its segment. */
  private async locate(segment: Segment, position: number, limit: number): Promise<number> {
    const place = this.places.get(position);
    // At the end of a segment the record may have gone to the next one.
    if (place?.segment === segment) return place.offset;
    segment.index ??= await this.indexOf(segment, limit);
    let { position: at, offset } = segment.index.floor(position);
    let bytes: Buffer = Buffer.alloc(0);
    let start = offset;
    while (at < position) {
      if (offset - start + headerBytes > bytes.length) {
        bytes = await readRange(segment, offset, Math.min(offset + 2 * SparseIndex.interval, segment.bytes));
        start = offset;
      }
      const end = bytes.length < headerBytes ? -1 : endOf(bytes, offset - start);
      if (end < 0) throw corrupt(segment, offset);
      offset = start + end;
      at++;
    }
    return offset;
  }

  private async indexOf(segment: Segment, limit: number): Promise<SparseIndex> {
    const { index, bytes, count } = await scanSegment(segment, false);
    // The next segment says how many records this one must hold.
    if (segment.base + count !== limit) throw corrupt(segment, bytes);
    return index;
  }

  private remember(position: number, segment: Segment, offset: number): void {
    this.places.set(position, { segment, offset });
    if (this.places.size > rememberedPlaces) this.places.delete(this.places.keys().next().value as number);
  }

  appended(position: number, signal: AbortSignal): Promise<void> {
    if (this.nextPosition > position || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(waiter);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const waiter = { position, wake };
      this.waiting.add(waiter);
      signal.addEventListener('abort', wake);
    });
  }

  /** Waits for what is being written, then lets go of the file and of everybody who waits. */
  async close(): Promise<void> {
    await this.writing;
    if (this.policy.syncEvery > 0) await this.active?.datasync();
    await this.active?.close();
    this.active = undefined;
    for (const { wake } of this.waiting) wake();
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}
