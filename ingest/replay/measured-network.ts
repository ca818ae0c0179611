/** Networks made from the lists of sensors that come with recorded measurements. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Detector, Link, Network, Node, Position } from '#domain/network.ts';
import { csvRows } from './csv-rows.ts';
import { type Matrix, numberIn } from './matrix.ts';

/** Links whose readings travel in one frame: as many detectors as a large cabinet has. */
const cabinetDetectors = 32;
/** The recordings are in steps of five minutes. */
export const stepSeconds = 300;
/** Vehicles per hour and lane; the recordings say neither lanes nor capacity, so each link is one lane. */
const laneCapacityVph = 1800;
/** No public road in Denmark allows more; one link of the list says 195. */
const fastestKph = 130;
const sensorLinkMeters = 200;
const metersPerDegree = 111_195;
const weekSteps = 2016;
const kphPerMph = 1.609344;

/** Detector and site of each column of a matrix: 32 neighbouring columns share a cabinet. */
function cabinetOf(prefix: string, column: number): { cabinet: string; site: string; channel: number } {
  const number = String(Math.floor(column / cabinetDetectors) + 1).padStart(2, '0');
  return {
    cabinet: `${prefix}-cabinet-${number}`,
    site: `${prefix}-site-${number}`,
    channel: (column % cabinetDetectors) + 1,
  };
}

const detectorOn = (link: Link, cabinet: string, channel: number): Detector => ({
  id: `${link.id}-detector`,
  cabinet,
  channel,
  site: link.site,
  link: link.id,
  role: 'midblock',
  firstLane: 1,
  lastLane: link.lanes,
  toStopBarMeters: Math.round(link.lengthMeters / 2),
  lengthMeters: 1,
  intervalSeconds: stepSeconds,
});

/**
 * Aarhus: links.csv lists 449 links between Bluetooth points. A point is written with slightly different
 * positions in different rows; its first is taken. A district is a postal code; the free-flow speed is
 * NDT_IN_KMH, the speed of normal driving; the geometry is the straight line between the ends.
 */
export async function aarhusNetwork(folder: string, columns: readonly string[]): Promise<Network> {
  const columnOf = new Map(columns.map((id, i) => [id, i]));
  const nodes = new Map<string, Node>();
  const links = new Map<string, Link>();
  const detectors = new Map<string, Detector>();
  const districts = new Map<string, { id: string; name: string }>();
  const wanted = ['REPORT_ID', 'DISTANCE_IN_METERS', 'NDT_IN_KMH', 'POINT_2_POSTAL_CODE', 'POINT_2_CITY'];
  for (const end of ['POINT_1', 'POINT_2'])
    wanted.push(`${end}_NAME`, `${end}_STREET`, `${end}_LNG`, `${end}_LAT`);
  for await (const row of csvRows(join(folder, 'links.csv'), wanted)) {
    const id = row.text('REPORT_ID');
    const column = columnOf.get(id);
    if (column === undefined) continue;
    const ends = ['POINT_1', 'POINT_2'].map((end) => {
      const position: Position = [row.number(`${end}_LNG`), row.number(`${end}_LAT`)];
      const node = { id: row.text(`${end}_NAME`), name: row.text(`${end}_STREET`), position };
      if (!nodes.has(node.id)) nodes.set(node.id, { ...node, intersection: undefined });
      return node;
    }) as [Omit<Node, 'intersection'>, Omit<Node, 'intersection'>];
    const [from, to] = ends;
    const district = row.text('POINT_2_POSTAL_CODE');
    if (!districts.has(district))
      districts.set(district, { id: district, name: `${district} ${row.text('POINT_2_CITY')}` });
    const { cabinet, site, channel } = cabinetOf('aarhus', column);
    const link: Link = {
      id,
      name: from.name === to.name ? from.name : `${from.name} - ${to.name}`,
      from: from.id,
      to: to.id,
      lengthMeters: row.number('DISTANCE_IN_METERS'),
      lanes: 1,
      freeFlowKph: Math.min(fastestKph, row.number('NDT_IN_KMH')),
      capacityVph: laneCapacityVph,
      site,
      district,
      geometry: [from.position, to.position],
    };
    links.set(id, link);
    detectors.set(`${id}-detector`, detectorOn(link, cabinet, channel));
  }
  return withoutSignals('Aarhus', 'Europe/Copenhagen', { nodes, links, detectors, districts });
}

/**
 * Los Angeles: each sensor is a link of 200 m that begins at the sensor. Where they are is read from
 * metr-la_sensor_locations.csv, in the folder or in `graph` beside it; without it they stand on a line,
 * drawn, not surveyed. The free-flow speed is the 85th percentile of the first week.
 */
export async function sensorNetwork(folder: string, matrix: Matrix): Promise<Network> {
  const locations = await sensorLocations(folder);
  const freeFlow = await freeFlowKph(matrix);
  const nodes = new Map<string, Node>();
  const links = new Map<string, Link>();
  const detectors = new Map<string, Detector>();
  matrix.columns.forEach((id, column) => {
    const start = locations.get(id) ?? [-118.4 + column * 0.005, 34.1];
    const degrees = sensorLinkMeters / (metersPerDegree * Math.cos((start[1] * Math.PI) / 180));
    const end: Position = [Math.round((start[0] + degrees) * 1e6) / 1e6, start[1]];
    const { cabinet, site, channel } = cabinetOf('los-angeles', column);
    for (const [suffix, position] of [
      ['start', start],
      ['end', end],
    ] as const) {
      const name = `Sensor ${id}, ${suffix}`;
      nodes.set(`${id}-${suffix}`, { id: `${id}-${suffix}`, name, position, intersection: undefined });
    }
    const link: Link = {
      id,
      name: `Sensor ${id}`,
      from: `${id}-start`,
      to: `${id}-end`,
      lengthMeters: sensorLinkMeters,
      lanes: 1,
      freeFlowKph: freeFlow[column] as number,
      capacityVph: laneCapacityVph,
      site,
      district: 'los-angeles',
      geometry: [start, end],
    };
    links.set(id, link);
    detectors.set(`${id}-detector`, detectorOn(link, cabinet, channel));
  });
  const districts = new Map([['los-angeles', { id: 'los-angeles', name: 'Los Angeles' }]]);
  return withoutSignals('Los Angeles', 'America/Los_Angeles', { nodes, links, detectors, districts });
}

async function sensorLocations(folder: string): Promise<Map<string, Position>> {
  const locations = new Map<string, Position>();
  for (const path of ['metr-la_sensor_locations.csv', '../graph/metr-la_sensor_locations.csv']) {
    const file = join(folder, path);
    if (!(await exists(file))) continue;
    for await (const row of csvRows(file, ['sensor_id', 'latitude', 'longitude']))
      locations.set(row.text('sensor_id'), [row.number('longitude'), row.number('latitude')]);
    break;
  }
  return locations;
}

/** 85th percentile of the speeds of the first week, by column; 105 km/h (65 mph) where there are none. */
async function freeFlowKph(matrix: Matrix): Promise<number[]> {
  const speeds: number[][] = matrix.columns.map(() => []);
  let steps = 0;
  for await (const row of matrix.rows()) {
    if (steps++ === weekSteps) break;
    speeds.forEach((own, column) => {
      const mph = numberIn(matrix, row, column) ?? 0;
      if (mph > 0) own.push(mph);
    });
  }
  return speeds.map((own) => {
    const mph = own.sort((a, b) => a - b)[Math.floor(own.length * 0.85)] ?? 65;
    return Math.round(mph * kphPerMph * 10) / 10;
  });
}

type Measured = Pick<Network, 'nodes' | 'links' | 'detectors' | 'districts'>;

const withoutSignals = (name: string, timeZone: string, measured: Measured): Network => ({
  name,
  timeZone,
  ...measured,
  movements: new Map(),
  intersections: new Map(),
  cameras: new Map(),
  facilities: new Map(),
  stations: new Map(),
  zones: new Map(),
});

/** Whether there is such a file. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
