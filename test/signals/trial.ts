/** One hour of one scenario with Arterial as the child of the referee. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import { folderOf, type Mode, python, referee, type Scenario } from './scenarios.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** A trial: what the referee says of it, and what Arterial saw, minute by minute. */
export interface Trial {
  readonly verdict: Verdict;
  readonly minutes: readonly ApproachState[];
}

/** What the referee says of a trial. */
export interface Verdict {
  readonly delay_s: number;
  readonly trips: number;
  readonly finished: number;
  /** Of Arterial; a run in which it died is one of the network's own programme from then on. */
  readonly client_exit: number | string;
  readonly violations: { readonly total: number };
  readonly monitor: Readonly<Record<string, number>>;
}

/** What is not here, or undefined when trials can be run. */
export async function missing(scenario: Scenario): Promise<string | undefined> {
  for (const path of [python, referee, folderOf(scenario)]) if (!existsSync(path)) return path;
  try {
    await run(python, ['-c', 'import libsumo'], { env: environment });
  } catch {
    return 'libsumo';
  }
  return undefined;
}

const environment = { ...process.env, SUMO_HOME: process.env['SUMO_HOME'] ?? '/usr/share/sumo' };

export async function trial(
  scenario: Scenario,
  mode: Mode,
  seed: number,
  options: readonly string[],
): Promise<Trial> {
  const file = join(tmpdir(), `approaches-${process.pid}-${scenario.name}-${mode}-${seed}.ndjson`);
  const how = { native: ' --watch', plans: ' --plans-only', radar: '', loops: '' }[mode];
  const command = `${process.execPath} --import tsx arterial.ts signals stdio${how} --approaches ${file}`;
  const detectors = mode === 'radar' || mode === 'native' ? 'radar' : 'loops';
  const { stdout } = await run(
    python,
    [
      referee,
      folderOf(scenario),
      '--seed',
      `${seed}`,
      '--detectors',
      detectors,
      '--cmd',
      command,
      ...options,
    ],
    { cwd: root, env: environment, maxBuffer: 1 << 26 },
  );
  const verdict = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Verdict;
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  await rm(file, { force: true });
  return { verdict, minutes: lines.map((line) => JSON.parse(line) as ApproachState) };
}

/** A run in which more than a tenth of all trips did not end is locked up. */
export const isGridlocked = ({ trips, finished }: Verdict): boolean => trips - finished > 0.1 * trips;

export const isUnsafe = ({ violations, monitor, client_exit }: Verdict): boolean =>
  client_exit !== 0 || violations.total + Object.values(monitor).reduce((sum, count) => sum + count, 0) > 0;
