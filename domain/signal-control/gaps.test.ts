import { describe, expect, it } from 'vitest';
import { freeGiving, gapFactor, insideGapFactor } from './gaps.ts';

describe('gaps in the stream against those who give way', () => {
  it('are as many as HCM has with a gap of 6 s: 720 veh/h leave 551 veh/h their way', () => {
    const exact = (720 * Math.exp(-0.2 * 6)) / (1 - Math.exp(-0.2 * 2.5));
    expect(freeGiving * gapFactor(0.2) * 3600).toBeCloseTo(exact, 6);
    expect(Math.round(exact)).toBe(551);
  });

  it('are fewer for those inside, and the fewer the more come', () => {
    for (const flow of [0.1, 0.3, 0.6]) {
      expect(insideGapFactor(flow)).toBeLessThan(gapFactor(flow));
      expect(gapFactor(flow + 0.1)).toBeLessThan(gapFactor(flow));
    }
    expect(gapFactor(0)).toBe(1);
  });
});
