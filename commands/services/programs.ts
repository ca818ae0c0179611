/** The programs that the services need, and what to say of one that is not there. */
import { spawnSync } from 'node:child_process';
import { ArterialError } from '#runtime/errors.ts';

interface Program {
  /** What it is, for people. */
  readonly title: string;
  /** Arguments that make it say its version and end. */
  readonly asks: readonly string[];
  /** Finds the version in what it says. */
  readonly version: RegExp;
  /** The lowest first number of a version that will do. */
  readonly least: number;
  readonly packages: Readonly<Record<Manager, string>>;
}

const managers = { 'Debian, Ubuntu': 'apt-get install', Fedora: 'dnf install', macOS: 'brew install' };
type Manager = keyof typeof managers;

const programs = {
  java: {
    title: 'Java 17 or newer',
    asks: ['-version'],
    version: /version "(?:1\.)?(\d[^"]*)"/,
    least: 17,
    packages: {
      'Debian, Ubuntu': 'openjdk-17-jre-headless',
      Fedora: 'java-21-openjdk-headless',
      macOS: 'openjdk@17',
    },
  },
  mvn: {
    title: 'Maven 3 or newer',
    asks: ['--version'],
    version: /Apache Maven (\d\S*)/,
    least: 3,
    packages: { 'Debian, Ubuntu': 'maven', Fedora: 'maven', macOS: 'maven' },
  },
  'redis-server': {
    title: 'Redis 6 or newer',
    asks: ['--version'],
    version: /v=(\d\S*)/,
    least: 6,
    packages: { 'Debian, Ubuntu': 'redis-server', Fedora: 'redis', macOS: 'redis' },
  },
  openssl: {
    title: 'OpenSSL 1.1.1 or newer',
    asks: ['version'],
    version: /(?:Open|Libre)SSL (\d\S*)/,
    least: 1,
    packages: { 'Debian, Ubuntu': 'openssl', Fedora: 'openssl', macOS: 'openssl' },
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

/** Runs a program that only says something, and returns what it said; undefined when it cannot be run. */
export type Ask = (program: string, parameters: readonly string[]) => string | undefined;

export const ask: Ask = (program, parameters) => {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? `${stdout}\n${stderr}` : undefined;
};

export interface Missing {
  readonly program: ProgramName;
  /** Why it will not do, such as "is not there" or "is version 11". */
  readonly why: string;
}

/** Those of the programs that are not there or too old. */
export function findMissing(names: readonly ProgramName[], askProgram: Ask = ask): Missing[] {
  return names.flatMap((program) => {
    const { asks, version, least } = programs[program];
    const said = askProgram(program, asks);
    if (said === undefined) return [{ program, why: 'is not there' }];
    const found = version.exec(said)?.[1];
    if (found === undefined) return [{ program, why: 'does not say its version' }];
    return Number.parseInt(found, 10) < least ? [{ program, why: `is version ${found}` }] : [];
  });
}

/** One line, for a list: `java is not there`. */
export const shortOf = (missing: readonly Missing[]): string =>
  missing.map(({ program, why }) => `${program} ${why}`).join(', ');

/** What is missing for whom, and for each kind of system the command that brings all of it. */
export function adviceOn(missing: readonly Missing[], neededFor: (program: ProgramName) => string): string {
  const lines = missing.map(
    ({ program, why }) =>
      `${programs[program].title} is needed for ${neededFor(program)}, and ${program} ${why}.`,
  );
  for (const manager of Object.keys(managers) as Manager[]) {
    const packages = missing.map(({ program }) => programs[program].packages[manager]).join(' ');
    const asRoot = manager === 'macOS' ? '' : 'sudo ';
    lines.push(`  ${`${manager}:`.padEnd(16)} ${asRoot}${managers[manager]} ${packages}`);
  }
  if (missing.some(({ program }) => program === 'java'))
    lines.push('  macOS hides it; then:  export PATH="$(brew --prefix openjdk@17)/bin:$PATH"');
  return lines.join('\n');
}

/** Throws what is to be done unless all of the programs are there. */
export function requirePrograms(what: string, names: readonly ProgramName[], askProgram: Ask = ask): void {
  const missing = findMissing(names, askProgram);
  if (missing.length > 0)
    throw new ArterialError(
      'services.missing',
      adviceOn(missing, () => what),
    );
}
