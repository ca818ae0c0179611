/** A process of the trial: a role of Arterial, or the devices. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const arterial = fileURLToPath(new URL('../../arterial.ts', import.meta.url));
const generator = fileURLToPath(new URL('generator.ts', import.meta.url));

/** As `bench/subjects/arterial.ts` has it. */
const folder = process.env['BENCH_PROFILE'];
const profiling = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];

export interface RoleProcess {
  readonly pid: number;
  /** Resolves to the first line that says so. */
  line(part: string): Promise<string>;
  tell(line: string): void;
  /** Asks it to end, and waits until it has. */
  end(): Promise<void>;
}

export const startRole = (role: string, settings: Readonly<Record<string, string>>): RoleProcess =>
  start([...profiling, '--import', 'tsx', arterial, role], settings);

export const startGenerator = (settings: Readonly<Record<string, string>>): RoleProcess =>
  start(['--import', 'tsx', generator], settings);

function start(parameters: readonly string[], settings: Readonly<Record<string, string>>): RoleProcess {
  const child = spawn(process.execPath, parameters, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      said.push(...lines);
      for (const hear of heard) hear();
    });
  }
  const closed = once(child, 'close').then(([code]) => {
    for (const hear of heard) hear();
    return code as number | null;
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid!,
    async line(part) {
      for (;;) {
        const found = said.find((line) => line.includes(part));
        if (found !== undefined) return found;
        if (!isRunning()) throw new Error(`${parameters.at(-1)} ended: ${said.slice(-8).join(' | ')}`);
        await new Promise<void>((resolve) => {
          heard.add(resolve);
        });
        heard.clear();
      }
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async end() {
      if (isRunning()) child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
      await closed;
      clearTimeout(late);
    },
  };
}
