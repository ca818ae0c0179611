/** `npm run faults`: real processes on real servers, killed and cut off; what is left against a run of peace. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatGoals, type Goal, isMet } from '#commands/goals.ts';
import { createRandom } from '#simulators/random.ts';
import { City, SentAgain } from './city.ts';
import { openRig, type Rig } from './rig.ts';
import type { Context, Measured, Outcome, Row } from './rows.ts';
import { dataRows } from './rows-data.ts';
import { lossRows } from './rows-loss.ts';
import { networkRows } from './rows-network.ts';
import { processRows } from './rows-process.ts';
import { schemaRows } from './rows-schema.ts';
import { serverRows } from './rows-server.ts';
import { simulationRows } from './rows-simulation.ts';

const rows: readonly Row[] = [
  ...processRows,
  ...serverRows,
  ...networkRows,
  ...lossRows,
  ...dataRows,
  ...schemaRows,
  ...simulationRows,
].sort((a, b) => a.row - b.row);

interface Result {
  readonly row: Row;
  readonly repetition: number;
  readonly seconds: number;
  readonly outcome: Outcome;
}

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      repetitions: { type: 'string', default: '2' },
      rows: { type: 'string', default: rows.map(({ row }) => row).join(',') },
      seed: { type: 'string', default: '1' },
      storm: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  const chosen = values.rows.split(',').map((text) => {
    const row = rows.find((each) => each.row === Number(text));
    if (row === undefined)
      throw new Error(`there is no row ${text}; ${rows.map((each) => each.row).join(',')} would be right`);
    return row;
  });
  const repetitions = countIn(values.repetitions, 'repetitions');
  const seed = countIn(values.seed, 'seed');
  const stormSeconds = countIn(values.storm, 'storm');
  const rig = await openRig(join('.arterial', 'faults', String(process.pid)), note);
  const results: Result[] = [];
  // Servers are sessions of their own, which an interrupt would leave behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void rig.close().finally(() => process.exit(130)));
  try {
    for (const row of chosen)
      for (let repetition = 0; repetition < (row.once ? 1 : repetitions); repetition++) {
        const began = performance.now();
        const given = { rig, seed: seed + repetition, repetition, stormSeconds, note };
        let outcome = await repeat(row, given);
        for (let tries = 1; outcome === 'sent again' && tries < triesMost; tries++)
          outcome = await repeat(row, given);
        if (outcome === 'sent again') outcome = { measured: [failed(1)], said: 'the sender sent again' };
        const result = { row, repetition, seconds: (performance.now() - began) / 1000, outcome };
        results.push(result);
        note(`row ${row.row}, repetition ${repetition + 1}: ${progressOf(result)}`);
      }
  } finally {
    await rig.close();
  }
  const goals = goalsOf(results);
  if (!values.json) process.stdout.write(`${tableOf(chosen, results)}\n`);
  process.stdout.write(`${formatGoals(goals, values.json)}\n`);
  if (!goals.every(isMet)) process.exitCode = 1;
}

/** A repetition in which the sender had to send again, as on a busy machine, says nothing: it is done anew. */
const triesMost = 5;

/** One repetition; what it throws is one that has failed, and its city is closed whatever happens. */
async function repeat(
  row: Row,
  given: Omit<Context, 'random' | 'newCity'> & { readonly rig: Rig },
): Promise<Outcome | 'sent again'> {
  const opened: City[] = [];
  let outcome: Outcome | 'sent again';
  try {
    outcome = await row.run({
      ...given,
      random: createRandom(given.seed, `row ${row.row}`).next,
      async newCity(options = {}) {
        const city = await City.open(given.rig, { seed: given.seed, ...options });
        opened.push(city);
        return city;
      },
    });
    outcome = { ...outcome, measured: [...outcome.measured, failed(0)] };
  } catch (error) {
    if (error instanceof SentAgain) {
      given.note(`row ${row.row}: ${error.message}; once more`);
      outcome = 'sent again';
    } else outcome = failure(error, opened);
  }
  await given.rig.heal();
  for (const city of opened)
    await city.close().catch((error: Error) => given.note(`a city was not removed: ${error.message}`));
  return outcome;
}

function failure(error: unknown, cities: readonly City[]): Outcome {
  const said = (error as Error).stack ?? String(error);
  return { measured: [failed(1)], said: [said, ...cities.map((city) => city.lastSaid())].join('\n') };
}

const failed = (value: number): Measured => ({
  name: 'failedRepetitions',
  value,
  relation: '=',
  bound: 0,
  unit: 'repetitions',
  together: 'sum',
});

function progressOf({ seconds, outcome }: Result): string {
  const measured = outcome.measured
    .filter(({ name, value }) => name !== 'failedRepetitions' || value !== 0)
    .map(({ name, value, unit }) => `${name} ${shown(value)} ${unit}`);
  const said = outcome.said ? `\n  ${outcome.said.split('\n').join('\n  ')}` : '';
  return `${outcome.skipped ?? measured.join(', ')} (${seconds.toFixed(1)} s)${said}`;
}

const shown = (value: number | undefined): string =>
  value === undefined ? 'nothing' : String(Math.round(value * 10) / 10);

/** The values of one name as one; undefined as soon as one of them could not be measured. */
function together(all: readonly Measured[]): number | undefined {
  const values = all.map(({ value }) => value);
  if (values.includes(undefined)) return undefined;
  const known = values as number[];
  const how = all[0]!.together;
  if (how === 'middle') {
    const sorted = [...known].sort((a, b) => a - b);
    return (sorted[(known.length - 1) >> 1]! + sorted[known.length >> 1]!) / 2;
  }
  if (how === 'sum') return known.reduce((sum, value) => sum + value, 0);
  return how === 'most' ? Math.max(...known) : Math.min(...known);
}

function byName(results: readonly Result[]): Map<string, Measured[]> {
  const names = new Map<string, Measured[]>();
  for (const { outcome } of results)
    for (const measured of outcome.measured)
      names.set(measured.name, [...(names.get(measured.name) ?? []), measured]);
  return names;
}

const goalsOf = (results: readonly Result[]): Goal[] =>
  [...byName(results)].map(([name, all]) => {
    const { relation, bound, unit } = all[0]!;
    return { name, measured: together(all), relation, bound, unit };
  });

/** A line a row: how often, what is missing, what differs, how long it took to recover at most, and what else. */
function tableOf(chosen: readonly Row[], results: readonly Result[]): string {
  const lines = [['row', 'fault', 'times', 'deficit', 'differ', 'recovery', 'beside']];
  for (const row of chosen) {
    const own = results.filter((result) => result.row === row);
    const skipped = own.find(({ outcome }) => outcome.skipped !== undefined)?.outcome.skipped;
    const names = byName(own);
    const cell = (name: string): string => (names.has(name) ? shown(together(names.get(name)!)) : '-');
    const recoveries = [...names].filter(([name]) => name.startsWith('recoveryOf')).flatMap(([, all]) => all);
    const slowest = recoveries.length > 0 ? `${shown(together(recoveries))} s` : '-';
    const beside = [...names]
      .filter(
        ([name]) => !['ledgerDeficit', 'differingRows'].includes(name) && !name.startsWith('recoveryOf'),
      )
      .filter(([name, all]) => name !== 'failedRepetitions' || together(all) !== 0)
      .map(([name, all]) => `${name} ${shown(together(all))} ${all[0]!.unit}`);
    const [deficit, differ] = [cell('ledgerDeficit'), cell('differingRows')];
    const last = skipped ?? beside.join(', ');
    lines.push([String(row.row), row.name, String(own.length), deficit, differ, slowest, last]);
  }
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => (i === 6 ? text : text.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function countIn(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} ${text}; a number from 1 on would be right`);
  return value;
}

await main();
