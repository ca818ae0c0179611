/** Records that wait, as they are saved: a column for each thing known of a record, since they are many. */
import type { EventTime } from '#domain/time.ts';
import type { Held, Origin } from './held.ts';

export interface PackedHeld {
  readonly times: Float64Array;
  readonly ranks: Uint8Array;
  /** 1 for a late one. */
  readonly late: Uint8Array;
  readonly sequences: Float64Array;
  /** Index in `names`. */
  readonly sources: Int32Array;
  readonly names: readonly string[];
  /** Where each begins in `bytes`, and behind the last where it ends. */
  readonly starts: Int32Array;
  readonly bytes: Buffer;
  /** By index, of those that may still be set aside. */
  readonly origins: ReadonlyMap<number, Origin>;
}

/** Packs a number of records that is known, of so many bytes together. */
export class Packer {
  private readonly packed: PackedHeld & { readonly names: string[]; readonly origins: Map<number, Origin> };
  private readonly indexOf = new Map<string, number>();
  private count = 0;

  constructor(count: number, byteCount: number) {
    this.packed = {
      times: new Float64Array(count),
      ranks: new Uint8Array(count),
      late: new Uint8Array(count),
      sequences: new Float64Array(count),
      sources: new Int32Array(count),
      names: [],
      starts: new Int32Array(count + 1),
      bytes: Buffer.allocUnsafe(byteCount),
      origins: new Map(),
    };
  }

  add(
    time: EventTime,
    rank: number,
    kind: Held['kind'],
    source: string,
    sequence: number,
    bytes: Buffer,
    start: number,
    end: number,
    origin: Origin | undefined,
  ): void {
    const { packed } = this;
    const i = this.count++;
    packed.times[i] = time;
    packed.ranks[i] = rank;
    packed.late[i] = kind === 'late' ? 1 : 0;
    packed.sequences[i] = sequence;
    packed.sources[i] = this.indexIn(source);
    const at = packed.starts[i] as number;
    packed.starts[i + 1] = at + end - start;
    bytes.copy(packed.bytes, at, start, end);
    if (origin !== undefined) packed.origins.set(i, origin);
  }

  done(): PackedHeld {
    return this.packed;
  }

  private indexIn(source: string): number {
    let index = this.indexOf.get(source);
    if (index === undefined) {
      index = this.packed.names.push(source) - 1;
      this.indexOf.set(source, index);
    }
    return index;
  }
}

export function* unpacked(packed: PackedHeld): Generator<Held> {
  const { times, ranks, late, sequences, sources, names, starts, bytes, origins } = packed;
  for (let i = 0; i < times.length; i++) {
    const origin = origins.get(i);
    yield {
      time: times[i] as number,
      rank: ranks[i] as number,
      source: names[sources[i] as number] as string,
      sequence: sequences[i] as number,
      first: '',
      second: '',
      kind: late[i] === 1 ? 'late' : 'event',
      bytes,
      start: starts[i] as number,
      end: starts[i + 1] as number,
      ...(origin ? { origin } : {}),
    };
  }
}
