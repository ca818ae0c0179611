/** The port to the store of measures: history, progress and kept state, changed together or not at all. */
import type { EventTime, Milliseconds } from '#domain/time.ts';
import type { RejectionCode } from '#schemas/rejection.ts';

/** A row of a measure table: column (snake_case) to value. */
export type Row = Readonly<Record<string, string | number | boolean | null | object>>;

/** Where one topic of a task stands; for people and lag meters, the task itself goes by its saved memory. */
export interface TopicProgress {
  readonly topic: string;
  /** Everything before this position has been judged. */
  readonly processedTo: number;
  /** The last record before it, once there is one. */
  readonly last?: LastRecord;
  /** Records that the log should have and has not: the task stands still until somebody accepts it. */
  readonly gap?: Gap;
  /** Records that were missing, and without which somebody has let the task go on. */
  readonly lost?: number;
}

/** A record by which a log is known again: its position, and the CRC-32C of its value. */
export interface LastRecord {
  readonly position: number;
  readonly crc: number;
}

/**
 * Records `from` up to, not including, `to` that are missing. `expired`: removed before they were processed.
 * `truncated`: processed, but the log ends before them. `replaced`: processed, but others stand in their place.
 */
export interface Gap {
  readonly kind: 'expired' | 'truncated' | 'replaced';
  readonly from: number;
  readonly to: number;
  readonly isAccepted?: boolean;
}

/** How every record that was read ended. read = folded + late + rejected + duplicate + heartbeats + open. */
export interface Ledger {
  readonly read: number;
  readonly folded: number;
  readonly late: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly heartbeats: number;
  /** Read, but still held until the watermark reaches it. */
  readonly open: number;
}

/** Where a task stands: one row by (processor, partition). */
export interface Progress {
  /** Grows by one with each commit; the compare-and-set looks at it. */
  readonly version: number;
  /** Who committed last: grows each time a task takes the partition over. */
  readonly epoch: number;
  readonly stateVersion: number;
  /** Every input up to this time has been given to the processor; -Infinity is written as null. */
  readonly releasedThrough: EventTime | null;
  readonly topics: readonly TopicProgress[];
  readonly ledger: Ledger;
  /** Derived records of this commit, to be appended again after a crash; opaque. */
  readonly outbox: Buffer;
}

/** A record that could not be used, by where it stands in the log. */
export interface Unusable {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly kind: 'late' | 'rejected';
  readonly code: RejectionCode | 'late';
  readonly field: string;
  readonly detail: string;
  readonly bytes: Buffer;
}

/** One flush of one task. Applied in one transaction. */
export interface Commit {
  readonly processor: string;
  readonly partition: number;
  /** Version that must be in the store, 0 when there is no row yet. */
  readonly expectedVersion: number;
  readonly progress: Progress;
  /** Rows to upsert, by table. */
  readonly measures: ReadonlyMap<string, readonly Row[]>;
  readonly unusable: readonly Unusable[];
  /** Kept state: a buffer is kept as its bytes, anything else as JSON; undefined deletes. */
  readonly kept: readonly { readonly key: string; readonly value: unknown }[];
}

export interface Restored {
  readonly progress: Progress;
  readonly kept: readonly { readonly key: string; readonly value: unknown }[];
}

/** Every adapter keeps the promises of `measures.contract.ts`. */
export interface MeasureStore {
  /** Brings the tables up to date. */
  migrate(): Promise<void>;
  /** `fenced` when another instance has committed since: nothing was written, and the task must be dropped. */
  commit(commit: Commit): Promise<'committed' | 'fenced'>;
  /** Takes the partition over: raises the epoch, so that an older owner is fenced from now on. */
  claim(processor: string, partition: number, stateVersion: number): Promise<Restored | undefined>;
  /** All progress rows, for the ledger. */
  listProgress(): Promise<readonly (Progress & { readonly processor: string; readonly partition: number })[]>;
  /** Rows of a table whose columns equal (`where`) and whose time column lies in [from, to), newest last. */
  select(query: Select): Promise<readonly Row[]>;
  /** Whole numbers of rows whose time lies in [from, to), summed up group by group; by what makes a group. */
  sums(query: SumsQuery): Promise<readonly Row[]>;
  /** Sums over the windows that begin in [from, to), as `aggregates.ts` says them; by bucket, then by id. */
  aggregate(query: AggregateQuery): Promise<readonly Row[]>;
  /** The newest row of each id: for rebuilding live state. `version` orders them. */
  newest(
    table: string,
    idColumns: readonly string[],
    versionColumns: readonly string[],
  ): Promise<readonly Row[]>;
  /** SHA-256, in hexadecimal, over all rows of the given tables in key order; for comparing runs. */
  digest(tables: readonly string[]): Promise<string>;
  /**
   * Housekeeping, to be called now and then. Removes the rows of before the UTC day of `keepFrom` from the tables that
   * grow with time; undefined keeps all. Whatever it was interrupted in, the next call does.
   */
  maintain(keepFrom: EventTime | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface Select {
  readonly table: string;
  readonly where: Readonly<Record<string, string | number>>;
  readonly timeColumn: string;
  readonly from: EventTime;
  readonly to: EventTime;
  /** Only rows whose window, of `window_seconds` from the time column on, ends after this. */
  readonly endsAfter?: EventTime;
  readonly limit: number;
}

export interface SumsQuery {
  readonly table: string;
  readonly where: Readonly<Record<string, string | number>>;
  readonly timeColumn: string;
  readonly from: EventTime;
  readonly to: EventTime;
  /** Columns that make a group, at least one; an answer is in their order. */
  readonly by: readonly string[];
  /** Columns of whole numbers, none of them nullable. */
  readonly sums: readonly string[];
}

export interface AggregateQuery {
  /** One that `aggregates.ts` has. */
  readonly table: string;
  /** Of which link, car park or intersection; of each when undefined. */
  readonly id?: string;
  /** Of a bucket; buckets are counted from 1970. */
  readonly length: Milliseconds;
  readonly from: EventTime;
  readonly to: EventTime;
}
