import type { Position } from '#domain/network.ts';

/** Turns metres east and north into longitude and latitude, to seven decimals (about a centimetre). */
export type Unproject = (east: number, north: number) => Position;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (rad: number): number => (rad * 180) / Math.PI;
const round = (value: number): number => Math.round(value * 1e7) / 1e7;

/** WGS 84. */
const semiMajorMeters = 6_378_137;
const flattening = 1 / 298.257223563;
/** Scale on the central meridian, false easting and northing of UTM. */
const scale = 0.9996;
const falseEasting = 500_000;
const falseNorthing = 10_000_000;
const metersPerDegree = 111_195;

/**
 * The inverse of a PROJ string that SUMO writes; undefined for one that is not known. `!` says that the net
 * is not on the globe: its metres are then laid out around 0° north, 0° east.
 */
export function unprojectOf(projection: string): Unproject | undefined {
  if (projection === '!')
    return (east, north) => [round(east / metersPerDegree), round(north / metersPerDegree)];
  const zone = /\+proj=utm\b/.test(projection) ? /\+zone=(\d+)/.exec(projection)?.[1] : undefined;
  if (zone === undefined || Number(zone) < 1 || Number(zone) > 60) return undefined;
  return fromUtm(Number(zone), /\+south\b/.test(projection));
}

/**
 * Inverse transverse Mercator by series, Snyder 1987 (USGS Professional Paper 1395) eqs 8-17 to 8-25 and
 * 3-26.
 */
export function fromUtm(zone: number, isSouth: boolean): Unproject {
  const e2 = flattening * (2 - flattening);
  const ePrime2 = e2 / (1 - e2);
  const e1 = (1 - Math.sqrt(1 - e2)) / (1 + Math.sqrt(1 - e2));
  const meridian = zone * 6 - 183;
  return (east, north) => {
    const arc = (north - (isSouth ? falseNorthing : 0)) / scale;
    const mu = arc / (semiMajorMeters * (1 - e2 / 4 - (3 * e2 ** 2) / 64 - (5 * e2 ** 3) / 256));
    const foot =
      mu +
      ((3 * e1) / 2 - (27 * e1 ** 3) / 32) * Math.sin(2 * mu) +
      ((21 * e1 ** 2) / 16 - (55 * e1 ** 4) / 32) * Math.sin(4 * mu) +
      ((151 * e1 ** 3) / 96) * Math.sin(6 * mu) +
      ((1097 * e1 ** 4) / 512) * Math.sin(8 * mu);
    const sin = Math.sin(foot);
    const tan2 = Math.tan(foot) ** 2;
    const c = ePrime2 * Math.cos(foot) ** 2;
    const normal = semiMajorMeters / Math.sqrt(1 - e2 * sin ** 2);
    const radius = (semiMajorMeters * (1 - e2)) / (1 - e2 * sin ** 2) ** 1.5;
    const d = (east - falseEasting) / (normal * scale);
    const latitude =
      foot -
      ((normal * Math.tan(foot)) / radius) *
        (d ** 2 / 2 -
          ((5 + 3 * tan2 + 10 * c - 4 * c ** 2 - 9 * ePrime2) * d ** 4) / 24 +
          ((61 + 90 * tan2 + 298 * c + 45 * tan2 ** 2 - 252 * ePrime2 - 3 * c ** 2) * d ** 6) / 720);
    const longitude =
      radians(meridian) +
      (d -
        ((1 + 2 * tan2 + c) * d ** 3) / 6 +
        ((5 - 2 * c + 28 * tan2 - 3 * c ** 2 + 8 * ePrime2 + 24 * tan2 ** 2) * d ** 5) / 120) /
        Math.cos(foot);
    return [round(degrees(longitude)), round(degrees(latitude))];
  };
}
