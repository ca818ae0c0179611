import { describe, expect, it } from 'vitest';
import { createCityClock } from './clock.ts';
import { constraintName, familiesOf, marginOf } from './constraint-words.ts';
import type { Constraint } from './model.ts';
import { dictionaries, fill, incidentWords, statusWord, type Word } from './words.ts';

const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

describe('the dictionaries', () => {
  it('have a text for every word, with the same slots', () => {
    for (const word of Object.keys(dictionaries.en) as Word[]) {
      expect(dictionaries.zh[word], word).not.toBe('');
      expect(new Set(slots(dictionaries.zh[word])), word).toEqual(new Set(slots(dictionaries.en[word])));
    }
  });

  it('leave a slot without a value visible', () => {
    expect(fill('{n} of {all}', { n: 0 })).toBe('0 of {all}');
  });

  it('show an unknown kind or status spelled apart rather than nothing', () => {
    expect(incidentWords(dictionaries.en, 'fallenTree')).toEqual({ word: 'Fallen tree', shape: 'other' });
    expect(statusWord(dictionaries.en, 'on-hold')).toBe('On hold');
    expect(constraintName('zh', 'somethingNew')).toBe('Something new');
  });
});

const constraint = (
  name: string,
  value: number,
  relation: string,
  bound: number,
  met = true,
): Constraint => ({
  name,
  value,
  relation,
  bound,
  unit: 's',
  met,
});

describe('the margin of a constraint', () => {
  it('is positive on the right side of the bound, 0 on it, negative beyond', () => {
    expect(marginOf(constraint('a', 12, 'atLeast', 10))).toBe(2);
    expect(marginOf(constraint('a', 12, 'atMost', 10))).toBe(-2);
    expect(marginOf(constraint('a', 10, 'equals', 10))).toBe(0);
    expect(marginOf(constraint('a', 12, 'equals', 10))).toBe(-2);
  });

  it('speaks for its family by the tightest, and a family not met comes first', () => {
    const families = familiesOf([
      constraint('ringSum', 90, 'equals', 90),
      constraint('cycleMaximum', 90, 'atMost', 180),
      constraint('minimumGreen', 20, 'atLeast', 6),
      constraint('minimumGreen', 7, 'atLeast', 6),
      constraint('splitChange', 12, 'atMost', 10, false),
    ]);
    expect(families.map((family) => family.name)).toEqual([
      'splitChange',
      'minimumGreen',
      'cycleMaximum',
      'ringSum',
    ]);
    expect(families[1]?.tightest.value).toBe(7);
  });
});

describe('the clock of the city', () => {
  it('goes on between two reports, stops when they stop, and never runs backwards', () => {
    const clock = createCityClock();
    expect(clock.now(0)).toBeUndefined();
    clock.observe(1_000_000, 500);
    expect(clock.now(1500)).toBe(1_001_000);
    expect(clock.now(60_000)).toBe(1_010_000);
    clock.observe(1_005_000, 60_000);
    expect(clock.now(60_000)).toBe(1_010_000);
  });

  it('learns from the reports how fast a simulated city runs', () => {
    const clock = createCityClock();
    for (const report of [0, 5_000, 10_000]) clock.observe(1_000_000 + 20 * report, report);
    expect(clock.now(12_500)).toBe(1_000_000 + 20 * 12_500);
    for (const report of [15_000, 20_000]) clock.observe(1_200_000 + (report - 10_000), report);
    expect(clock.now(1e9) ?? 0).toBeLessThanOrEqual(1_250_000);
  });
});
