/** What goes wrong in one seed. Each seed leaves some faults out, so that the others are seen alone as well. */
import { createRandom, type Random } from '#simulators/random.ts';

/** When the street is watched and things go wrong. Milliseconds of the machine. */
export const activeMilliseconds = 3_000;
/** Once all is well, so long may it take until nothing is left to do. */
export const calmMilliseconds = 60_000;

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** How a service is reached. */
export interface Service {
  readonly code: 'log.unavailable' | 'store.unavailable';
  /** Share of requests that never arrive. */
  readonly lost: number;
  /** Share of requests that are carried out although the caller is told that they failed. */
  readonly ambiguous: number;
  /** Share of requests that take long. */
  readonly slow: number;
  readonly down: readonly Interval[];
}

/** How processes work. Milliseconds, as in the options of a run. */
export interface Manner {
  readonly flushEvery: number;
  readonly flushIdleEvery: number;
  readonly vouchEvery: number;
  readonly checkpointEvery: number;
  readonly lingerMilliseconds: number;
}

export interface Plan {
  readonly seed: number;
  readonly partitions: number;
  readonly processes: number;
  readonly manner: Manner;
  /** Batches of the log that one read returns at most. */
  readonly batchesMost: number;
  readonly latencyMilliseconds: number;
  readonly log: Service;
  readonly store: Service;
  /** Share of reads in which a bit of a record is flipped on the way. */
  readonly flips: number;
  /** Share of reads that do not see what is there. */
  readonly stale: number;
  /** Partitions of which nothing can be read meanwhile. */
  readonly stalls: readonly (Interval & { readonly partition: number })[];
  /** Processes that lose power, stand still, or end when they are asked to and come back. */
  readonly crashes: readonly Mishap[];
  readonly pauses: readonly Mishap[];
  readonly leaves: readonly Mishap[];
  /** How late a process learns which partitions are its own, at most. */
  readonly viewDelay: number;
  /** Whether the processes are left to finish before they are asked to end. */
  readonly settles: boolean;
  /** When the log loses the end of a partition that it had not brought to the disk, if it does. */
  readonly lossAt: number | undefined;
}

/** What happens to a process, and how long it lasts. */
export interface Mishap {
  readonly process: number;
  readonly at: number;
  readonly milliseconds: number;
}

export function planOf(seed: number): Plan {
  const random = createRandom(seed, 'plan');
  const sometimes = <Value>(probability: number, value: () => Value, otherwise: Value): Value =>
    random.chance(probability) ? value() : otherwise;
  const processes = 1 + random.integer(3);
  const partitions = random.pick([1, 1, 2, 2, 3]);
  const mishaps = (most: number, longest: number): Mishap[] =>
    Array.from({ length: random.integer(most + 1) }, () => ({
      process: random.integer(processes),
      at: random.between(0, activeMilliseconds),
      milliseconds: random.between(20, longest),
    }));
  return {
    seed,
    partitions,
    processes,
    manner: {
      flushEvery: random.pick([0, 20, 250]),
      flushIdleEvery: random.pick([0, 50, 400]),
      vouchEvery: random.pick([200, 400, 1_000]),
      checkpointEvery: random.pick([50, 300, 1_500, Number.POSITIVE_INFINITY]),
      lingerMilliseconds: sometimes(0.3, () => 20, 0),
    },
    batchesMost: random.pick([1, 3, 50]),
    latencyMilliseconds: random.pick([0.5, 3, 15]),
    log: serviceOf('log.unavailable', random),
    store: serviceOf('store.unavailable', random),
    flips: sometimes(0.5, () => 0.1, 0),
    stale: sometimes(0.5, () => 0.1, 0),
    stalls: sometimes(
      0.4,
      () => [{ partition: random.integer(partitions), ...intervalOf(random, activeMilliseconds) }],
      [],
    ),
    crashes: sometimes(0.6, () => mishaps(4, 1_500), []),
    pauses: sometimes(0.5, () => mishaps(3, 3_500), []),
    leaves: sometimes(0.4, () => mishaps(6, 800), []),
    viewDelay: random.pick([10, 200, 2_500]),
    settles: random.chance(0.3),
    lossAt: sometimes(0.08, () => random.between(500, activeMilliseconds), undefined),
  };
}

const serviceOf = (code: Service['code'], random: Random): Service => ({
  code,
  lost: random.chance(0.5) ? 0.03 : 0,
  ambiguous: random.chance(0.6) ? 0.05 : 0,
  slow: random.chance(0.5) ? 0.05 : 0,
  down: random.chance(0.3) ? [intervalOf(random, 2_500)] : [],
});

function intervalOf(random: Random, longest: number): Interval {
  const from = random.between(0, activeMilliseconds);
  return { from, to: Math.min(activeMilliseconds, from + random.between(50, longest)) };
}

export const isWithin = (now: number, { from, to }: Interval): boolean => now >= from && now < to;
