/** Keeps a folder to one process at a time. */
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArterialError, type ErrorCode } from './errors.ts';

/** Lock files that this process holds. */
const held = new Set<string>();

/**
 * Takes `folder` and returns how to give it back; throws `code` when a living process has it. The lock of a
 * process that has died is taken over.
 */
export async function lockFolder(folder: string, code: ErrorCode): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  // Each turn either makes the file or takes one dead lock away, so a few turns are enough.
  for (let turn = 0; turn < 5; turn++) {
    if (await create(path)) {
      held.add(path);
      return async () => {
        if (held.delete(path)) await rm(path, { force: true });
      };
    }
    const owner = await readFile(path, 'utf8').catch(() => undefined);
    if (owner === undefined) continue;
    if (isLive(owner, path)) break;
    await takeAway(path, owner);
  }
  throw new ArterialError(
    code,
    `${folder} is in use by process ${(await readFile(path, 'utf8').catch(() => '')).split(' ')[0]}; ` +
      'stop that one first, or give this one another folder',
  );
}

/** Makes the file with its content in one step, so that nobody sees it empty; false when there is one. */
async function create(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, `${process.pid} ${startOf(process.pid)?.ticks ?? ''}`);
  try {
    await link(draft, path);
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw failure;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Moves the dead lock aside in one step, so that of several that saw it dead only one succeeds. */
async function takeAway(path: string, owner: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await readFile(aside, 'utf8');
  // Another process was faster, and this is its fresh lock: back with it.
  if (moved !== owner) await rename(aside, path);
  else await rm(aside);
}

function isLive(owner: string, path: string): boolean {
  const [pidText, ticks] = owner.split(' ');
  const pid = Number(pidText);
  // Without content when the machine stopped just after it was made.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return held.has(path);
  return isRunning(pid) && (!ticks || startOf(pid)?.ticks === ticks);
}

/** Whether a process with this number runs; one that has died but is not yet collected does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startOf(pid)?.state !== 'Z';
}

/** When a process began, where the system tells: a number may be given again after a restart. */
function startOf(pid: number): { readonly state: string; readonly ticks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', ticks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
