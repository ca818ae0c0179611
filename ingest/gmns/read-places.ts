/** Reads what stands on the network: detector, zone, camera, parking and station, the tables that extend GMNS. */
import type { Camera, Detector, District, Link, ParkingFacility, Station, Zone } from '#domain/network.ts';
import { positionOf } from './read-roads.ts';
import { byId, type Problems, type Row, readTable } from './table.ts';

/**
 * detector.csv: `detector_id`, `cabinet_id`, `channel` (1..255, once a cabinet), `site_id`, `link_id`,
 * `role` (advance, stop, midblock), `start_lane`, `end_lane`, `to_stop_bar` (m), `length` (m), `interval`
 * (s; the same for a whole cabinet, which polls all its detectors at once).
 */
export async function readDetectors(
  folder: string,
  links: ReadonlyMap<string, Link>,
  problems: Problems,
): Promise<Map<string, Detector>> {
  const columns = ['detector_id', 'cabinet_id', 'channel', 'site_id', 'link_id', 'role', 'start_lane'];
  columns.push('end_lane', 'to_stop_bar', 'length', 'interval');
  const rows = await readTable(folder, 'detector.csv', columns, problems);
  const cabinets = new Map<string, Detector>();
  const channels = new Map<string, number>();
  return byId(rows, 'detector_id', (row, id) => {
    const link = row.reference('link_id', links, 'link.csv');
    const lanes = links.get(link)?.lanes || 20;
    const firstLane = row.integer('start_lane', 1, lanes);
    const detector: Detector = {
      id,
      cabinet: row.id('cabinet_id'),
      channel: row.integer('channel', 1, 255),
      site: siteOf(row, links.get(link)),
      link,
      role: row.choice('role', ['stop', 'advance', 'midblock']),
      firstLane,
      lastLane: Number.isNaN(firstLane) ? firstLane : row.integer('end_lane', firstLane, lanes),
      toStopBarMeters: row.number('to_stop_bar', 0, links.get(link)?.lengthMeters || 200_000),
      lengthMeters: row.number('length', 0.1, 100),
      intervalSeconds: row.integer('interval', 1, 3600),
    };
    checkCabinet(row, detector, cabinets, channels);
    return detector;
  });
}

function checkCabinet(
  row: Row,
  detector: Detector,
  cabinets: Map<string, Detector>,
  channels: Map<string, number>,
): void {
  const channel = `channel ${detector.channel} of ${detector.cabinet}`;
  const line = channels.get(channel);
  if (line !== undefined && !Number.isNaN(detector.channel))
    row.problem('channel', `${channel} is already on line ${line}`, 'each channel once would be right');
  channels.set(channel, row.line);
  const first = cabinets.get(detector.cabinet);
  if (first === undefined) {
    cabinets.set(detector.cabinet, detector);
    return;
  }
  if (first.site !== detector.site)
    row.problem(
      'site_id',
      `cabinet ${detector.cabinet} at ${detector.site} and, before, at ${first.site}`,
      'one site a cabinet would be right',
    );
  if (first.intervalSeconds !== detector.intervalSeconds)
    row.problem(
      'interval',
      `${detector.intervalSeconds} s in a cabinet that reports every ${first.intervalSeconds} s`,
      'one interval a cabinet would be right',
    );
}

/**
 * zone.csv: `zone_id`, `site_id`, `link_id`, `start_lane`, `end_lane`, `to_stop_bar` (m, of its near end), `length`
 * (m). A radar or a camera sees every vehicle in it.
 */
export async function readZones(
  folder: string,
  links: ReadonlyMap<string, Link>,
  problems: Problems,
): Promise<Map<string, Zone>> {
  const columns = ['zone_id', 'site_id', 'link_id', 'start_lane', 'end_lane', 'to_stop_bar', 'length'];
  const rows = await readTable(folder, 'zone.csv', columns, problems);
  return byId(rows, 'zone_id', (row, id) => {
    const link = row.reference('link_id', links, 'link.csv');
    const lanes = links.get(link)?.lanes || 20;
    const firstLane = row.integer('start_lane', 1, lanes);
    return {
      id,
      site: siteOf(row, links.get(link)),
      link,
      firstLane,
      lastLane: Number.isNaN(firstLane) ? firstLane : row.integer('end_lane', firstLane, lanes),
      toStopBarMeters: row.number('to_stop_bar', 0, links.get(link)?.lengthMeters || 200_000),
      lengthMeters: row.number('length', 0.1, 1000),
    };
  });
}

/** camera.csv: `camera_id`, `site_id`, `link_id` (the approach that it watches), `x_coord`, `y_coord`. */
export async function readCameras(
  folder: string,
  links: ReadonlyMap<string, Link>,
  problems: Problems,
): Promise<Map<string, Camera>> {
  const columns = ['camera_id', 'site_id', 'link_id', 'x_coord', 'y_coord'];
  const rows = await readTable(folder, 'camera.csv', columns, problems);
  return byId(rows, 'camera_id', (row, id) => {
    const link = row.reference('link_id', links, 'link.csv');
    return { id, site: siteOf(row, links.get(link)), link, position: positionOf(row) };
  });
}

/**
 * parking.csv: `facility_id`, `name`, `district_id`, `x_coord`, `y_coord`, `link_id` (from which one drives
 * in), `capacity` (spaces), `kind`, `price_per_hour` (smallest unit of the currency; empty when not known).
 */
export async function readFacilities(
  folder: string,
  links: ReadonlyMap<string, Link>,
  districts: ReadonlyMap<string, District>,
  problems: Problems,
): Promise<Map<string, ParkingFacility>> {
  const columns = ['facility_id', 'name', 'district_id', 'x_coord', 'y_coord', 'link_id', 'capacity', 'kind'];
  const rows = await readTable(folder, 'parking.csv', columns, problems);
  return byId(rows, 'facility_id', (row, id) => ({
    id,
    name: row.text('name'),
    district: row.reference('district_id', districts, 'district.csv'),
    position: positionOf(row),
    link: row.reference('link_id', links, 'link.csv'),
    capacitySpaces: row.integer('capacity', 0, 100_000),
    kind: row.choice('kind', ['on-street', 'off-street', 'underground', 'car-park']),
    pricePerHourCents: row.optionalNumber('price_per_hour', 0, 1_000_000),
  }));
}

/**
 * station.csv: `station_id`, `name`, `district_id`, `x_coord`, `y_coord`, `link_id` (that its hazards bear
 * on).
 */
export async function readStations(
  folder: string,
  links: ReadonlyMap<string, Link>,
  districts: ReadonlyMap<string, District>,
  problems: Problems,
): Promise<Map<string, Station>> {
  const columns = ['station_id', 'name', 'district_id', 'x_coord', 'y_coord', 'link_id'];
  const rows = await readTable(folder, 'station.csv', columns, problems);
  return byId(rows, 'station_id', (row, id) => ({
    id,
    name: row.text('name'),
    district: row.reference('district_id', districts, 'district.csv'),
    position: positionOf(row),
    link: row.reference('link_id', links, 'link.csv'),
  }));
}

/** A device belongs to the site of its link, so that one partition sees both. */
function siteOf(row: Row, link: Link | undefined): string {
  const site = row.id('site_id');
  if (link !== undefined && site !== '' && site !== link.site)
    row.problem('site_id', `"${site}" on link ${link.id} of ${link.site}`, `${link.site} would be right`);
  return site;
}
