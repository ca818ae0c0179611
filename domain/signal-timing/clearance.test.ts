import { describe, expect, it } from 'vitest';
import {
  pedestrianClearanceSeconds,
  redClearanceSeconds,
  upToTenth,
  walkAndClearanceSeconds,
  yellowChangeSeconds,
} from './clearance.ts';

describe('yellow change interval', () => {
  it('agrees with the imperial formula t + 1.47 V / (2a + 64.4 g) of ITE', () => {
    for (const mph of [25, 30, 35, 40, 45, 50, 55])
      for (const grade of [-0.06, -0.03, 0, 0.03, 0.06]) {
        const imperial = 1 + (1.47 * mph) / (2 * 10 + 64.4 * grade);
        expect(yellowChangeSeconds({ approachKph: mph * 1.609344, grade })).toBeCloseTo(imperial, 1);
      }
  });
  it('is 3.28 s for 50 km/h on the level, longer downhill and shorter uphill', () => {
    expect(yellowChangeSeconds({ approachKph: 50, grade: 0 })).toBeCloseTo(1 + 13.8889 / 6.1, 4);
    expect(yellowChangeSeconds({ approachKph: 50, grade: -0.05 })).toBeCloseTo(3.713, 3);
    expect(yellowChangeSeconds({ approachKph: 50, grade: 0.05 })).toBeCloseTo(2.961, 3);
  });
  it('is not a number where nothing can brake or nothing moves', () => {
    for (const approachKph of [0, -50, Number.NaN])
      expect(yellowChangeSeconds({ approachKph, grade: 0 })).toBeNaN();
    expect(yellowChangeSeconds({ approachKph: 50, grade: -0.32 })).toBeNaN();
    expect(yellowChangeSeconds({ approachKph: 50, grade: Number.NaN })).toBeNaN();
  });
});

describe('red clearance interval', () => {
  it('lets a vehicle of 6 m leave a conflict area of 19 m at 50 km/h in 1.8 s', () => {
    expect(redClearanceSeconds({ approachKph: 50, clearanceMeters: 19 })).toBeCloseTo(1.8, 9);
  });
  it('is not a number without speed or with a negative width', () => {
    expect(redClearanceSeconds({ approachKph: 0, clearanceMeters: 19 })).toBeNaN();
    expect(redClearanceSeconds({ approachKph: 50, clearanceMeters: -1 })).toBeNaN();
  });
});

describe('pedestrian times', () => {
  it('give 20 s to cross 21.4 m at 1.07 m/s', () => {
    expect(pedestrianClearanceSeconds(21.4)).toBeCloseTo(20, 9);
  });
  it('give the slow walker 16 s for walk and clearance over 12.76 m and the setback of 1.8 m', () => {
    expect(walkAndClearanceSeconds(12.76)).toBeCloseTo(16, 9);
  });
  it('are not numbers for a crossing of no length', () => {
    expect(pedestrianClearanceSeconds(0)).toBeNaN();
    expect(walkAndClearanceSeconds(-3)).toBeNaN();
  });
});

it('rounds up to the tenth that a controller can hold, but not beyond what is one already', () => {
  expect([3.2, 3.21, 3.30000000000001, 4].map(upToTenth)).toEqual([3.2, 3.3, 3.3, 4]);
});
