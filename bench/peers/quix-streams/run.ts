/** Quix Streams as a subject: its Python environment, and the command that does a job. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const main = fileURLToPath(new URL('main.py', import.meta.url));
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const pythonIn = (folder: string): string => join(folder, 'venv', 'bin', 'python');

export const quixStreams = {
  name: 'Quix Streams',
  build,
  command: ({ built }: { readonly built: string }) => ({
    program: pythonIn(built),
    parameters: [main],
    // One core does all; the folder of the sources stays as it is.
    environment: { PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' },
  }),
};

/** Installs what `requirements.txt` names, unless it is there since the last time. */
async function build(folder: string): Promise<void> {
  const installed = join(folder, 'requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  if ((await readFile(installed, 'utf8').catch(() => '')) === wanted) return;
  await rm(join(folder, 'venv'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', join(folder, 'venv')]);
  await run(pythonIn(folder), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements]);
  await copyFile(requirements, installed);
}
