/** `arterial processors` as a process of its own, to be killed, stopped and continued. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { machineTimers } from '#runtime/timers.ts';

const program = fileURLToPath(new URL('../../arterial.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Child {
  /** What it has said, on both streams, line by line, each with the seconds since its start. */
  readonly lines: string[] = [];
  /** When its start was asked for, by `performance.now`. */
  readonly beganAt = performance.now();
  private readonly process: ChildProcess;
  private readonly ended: Promise<Ended>;

  /** With a module that is loaded before its program, if one is given. */
  constructor(
    parameters: readonly string[],
    settings: Readonly<Record<string, string>>,
    preload: readonly string[] = [],
  ) {
    const imports = ['tsx', ...preload].flatMap((module) => ['--import', module]);
    this.process = spawn(process.execPath, [...imports, program, ...parameters], {
      env: { ...settings, PATH: process.env['PATH'], HOME: process.env['HOME'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout!, this.process.stderr!]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop() as string;
        const seconds = ((performance.now() - this.beganAt) / 1000).toFixed(1);
        this.lines.push(...parts.map((line) => `${seconds} s ${line}`));
      });
    }
    this.ended = once(this.process, 'close').then(([code, signal]) => ({ code, signal }));
  }

  get pid(): number {
    return this.process.pid as number;
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Whether it says that it is ready, and not when it ends before. */
  async ready(): Promise<void> {
    while (!this.says('ready after')) {
      if (!this.isRunning) throw new Error(`a process ended before it was ready: ${this.end()}`);
      await machineTimers.sleep(20);
    }
  }

  says(text: string): boolean {
    return this.lines.some((line) => line.includes(text));
  }

  signal(name: NodeJS.Signals): void {
    if (this.isRunning) this.process.kill(name);
  }

  /** Ends it without warning. */
  async kill9(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** How it ended, once it has; undefined when it has not within so many seconds. */
  async outcome(withinSeconds: number): Promise<Ended | undefined> {
    const waited = new AbortController();
    const late = machineTimers.sleep(withinSeconds * 1000, waited.signal).then(() => undefined);
    try {
      return await Promise.race([this.ended, late]);
    } finally {
      waited.abort();
    }
  }

  /** The last that it said. */
  end(): string {
    return this.lines.slice(-5).join(' | ');
  }
}
