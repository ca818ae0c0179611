/** Where things lie: distances, nearest things, points along a link. */
import type { Network, ParkingFacility, Position } from '#domain/network.ts';

const earthMeters = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in metres (haversine, mean radius of the Earth). */
export function distanceMeters(a: Position, b: Position): number {
  const dLatitude = radians(b[1] - a[1]);
  const dLongitude = radians(b[0] - a[0]);
  const h =
    Math.sin(dLatitude / 2) ** 2 +
    Math.cos(radians(a[1])) * Math.cos(radians(b[1])) * Math.sin(dLongitude / 2) ** 2;
  return 2 * earthMeters * Math.asin(Math.sqrt(h));
}

/** Car parks within the radius, nearest first. */
export function facilitiesNear(
  network: Network,
  place: Position,
  radiusMeters: number,
): { readonly facility: ParkingFacility; readonly distanceMeters: number }[] {
  return [...network.facilities.values()]
    .map((facility) => ({ facility, distanceMeters: distanceMeters(place, facility.position) }))
    .filter((near) => near.distanceMeters <= radiusMeters)
    .sort((a, b) => a.distanceMeters - b.distanceMeters || (a.facility.id < b.facility.id ? -1 : 1));
}

/** The district of the link nearest to a place, and how far away that link is; undefined without links. */
export function nearestDistrict(
  network: Network,
  place: Position,
): { readonly district: string; readonly distanceMeters: number } | undefined {
  let nearest: { district: string; distanceMeters: number } | undefined;
  for (const link of network.links.values())
    for (const point of link.geometry) {
      const distance = distanceMeters(place, point);
      if (nearest === undefined || distance < nearest.distanceMeters)
        nearest = { district: link.district, distanceMeters: distance };
    }
  return nearest;
}

/** The point that lies so many metres before the downstream end of a line; its ends bound it. */
export function pointBeforeEnd(geometry: readonly Position[], meters: number): Position {
  let left = Math.max(0, meters);
  for (let i = geometry.length - 1; i > 0; i--) {
    const end = geometry[i] as Position;
    const start = geometry[i - 1] as Position;
    const length = distanceMeters(start, end);
    if (left <= length && length > 0) {
      const share = left / length;
      return [end[0] + (start[0] - end[0]) * share, end[1] + (start[1] - end[1]) * share];
    }
    left -= length;
  }
  return geometry[0] as Position;
}
