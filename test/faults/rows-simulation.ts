/** The row of the matrix that needs no servers: the deterministic simulation, which is a program of its own. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Goal } from '#commands/goals.ts';
import type { Outcome, Row } from './rows.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const seeds = 10_000;

interface Told extends Goal {
  readonly met: boolean;
}

async function simulate(): Promise<Outcome> {
  const { scripts } = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as { scripts: object };
  if (!('simulation' in scripts)) return { measured: [], skipped: 'skipped: there is no npm run simulation' };
  const parameters = ['run', '-s', 'simulation', '--', '--seeds', String(seeds), '--json'];
  // It ends with 1 when a goal is short, and has said which.
  const { stdout, stderr } = await promisify(execFile)('npm', parameters, {
    cwd: root,
    maxBuffer: 1 << 26,
  }).catch((failure: { stdout?: string; stderr?: string }) => ({
    stdout: failure.stdout ?? '',
    stderr: failure.stderr ?? '',
  }));
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const goals = line.startsWith('[') ? (JSON.parse(line) as Told[]) : [];
  const short = goals.filter(({ met }) => !met).map(({ name }) => name);
  // How long it takes says something of the machine, and `npm run simulation` judges it; nothing here fails by it.
  const failing = short.filter((name) => name !== 'time');
  return {
    measured: [
      {
        name: 'simulationGoalsShort',
        value: goals.length === 0 ? undefined : failing.length,
        relation: '=',
        bound: 0,
        unit: 'goals',
        together: 'sum',
      },
    ],
    said: goals.length === 0 ? stderr.trim().slice(-1000) : short.join(', '),
  };
}

export const simulationRows: readonly Row[] = [
  { row: 21, name: `simulation of ${seeds} seeds`, once: true, run: simulate },
];
