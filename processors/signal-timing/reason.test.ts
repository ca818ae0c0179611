import { expect, it } from 'vitest';
import { fullness } from './reason.ts';

it('names a demand without green, not a number that is none', () => {
  expect(fullness(1.076)).toBe('v/c 1.08');
  expect(fullness(Number.POSITIVE_INFINITY)).toBe('no green');
});
