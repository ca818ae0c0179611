/** `npm run simulation`: as many seeds as one likes, or one of them again with all that happens in it. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { formatGoals, type Goal, isMet } from '#commands/goals.ts';
import { type Mutation, mutationNames, mutations } from './mutations.ts';
import type { Report, Task } from './worker.ts';
import { simulate, World } from './world.ts';

/** What is aimed at: so many seeds in so long, on two cores; a few may take what it takes to start. */
const goalSeeds = 10_000;
const goalSeconds = 60;
const fewSeconds = 10;
/** In so many seeds the absence of a safeguard must show. */
const seedsToShow = 300;
const seedsAtOnce = 50;
/** Worlds are made and thrown away: with room for them, collecting them costs half as much. */
const youngGeneration = '--max-semi-space-size=64';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const note = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Simulates seeds on all cores, and gives back those that failed, in order. */
async function simulateAll(first: number, seeds: number): Promise<Report['failed'][number][]> {
  const failed: Report['failed'][number][] = [];
  let next = first;
  let done = 0;
  const work = (child: ChildProcess, ended: (error?: Error) => void): void => {
    const give = (): void => {
      const count = Math.min(seedsAtOnce, first + seeds - next);
      if (count <= 0) {
        ended();
        return;
      }
      const task: Task = { seeds: Array.from({ length: count }, (_, i) => next + i) };
      next += count;
      child.send(task);
    };
    child.on('message', (report: Report) => {
      done += report.done;
      failed.push(...report.failed);
      for (const { seed, violations } of report.failed) note(`seed ${seed}: ${violations[0]}`);
      if (done % 1_000 === 0) note(`${done} of ${seeds} seeds, ${failed.length} with violations`);
      give();
    });
    child.on('exit', (code) => ended(new Error(`a worker ended with ${code}`)));
    give();
  };
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const child = fork(new URL('./worker.ts', import.meta.url), {
        execArgv: ['--import', 'tsx', youngGeneration],
      });
      try {
        await new Promise<void>((resolve, reject) => {
          work(child, (error) => (error ? reject(error) : resolve()));
        });
      } finally {
        child.removeAllListeners('exit');
        child.kill();
      }
    }),
  );
  return failed.sort((a, b) => a.seed - b.seed);
}

/** How many seeds it takes until the absence of a safeguard shows; undefined when it does not. */
async function seedsUntilShown(mutation: Mutation): Promise<number | undefined> {
  for (let seed = 1; seed <= seedsToShow; seed++) {
    const { violations } = await simulate(seed, mutation);
    if (violations.length === 0) continue;
    note(`without ${mutation}, seed ${seed}: ${violations[0]}`);
    return seed;
  }
  return undefined;
}

async function judgeAll(first: number, seeds: number, asJson: boolean): Promise<boolean> {
  note(`simulating ${seeds} seeds from ${first} on ${availableParallelism()} cores`);
  const began = performance.now();
  const failed = await simulateAll(first, seeds);
  const seconds = (performance.now() - began) / 1000;
  const goals: Goal[] = [
    { name: 'seeds simulated', measured: seeds, relation: '=', bound: seeds, unit: 'seeds' },
    { name: 'seeds with violations', measured: failed.length, relation: '=', bound: 0, unit: 'seeds' },
    {
      name: 'time',
      measured: seconds,
      relation: '<=',
      bound: Math.max(fewSeconds, (goalSeconds * seeds) / goalSeeds),
      unit: 's',
    },
  ];
  for (const mutation of mutationNames) {
    const measured = await seedsUntilShown(mutation);
    goals.push({
      name: `shows: ${mutations[mutation]}`,
      measured,
      relation: '<=',
      bound: seedsToShow,
      unit: 'seeds',
    });
  }
  say(formatGoals(goals, asJson));
  const [worst] = failed;
  if (worst) note(`to see it again: npm run simulation -- --seed ${worst.seed}`);
  return goals.every(isMet);
}

/** Simulates one seed twice: once telling all, and once more to see that it is the same. */
async function tell(seed: number, mutation: Mutation | undefined, asJson: boolean): Promise<boolean> {
  const world = new World(seed, mutation, asJson ? undefined : say);
  const outcome = await world.simulate();
  const again = await simulate(seed, mutation);
  const isSame = outcome.hash === again.hash && outcome.happened === again.happened;
  if (asJson) say(JSON.stringify({ ...outcome, plan: world.plan, isSame }));
  else {
    say(JSON.stringify(world.plan, undefined, 2));
    for (const violation of outcome.violations) say(violation);
    say(`seed ${seed}: ${outcome.violations.length} violations, trace ${outcome.hash.toString(16)}`);
    say(isSame ? 'a second run was the same' : `a second run was another: ${again.hash.toString(16)}`);
  }
  return isSame && outcome.violations.length === 0;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: String(goalSeeds) },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    without: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const mutation = mutationNames.find((name) => name === values.without);
if (values.without !== undefined && mutation === undefined)
  throw new Error(`--without takes one of ${mutationNames.join(', ')}`);
const isGood =
  values.seed === undefined
    ? await judgeAll(Number(values.first), Number(values.seeds), values.json)
    : await tell(Number(values.seed), mutation, values.json);
process.exitCode = isGood ? 0 : 1;
