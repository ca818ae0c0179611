import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createProgress } from './progress.ts';

function show(total: number, adds: readonly number[], isTTY = false): string {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const progress = createProgress(stream, 'events', total);
  for (const add of adds) progress.add(add);
  progress.end();
  return String(stream.read() ?? '');
}

describe('progress', () => {
  it('is a line at every tenth where there is no terminal', () => {
    expect(show(40, [3, 2, 10, 1, 24])).toBe(
      '10 % of about 40 events\n30 % of about 40 events\n40 % of about 40 events\n' +
        '90 % of about 40 events\nall 40 events\n',
    );
  });

  it('says how many there were when the estimate was wrong', () => {
    expect(show(10, [4])).toMatch(/all 4 events\n$/);
    expect(show(2, [4])).toBe('90 % of about 2 events\nall 4 events\n');
    expect(show(0, [])).toBe('all 0 events\n');
  });

  it('is a bar on a terminal, full at the end', () => {
    const drawn = show(40, [20, 30], true);
    expect(drawn).toContain('50/50 events');
    expect(drawn).not.toContain('about');
  });
});
