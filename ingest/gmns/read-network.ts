import type { Intersection, Link, Network, Node } from '#domain/network.ts';
import { readCameras, readDetectors, readFacilities, readStations, readZones } from './read-places.ts';
import {
  checkLanes,
  type PlainNode,
  readConfig,
  readDistricts,
  readLinks,
  readMovements,
  readNodes,
} from './read-roads.ts';
import { readIntersections } from './read-signals.ts';
import { Problems, type Row } from './table.ts';

/**
 * Reads a network from the GMNS tables of a folder (each `read-*.ts` lists its columns). config.csv,
 * district.csv, node.csv and link.csv must be there. A movement that no phase serves is not controlled: a
 * slip lane. Throws one `network.invalid` that lists every problem as `file:line column: what was found;
 * what would be right`.
 */
export async function readNetwork(folder: string): Promise<Network> {
  const problems = new Problems();
  const { name, timeZone } = await readConfig(folder, problems);
  const districts = await readDistricts(folder, problems);
  const plainNodes = await readNodes(folder, problems);
  const { links, rows: linkRows } = await readLinks(folder, plainNodes, districts, problems);
  await checkLanes(folder, links, problems);
  const movements = await readMovements(folder, plainNodes, links, problems);
  const intersections = await readIntersections(folder, plainNodes, districts, movements, problems);
  const detectors = await readDetectors(folder, links, problems);
  const zones = await readZones(folder, links, problems);
  const cameras = await readCameras(folder, links, problems);
  const facilities = await readFacilities(folder, links, districts, problems);
  const stations = await readStations(folder, links, districts, problems);
  checkSites(links, linkRows, intersections);
  problems.throwIfAny(folder);
  return {
    name,
    timeZone,
    nodes: withIntersections(plainNodes, intersections),
    links,
    movements,
    intersections,
    detectors,
    zones,
    cameras,
    facilities,
    stations,
    districts,
  };
}

/** A link belongs to the site at its downstream end: at a signal, to the signal's own. */
function checkSites(
  links: ReadonlyMap<string, Link>,
  rows: ReadonlyMap<string, Row>,
  intersections: ReadonlyMap<string, Intersection>,
): void {
  const siteAt = new Map([...intersections.values()].map(({ node, site }) => [node, site]));
  for (const { id, to, site } of links.values()) {
    const right = siteAt.get(to);
    if (right !== undefined && right !== site)
      rows.get(id)?.problem('site_id', `"${site}" on a link that ends at ${to}`, `${right} would be right`);
  }
}

function withIntersections(
  plainNodes: ReadonlyMap<string, PlainNode>,
  intersections: ReadonlyMap<string, Intersection>,
): Map<string, Node> {
  const intersectionAt = new Map([...intersections.values()].map(({ id, node }) => [node, id]));
  const nodes = new Map<string, Node>();
  for (const { id, name, position } of plainNodes.values())
    nodes.set(id, { id, name, position, intersection: intersectionAt.get(id) });
  return nodes;
}
