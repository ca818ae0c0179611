import { describe, expect, it } from 'vitest';
import { Saving, saveEveryAt } from './save-pace.ts';

describe('the memory of a task', () => {
  it('is saved as often as is asked for where that costs little', () => {
    expect(saveEveryAt(5_000, 5, 500_000)).toBe(5_000);
  });

  it('is saved less often where making or storing it takes long', () => {
    expect(saveEveryAt(5_000, 100, 0)).toBe(20_000);
    expect(saveEveryAt(5_000, 0, 10_000_000)).toBe(20_000);
    expect(saveEveryAt(5_000, 50, 5_000_000)).toBe(20_000);
  });

  it('is saved once a minute, however large it is, but not more often than is asked for', () => {
    expect(saveEveryAt(5_000, 1_000, 1e9)).toBe(60_000);
    expect(saveEveryAt(Number.POSITIVE_INFINITY, 1_000, 1e9)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is saved just after something was released where it is large, unless that takes too long', () => {
    const saving = new Saving(5_000);
    saving.begin(0);
    expect(saving.isDue(5_000, 1)).toBe(true);
    saving.saved(5_000, 10, 5_000_000);
    expect(saving.isDue(5_000 + 12_000, 1)).toBe(false);
    expect(saving.isDue(5_000 + 12_100, 2)).toBe(true);
    expect(saving.isDue(5_000 + 13_000, 2)).toBe(false);
    expect(saving.isDue(5_000 + 14_000, 2)).toBe(true);
  });
});
