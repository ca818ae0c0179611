/** Plane geometry on longitudes and latitudes; exact enough within a city. */

export type Point = readonly [longitude: number, latitude: number];

/** Distance in degrees of latitude, taking the earth as flat around the two points. */
function distance(a: Point, b: Point): number {
  const shrink = Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
  return Math.hypot((b[0] - a[0]) * shrink, b[1] - a[1]);
}

/** The point halfway along a line. */
export function middleOf(line: readonly Point[]): Point | undefined {
  const lengths = line.slice(1).map((point, i) => distance(line[i]!, point));
  let left = lengths.reduce((a, b) => a + b, 0) / 2;
  for (const [i, length] of lengths.entries()) {
    if (length >= left && length > 0) {
      const [start, end] = [line[i]!, line[i + 1]!];
      const share = left / length;
      return [start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share];
    }
    left -= length;
  }
  return line[0];
}

/** The middle of the points' bounding box. */
export function centreOf(points: readonly Point[]): Point {
  const xs = points.map((p) => p[0]);
  const ys = points.map((p) => p[1]);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}
