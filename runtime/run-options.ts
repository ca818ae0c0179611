/** What a run of processors is given. */
import type { Network } from '#domain/network.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import type { LiveState } from './live.ts';
import type { EventLog } from './log.ts';
import type { MeasureStore } from './measures.ts';
import { type Ownership, soleOwner } from './ownership.ts';
import type { AnyProcessor } from './processor.ts';
import { machineTimers, type Timers } from './timers.ts';

export interface RunOptions {
  readonly processors: readonly AnyProcessor[];
  /** Those of them that run here; all of them when left out. */
  readonly only?: readonly AnyProcessor[];
  readonly network: Network;
  readonly partitions: number;
  /** Which of the partitions are this process's own; all of them without it. */
  readonly ownership?: Ownership;
  readonly log: EventLog;
  readonly store: MeasureStore;
  /** Left out when nobody looks: a replay's state is not live. */
  readonly live: LiveState | undefined;
  readonly ids: SchemaIds;
  /** Commit at least this often while there is more to read. Milliseconds. */
  readonly flushEvery: number;
  /** Commit at most this often while there is nothing more to read. Milliseconds. */
  readonly flushIdleEvery: number;
  /** Tell those downstream how far a task has come, when it has nothing to say, so often. Milliseconds. */
  readonly vouchEvery: number;
  /** When there is nothing more to read, let so much time pass before looking again, so that more comes at once. */
  readonly lingerMilliseconds?: number;
  /** Save where the tasks are this often, and their memory too, where that does not take long. Milliseconds. */
  readonly checkpointEvery: number;
  /** Told of what an operator would act on. */
  readonly notice: (message: string) => void;
  /** Those of the machine when left out. */
  readonly timers?: Timers;
  readonly signal: AbortSignal;
}

export const timersOf = ({ timers = machineTimers }: RunOptions): Timers => timers;
export const ownershipOf = ({ ownership, partitions }: RunOptions): Ownership =>
  ownership ?? soleOwner(partitions);
