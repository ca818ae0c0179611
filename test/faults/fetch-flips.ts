/**
 * Finds the record batches in the answers to Kafka's Fetch (version 11, no flexible fields) that pass on one
 * connection, and changes a byte in some of them where only their CRC can tell (batch format 2, KIP-98).
 */
import type { Random } from '#simulators/random.ts';

const fetchKey = 1;
const fetchVersion = 11;
/** Bytes of a batch before what its CRC covers, and before what its length counts. */
const coveredFrom = 21;
const lengthBytes = 12;
/** Of answers that begin with the same batch no more are changed: a reader asks for the same five times and no more. */
const flipsByBatchMost = 2;

/** What was changed, over all connections. */
export interface FlipCounts {
  /** Changed bytes; never two in one answer for a partition. */
  flips: number;
  /** Answers with record batches, by partition. */
  answers: number;
}

export class FetchFlipper {
  private readonly random: Random;
  private readonly share: () => number;
  private readonly counts: FlipCounts;
  /** How often, by partition and first batch of the answer, over all connections. */
  private readonly flippedAt: Map<string, number>;
  private readonly asked = new Set<number>();
  private readonly up = new Frames();
  private readonly down = new Frames();

  constructor(random: Random, share: () => number, counts: FlipCounts, flippedAt: Map<string, number>) {
    this.random = random;
    this.share = share;
    this.counts = counts;
    this.flippedAt = flippedAt;
  }

  /** Sees what the client sends, to know which answers are those of a Fetch. */
  sent(chunk: Buffer): void {
    for (const frame of this.up.add(chunk))
      if (frame.length >= 12 && frame.readInt16BE(4) === fetchKey && frame.readInt16BE(6) === fetchVersion)
        this.asked.add(frame.readInt32BE(8));
  }

  /** What the server sends, in whole frames and with some bytes changed. */
  answered(chunk: Buffer): Buffer {
    const frames = this.down.add(chunk);
    for (const frame of frames)
      if (frame.length >= 8 && this.asked.delete(frame.readInt32BE(4))) this.change(frame);
    return frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames);
  }

  private change(frame: Buffer): void {
    for (const { partition, batches } of recordSets(frame)) {
      const [first] = batches;
      if (first === undefined) continue;
      this.counts.answers++;
      const place = `${partition}@${first.base}`;
      const before = this.flippedAt.get(place) ?? 0;
      if (before >= flipsByBatchMost || !this.random.chance(this.share())) continue;
      this.flippedAt.set(place, before + 1);
      const batch = this.random.pick(batches);
      const at = batch.from + this.random.integer(batch.to - batch.from);
      frame[at] = (frame[at] as number) ^ (1 + this.random.integer(255));
      this.counts.flips++;
    }
  }
}

interface RecordSet {
  readonly partition: string;
  /** The whole ones. */
  readonly batches: readonly CoveredBatch[];
}

interface CoveredBatch {
  readonly base: bigint;
  /** What its CRC covers. */
  readonly from: number;
  readonly to: number;
}

/** The record sets of an answer, where its frame has them. */
export function* recordSets(frame: Buffer): Generator<RecordSet> {
  let at = 8;
  const int32 = (): number => {
    at += 4;
    return frame.readInt32BE(at - 4);
  };
  // Throttle time, error, session.
  at += 10;
  for (let topics = int32(); topics > 0; topics--) {
    const length = frame.readInt16BE(at);
    const topic = frame.toString('utf8', at + 2, at + 2 + length);
    at += 2 + length;
    for (let partitions = int32(); partitions > 0; partitions--) {
      const partition = `${topic}/${int32()}`;
      // Error, high watermark, last stable position, first position.
      at += 2 + 24;
      const aborted = Math.max(0, int32());
      at += 16 * aborted;
      at += 4;
      const bytes = Math.max(0, int32());
      yield { partition, batches: batchesIn(frame, at, at + bytes) };
      at += bytes;
    }
  }
}

function batchesIn(frame: Buffer, start: number, end: number): CoveredBatch[] {
  const batches: CoveredBatch[] = [];
  for (let at = start; at + coveredFrom < end; ) {
    const to = at + lengthBytes + frame.readInt32BE(at + 8);
    if (to > end) break;
    batches.push({ base: frame.readBigInt64BE(at), from: at + coveredFrom, to });
    at = to;
  }
  return batches;
}

/** Puts together frames that begin with their length. */
class Frames {
  private rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole now. */
  add(chunk: Buffer): Buffer[] {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Buffer[] = [];
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
      const length = 4 + bytes.readInt32BE(0);
      frames.push(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
    }
    this.rest = bytes;
    return frames;
  }
}
