/**
 * `npm run signals:report`: an hour of each scenario for each seed, under advice stage by stage from radar zones and
 * from loops, and under plans alone. What comes behind `--` goes to the referee: `-- --latency 5`.
 */
import { parseArgs } from 'node:util';
import { formatGoals, type Goal, isMet } from '#commands/goals.ts';
import { type Mode, modes, type Scenario, scenarios } from './scenarios.ts';
import { isGridlocked, isUnsafe, missing, trial, type Verdict } from './trial.ts';

interface Job {
  readonly scenario: Scenario;
  readonly mode: Mode;
  readonly seed: number;
}

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: scenarios.map(({ name }) => name).join() },
      modes: { type: 'string', default: modes.join() },
      seeds: { type: 'string', default: '1001-1005' },
      processes: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
    },
  });
  const skipped: string[] = [];
  const jobs: Job[] = [];
  for (const scenario of scenarios) {
    if (!values.only.split(',').includes(scenario.name)) continue;
    const lacks = await missing(scenario);
    if (lacks !== undefined) skipped.push(`goals of ${scenario.name}: skipped, since ${lacks} is not here`);
    else
      for (const mode of modes)
        if (values.modes.split(',').includes(mode))
          jobs.push(...seedsOf(values.seeds).map((seed) => ({ scenario, mode, seed })));
  }
  const goals = goalsOf(await runAll(jobs, Number(values.processes), positionals));
  const judged = formatGoals(goals, values.json);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ goals: JSON.parse(judged), skipped })}\n`
      : `${[...skipped, judged].filter(Boolean).join('\n')}\n`,
  );
  if (!goals.every(isMet)) process.exitCode = 1;
}

/** `3,5` or `1001-1005`. */
function seedsOf(text: string): number[] {
  const [first = 0, last] = text.split('-').map(Number);
  if (last === undefined) return text.split(',').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

async function runAll(
  jobs: readonly Job[],
  processes: number,
  options: readonly string[],
): Promise<(Job & { readonly verdict: Verdict })[]> {
  const waiting = [...jobs];
  const done: (Job & { readonly verdict: Verdict })[] = [];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const verdict = await trial(job.scenario, job.mode, job.seed, options);
      done.push({ ...job, verdict });
      const locked = isGridlocked(verdict) ? ', gridlocked' : '';
      note(`${job.scenario.name} ${job.mode} ${job.seed}: ${verdict.delay_s} s${locked}`);
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return done;
}

function goalsOf(done: readonly (Job & { readonly verdict: Verdict })[]): Goal[] {
  const goals: Goal[] = [];
  for (const scenario of scenarios)
    for (const mode of modes) {
      const verdicts = done
        .filter((one) => one.scenario === scenario && one.mode === mode)
        .map(({ verdict }) => verdict);
      if (verdicts.length === 0) continue;
      const name = `signals-${scenario.name}-${mode}`;
      const delay = verdicts.reduce((sum, { delay_s }) => sum + delay_s, 0) / verdicts.length;
      goals.push({ name, measured: delay, relation: '<=', bound: scenario.goals[mode], unit: 's' });
      const wrong = verdicts.filter((verdict) => isGridlocked(verdict) || isUnsafe(verdict)).length;
      goals.push({ name: `${name}-wrong-runs`, measured: wrong, relation: '=', bound: 0, unit: 'runs' });
    }
  return goals;
}

await main();
