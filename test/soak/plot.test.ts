import { describe, expect, it } from 'vitest';
import { plot, slope } from './plot.ts';

describe('the slope of points', () => {
  it('is that of the line on which they lie', () => {
    expect(
      slope([
        [0, 5],
        [1, 7],
        [2, 9],
      ]),
    ).toBeCloseTo(2);
  });

  it('is that of the line nearest to them', () => {
    expect(
      slope([
        [0, 0],
        [1, 3],
        [2, 0],
        [3, 3],
      ]),
    ).toBeCloseTo(0.6);
  });

  it('is unknown of one point, and of points at one time', () => {
    expect(slope([[1, 1]])).toBeUndefined();
    expect(
      slope([
        [1, 1],
        [1, 2],
      ]),
    ).toBeUndefined();
  });
});

describe('a plot', () => {
  it('has a line for each name and a mark for each fault, with nothing in it that is no text', () => {
    const lines = [{ name: 'a < b', points: [[0, 1] as const, [1, 2] as const] }];
    const picture = plot([{ title: 'memory', unit: 'MB', lines }], 1, [{ at: 0.5, text: 'killed' }]);
    expect(picture.match(/<polyline/g)).toHaveLength(1);
    expect(picture).toContain('a &lt; b');
    expect(picture).toContain('<title>killed</title>');
    expect(picture).not.toContain('NaN');
  });
});
