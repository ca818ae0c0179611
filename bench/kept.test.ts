import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Drain } from './drain.ts';
import { KeptResults } from './kept.ts';
import { pairs, singles } from './plan.ts';
import { reportOf } from './report.ts';

const run = (subject: string, cpuSeconds: number): Drain => ({
  subject,
  wrong: undefined,
  seconds: 2,
  cpuSeconds,
  readings: 1_000_000,
  peakMib: 100,
  machineCpuSeconds: 1,
});
const pair = pairs.find(({ name }) => name === 'frames-plain-node')!;
const single = singles[0]!;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arterial-kept-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('has a report of what was measured one after another, with a row for each', async () => {
  await new KeptResults(folder).keep(single.name, { single, readings: 5, drain: run('Arterial', 0.5) }, 'A');
  const kept = new KeptResults(folder);
  const both = { ours: [run('Arterial', 0.2)], theirs: [run('Plain Node', 1)] };
  await kept.keep(pair.name, { pair, readings: 5, ...both }, 'B');
  const { results, origins } = await kept.all();
  expect(results.pairs).toEqual([{ pair, readings: 5, ...both }]);
  expect(results.singles).toEqual([{ single, readings: 5, drain: run('Arterial', 0.5) }]);
  expect(results.trials).toEqual([]);
  const report = reportOf(results, origins);
  expect(report).toMatch(/\| frames \| Plain Node \| \*\*5\.0\*\* \(5\.0 to 5\.0\) \|.* \| 20\d\d-.* \|/);
  expect(report).toContain('\nOn B, and A.\n');
  expect(report).toContain('- `frames-plain-node-ratio`: Of the core,');
});

it('keeps that a run does not count', async () => {
  const kept = new KeptResults(folder);
  const broken = { ...run('Arterial', Number.NaN), wrong: 'it ended before it was done' };
  await kept.keep(single.name, { single, readings: 5, drain: broken }, 'A');
  const [result] = (await kept.all()).results.singles;
  expect(result?.drain.cpuSeconds).toBeNaN();
  expect(result?.drain.wrong).toBe('it ended before it was done');
});
