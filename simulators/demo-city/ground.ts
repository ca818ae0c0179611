/** Plane geometry of the drawing, and its place on the globe. */
import type { Position } from '#domain/network.ts';
import { origin, turnedDegrees } from './plan.ts';

/** Metres east and north of the market square. */
export interface Point {
  readonly east: number;
  readonly north: number;
}

const metersPerDegree = 111_195;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Longitude and latitude of a point of the drawing, to a tenth of a metre; exact enough over 4 km. */
export function onGlobe({ east, north }: Point): Position {
  const turn = radians(turnedDegrees);
  const turnedEast = east * Math.cos(turn) + north * Math.sin(turn);
  const turnedNorth = north * Math.cos(turn) - east * Math.sin(turn);
  return [
    round(origin.longitude + turnedEast / (metersPerDegree * Math.cos(radians(origin.latitude)))),
    round(origin.latitude + turnedNorth / metersPerDegree),
  ];
}

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/**
 * The points of a smooth curve through all of `through`, stretch by stretch, each with both its ends
 * (Catmull and Rom 1974; the ends of the whole are continued straight).
 */
export function curve(through: readonly Point[], steps: number): Point[][] {
  const stretches: Point[][] = [];
  for (let i = 0; i + 1 < through.length; i++) {
    const p1 = through[i] as Point;
    const p2 = through[i + 1] as Point;
    const p0 = through[i - 1] ?? mirrored(p2, p1);
    const p3 = through[i + 2] ?? mirrored(p1, p2);
    const points: Point[] = [];
    for (let step = 0; step <= steps; step++) {
      const t = step / steps;
      points.push({
        east: catmullRom(p0.east, p1.east, p2.east, p3.east, t),
        north: catmullRom(p0.north, p1.north, p2.north, p3.north, t),
      });
    }
    stretches.push(points);
  }
  return stretches;
}

const mirrored = (point: Point, about: Point): Point => ({
  east: 2 * about.east - point.east,
  north: 2 * about.north - point.north,
});

const catmullRom = (p0: number, p1: number, p2: number, p3: number, t: number): number =>
  0.5 *
  (2 * p1 +
    (p2 - p0) * t +
    (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t +
    (3 * p1 - p0 - 3 * p2 + p3) * t * t * t);

/** Compass bearing from a to b within the drawing, degrees clockwise from its north, 0..360. */
export function bearing(a: Point, b: Point): number {
  const degrees = (Math.atan2(b.east - a.east, b.north - a.north) * 180) / Math.PI;
  return (degrees + 360) % 360;
}

/**
 * The point half-way along, and so many metres to the right of, the line from the first to the last point.
 */
export function besideMiddle(points: readonly Point[], metersRight: number): Point {
  const middle = points[Math.floor(points.length / 2)] as Point;
  const heading = radians(bearing(points[0] as Point, points.at(-1) as Point));
  return {
    east: middle.east + metersRight * Math.cos(heading),
    north: middle.north - metersRight * Math.sin(heading),
  };
}
