import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { losByControlDelay, losBySpeedShare } from './level-of-service.ts';

describe('level of service', () => {
  it.each([
    [0, 'A'],
    [10, 'A'],
    [10.1, 'B'],
    [20, 'B'],
    [20.1, 'C'],
    [35, 'C'],
    [35.1, 'D'],
    [55, 'D'],
    [55.1, 'E'],
    [80, 'E'],
    [80.1, 'F'],
  ] as const)('is, at %d s of control delay, %s', (delay, level) => {
    expect(losByControlDelay(delay)).toBe(level);
  });

  it('is F over capacity, however short the delay', () => {
    expect(losByControlDelay(5, 1)).toBe('A');
    expect(losByControlDelay(5, 1.001)).toBe('F');
  });

  it.each([
    [1.1, 'A'],
    [0.801, 'A'],
    [0.8, 'B'],
    [0.671, 'B'],
    [0.67, 'C'],
    [0.501, 'C'],
    [0.5, 'D'],
    [0.401, 'D'],
    [0.4, 'E'],
    [0.301, 'E'],
    [0.3, 'F'],
    [0, 'F'],
  ] as const)('is, at %d of free-flow speed, %s', (share, level) => {
    expect(losBySpeedShare(share)).toBe(level);
  });

  it('never improves with delay nor worsens with speed', () => {
    const number = fc.double({ min: 0, max: 200, noNaN: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(losByControlDelay(low) <= losByControlDelay(high)).toBe(true);
        expect(losBySpeedShare(high / 100) <= losBySpeedShare(low / 100)).toBe(true);
      }),
    );
  });
});
