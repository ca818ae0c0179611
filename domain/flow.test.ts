import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  delaySeconds,
  flowVph,
  geh,
  gFactorSpeedKph,
  spaceMeanKph,
  travelSeconds,
  travelTimeIndex,
} from './flow.ts';

describe('flow', () => {
  it('makes 15 vehicles in a minute 900 an hour', () => {
    expect(flowVph(15, 60)).toBe(900);
  });

  it('takes the harmonic mean: half at 30 and half at 60 km/h is 40, not 45', () => {
    const spots = [
      { vehicles: 10, speedKph: 30 },
      { vehicles: 10, speedKph: 60 },
    ];
    expect(spaceMeanKph(spots)).toBeCloseTo(40, 9);
  });

  it('weighs a speed by its vehicles', () => {
    const spots = [
      { vehicles: 3, speedKph: 20 },
      { vehicles: 1, speedKph: 60 },
    ];
    // 4 vehicles / (3/20 + 1/60) h per km
    expect(spaceMeanKph(spots)).toBeCloseTo(24, 9);
  });

  it('has no speed where no vehicle was seen', () => {
    expect(spaceMeanKph([])).toBeUndefined();
    expect(spaceMeanKph([{ vehicles: 0, speedKph: 50 }])).toBeUndefined();
  });

  it('reads 54 km/h from 900 vehicles an hour that hold a 6 m loop a tenth of the time', () => {
    // Each passes 6 m in 0.1 * 3600 / 900 = 0.4 s, that is 15 m/s.
    expect(gFactorSpeedKph(900, 0.1, 6)).toBeCloseTo(54, 9);
  });

  it('says no speed of a single loop without flow or without occupancy', () => {
    expect(gFactorSpeedKph(0, 0.9, 6)).toBeUndefined();
    expect(gFactorSpeedKph(900, 0, 6)).toBeUndefined();
  });

  it('delays a vehicle by a minute on a kilometre at 30 instead of 60 km/h', () => {
    expect(travelSeconds(1000, 60)).toBe(60);
    expect(delaySeconds(1000, 30, 60)).toBe(60);
    expect(travelTimeIndex(30, 60)).toBe(2);
  });

  it('calls no delay negative', () => {
    expect(delaySeconds(1000, 70, 60)).toBe(0);
    expect(travelTimeIndex(75, 60)).toBeCloseTo(0.8, 9);
  });

  it('finds a GEH of 4.36 between 1000 modelled and 1143 counted', () => {
    expect(geh(1000, 1143)).toBeCloseTo(4.3686, 4);
    expect(geh(0, 0)).toBe(0);
  });
});

describe('flow, whatever the numbers', () => {
  const spot = fc.record({
    vehicles: fc.integer({ min: 1, max: 500 }),
    speedKph: fc.double({ min: 1, max: 200, noNaN: true }),
  });

  it('keeps the space mean between the slowest and the time mean', () => {
    fc.assert(
      fc.property(fc.array(spot, { minLength: 1, maxLength: 20 }), (spots) => {
        const vehicles = spots.reduce((sum, s) => sum + s.vehicles, 0);
        const timeMean = spots.reduce((sum, s) => sum + s.vehicles * s.speedKph, 0) / vehicles;
        const slowest = Math.min(...spots.map((s) => s.speedKph));
        const mean = spaceMeanKph(spots)!;
        expect(mean).toBeLessThanOrEqual(timeMean * (1 + 1e-9));
        expect(mean).toBeGreaterThanOrEqual(slowest * (1 - 1e-9));
      }),
    );
  });

  it('never lessens the delay when the speed falls', () => {
    const speed = fc.double({ min: 1, max: 200, noNaN: true });
    fc.assert(
      fc.property(speed, speed, speed, (a, b, freeFlow) => {
        const slow = Math.min(a, b);
        const fast = Math.max(a, b);
        expect(delaySeconds(500, slow, freeFlow)).toBeGreaterThanOrEqual(delaySeconds(500, fast, freeFlow));
      }),
    );
  });

  it('takes GEH the same from both sides', () => {
    const volume = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(volume, volume, (a, b) => {
        expect(geh(a, b)).toBe(geh(b, a));
        expect(geh(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
