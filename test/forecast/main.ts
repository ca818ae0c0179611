/** `npm run forecast:report`: forecasts recorded cities as they would have come, and says how good that was. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatGoals, isMet } from '#commands/goals.ts';
import { dataSets } from './data-sets.ts';
import { goalsOf } from './goals.ts';
import { judge, type Mode, modes, type Result } from './judge.ts';
import { type ManySensors, timeManySensors } from './many-sensors.ts';
import { picture } from './picture.ts';
import { measuresOf, reportOf, textOf } from './report.ts';

const manyName = '100000-sensors';
const [manySensors, manyTicks] = [100_000, 15];

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      modes: { type: 'string', default: modes.join() },
      seed: { type: 'string', default: '1' },
      report: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const all = [...dataSets.map(({ name }) => name), manyName];
  const names = values.only === '' ? all : chosen('only', values.only, all);
  const asked = chosen('modes', values.modes, modes) as Mode[];
  const { results, skipped } = await judgeAll(names, asked, Number(values.seed));
  const many = names.includes(manyName) ? timeManySensors(manySensors, manyTicks) : undefined;
  if (values.report) await writeReport(results, skipped, many);
  const goals = goalsOf(results, many);
  const judged = formatGoals(goals, values.json);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ goals: JSON.parse(judged), skipped, measures: results.map(measuresOf) })}\n`
      : `${[...results.map(textOf), ...skipped, judged].join('\n')}\n`,
  );
  if (!goals.every(isMet)) process.exitCode = 1;
}

async function judgeAll(
  names: readonly string[],
  asked: readonly Mode[],
  seed: number,
): Promise<{ results: Result[]; skipped: string[] }> {
  const results: Result[] = [];
  const skipped: string[] = [];
  for (const dataSet of dataSets) {
    if (!names.includes(dataSet.name)) continue;
    const missing = dataSet.missing();
    if (missing === undefined)
      results.push(await judge(dataSet, asked, { seed, note, progress: process.stderr }));
    else skipped.push(`goals of ${dataSet.name}: skipped, since ${missing} is not here`);
  }
  return { results, skipped };
}

function chosen(option: string, text: string, known: readonly string[]): string[] {
  const names = text.split(',');
  for (const name of names)
    if (!known.includes(name)) throw new Error(`--${option} ${name}; of ${known.join(', ')} would be right`);
  return names;
}

async function writeReport(
  results: readonly Result[],
  skipped: readonly string[],
  many: ManySensors | undefined,
): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  await writeFile('FORECASTS.md', reportOf(results, skipped, many, date));
  await writeFile(join('docs', 'forecasts.svg'), picture(results));
  note('FORECASTS.md and docs/forecasts.svg are written');
}

await main();
