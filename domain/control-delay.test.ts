import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capacityVph,
  controlDelaySeconds,
  incrementalDelaySeconds,
  type LaneGroupService,
  uniformDelaySeconds,
  volumeToCapacity,
} from './control-delay.ts';

describe('control delay, worked by hand', () => {
  it('is 26.1 s at X = 0.8 with half of a 90 s cycle green', () => {
    // c = 1800 * 0.5 = 900; d1 = 45 * 0.25 / (1 - 0.8 * 0.5) = 18.75
    // d2 = 225 * (-0.2 + sqrt(0.04 + 4 * 0.8 / 225)) = 225 * 0.0328567
    const group = { cycleSeconds: 90, effectiveGreenSeconds: 45, volumeVph: 720, saturationVph: 1800 };
    expect(capacityVph(group)).toBe(900);
    expect(volumeToCapacity(group)).toBeCloseTo(0.8, 12);
    expect(uniformDelaySeconds(group)).toBeCloseTo(18.75, 9);
    expect(incrementalDelaySeconds(group)).toBeCloseTo(7.393, 3);
    expect(controlDelaySeconds(group)).toBeCloseTo(26.143, 3);
  });

  it('is 67.9 s for the westbound group of Roess and Prassas: v 800, c 775, g/C 0.40, C 90 s', () => {
    // X = 1.03226; d1 = 45 * 0.6 = 27; d2 = 225 * (0.03226 + sqrt(0.00104 + 0.02131)) = 40.90
    const group = { cycleSeconds: 90, effectiveGreenSeconds: 36, volumeVph: 800, saturationVph: 775 / 0.4 };
    expect(uniformDelaySeconds(group)).toBeCloseTo(27, 9);
    expect(incrementalDelaySeconds(group)).toBeCloseTo(40.897, 2);
    expect(controlDelaySeconds(group)).toBeCloseTo(67.897, 2);
  });

  it('has a uniform delay of 22.95 s in the NPTEL example: v 1700, s 2650, g/C 0.55, C 102 s', () => {
    const group = {
      cycleSeconds: 102,
      effectiveGreenSeconds: 0.55 * 102,
      volumeVph: 1700,
      saturationVph: 2650,
    };
    expect(volumeToCapacity(group)).toBeCloseTo(1.166, 3);
    expect(uniformDelaySeconds(group)).toBeCloseTo(22.95, 9);
  });

  it('is half the red squared over the cycle when hardly anyone comes', () => {
    // A lone vehicle meets the red with chance r/C and then waits r/2: 60^2 / (2 * 90).
    const group = { cycleSeconds: 90, effectiveGreenSeconds: 30, volumeVph: 0, saturationVph: 1800 };
    expect(controlDelaySeconds(group)).toBeCloseTo(20, 9);
  });

  it('is chance alone for a signal that is always green', () => {
    const group = { cycleSeconds: 60, effectiveGreenSeconds: 60, volumeVph: 900, saturationVph: 1800 };
    expect(uniformDelaySeconds(group)).toBe(0);
    expect(controlDelaySeconds(group)).toBeGreaterThan(0);
  });
});

describe('control delay, whatever the numbers', () => {
  const groups: fc.Arbitrary<LaneGroupService> = fc
    .record({
      cycleSeconds: fc.double({ min: 20, max: 240, noNaN: true }),
      greenRatio: fc.double({ min: 0.02, max: 1, noNaN: true }),
      volumeVph: fc.double({ min: 0, max: 4000, noNaN: true }),
      saturationVph: fc.double({ min: 200, max: 7600, noNaN: true }),
    })
    .map(({ cycleSeconds, greenRatio, volumeVph, saturationVph }) => ({
      cycleSeconds,
      effectiveGreenSeconds: cycleSeconds * greenRatio,
      volumeVph,
      saturationVph,
    }));
  const tolerance = 1e-6;

  it('keeps the uniform delay between 0 and half the cycle', () => {
    fc.assert(
      fc.property(groups, (group) => {
        const delay = uniformDelaySeconds(group);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(group.cycleSeconds / 2 + tolerance);
      }),
    );
  });

  it('never falls as the volume grows', () => {
    fc.assert(
      fc.property(groups, fc.double({ min: 0, max: 2000, noNaN: true }), (group, more) => {
        const busier = { ...group, volumeVph: group.volumeVph + more };
        expect(controlDelaySeconds(busier)).toBeGreaterThanOrEqual(controlDelaySeconds(group) - tolerance);
      }),
    );
  });

  it('never grows with more green in the same cycle', () => {
    fc.assert(
      fc.property(groups, fc.double({ min: 0, max: 1, noNaN: true }), (group, share) => {
        const left = group.cycleSeconds - group.effectiveGreenSeconds;
        const greener = { ...group, effectiveGreenSeconds: group.effectiveGreenSeconds + share * left };
        expect(controlDelaySeconds(greener)).toBeLessThanOrEqual(controlDelaySeconds(group) + tolerance);
      }),
    );
  });
});
