/** Holds the documents to the code: what they name exists, and what exists is in them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, eight, network, type TestCity } from '#api/city-fixture.ts';
import { problemCodes } from '#api/problem.ts';
import { processMetrics } from '#api/process-app.ts';
import { ingestRoutes } from '#ingest/http.ts';
import { createIngest } from '#ingest/ingest.ts';
import { processors } from '#processors/main.ts';
import { configVariables } from '#runtime/config.ts';
import { errorCodes } from '#runtime/errors.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { rejectionCodes } from '#schemas/rejection.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';
import { givenBy, requireVariable } from './services/choice.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const pages = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].filter((path) => existsSync(join(root, path))),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];
const texts = new Map(pages.map((path) => [path, read(path)]));
const testVariables = [...Object.values(givenBy), requireVariable];
const everything = [...texts.values()].join('\n');

/** The first cells of the tables below a heading, in the order of the page; of the whole page without a heading. */
function rowsOf(page: string, heading?: string): string[][] {
  const parts = page.split(/^## /m);
  const part = heading === undefined ? page : parts.find((section) => section.startsWith(`${heading}\n`));
  if (part === undefined) throw new Error(`no heading ${heading}`);
  return part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
const namesIn = (page: string, heading?: string): string[] =>
  rowsOf(page, heading).map(([first]) => (first as string).replaceAll('`', ''));
const sorted = (names: Iterable<string>): string[] => [...names].sort();
const codeNamesIn = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);

/** The lines of the `sh` blocks of a page, without what follows a `#`. */
const shellLinesOf = (page: string): string[] =>
  [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block]) =>
    (block as string).split('\n').map((line) => line.replace(/(^|\s)#.*/, '').trim()),
  );

/** The scripts that a command line runs, and the commands of the program that it gives them. */
function commandsIn(line: string): { readonly scripts: string[]; readonly commands: string[] } {
  const scripts: string[] = [];
  const commands: string[] = [];
  for (const part of line.split(/&&|\|\||[;|]/).map((text) => text.trim())) {
    const [, script, parameters = ''] =
      /\bnpm run (?:-s )?(\S+)(?: (?:-- )?(.*))?$/.exec(part) ?? /\bnpm (start|test)\b(.*)/.exec(part) ?? [];
    if (script) scripts.push(script);
    const command = script === 'arterial' ? parameters : /(?:^|\s)arterial (.+)/.exec(part)?.[1];
    if (script !== undefined && script !== 'arterial') continue;
    const first = command?.split(' ')[0];
    if (first) commands.push(first);
  }
  return { scripts, commands };
}

/** `/v1/links/A1/history` fits `/v1/links/{link}/history`. */
const fits = (path: string, template: string): boolean => {
  const [said, known] = [path.split('/'), template.split('/')];
  return said.length === known.length && known.every((part, i) => part.startsWith('{') || part === said[i]);
};
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/(?<![\w.])\/v1\/[\w/{}.:<>-]*/g)].map(([path]) => path.replace(/[.:/]+$/, ''));
const metricsIn = (text: string): string[] =>
  [...text.matchAll(/\barterial_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));

describe('docs/errors.md', () => {
  const page = read('docs/errors.md');

  it.each([
    ['Operation', errorCodes],
    ['Records', rejectionCodes],
    ['API', problemCodes],
  ])('has a row for each code of %s, and no other', (heading, codes) => {
    expect(sorted(namesIn(page, heading))).toEqual(sorted(codes));
  });

  it('has only codes that something raises', () => {
    const lists = ['runtime/errors.ts', 'schemas/rejection.ts', 'api/problem.ts'];
    const program = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) =>
        /^(schemas|runtime|processors|ingest|api|commands)\/.*\.ts$|^arterial\.ts$/.test(path),
      )
      .filter((path) => !/\.(test|fixture|contract)\.ts$|-fixture\.ts$|^runtime\/memory-/.test(path))
      .map((path) =>
        lists.includes(path) ? read(path).replace(/Codes = \[[^\]]+\]|titles[^;]+;/g, '') : read(path),
      )
      .join('\n');
    const idle = [...errorCodes, ...rejectionCodes, ...problemCodes].filter(
      (code) => !program.includes(`'${code}'`),
    );
    expect(idle).toEqual([]);
  });

  it('says of each what happened and what to do', () => {
    for (const [code, happened, todo] of rowsOf(page)) {
      expect(happened?.length, `${code}: what happened`).toBeGreaterThan(10);
      expect(todo?.length, `${code}: what to do`).toBeGreaterThan(4);
    }
  });
});

describe('docs/configuration.md', () => {
  const page = read('docs/configuration.md');

  it('has each setting with its default, and no other', () => {
    const said = rowsOf(page).map(([name, value]) => `${name} ${value}`);
    const right = configVariables.map(
      ({ name, default: value }) => `\`${name}\` ${value === '' ? 'empty' : `\`${value}\``}`,
    );
    expect(sorted(said)).toEqual(sorted(right));
  });

  it('is the only source of settings that any page names', () => {
    const known = configVariables.map(({ name }) => name);
    const named = new Set([...everything.matchAll(/\bARTERIAL_[A-Z_]*[A-Z]/g)].map(([name]) => name));
    expect([...named].filter((name) => ![...known, ...testVariables].includes(name))).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  it('has each variable of the tests, and no other', () => {
    expect(sorted(namesIn(read('CONTRIBUTING.md'), 'Services for tests'))).toEqual(sorted(testVariables));
  });
});

describe('docs/dictionary.md', () => {
  const page = read('docs/dictionary.md');

  it('has each topic with how its clock is known, and no other', () => {
    const said = rowsOf(page, 'Topics').map((row) => `${row[0]} ${row[3]}`);
    const right = [...rawTopics, ...derivedTopics].map(({ name, progress }) => `\`${name}\` ${progress.by}`);
    expect(sorted(said)).toEqual(sorted(right));
  });

  it('has each processor with what it reads and writes, and no other', () => {
    const said = rowsOf(page, 'Processors').map(([name, reads, writes]) => [
      ...codeNamesIn(name),
      sorted(codeNamesIn(reads)),
      sorted(codeNamesIn(writes)),
    ]);
    const right = processors.map(({ name, reads, writes }) => [
      name,
      sorted(reads.map((topic) => topic.name)),
      sorted(writes.map((topic) => topic.name)),
    ]);
    const byName = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);
    expect(said.sort(byName)).toEqual(right.sort(byName));
  });

  it('has each condition of safety, and no other', () => {
    const gate = ['safety-gate', 'stage-gate']
      .map((name) => read(`domain/signal-timing/${name}.ts`))
      .join('');
    const names = [...gate.matchAll(/\badd\(\s*constraints,\s*'(\w+)'/g)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(20);
    expect(sorted(namesIn(page, 'Conditions of safety'))).toEqual(sorted(new Set(names)));
  });

  it('has each quality, and no other', () => {
    const type = /type Quality = ([^;]+);/.exec(read('domain/quality.ts'))?.[1] ?? '';
    const names = [...type.matchAll(/'(\w+)'/g)].map(([, name]) => name as string);
    expect(sorted(namesIn(page, 'Qualities'))).toEqual(sorted(names));
  });
});

describe('docs/decisions', () => {
  it('says of each npm dependency why it is there', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const packages = [...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})];
    const types = packages.filter((name) => name.startsWith('@types/'));
    const said = namesIn(read('docs/decisions/0001-dependencies.md'), 'In use');
    expect(sorted(said)).toEqual(sorted(packages.filter((name) => !types.includes(name))));
  });

  it('numbers its records without a hole, each with context, decision, other options and consequences', () => {
    const records = readdirSync(join(root, 'docs/decisions')).sort();
    expect(records.map((name) => Number(name.slice(0, 4)))).toEqual(records.map((_, i) => i + 1));
    for (const name of records) {
      const headings = [...read(`docs/decisions/${name}`).matchAll(/^## (.+)$/gm)].map(
        ([, heading]) => heading,
      );
      expect(headings, name).toEqual(expect.arrayContaining(['Context', 'Decision', 'Other options']));
      expect(headings, name).toEqual(expect.arrayContaining(['What is good about it', 'What it costs']));
    }
  });
});

describe('what the pages name', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity();
    const clock = { now: () => eight, rate: 1 };
    const ingest = createIngest({ network, log: city.log, clock, ids: embeddedIds });
    await city.app.register(ingestRoutes, { ingest });
  });
  afterAll(() => city.app.close());

  it('are commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const program = read('arterial.ts');
    const usage = /const usage = `([^`]+)`/.exec(program)?.[1] ?? '';
    const commands = [...usage.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name as string);
    expect(commands).toEqual(expect.arrayContaining(['city', 'replay', 'simulate', 'evaluate', 'verify']));
    for (const [path, text] of texts)
      for (const line of shellLinesOf(text)) {
        const said = commandsIn(line);
        expect(Object.keys(scripts), `${path}: ${line}`).toEqual(expect.arrayContaining(said.scripts));
        expect(commands, `${path}: ${line}`).toEqual(expect.arrayContaining(said.commands));
      }
  });

  it('are addresses that exist', async () => {
    const answer = await city.app.inject({ url: '/openapi.json' });
    const known = Object.keys((answer.json() as { paths: object }).paths);
    for (const [page, text] of texts)
      for (const path of pathsIn(text))
        expect(
          known.some((template) => fits(path, template)),
          `${page}: ${path}`,
        ).toBe(true);
  });

  it('are metrics that exist, and every metric of ours has a row in docs/operating.md', async () => {
    await city.app.inject({ url: '/healthz' });
    const scraped = (await city.app.inject({ url: '/metrics' })).body;
    const known = new Set(
      [...scraped.matchAll(/^# TYPE (arterial_\w+)/gm)].map(([, name]) => name as string),
    );
    expect(known.size).toBeGreaterThan(3);
    for (const name of Object.keys(processMetrics)) known.add(name);
    expect(metricsIn(everything).filter((name) => !known.has(name))).toEqual([]);
    const rows = namesIn(read('docs/operating.md')).filter((name) => name.startsWith('arterial_'));
    expect(sorted(rows)).toEqual(sorted(known));
  });

  it('are files that exist', () => {
    const missing = [...texts].flatMap(([page, text]) =>
      [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, target]) => target as string)
        .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith('/'))
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(missing).toEqual([]);
    const folders = 'domain|schemas|runtime|processors|ingest|simulators|api|commands|test|docs';
    const path = new RegExp(`\`((?:${folders})/[\\w./-]+|[\\w-]+\\.md)\``, 'g');
    const named = [...texts].flatMap(([page, text]) =>
      [...text.matchAll(path)].map(([, name]) => [page, name as string] as const),
    );
    const gone = named
      .filter(
        ([page, name]) => ![root, join(root, dirname(page))].some((base) => existsSync(join(base, name))),
      )
      .map(([page, name]) => `${relative(root, join(root, page))}: ${name}`);
    expect(gone).toEqual([]);
  });
});

describe('the reading of pages', () => {
  it('finds the first cells of a table, and only below its heading', () => {
    const page = '# T\n\n## A\n\n| Code | x |\n|---|---|\n| `a.b` | y |\n\n## B\n\n| `c` | z |\n';
    expect(namesIn(page, 'A')).toEqual(['a.b']);
    expect(namesIn(page)).toEqual(['a.b', 'c']);
    expect(() => namesIn(page, 'C')).toThrow('no heading C');
  });

  it('finds scripts and commands in shell blocks', () => {
    const page = 'npm run outside\n```sh\nnpm ci && npm test   # both\nnpm run -s arterial -- verify\n```\n';
    expect(shellLinesOf(page).map(commandsIn)).toEqual([
      { scripts: ['test'], commands: [] },
      { scripts: ['arterial'], commands: ['verify'] },
      { scripts: [], commands: [] },
    ]);
    expect(commandsIn('arterial fly --high').commands).toEqual(['fly']);
    expect(commandsIn('npm run check').scripts).toEqual(['check']);
  });

  it('finds addresses and metrics', () => {
    expect(pathsIn('GET `/v1/links/A1/history?x=1` and /v1/stream.')).toEqual([
      '/v1/links/A1/history',
      '/v1/stream',
    ]);
    expect(fits('/v1/links/A1', '/v1/links/{link}')).toBe(true);
    expect(fits('/v1/trams', '/v1/links')).toBe(false);
    expect(metricsIn('`arterial_x_seconds_bucket` and arterial_y')).toEqual([
      'arterial_x_seconds',
      'arterial_y',
    ]);
  });
});
