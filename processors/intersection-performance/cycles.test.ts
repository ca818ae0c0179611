import { describe, expect, it } from 'vitest';
import { createPhaseCycle, greenSince, noteEvent } from './cycles.ts';

const codes: Record<string, number> = { G: 1, Y: 8, R: 10 };

/** One sign a second, `.` for none; says the cycles that end, as green/cycle in seconds. */
function cycles(line: string): string[] {
  const phase = createPhaseCycle();
  return [...line].flatMap((sign, second) => {
    const ended = noteEvent(phase, codes[sign] ?? 0, second * 1000);
    return ended ? [`${ended.green / 1000}/${ended.cycle / 1000}`] : [];
  });
}

describe('cycles of a phase', () => {
  it('run from green to green', () => {
    expect(cycles('G...YR....G..YR.....G')).toEqual(['4/10', '3/10']);
  });

  it('begin with the first green that is seen', () => {
    expect(cycles('..YR....G...YR....G')).toEqual(['4/10']);
  });

  it('do not count without a yellow, without a red clearance, or with two of one', () => {
    expect(cycles('G....R....G...YR....G')).toEqual(['4/10']);
    expect(cycles('G...Y.....G...YR....G')).toEqual(['4/10']);
    expect(cycles('G...YY.R..G...YR....G')).toEqual(['4/10']);
    expect(cycles('G...YR.R..G...YR....G')).toEqual(['4/10']);
    expect(cycles('G...RY....G...YR....G')).toEqual(['4/10']);
  });

  it('do not count over a hole of more than ten minutes', () => {
    expect(cycles(`G...YR${'.'.repeat(594)}G`)).toEqual(['4/600']);
    expect(cycles(`G...YR${'.'.repeat(595)}G`)).toEqual([]);
  });

  it('say since when it is green', () => {
    const phase = createPhaseCycle();
    expect(greenSince(phase)).toBeNull();
    noteEvent(phase, 1, 5000);
    expect(greenSince(phase)).toBe(5000);
    noteEvent(phase, 8, 9000);
    expect(greenSince(phase)).toBeNull();
  });
});
