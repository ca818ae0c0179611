/**
 * `npm run signals:report`: an hour of each scenario for each seed, left alone, under advice stage by stage from radar
 * zones and from loops, and under plans alone; the same under trouble; and how long advice for 1,000 signals takes.
 * What comes behind `--` goes to the referee: `-- --unblock 60`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { formatGoals, isMet } from '#commands/goals.ts';
import { decisionGoal } from './decision.ts';
import { picture } from './picture.ts';
import { goalsOf, type Job, reportOf, type Tried } from './report.ts';
import { modes, type Scenario, scenarios, touchesNative, troubleNames, troubles } from './scenarios.ts';
import { isGridlocked, missing, trial } from './trial.ts';

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: scenarios.map(({ name }) => name).join() },
      modes: { type: 'string', default: modes.join() },
      troubles: { type: 'string', default: troubleNames.join() },
      seeds: { type: 'string', default: '1001-1005' },
      processes: { type: 'string', default: '2' },
      report: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const skipped: string[] = [];
  const jobs: Job[] = [];
  for (const scenario of scenarios) {
    if (!values.only.split(',').includes(scenario.name)) continue;
    const lacks = await missing(scenario);
    if (lacks !== undefined) skipped.push(`goals of ${scenario.name}: skipped, since ${lacks} is not here`);
    else jobs.push(...jobsOf(scenario, values));
  }
  const tried = await runAll(jobs, Number(values.processes), positionals);
  const goals = [...goalsOf(tried), decisionGoal()];
  if (values.report && tried.length > 0) {
    await writeFile('SIGNALS.md', reportOf(tried, goals, positionals));
    await writeFile('docs/signals.svg', picture(tried.filter(({ trouble }) => trouble === 'none')));
  }
  const judged = formatGoals(goals, values.json);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ goals: JSON.parse(judged), skipped })}\n`
      : `${[...skipped, judged].filter(Boolean).join('\n')}\n`,
  );
  if (!goals.every(isMet)) process.exitCode = 1;
}

function jobsOf(
  scenario: Scenario,
  asked: { readonly modes: string; readonly troubles: string; readonly seeds: string },
): Job[] {
  const chosen = { modes: asked.modes.split(','), troubles: asked.troubles.split(',') };
  return troubleNames
    .filter((trouble) => chosen.troubles.includes(trouble))
    .flatMap((trouble) =>
      modes
        .filter((mode) => chosen.modes.includes(mode) && (mode !== 'native' || touchesNative(trouble)))
        .flatMap((mode) => seedsOf(asked.seeds).map((seed) => ({ scenario, trouble, mode, seed }))),
    );
}

/** `3,5` or `1001-1005`. */
function seedsOf(text: string): number[] {
  const [first = 0, last] = text.split('-').map(Number);
  if (last === undefined) return text.split(',').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

async function runAll(jobs: readonly Job[], processes: number, options: readonly string[]): Promise<Tried[]> {
  const waiting = [...jobs];
  const done: Tried[] = [];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { verdict, minutes } = await trial(job.scenario, job.mode, job.seed, [
        ...troubles[job.trouble],
        ...options,
      ]);
      done.push({ ...job, verdict, minutes });
      const locked = isGridlocked(verdict) ? ', gridlocked' : '';
      const under = job.trouble === 'none' ? '' : ` ${job.trouble}`;
      note(`${job.scenario.name} ${job.mode}${under} ${job.seed}: ${verdict.delay_s} s${locked}`);
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return done.sort((a, b) => jobs.findIndex((job) => same(job, a)) - jobs.findIndex((job) => same(job, b)));
}

const same = (a: Job, b: Job): boolean =>
  a.scenario === b.scenario && a.trouble === b.trouble && a.mode === b.mode && a.seed === b.seed;

await main();
