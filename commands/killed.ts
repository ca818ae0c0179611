import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../arterial.ts', import.meta.url));

/**
 * Runs a command of this program, kills it without warning so many times, each some seconds into its work, and
 * starts it again each time; the last run goes to the end and prints what it prints.
 */
export async function killed(
  args: readonly string[],
  folder: string,
  kills: number,
  note: (line: string) => void,
): Promise<void> {
  for (let kill = 1; kill <= kills; kill++) {
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const ended = once(child, 'exit');
    const before = await bytesIn(join(folder, 'log'));
    // Well into its work: some megabytes more are in the log, and then a moment that differs each time.
    while (child.exitCode === null && (await bytesIn(join(folder, 'log'))) < before + 2_000_000)
      await pause(100);
    await pause(317 * kill);
    if (child.exitCode !== null) {
      note(`it had ended before kill ${kill}`);
      break;
    }
    child.kill('SIGKILL');
    await ended;
    note(`kill ${kill} of ${kills}: killed with ${await bytesIn(join(folder, 'log'))} bytes in the log`);
  }
  const last = spawn(process.execPath, ['--import', 'tsx', program, ...args], { stdio: 'inherit' });
  const [code] = (await once(last, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  return bytes;
}
