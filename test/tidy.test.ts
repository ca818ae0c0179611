/**
 * Keeps the house: what a reviewer would otherwise have to say again and again. Each rule is a function from the
 * sources to its complaints, and each is shown a bad sample first, so that it is known to see.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { processors } from '#processors/main.ts';
import { schemaIdTable } from '#schemas/registry.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';

/** A file of the house; `path` from its root, with `/`. */
interface Source {
  readonly path: string;
  readonly text: string;
}

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** What git does not keep is not ours to look at. */
const ignored = read('.gitignore').split('\n').filter(Boolean);
const isIgnored = (name: string): boolean =>
  name === '.git' ||
  ignored.some((entry) =>
    entry.startsWith('*') ? name.endsWith(entry.slice(1)) : name === entry.replace('/', ''),
  );

function listFiles(folder = ''): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (isIgnored(entry.name)) return [];
    const path = folder + entry.name;
    return entry.isDirectory() ? listFiles(`${path}/`) : [path];
  });
}

const paths = listFiles();
const isText = (path: string): boolean => !/\.(png|jpg|webp|ico|woff2?)$/.test(path);
const sources: readonly Source[] = paths.filter(isText).map((path) => ({ path, text: read(path) }));
const typescript = sources.filter(({ path }) => path.endsWith('.ts'));

const topOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] as string) : '');
const isTest = (path: string): boolean => path.endsWith('.test.ts');
const isGenerated = (path: string): boolean => path.startsWith('schemas/generated/');

// What imports what

/** The files of ours that a file imports, and the names of what comes from elsewhere. */
function importsOf({ path, text }: Source): { readonly own: string[]; readonly foreign: string[] } {
  const named = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const own: string[] = [];
  const foreign: string[] = [];
  for (const name of named)
    if (name.startsWith('#')) own.push(name.slice(1));
    else if (name.startsWith('.')) own.push(posix.join(posix.dirname(path), name));
    else foreign.push(name);
  return { own, foreign };
}

function reachableFrom(roots: readonly string[], files: readonly Source[]): Set<string> {
  const graph = new Map(files.map((file) => [file.path, importsOf(file).own]));
  const reached = new Set<string>();
  for (const waiting = [...roots]; waiting.length > 0; ) {
    const path = waiting.pop() as string;
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(graph.get(path) ?? []));
  }
  return reached;
}

/** Where programs begin. */
const entries = [
  'arterial.ts',
  'schemas/generate.ts',
  'simulators/demo-city/generate.ts',
  'api/dashboard/main.ts',
  'commands/processor-thread.ts',
  'commands/training/member-thread.ts',
  'commands/training/teacher-thread.ts',
];

/** Where runs of tests begin, beside the tests. */
const testEntries = [
  'bench/gate.ts',
  'bench/guangzhou/generator.ts',
  'bench/main.ts',
  'bench/subjects/arterial-main.ts',
  'test/soak/collect.ts',
  'bench/peers/plain-node/main.ts',
  'bench/serving/alert-feed.ts',
  'bench/serving/http-load.ts',
  'bench/serving/stream-clients.ts',
  'vitest.config.ts',
  'test/services/global-setup.ts',
  'test/faults/main.ts',
  'test/forecast/main.ts',
  'test/scale/main.ts',
  'test/signals/main.ts',
  'test/soak/main.ts',
  'test/simulation/main.ts',
  'test/simulation/worker.ts',
];

/** What only tests use, beside `*.fixture.ts`, `*.contract.ts` and `test/`. */
const forTests = [
  'runtime/drive.ts',
  'schemas/any-event.ts',
  'api/city-fixture.ts',
  'ingest/small-city.ts',
  'domain/forecast/small-model.ts',
  'simulators/test-network.ts',
  'domain/signal-timing/example.ts',
  'domain/signal-timing/plan-cases.ts',
  'domain/signal-timing/plan-flaws.ts',
  'domain/signal-timing/plan-reference.ts',
  'domain/signal-timing/seeded.ts',
  'processors/signal-timing/windows.ts',
];
const isForTests = (path: string): boolean =>
  isTest(path) ||
  path.startsWith('test/') ||
  path.startsWith('bench/') ||
  path === 'vitest.config.ts' ||
  /\.(fixture|contract)\.ts$/.test(path) ||
  forTests.includes(path);

function unreferenced(files: readonly Source[], begin: readonly string[]): string[] {
  const programs = reachableFrom(begin, files);
  const tests = reachableFrom(
    files.map(({ path }) => path).filter((path) => isTest(path) || testEntries.includes(path)),
    files,
  );
  return files.flatMap(({ path }) => {
    if (!programs.has(path) && !tests.has(path)) return [`${path}: nothing imports it; delete it`];
    if (!programs.has(path) && !isForTests(path))
      return [
        `${path}: only tests import it; use it, delete it, or name it *.fixture.ts when it is for tests`,
      ];
    return [];
  });
}

/** What the production code of each folder may import besides its own; programs put parts together. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  schemas: ['domain/'],
  runtime: ['domain/', 'schemas/'],
  processors: ['domain/', 'schemas/', 'runtime/processor.ts'],
  ingest: ['domain/', 'schemas/', 'runtime/'],
  simulators: ['domain/', 'schemas/', 'runtime/'],
  api: ['domain/', 'schemas/', 'runtime/', 'processors/'],
  commands: ['domain/', 'schemas/', 'runtime/', 'processors/', 'ingest/', 'simulators/', 'api/'],
};
/** Has neither files nor sockets nor packages. */
const isPure = (path: string): boolean =>
  ['domain', 'schemas', 'processors'].includes(topOf(path)) && path !== 'schemas/generate.ts';
/** `node:buffer` knows UTF-8, `node:assert` says what is a bug; neither does anything outside. */
const pureForeign = (path: string): readonly string[] =>
  topOf(path) === 'domain' ? [] : ['node:buffer', 'node:assert'];

function wrongImports(file: Source): string[] {
  const { path } = file;
  const top = topOf(path);
  const { own, foreign } = importsOf(file);
  const complaints: string[] = [];
  const allowed = mayImport[top];
  if (allowed && !entries.includes(path))
    for (const target of own)
      if (topOf(target) !== top && !allowed.some((start) => target.startsWith(start)))
        complaints.push(
          `${path} imports ${target}; ${top} may import only ${allowed.join(', ') || 'itself'}: ` +
            'move what both need towards domain, or join the two in commands/',
        );
  if (top === 'api' && own.includes('processors/main.ts'))
    complaints.push(`${path} imports the processors; api may import their pure functions only`);
  if (path.startsWith('api/dashboard/'))
    for (const target of own)
      if (!target.startsWith('api/dashboard/') && topOf(target) !== 'domain')
        complaints.push(
          `${path} imports ${target}; the page knows what the API says and the words of domain`,
        );
  if (isPure(path))
    for (const name of foreign)
      if (!pureForeign(path).includes(name))
        complaints.push(
          `${path} imports ${name}; what has to do with the outside belongs in runtime or ingest`,
        );
  return complaints;
}

// What a program of time and chance must not ask for

const instead: Readonly<Record<string, string>> = {
  'Date.now': 'time is an input: take the `at` of the input',
  'new Date()': 'time is an input: take the `at` of the input',
  'performance.now': 'time is an input: take the `at` of the input',
  'Math.random': 'chance comes from a seed that is passed in',
  'process.env': 'settings are read in arterial.ts and passed in as values',
  console: 'return what is to be said; arterial.ts prints it',
  setTimeout: 'wait for a watermark, not for a timer',
  setInterval: 'wait for a watermark, not for a timer',
};

const calledIn = (node: ts.Node): string | undefined => {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression))
    return `${node.expression.text}.${node.name.text}`;
  if (ts.isNewExpression(node) && !node.arguments?.length) return `new ${node.expression.getText()}()`;
  const parent = node.parent as ts.Node | undefined;
  if (!ts.isIdentifier(node) || parent === undefined) return undefined;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  return isMember || ts.isPropertyAssignment(parent) ? undefined : node.text;
};

const trees = new Map<Source, ts.SourceFile>();

function visit(file: Source, see: (node: ts.Node, line: () => number) => void): void {
  const tree = trees.get(file) ?? ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  trees.set(file, tree);
  const walk = (node: ts.Node): void => {
    see(node, () => tree.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, walk);
  };
  walk(tree);
}

function impurities(file: Source): string[] {
  const complaints: string[] = [];
  // Most files need not be parsed to be known clean.
  if (!/\b(now|Date|random|env|console|setTimeout|setInterval)\b/.test(file.text)) return [];
  visit(file, (node, line) => {
    const called = calledIn(node);
    if (called !== undefined && Object.hasOwn(instead, called))
      complaints.push(`${file.path}:${line()} uses ${called}; ${instead[called]}`);
  });
  return complaints;
}

function environmentReads(file: Source): string[] {
  const complaints: string[] = [];
  if (!file.text.includes('env')) return [];
  visit(file, (node, line) => {
    if (calledIn(node) === 'process.env' && file.path !== 'arterial.ts')
      complaints.push(`${file.path}:${line()} reads process.env; take the value from runtime/config.ts`);
  });
  return complaints;
}

// Sizes and looks

const linesMost = 400;
const functionLinesMost = 70;
const columnsMost = 120;

function tooLarge({ path, text }: Source): string[] {
  const lines = text.split('\n').length - 1;
  return lines <= linesMost
    ? []
    : [`${path} has ${lines} lines; at most ${linesMost} would be right: split it by what it speaks of`];
}

const linesOf = (node: ts.Node): number => node.getText().split('\n').length;

/** Lines of a function without those of the functions inside it, which are judged by themselves. */
function ownLines(node: ts.Node): number {
  let inside = 0;
  const walk = (child: ts.Node): void => {
    if (ts.isFunctionLike(child)) inside += linesOf(child) - 1;
    else ts.forEachChild(child, walk);
  };
  ts.forEachChild(node, walk);
  return linesOf(node) - inside;
}

function longFunctions(file: Source): string[] {
  const complaints: string[] = [];
  visit(file, (node, line) => {
    if (!ts.isFunctionDeclaration(node) && !ts.isMethodDeclaration(node)) return;
    const lines = ownLines(node);
    if (lines > functionLinesMost)
      complaints.push(
        `${file.path}:${line()} ${node.name?.getText() ?? 'a function'} has ${lines} lines; ` +
          `at most ${functionLinesMost} would be right: give its parts names`,
      );
  });
  return complaints;
}

const longLines = ({ path, text }: Source): string[] =>
  text
    .split('\n')
    .flatMap((line, i) =>
      line.length <= columnsMost
        ? []
        : [
            `${path}:${i + 1} has ${line.length} columns; at most ${columnsMost} would be right: break the line`,
          ],
    );

// In two halves, so that this file does not hold what it forbids.
const leftovers = new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|XX${'X'})\\b`);
const machinePaths = new RegExp(`(?<![\\w.:/-])/(wo${'rk'}|ro${'ot'}|ho${'me'}|User${'s'})/`);
const registryHosts = new RegExp(`registry\\.(npm${'js'}|yarn${'pkg'}|npm${'mirror'})\\.`);

const forbiddenTexts: readonly { readonly pattern: RegExp; readonly advice: string }[] = [
  { pattern: leftovers, advice: 'do it, or write an issue and leave the mark out' },
  { pattern: machinePaths, advice: 'a path of one machine; take a folder as a parameter' },
  { pattern: registryHosts, advice: 'where packages come from is the business of whoever installs' },
];

const forbiddenIn = ({ path, text }: Source): string[] =>
  text.split('\n').flatMap((line, i) =>
    forbiddenTexts.flatMap(({ pattern, advice }) => {
      const found = pattern.exec(line);
      return found ? [`${path}:${i + 1} says ${found[0]}; ${advice}`] : [];
    }),
  );

const vagueFolders = ['src', 'lib', 'utils', 'util', 'common', 'helpers', 'types', 'shared', 'misc'];

function wrongNames(path: string): string[] {
  const parts = path.split('/');
  const vague = parts.slice(0, -1).find((folder) => vagueFolders.includes(folder));
  if (vague) return [`${path}: a folder ${vague}/ says nothing; name it after what it holds`];
  const file = parts.at(-1) as string;
  return /\.ts$/.test(file) && !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.ts$/.test(file)
    ? [`${path}: file names are kebab-case, after the main export`]
    : [];
}

const resolvedIn = (lock: string): string[] =>
  lock.includes('"resolved"')
    ? [
        'package-lock.json names where packages came from; omit-lockfile-registry-resolved in .npmrc keeps it out',
      ]
    : [];

/** The stylesheets and pictures of the page that nothing of it names. */
const unusedAssets = (assets: readonly string[], texts: string): string[] =>
  assets
    .filter((path) => !texts.includes(posix.basename(path)))
    .map((path) => `${path}: nothing of the page names it; delete it`);

// What must stand together

const topicNames: readonly string[] = [...rawTopics, ...derivedTopics].map(({ name }) => name);

function unfinishedTopic(name: string, dictionary: string): string[] {
  const complaints: string[] = [];
  if (!/^[a-z]+(\.[a-z]+)?\.v\d+$/.test(name))
    complaints.push(`${name}: <subject>.<fact>.v<n> would be right`);
  if (!existsSync(`${root}schemas/avro/${name}.avsc`))
    complaints.push(`${name} has no schema; write schemas/avro/${name}.avsc and run npm run generate`);
  if (!Object.hasOwn(schemaIdTable, name))
    complaints.push(`${name} has no schema id; give it the next number in schemas/registry.ts`);
  if (!hasRow(dictionary, name))
    complaints.push(`${name} is not in docs/dictionary.md; add a row to the table of topics`);
  return complaints;
}

const hasRow = (page: string, name: string): boolean =>
  page.split('\n').some((line) => line.startsWith(`| \`${name}\``));

function unfinishedProcessor(name: string, files: readonly string[], dictionary: string): string[] {
  const complaints: string[] = [];
  const file = files.find((path) => path.startsWith('processors/') && path.endsWith(`/${name}.ts`));
  if (!file) return [`${name}: a processor lives in processors/<folder>/${name}.ts`];
  const test = file.replace(/\.ts$/, '.test.ts');
  if (!files.includes(test)) complaints.push(`${file} has no test; write ${test} and see it red once`);
  if (!hasRow(dictionary, name))
    complaints.push(`${name} is not in docs/dictionary.md; add a row to the table of processors`);
  return complaints;
}

const programs = reachableFrom(entries, typescript);
const production = typescript.filter(({ path }) => programs.has(path) && !isForTests(path));
const written = typescript.filter(({ path }) => !isGenerated(path));
const dictionary = read('docs/dictionary.md');

describe('the house', { timeout: 60_000 }, () => {
  it('is looked at', () => {
    expect(production.length).toBeGreaterThan(150);
    expect([...new Set(production.map(({ path }) => topOf(path)))]).toEqual(
      expect.arrayContaining(Object.keys(mayImport)),
    );
  });

  it('imports one way: domain, schemas, runtime, then processors, ingest, simulators and api, then commands', () => {
    expect(production.flatMap(wrongImports)).toEqual([]);
  });

  it('has no clock, chance, environment, timer or print in domain, schemas and processors', () => {
    expect(production.filter(({ path }) => isPure(path)).flatMap(impurities)).toEqual([]);
  });

  it('reads the environment in arterial.ts alone', () => {
    expect(production.flatMap(environmentReads)).toEqual([]);
  });

  it('has no file that nothing uses', () => {
    expect.soft(unreferenced(typescript, entries)).toEqual([]);
    expect.soft(forTests.filter((path) => !paths.includes(path))).toEqual([]);
    const page = sources.filter(({ path }) => path.startsWith('api/dashboard'));
    const texts = page.map(({ text }) => text).join('\n');
    expect
      .soft(
        unusedAssets(
          paths.filter((path) => /^api\/dashboard\/.*\.(css|svg)$/.test(path)),
          texts,
        ),
      )
      .toEqual([]);
  });

  it('has files, functions and lines that fit on a screen', () => {
    expect.soft(production.filter(({ path }) => !isGenerated(path)).flatMap(tooLarge)).toEqual([]);
    expect.soft(production.filter(({ path }) => !isGenerated(path)).flatMap(longFunctions)).toEqual([]);
    expect.soft(written.flatMap(longLines)).toEqual([]);
  });

  it('says nothing of what is still to do, of one machine, or of where packages come from', () => {
    expect.soft(sources.flatMap(forbiddenIn)).toEqual([]);
    expect.soft(resolvedIn(read('package-lock.json'))).toEqual([]);
  });

  it('names folders and files after what they hold', () => {
    expect(paths.flatMap(wrongNames)).toEqual([]);
  });

  it('has for every topic a schema, an id and a row in the dictionary', () => {
    expect(topicNames.flatMap((name) => unfinishedTopic(name, dictionary))).toEqual([]);
  });

  it('has for every processor a test and a row in the dictionary', () => {
    expect(processors.flatMap(({ name }) => unfinishedProcessor(name, paths, dictionary))).toEqual([]);
  });
});

const sample = (path: string, ...lines: string[]): Source => ({ path, text: `${lines.join('\n')}\n` });

describe('the rules see', () => {
  it('an import that goes the wrong way', () => {
    const wrong = (path: string, name: string): number =>
      wrongImports(sample(path, `import '${name}';`)).length;
    expect(wrong('domain/flow.ts', '#schemas/wire.ts')).toBe(1);
    expect(wrong('domain/flow.ts', 'node:fs')).toBe(1);
    expect(wrong('domain/flow.ts', './time.ts')).toBe(0);
    expect(wrong('schemas/row.ts', '../runtime/log.ts')).toBe(1);
    expect(wrong('processors/link-state/state.ts', '#runtime/processor.ts')).toBe(0);
    expect(wrong('processors/link-state/state.ts', '#runtime/log.ts')).toBe(1);
    expect(wrong('processors/link-state/state.ts', 'pg')).toBe(1);
    expect(wrong('ingest/http.ts', '#processors/main.ts')).toBe(1);
    expect(wrong('simulators/traffic.ts', '#ingest/checks.ts')).toBe(1);
    expect(wrong('api/app.ts', '#processors/signal-timing/evidence.ts')).toBe(0);
    expect(wrong('api/app.ts', '#processors/main.ts')).toBe(1);
    expect(wrong('api/dashboard/map.ts', '#runtime/log.ts')).toBe(1);
    expect(wrong('runtime/run.ts', '#commands/stage.ts')).toBe(1);
    expect(wrong('commands/city.ts', '#api/app.ts')).toBe(0);
    expect(
      wrongImports(sample('domain/flow.ts', "export type { Row } from '#runtime/measures.ts';")),
    ).toHaveLength(1);
    expect(wrongImports(sample('domain/flow.ts', "const x = await import('#runtime/log.ts');"))).toHaveLength(
      1,
    );
  });

  it.each([
    'const at = Date.now();',
    'const at = new Date();',
    'const at = new Date;',
    'const began = performance.now();',
    'const chance = Math.random();',
    'const port = process.env.PORT;',
    "console.log('here');",
    'setTimeout(step, 10);',
  ])('an impurity: %s', (line) => {
    expect(impurities(sample('processors/x/x.ts', '// Date.now is not used', line))).toHaveLength(1);
  });

  it('no impurity in what only looks like one', () => {
    const innocent = ['// never Date.now', "const text = 'Math.random';", 'new Date(at);', 'log.console;'];
    expect(impurities(sample('domain/x.ts', ...innocent))).toEqual([]);
  });

  it('an environment that is read elsewhere', () => {
    expect(environmentReads(sample('commands/city.ts', 'readConfig(process.env);'))).toHaveLength(1);
    expect(environmentReads(sample('arterial.ts', 'readConfig(process.env);'))).toEqual([]);
  });

  it('a file that nobody imports, and one that only tests import', () => {
    const files = [
      sample('main.ts', "import './used.ts';"),
      sample('used.ts'),
      sample('forgotten.ts'),
      sample('tested.ts'),
      sample('tested.test.ts', "import './tested.ts';", "import './city.fixture.ts';"),
      sample('city.fixture.ts'),
    ];
    expect(unreferenced(files, ['main.ts']).map((complaint) => complaint.split(':')[0])).toEqual([
      'forgotten.ts',
      'tested.ts',
    ]);
    expect(unusedAssets(['page/a.css', 'page/b.css'], '@import "./a.css";')).toHaveLength(1);
  });

  it('what is too long', () => {
    const lines = (n: number): string[] => Array.from({ length: n }, () => 'f();');
    expect(tooLarge(sample('a.ts', ...lines(linesMost)))).toEqual([]);
    expect(tooLarge(sample('a.ts', ...lines(linesMost + 1)))).toHaveLength(1);
    expect(longFunctions(sample('a.ts', 'function f() {', ...lines(functionLinesMost - 2), '}'))).toEqual([]);
    expect(
      longFunctions(sample('a.ts', 'function f() {', ...lines(functionLinesMost - 1), '}')),
    ).toHaveLength(1);
    expect(longLines(sample('a.ts', 'x'.repeat(columnsMost)))).toEqual([]);
    expect(longLines(sample('a.ts', 'x'.repeat(columnsMost + 1)))).toHaveLength(1);
  });

  it('marks of what is left to do, paths of one machine and hosts of packages', () => {
    expect(forbiddenIn(sample('a.ts', `// TO${'DO'}: later`))).toHaveLength(1);
    expect(forbiddenIn(sample('a.md', `see /ro${'ot'}/notes`, `in "/ho${'me'}/me/x"`))).toHaveLength(2);
    expect(forbiddenIn(sample('a.json', `"https://registry.npm${'js'}.org/x"`))).toHaveLength(1);
    expect(forbiddenIn(sample('a.ts', 'const text = registry.metrics();', "'api/home/x'"))).toEqual([]);
    expect(resolvedIn('{ "resolved": "https://example.org/x.tgz" }')).toHaveLength(1);
  });

  it('a name that says nothing, and one in another style', () => {
    expect(wrongNames('runtime/utils/text.ts')).toHaveLength(1);
    expect(wrongNames('runtime/embeddedLog.ts')).toHaveLength(1);
    expect(wrongNames('runtime/embedded-log.int.test.ts')).toEqual([]);
  });

  it('a topic and a processor that are not finished', () => {
    expect(unfinishedTopic('tram.position.v1', '')).toHaveLength(3);
    expect(unfinishedTopic('Tram_position', '')).toHaveLength(4);
    expect(unfinishedTopic('link.state.v1', '| `link.state.v1` | …')).toEqual([]);
    expect(unfinishedProcessor('tram-delay', [], '')).toHaveLength(1);
    expect(unfinishedProcessor('tram-delay', ['processors/tram/tram-delay.ts'], '')).toHaveLength(2);
  });
});
