import type { Position } from '#domain/network.ts';

const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/** The positions of a WKT `LINESTRING (lon lat, lon lat, ...)` of at least two; undefined when it is none. */
export function parseLineString(text: string): Position[] | undefined {
  const inside = /^\s*LINESTRING\s*\(([^()]*)\)\s*$/i.exec(text)?.[1];
  if (inside === undefined) return undefined;
  const positions: Position[] = [];
  for (const pair of inside.split(',')) {
    const [longitude, latitude, ...rest] = pair.trim().split(/\s+/);
    if (!longitude || !latitude || rest.length > 0) return undefined;
    if (!number.test(longitude) || !number.test(latitude)) return undefined;
    if (Math.abs(Number(longitude)) > 180 || Math.abs(Number(latitude)) > 90) return undefined;
    positions.push([Number(longitude), Number(latitude)]);
  }
  return positions.length < 2 ? undefined : positions;
}

/** The WKT of a line. */
export const toLineString = (positions: readonly Position[]): string =>
  `LINESTRING (${positions.map(([longitude, latitude]) => `${longitude} ${latitude}`).join(', ')})`;
