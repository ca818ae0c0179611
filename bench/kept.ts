/** What was measured, kept by name, so that a report has all rows though they were measured one after another. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measured, Results } from './comparison.ts';
import type { Drain } from './drain.ts';
import { pairs, singles, trials } from './plan.ts';
import type { TrialResult } from './trial.ts';

export interface Kept<Result> {
  readonly result: Result;
  /** Of the code, as git abbreviates it; with a star where files differed from it. */
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
}

/** A number that is none has no other form in JSON. */
const notANumber = 'NaN';
const written = (_: string, value: unknown): unknown => (Number.isNaN(value) ? notANumber : value);
const read = (_: string, value: unknown): unknown => (value === notANumber ? Number.NaN : value);

export class KeptResults {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async keep(name: string, result: Measured, machine: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const kept: Kept<Measured> = { result, commit: commit(), date: today(), machine };
    await writeFile(join(this.folder, `${name}.json`), JSON.stringify(kept, written, 1));
  }

  /** In the order of the plan, with how each was measured. */
  async all(): Promise<{ results: Results; origins: ReadonlyMap<string, Kept<unknown>> }> {
    const results: Results = { pairs: [], singles: [], trials: [] };
    const origins = new Map<string, Kept<unknown>>();
    const find = async <Result>(name: string): Promise<Result | undefined> => {
      const kept = await this.find<Result>(name);
      if (kept !== undefined) origins.set(name, kept);
      return kept?.result;
    };
    for (const pair of pairs) {
      const result = await find<{ readings: number; ours: Drain[]; theirs: Drain[] }>(pair.name);
      if (result !== undefined) results.pairs.push({ ...result, pair });
    }
    for (const single of singles) {
      const result = await find<{ readings: number; drain: Drain }>(single.name);
      if (result !== undefined) results.singles.push({ ...result, single });
    }
    for (const { name } of trials) {
      const result = await find<TrialResult>(name);
      if (result !== undefined) results.trials.push(result);
    }
    return { results, origins };
  }

  private async find<Result>(name: string): Promise<Kept<Result> | undefined> {
    try {
      return JSON.parse(await readFile(join(this.folder, `${name}.json`), 'utf8'), read) as Kept<Result>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

const today = (): string => new Date().toISOString().slice(0, 10);

function commit(): string {
  const git = (...parameters: string[]): string =>
    execFileSync('git', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '*';
    return `${git('rev-parse', '--short=7', 'HEAD')}${changed}`;
  } catch {
    return 'no commit';
  }
}
