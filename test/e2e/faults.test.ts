/** The matrix of faults in the small: real processes and servers that fail, and tables as if nothing had happened. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { needs } from '../needs.ts';
import { requiresAll } from '../services/choice.ts';
import { missingOf } from '../services/shared.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const missing = (['kafka', 'postgres', 'redis', 'registry'] as const).map(missingOf).find(Boolean);

/** All rows twice where nothing may be skipped, which takes a quarter of an hour; else the first of them once. */
const parameters = requiresAll(process.env) ? ['--repetitions', '2'] : ['--repetitions', '1', '--rows', '1'];
const longest = 45 * 60_000;

interface Judged {
  readonly name: string;
  readonly measured: number | null;
  readonly met: boolean;
}

describe('the matrix of faults', needs(missing), () => {
  it(
    'loses nothing and says nothing wrong, whatever fails',
    async () => {
      expect(inject('services')).toBeDefined();
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', 'test/faults/main.ts', '--json', ...parameters],
        {
          cwd: root,
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let [out, said] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await once(child, 'close');
      expect(out, said).not.toBe('');
      const goals = JSON.parse(out.trim().split('\n').at(-1) as string) as Judged[];
      console.log(goals.map(({ name, measured }) => `${name} ${measured}`).join(', '));
      expect(goals.length, said).toBeGreaterThan(2);
      // How long things take is judged by the command itself, on a machine that does nothing else.
      const isTime = ({ name }: Judged): boolean => /^(recovery|takeover|rateDrop|orderlyStop)/.test(name);
      expect(
        goals.filter((goal) => !isTime(goal) && !goal.met),
        said,
      ).toEqual([]);
    },
    longest,
  );
});
