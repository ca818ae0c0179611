import { describe, expect, it } from 'vitest';
import type { Network, Position } from './network.ts';
import { distanceMeters, facilitiesNear, nearestDistrict, pointBeforeEnd } from './place.ts';

/** One degree of latitude on the mean sphere. Metres. */
const degree = 111_195;
const north = (meters: number): Position => [10, 56 + meters / degree];

const network = {
  facilities: new Map([
    ['far', { id: 'far', position: north(900) }],
    ['near', { id: 'near', position: north(100) }],
  ]),
  links: new Map([
    ['quay', { id: 'quay', district: 'harbour', geometry: [north(0), north(200)] }],
    ['hill', { id: 'hill', district: 'heights', geometry: [north(2000), north(2200)] }],
  ]),
} as unknown as Network;

describe('places', () => {
  it('lie a degree of latitude apart by the mean radius of the Earth', () => {
    expect(distanceMeters([10, 56], [10, 57])).toBeCloseTo(degree, -1);
    expect(distanceMeters([10, 56], [10, 56])).toBe(0);
  });

  it('are nearest first, and no further than asked', () => {
    expect(facilitiesNear(network, north(0), 1000).map(({ facility }) => facility.id)).toEqual([
      'near',
      'far',
    ]);
    expect(facilitiesNear(network, north(0), 500).map(({ facility }) => facility.id)).toEqual(['near']);
  });

  it('belong to the district of the nearest link', () => {
    expect(nearestDistrict(network, north(1900))).toMatchObject({ district: 'heights' });
    expect(nearestDistrict({ links: new Map() } as unknown as Network, north(0))).toBeUndefined();
  });

  it('lie so far before the end of a bent line, and not beyond its beginning', () => {
    const line = [north(0), north(100), north(300)];
    expect(pointBeforeEnd(line, 250)[1]).toBeCloseTo(north(50)[1], 7);
    expect(pointBeforeEnd(line, 9999)).toEqual(line[0]);
    expect(pointBeforeEnd(line, -5)).toEqual(line[2]);
  });
});
