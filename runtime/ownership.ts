/** The port to who works on which partitions, when several processes share them. */
import type { TopicProgress } from './measures.ts';

export interface Ownership {
  /** Whether other processes may work on partitions too, so that one of them may take a partition over. */
  readonly isShared: boolean;
  /** Calls back with the partitions that are this process's own: when that is known, and whenever it changes. */
  follow(changed: (partitions: ReadonlySet<number>) => void): void;
  /** Told, after a commit, how far a task has come: for those who look at lag. Never waited for. */
  processed(task: string, partition: number, topics: readonly TopicProgress[]): void;
}

/** A process that has all partitions to itself. */
export function soleOwner(partitions: number): Ownership {
  return {
    isShared: false,
    follow: (changed) => changed(new Set(Array.from({ length: partitions }, (_, partition) => partition))),
    processed: () => {},
  };
}
