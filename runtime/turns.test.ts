import { describe, expect, it } from 'vitest';
import { machineTimers, type Timers } from './timers.ts';
import { Turns } from './turns.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Large work that notes when it is done; all of it is asked for at once. */
function asked(turns: Turns, works: readonly (readonly ['tell' | 'read' | 'keep', number])[]): string[] {
  const done: string[] = [];
  for (const [purpose, records] of works)
    turns.next(purpose, records)?.then(() => done.push(`${purpose} ${records}`));
  return done;
}

describe('work in a process', () => {
  it('on few records waits for nothing', () => {
    expect(new Turns(machineTimers).next('read', 10)).toBeUndefined();
  });

  it('on many is done one by one, with room for what comes from outside between', async () => {
    const done = asked(new Turns(machineTimers), [
      ['read', 2_000],
      ['read', 3_000],
    ]);
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      await turn();
      counts.push(done.length);
    }
    expect(counts.slice(0, 2)).toEqual([1, 2]);
  });

  it('is done in the order of what it is for, the least first', async () => {
    const done = asked(new Turns(machineTimers), [
      ['keep', 1_000],
      ['read', 2_000],
      ['read', 1_000],
      ['tell', 9_000],
    ]);
    for (let i = 0; i < 6; i++) await turn();
    expect(done).toEqual(['tell 9000', 'read 1000', 'read 2000', 'keep 1000']);
  });

  it('waits for all that had been asked for when it was, whatever that is for', async () => {
    const turns = new Turns(machineTimers);
    const done: string[] = [];
    const note = (what: string) => () => void done.push(what);
    turns.next('read', 1_000)?.then(() => {
      done.push('first read');
      turns.next('tell', 1_000)?.then(note('tell of the first'));
      turns.next('read', 500)?.then(note('read again'));
    });
    turns.next('read', 2_000)?.then(note('second read'));
    turns.next('keep', 2_000)?.then(note('keep'));
    for (let i = 0; i < 8; i++) await turn();
    expect(done).toEqual(['first read', 'second read', 'keep', 'tell of the first', 'read again']);
  });

  it('on many waits for what is hurried, but not for ever', async () => {
    const slept: (() => void)[] = [];
    const timers: Timers = {
      now: () => 0,
      sleep: (_, signal) =>
        new Promise((resolve) => {
          slept.push(resolve);
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const turns = new Turns(timers);
    let end = (): void => {};
    const hurried = turns.hurry(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    const done = asked(turns, [
      ['read', 1_000],
      ['read', 2_000],
    ]);
    for (let i = 0; i < 3; i++) await turn();
    expect(done).toEqual([]);
    slept[0]!();
    for (let i = 0; i < 3; i++) await turn();
    expect(done).toEqual(['read 1000']);
    end();
    await hurried;
    for (let i = 0; i < 3; i++) await turn();
    expect(done).toEqual(['read 1000', 'read 2000']);
  });
});
