import type { LinkPlace } from './model.ts';
import type { City } from './state.ts';

/** What things are called: their name in the network, else their id. */
export function nameOf(
  city: City,
  kind: 'link' | 'intersection' | 'facility' | 'district',
  id: string,
): string {
  const layers = city.network?.layers;
  if (kind === 'link') return linkPlace(city, id)?.name || id;
  if (kind === 'intersection')
    return (
      layers?.intersections.features.find((f) => f.properties.intersection === id)?.properties.name || id
    );
  if (kind === 'district') return city.network?.districts?.find((d) => d.district === id)?.name || id;
  return layers?.facilities?.features.find((f) => f.properties.facility === id)?.properties.name || id;
}

/** A link by its street and where it leads, for one street has many links. */
export function linkTowards(city: City, link: string): string {
  const after = intersectionAfter(city, link);
  const name = nameOf(city, 'link', link);
  return after ? `${name} → ${nameOf(city, 'intersection', after)}` : name;
}

/** A link's row of the network. */
export const linkPlace = (city: City, id: string): LinkPlace | undefined =>
  city.network?.layers.links.features.find((f) => f.properties.link === id)?.properties;

/** The signalised intersection at the downstream end of a link. */
export function intersectionAfter(city: City, link: string): string | undefined {
  const to = linkPlace(city, link)?.to;
  const found = city.network?.layers.intersections.features.find(
    (f) => f.properties.node === to || f.properties.intersection === to,
  );
  if (found) return found.properties.intersection;
  const line = city.network?.layers.links.features.find((f) => f.properties.link === link)?.geometry
    .coordinates;
  const end = line?.at(-1);
  return city.network?.layers.intersections.features.find(({ geometry: { coordinates } }) => {
    if (!end) return false;
    return Math.abs(coordinates[0] - end[0]) < 2e-4 && Math.abs(coordinates[1] - end[1]) < 2e-4;
  })?.properties.intersection;
}
