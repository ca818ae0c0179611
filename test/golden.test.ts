/**
 * The same records, whatever happens meanwhile, give the same tables: each scenario on one partition, on three,
 * and with a crash in every quarter, against one expected file. `UPDATE_GOLDEN=1` rewrites what is expected,
 * `UPDATE_GOLDEN=input` makes the inputs anew from the simulated street as well.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ledgerLines } from '#commands/ledger.ts';
import { processors } from '#processors/main.ts';
import { canonicalJson } from '#runtime/canonical-json.ts';
import { allRows, atEase, Machine, type Manner, type Moment, moments } from './crash.ts';
import { feed, type Line, record, type Scenario, scenarios, withModels } from './golden/scenarios.ts';

const update = process.env['UPDATE_GOLDEN'] ?? '';
const folder = fileURLToPath(new URL('./golden/', import.meta.url));

const pathOf = (scenario: Scenario, file: string): string => `${folder}${scenario.name}/${file}.ndjson`;
const readLines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const writeLines = (path: string, lines: readonly string[]): void =>
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
const inputOf = (scenario: Scenario): Line[] =>
  withModels(
    readLines(pathOf(scenario, 'input')).map((line) => JSON.parse(line) as Line),
    scenario,
  );

interface Ran {
  readonly rows: readonly string[];
  readonly wrote: ReadonlySet<string>;
  readonly crashes: number;
  /** Records of which nobody knows how they ended. */
  readonly lost: number;
}

interface Way {
  readonly partitions: number;
  readonly manner: Manner;
  readonly crash?: Moment;
}

/** Runs a scenario in four quarters; with a crash, each but the first loses its process on the way. */
async function run(scenario: Scenario, { partitions, manner, crash }: Way): Promise<Ran> {
  const lines = inputOf(scenario);
  const machine = new Machine(scenario.network, partitions);
  await machine.prepare();
  machine.start(manner);
  let crashes = 0;
  for (let quarter = 0; quarter < 4; quarter++) {
    // A few commits later each time, so that it is not always the same task that is hit.
    if (crash && quarter > 0) machine.cutLater(crash, quarter - 1);
    await feed(machine, lines.slice((quarter * lines.length) / 4, ((quarter + 1) * lines.length) / 4));
    if (await machine.settle()) {
      crashes++;
      machine.start(manner);
      await machine.settle();
    }
  }
  await machine.stop();
  const lost = (await ledgerLines(machine.store)).reduce((sum, { deficit }) => sum + Math.abs(deficit), 0);
  return { rows: await allRows(machine.store, canonicalJson), wrote: machine.wrote, crashes, lost };
}

/** The first places at which two lists of rows are not the same. */
function differences(expected: readonly string[], actual: readonly string[]): string[] {
  const [wanted, found] = [new Set(expected), new Set(actual)];
  return [
    ...expected.filter((row) => !found.has(row)).map((row) => `missing ${row}`),
    ...actual.filter((row) => !wanted.has(row)).map((row) => `found   ${row}`),
  ].slice(0, 10);
}

const always = 0;
const sometimes = 20;
const never = Number.POSITIVE_INFINITY;
/** So that a task reads a few records at a time and commits after each. */
const readBytes = 4096;

const ways: readonly (readonly [name: string, way: Way])[] = [
  ['on one partition', { partitions: 1, manner: atEase }],
  ['on three partitions', { partitions: 3, manner: atEase }],
  [
    'with crashes before the commit, memory saved each time',
    { partitions: 3, manner: { checkpointEvery: always, readBytes }, crash: moments[0] },
  ],
  [
    'with crashes after the commit, memory never saved',
    { partitions: 3, manner: { checkpointEvery: never, readBytes }, crash: moments[1] },
  ],
  [
    'with crashes amid the appends, memory saved now and then',
    { partitions: 1, manner: { checkpointEvery: sometimes, readBytes }, crash: moments[2] },
  ],
];

if (update)
  for (const scenario of scenarios) {
    mkdirSync(`${folder}${scenario.name}`, { recursive: true });
    if (update === 'input' || !existsSync(pathOf(scenario, 'input')))
      writeLines(
        pathOf(scenario, 'input'),
        (await record(scenario)).map((line) => JSON.stringify(line)),
      );
    const { rows } = await run(scenario, ways[0]![1]);
    writeLines(pathOf(scenario, 'expected'), rows);
  }

const straight = new Map<string, Promise<Ran>>();

/** The undisturbed run of a scenario, once. */
function straightRun(scenario: Scenario): Promise<Ran> {
  const ran = straight.get(scenario.name) ?? run(scenario, ways[0]![1]);
  straight.set(scenario.name, ran);
  return ran;
}

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  it.each(ways)(
    '%s',
    async (_, way) => {
      const { rows, crashes, lost } = await (way === ways[0]![1]
        ? straightRun(scenario)
        : run(scenario, way));
      expect(differences(readLines(pathOf(scenario, 'expected')), rows)).toEqual([]);
      expect(lost).toBe(0);
      expect(crashes).toBe(way.crash ? 3 : 0);
    },
    20_000,
  );
});

it('asks something of every processor; advice is taken, notices are sent and a model speaks', async () => {
  const ran = await Promise.all(scenarios.map(straightRun));
  const wrote = new Set(ran.flatMap(({ wrote }) => [...wrote]));
  expect(processors.map(({ name }) => name).filter((name) => !wrote.has(name))).toEqual([]);
  const advice = inputOf(scenarios.find(({ name }) => name === 'signal-advice')!);
  const answers = advice.flatMap((line) => ('topic' in line ? [line.event as { status?: string }] : []));
  expect(answers.map(({ status }) => status)).toContain('applied');
  const parking = await straightRun(scenarios.find(({ name }) => name === 'parking')!);
  const models = [...parking.rows.join().matchAll(/"model": "(parking-[^"]+)"/g)].map(([, name]) => name);
  expect(new Set(models).size).toBe(1);
}, 20_000);
