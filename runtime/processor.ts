/**
 * How a processor is written. Time is an input: a processor has no clock, no randomness and no I/O, so that the
 * same log gives the same bytes, however often it is replayed and on however many processes.
 */
import type { Network } from '#domain/network.ts';
import type { EventTime, Milliseconds } from '#domain/time.ts';
import type { Rejection } from '#schemas/rejection.ts';
import type { AnyTopic, Topic } from '#schemas/topic.ts';

/**
 * All that a processor can learn. `at` never goes back from one input to the next.
 *
 * `event`: something happened at `at`. `late`: an event older than the watermark but within the revision bound;
 * `at` is when it is taken up, the event holds its own time. `watermark`: event time has passed `at`, a multiple
 * of the processor's tick; every event before `at` has been seen, save what may still come as `late`.
 */
export type Input<Event> =
  | { readonly kind: 'event'; readonly at: EventTime; readonly topic: string; readonly event: Event }
  | { readonly kind: 'late'; readonly at: EventTime; readonly topic: string; readonly event: Event }
  | { readonly kind: 'watermark'; readonly at: EventTime };

/** Where a processor puts what it found. Emitted in order; `event.at` must be the `at` of the input. */
export type Emit = <Event>(topic: Topic<Event>, event: Event) => void;

/** Whether a key belongs to the partition of a task. */
export type Owned = (key: string) => boolean;

/** State as rows, of which only the changed ones are saved at a checkpoint: plain JSON data, or a Buffer. */
export interface Keep<State> {
  /** The rows changed since the last call; undefined deletes a row. */
  changed(state: State): Iterable<readonly [key: string, value: unknown]>;
  /** Rebuilds the state from all rows. */
  restore(state: State, rows: Iterable<readonly [key: string, value: unknown]>): void;
}

/**
 * One state machine, one measure. `initial` makes the state of one partition; `step` may change it in place,
 * and what it does depends on its inputs alone.
 */
export interface Processor<Event, State> {
  /** Names the progress rows, the state and the metrics. Never reused. */
  readonly name: string;
  /** Raised when the shape of the kept state changes; older rows are then refused at start. */
  readonly stateVersion: number;
  /** Read by one task together, partitioned alike: same key space, same number of partitions. */
  readonly reads: readonly Topic<Event>[];
  readonly writes: readonly AnyTopic[];
  /** Whether a driver or a signal waits for what it puts out: then it need not share a thread with what takes long. */
  readonly isAwaited?: true;
  /** How long an event may trail the newest of its partition and still be seen in order. */
  readonly lateness: Milliseconds;
  /** How much older than the watermark an event may be and still revise; beyond it, `.late`. */
  readonly revisionBound: Milliseconds;
  /** Watermark inputs come at every multiple of this. */
  readonly tick: Milliseconds;
  /** `owned` tells which sites, facilities, ... this partition answers for, even while they are silent. */
  initial(network: Network, owned: Owned): State;
  /**
   * `network` is the same at every call, so that it need not be part of the state. The columns of an event are lent for
   * the call: whatever is to be kept of them is copied.
   */
  step(state: State, input: Input<Event>, emit: Emit, network: Network): void;
  /** Refuses what the network does not know. Must not depend on `state`. */
  accepts?(network: Network, topic: string, event: Event): Rejection | undefined;
  /** Whether an event can change nothing, whatever the state: it is taken as folded without waiting for its turn. */
  isIdle?(event: Event): boolean;
  /** For state too large to be saved whole. Without it the whole state is saved, and must be plain data. */
  readonly keep?: Keep<State>;
}

/** A processor of whatever shape, for lists. */
// biome-ignore lint/suspicious/noExplicitAny: a list of processors of different event and state types
export type AnyProcessor = Processor<any, any>;
