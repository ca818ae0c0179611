import { describe, expect, it } from 'vitest';
import { mutationNames, mutations } from './mutations.ts';
import { simulate } from './world.ts';

/** As many as are quick; `npm run simulation` has more. */
const seeds = 200;
const seedsToShow = 300;

describe('the runtime, simulated', { timeout: 60_000 }, () => {
  it('holds what it promises, whatever fails', async () => {
    const broken: string[] = [];
    for (let seed = 1; seed <= seeds; seed++)
      for (const violation of (await simulate(seed)).violations) broken.push(`seed ${seed}: ${violation}`);
    expect(broken).toEqual([]);
  });

  it('does the same again for the same seed, and something else for another', async () => {
    const hashes = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const outcome = await simulate(seed);
      expect(await simulate(seed), `seed ${seed}`).toEqual(outcome);
      hashes.add(outcome.hash);
    }
    expect(hashes.size).toBe(20);
  });
});

describe('a violation is found when', { timeout: 60_000 }, () => {
  it.each(mutationNames.map((name) => [mutations[name], name] as const))('%s', async (_, mutation) => {
    let shown: string | undefined;
    for (let seed = 1; seed <= seedsToShow && shown === undefined; seed++) {
      const { violations } = await simulate(seed, mutation);
      if (violations.length > 0) shown = `seed ${seed}: ${violations[0]}`;
    }
    expect(shown, `${mutation}, in ${seedsToShow} seeds`).toBeDefined();
    console.log(`without ${mutation}, ${shown}`);
  });
});
