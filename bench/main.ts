/** `npm run bench`: Arterial and its peers in turn on the same preloaded topics; goals, and a report. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatGoals, isMet } from '#commands/goals.ts';
import { Bench } from './bench.ts';
import type { Measured, Results } from './comparison.ts';
import { goalsOf } from './goals.ts';
import { KeptResults } from './kept.ts';
import { pairs, singles, trials } from './plan.ts';
import { machineText, picture, reportOf } from './report.ts';
import { separateCpus, startServers } from './servers.ts';

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '6' },
      seed: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      report: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const names = [...pairs, ...singles, ...trials].map(({ name }) => name);
  // A report of what was measured before needs nothing anew.
  const only = values.only === '' ? names : values.only.split(',').filter((name) => name !== 'none');
  for (const name of only)
    if (!names.includes(name)) throw new Error(`--only ${name}; of ${names.join(', ')} would be right`);
  const cpus = separateCpus();
  const servers = await startServers(join('.arterial', 'bench', `servers-${process.pid}`), cpus);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void servers.close().finally(() => process.exit(130)));
  const results: Results = { pairs: [], singles: [], trials: [] };
  const kept = new KeptResults(join('.arterial', 'bench', 'results'));
  const keep = async <Result extends Measured>(
    name: string,
    into: Result[],
    result: Result,
  ): Promise<void> => {
    into.push(result);
    if (isWhole(values.scale)) await kept.keep(name, result, machineText());
  };
  try {
    const given = { servers, cpus, seed: Number(values.seed), scale: Number(values.scale), note };
    const bench = new Bench({ ...given, buildFolder: resolve('.arterial', 'bench') });
    for (const pair of pairs)
      if (only.includes(pair.name))
        await keep(pair.name, results.pairs, await bench.pair(pair, Number(values.rounds)));
    for (const single of singles)
      if (only.includes(single.name)) await keep(single.name, results.singles, await bench.single(single));
    for (const trial of trials)
      if (only.includes(trial.name)) {
        const result = await trial.run(given);
        for (const [what, value] of result.measured) note(`${trial.name}, ${what}: ${value}`);
        await keep(trial.name, results.trials, result);
      }
  } finally {
    await servers.close();
  }
  if (values.report) await writeReport(kept);
  const goals = goalsOf(results);
  process.stdout.write(`${formatGoals(goals, values.json)}\n`);
  if (!goals.every(isMet)) process.exitCode = 1;
}

/** A quick look, a part of the city or a profiled run is nothing to report. */
const isWhole = (scale: string): boolean =>
  Number(scale) === 1 &&
  process.env['BENCH_DIVISOR'] === undefined &&
  process.env['BENCH_PROFILE'] === undefined;

/** Of what was measured now, and of what was before. */
async function writeReport(kept: KeptResults): Promise<void> {
  const { results, origins } = await kept.all();
  await writeFile('BENCHMARKS.md', reportOf(results, origins));
  await writeFile(join('docs', 'benchmarks.svg'), picture(results));
  note('BENCHMARKS.md and docs/benchmarks.svg are written');
}

await main();
