/** What the program says to whoever asks it how it is used, or asks wrongly. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

function arterial(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', 'arterial.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
}

it.each([['--help'], ['replay', '--help'], ['services', 'up', '-h']])('explains itself: %s %s', (...args) => {
  const { status, stdout } = arterial(...args);
  expect(stdout).toContain('arterial <command>');
  expect(status).toBe(0);
});

it('explains itself where there is no such command, and says that by its exit status', () => {
  const { status, stdout, stderr } = arterial('repaly');
  expect(stderr).toContain('arterial <command>');
  expect([status, stdout]).toEqual([2, '']);
});

it('names the option that it does not know', () => {
  const { status, stderr } = arterial('rehearse', '--jsno');
  expect(stderr).toContain('--jsno');
  expect(status).toBe(1);
});
