/** Simulates the seeds that its parent names, a few at a time, and tells it what came of them. */
import type { Mutation } from './mutations.ts';
import { simulate } from './world.ts';

export interface Task {
  readonly seeds: readonly number[];
  readonly mutation?: Mutation;
}

/** Seeds in which something did not hold, and what. */
export interface Report {
  readonly done: number;
  readonly failed: readonly { readonly seed: number; readonly violations: readonly string[] }[];
}

// Most errors here are those that the models make; where they were made says nothing, and costs much.
Error.stackTraceLimit = 0;

process.on('message', async ({ seeds, mutation }: Task) => {
  const failed: Report['failed'][number][] = [];
  for (const seed of seeds) {
    const { violations } = await simulate(seed, mutation);
    if (violations.length > 0) failed.push({ seed, violations });
  }
  process.send?.({ done: seeds.length, failed } satisfies Report);
});
