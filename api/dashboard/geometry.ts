/** Plane geometry on longitudes and latitudes; exact enough within a city. */

export type Point = readonly [longitude: number, latitude: number];

const metersPerDegree = 111_320;

/** Distance in meters, taking the earth as flat around the two points. */
export function distanceMeters(a: Point, b: Point): number {
  const shrink = Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
  return Math.hypot((b[0] - a[0]) * shrink, b[1] - a[1]) * metersPerDegree;
}

/** The last `meters` of a line, as a line; the whole line when it is shorter. */
export function tailOf(line: readonly Point[], meters: number): Point[] {
  const tail: Point[] = [];
  let left = meters;
  for (let i = line.length - 1; i > 0; i--) {
    const end = line[i]!;
    const start = line[i - 1]!;
    const length = distanceMeters(start, end);
    tail.unshift(end);
    if (length >= left) {
      const share = length === 0 ? 0 : left / length;
      tail.unshift([end[0] + (start[0] - end[0]) * share, end[1] + (start[1] - end[1]) * share]);
      return tail;
    }
    left -= length;
  }
  const first = line[0];
  if (first) tail.unshift(first);
  return tail;
}

/** The point halfway along a line. */
export function middleOf(line: readonly Point[]): Point | undefined {
  let length = 0;
  for (let i = 1; i < line.length; i++) length += distanceMeters(line[i - 1]!, line[i]!);
  return tailOf(line, length / 2)[0];
}

/** The middle of the points' bounding box. */
export function centreOf(points: readonly Point[]): Point {
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}
