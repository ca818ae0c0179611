import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtm, unprojectOf } from './projection.ts';

describe('UTM', () => {
  it('puts the 45th parallel on the central meridian at the known arc of 4 984 944.378 m', () => {
    const [longitude, latitude] = fromUtm(32, false)(500_000, 4_984_944.378 * 0.9996);
    expect([longitude, latitude]).toEqual([9, 45]);
  });

  it('counts the south from ten million', () => {
    expect(fromUtm(32, true)(500_000, 10_000_000 - 4_984_944.378 * 0.9996)).toEqual([9, -45]);
    expect(unprojectOf('+proj=utm +zone=32 +south')?.(500_000, 10_000_000)).toEqual([9, 0]);
  });

  it('is the inverse of the projection by Krüger, an algorithm of its own, all over a zone', () => {
    const longitude = fc.integer({ min: 5_500_000, max: 12_500_000 }).map((n) => n / 1e6);
    const latitude = fc.integer({ min: 0, max: 75_000_000 }).map((n) => n / 1e6);
    fc.assert(
      fc.property(longitude, latitude, (lon, lat) => {
        const back = fromUtm(32, false)(...kruger(lon, lat, 9));
        expect(Math.abs(back[0] - lon)).toBeLessThan(3e-7);
        expect(Math.abs(back[1] - lat)).toBeLessThan(3e-7);
      }),
    );
  });
});

/** UTM east and north by the series of Krüger 1912 in n, to the third order. */
function kruger(longitude: number, latitude: number, meridian: number): [east: number, north: number] {
  const flattening = 1 / 298.257223563;
  const n = flattening / (2 - flattening);
  const radius = (6_378_137 / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const alpha = [
    n / 2 - (2 * n ** 2) / 3 + (5 * n ** 3) / 16,
    (13 * n ** 2) / 48 - (3 * n ** 3) / 5,
    (61 * n ** 3) / 240,
  ];
  const phi = (latitude * Math.PI) / 180;
  const lambda = ((longitude - meridian) * Math.PI) / 180;
  const e = (2 * Math.sqrt(n)) / (1 + n);
  const t = Math.sinh(Math.atanh(Math.sin(phi)) - e * Math.atanh(e * Math.sin(phi)));
  const xi = Math.atan2(t, Math.cos(lambda));
  const eta = Math.atanh(Math.sin(lambda) / Math.hypot(1, t));
  const sum = (of: (j: number) => number): number => alpha.reduce((s, a, i) => s + a * of(2 * (i + 1)), 0);
  const east = eta + sum((j) => Math.cos(j * xi) * Math.sinh(j * eta));
  const north = xi + sum((j) => Math.sin(j * xi) * Math.cosh(j * eta));
  return [500_000 + 0.9996 * radius * east, 0.9996 * radius * north];
}
