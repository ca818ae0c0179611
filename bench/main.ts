/** `npm run bench`: Arterial and its peers in turn on the same preloaded topics; goals, and a report. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatGoals, isMet } from '#commands/goals.ts';
import { Bench } from './bench.ts';
import { goalsOf } from './goals.ts';
import { pairs, type Results, singles, trials } from './plan.ts';
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
  const only = values.only === '' ? names : values.only.split(',');
  for (const name of only)
    if (!names.includes(name)) throw new Error(`--only ${name}; of ${names.join(', ')} would be right`);
  const cpus = separateCpus();
  const servers = await startServers(join('.arterial', 'bench', `servers-${process.pid}`), cpus);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void servers.close().finally(() => process.exit(130)));
  const results: Results = { pairs: [], singles: [], trials: [] };
  try {
    const given = { servers, cpus, seed: Number(values.seed), scale: Number(values.scale), note };
    const bench = new Bench({ ...given, buildFolder: resolve('.arterial', 'bench') });
    for (const pair of pairs)
      if (only.includes(pair.name)) results.pairs.push(await bench.pair(pair, Number(values.rounds)));
    for (const single of singles)
      if (only.includes(single.name)) results.singles.push(await bench.single(single));
    for (const trial of trials)
      if (only.includes(trial.name)) {
        const result = await trial.run(given);
        for (const [what, value] of result.measured) note(`${trial.name}, ${what}: ${value}`);
        results.trials.push(result);
      }
  } finally {
    await servers.close();
  }
  if (values.report) await writeReport(results);
  const goals = goalsOf(results);
  process.stdout.write(`${formatGoals(goals, values.json)}\n`);
  if (!goals.every(isMet)) process.exitCode = 1;
}

async function writeReport(results: Results): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  await writeFile('BENCHMARKS.md', reportOf(results, machineText(), date));
  await writeFile(join('docs', 'benchmarks.svg'), picture(results));
  note('BENCHMARKS.md and docs/benchmarks.svg are written');
}

await main();
