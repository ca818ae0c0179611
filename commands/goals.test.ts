import { describe, expect, it } from 'vitest';
import { formatGoals, type Goal, isMet } from './goals.ts';

const ready: Goal = { name: 'ready', measured: 3.44, relation: '<=', bound: 10, unit: 's' };

describe('goals', () => {
  it('are met or short by their relation, and short when nothing was measured', () => {
    expect(isMet(ready)).toBe(true);
    expect(isMet({ ...ready, measured: 10.1 })).toBe(false);
    expect(isMet({ ...ready, relation: '>=' })).toBe(false);
    expect(isMet({ ...ready, relation: '=', measured: 10 })).toBe(true);
    expect(isMet({ ...ready, measured: undefined })).toBe(false);
  });

  it('are printed one a line', () => {
    expect(formatGoals([ready, { ...ready, name: 'gone', measured: undefined }], false)).toBe(
      'goal ready: measured 3.4 s, goal <= 10 s, met\ngoal gone: measured nothing, goal <= 10 s, short',
    );
  });

  it('are printed to as many figures as matter', () => {
    const close = { ...ready, measured: 2.6249, bound: 2.62, digits: 3 };
    expect(formatGoals([close], false)).toBe('goal ready: measured 2.625 s, goal <= 2.62 s, short');
    expect(JSON.parse(formatGoals([close], true))).toEqual([
      { ...ready, measured: 2.6249, bound: 2.62, met: false },
    ]);
  });

  it('are told to programs with what is met', () => {
    expect(JSON.parse(formatGoals([ready], true))).toEqual([{ ...ready, met: true }]);
  });
});
