import { describe, expect, it } from 'vitest';
import { Columns } from './columns.ts';
import { WeekMemory } from './week-memory.ts';
import { slotsAWeek } from './weekly-profile.ts';

describe('the memory of a week', () => {
  const columns = new Columns();
  const memory = new WeekMemory(columns, 1);
  columns.grow(2);
  const middleOf = (slot: number) => ({
    weekday: Math.floor(slot / 48),
    secondOfDay: (slot % 48) * 1800 + 900,
  });

  it('tells what was measured a day and a week ago, and nothing of what was not', () => {
    for (let slot = 0; slot < slotsAWeek; slot++) {
      memory.take(0, slot % 90);
      memory.take(0, (slot % 90) + 2);
      if (slot === 150) memory.take(1, 40);
      memory.keep(slot, 2);
    }
    expect(memory.before(middleOf(100), 1, 0, 100)).toBeCloseTo(52 + 1, 1);
    expect(memory.before(middleOf(100), 7, 0, 100)).toBeCloseTo(10 + 1, 1);
    expect(memory.before({ weekday: 2, secondOfDay: 5 * 1800 }, 1, 0, 101)).toBeCloseTo(53.5 - 1 + 1, 0);
    expect(memory.before(middleOf(3), 1, 0, 3)).toBeCloseTo(((3 - 48 + slotsAWeek) % 90) + 1, 1);
    expect(memory.before(middleOf(150), 7, 1, 150)).toBeCloseTo(40, 1);
    expect(memory.before(middleOf(148), 7, 1, 148)).toBeNaN();
  });

  it('forgets what was so long ago when nothing comes instead', () => {
    memory.keep(150, 2);
    expect(memory.before(middleOf(150), 7, 1, 150)).toBeNaN();
  });

  it('does not take the half hour that is just over for that of a week ago', () => {
    const earlyIn = { weekday: 2, secondOfDay: 4 * 1800 };
    // Of the slots 99 and 100 a week ago the first is that of today by now.
    expect(memory.before(earlyIn, 7, 0, 100)).toBeCloseTo(10 + 1, 1);
    expect(memory.before(earlyIn, 7, 0, 98)).toBeCloseTo(10 + 1 - 0.5, 1);
  });
});
