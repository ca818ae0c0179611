/** Reads the road itself: config, district, node, link, lane and movement. */
import type { District, Link, Movement, Position } from '#domain/network.ts';
import { byId, type Problems, type Row, readTable } from './table.ts';
import { parseLineString } from './wkt.ts';

export interface Naming {
  readonly name: string;
  readonly timeZone: string;
}

/** A node before its controller is known. */
export interface PlainNode {
  readonly id: string;
  readonly name: string;
  readonly position: Position;
  readonly row: Row;
}

/**
 * config.csv, one line: `dataset_name`; `time_zone` (extension: IANA name); `long_length` must be `m`,
 * `speed` `kph`, `crs` 4326 and `geometry_field_format` `wkt` where they are there, since nothing is
 * converted.
 */
export async function readConfig(folder: string, problems: Problems): Promise<Naming> {
  const rows = await readTable(folder, 'config.csv', ['dataset_name', 'time_zone'], problems, true);
  const [row, second] = rows;
  if (row === undefined) {
    problems.add('config.csv', 2, 'dataset_name', 'no line', 'one line would be right');
    return { name: '', timeZone: 'UTC' };
  }
  if (second !== undefined) second.problem('dataset_name', 'a second line', 'one line would be right');
  for (const [column, right] of [
    ['long_length', 'm'],
    ['speed', 'kph'],
    ['crs', '4326'],
    ['geometry_field_format', 'wkt'],
  ] as const)
    if (row.text(column) !== '' && row.text(column) !== right)
      row.problem(column, `"${row.text(column)}"`, `${right} would be right`);
  const timeZone = row.id('time_zone');
  if (timeZone !== '' && !isTimeZone(timeZone))
    row.problem('time_zone', `"${timeZone}"`, 'an IANA name such as Europe/Copenhagen would be right');
  return { name: row.text('dataset_name'), timeZone };
}

/** district.csv (extension): `district_id`, `name`. */
export async function readDistricts(folder: string, problems: Problems): Promise<Map<string, District>> {
  const rows = await readTable(folder, 'district.csv', ['district_id', 'name'], problems, true);
  return byId(rows, 'district_id', (row, id) => ({ id, name: row.text('name') }));
}

/**
 * node.csv: `node_id`, `name`, `x_coord` (longitude), `y_coord` (latitude), `ctrl_type` (`signal` where
 * controlled).
 */
export async function readNodes(folder: string, problems: Problems): Promise<Map<string, PlainNode>> {
  const columns = ['node_id', 'name', 'x_coord', 'y_coord'];
  const rows = await readTable(folder, 'node.csv', columns, problems, true);
  return byId(rows, 'node_id', (row, id) => ({ id, name: row.text('name'), position: positionOf(row), row }));
}

/**
 * link.csv: `link_id`, `name`, `from_node_id`, `to_node_id`, `length` (m), `free_speed` (km/h), `lanes`,
 * `capacity` (vehicles per hour and lane, as GMNS has it), `geometry` (WKT); extensions `site_id`,
 * `district_id`.
 */
export async function readLinks(
  folder: string,
  nodes: ReadonlyMap<string, PlainNode>,
  districts: ReadonlyMap<string, District>,
  problems: Problems,
): Promise<{ links: Map<string, Link>; rows: Map<string, Row> }> {
  const columns = ['link_id', 'name', 'from_node_id', 'to_node_id', 'length', 'free_speed', 'lanes'];
  columns.push('capacity', 'geometry', 'site_id', 'district_id');
  const rows = await readTable(folder, 'link.csv', columns, problems, true);
  const links = byId(rows, 'link_id', (row, id) => {
    const lanes = row.integer('lanes', 1, 20);
    const geometry = parseLineString(row.text('geometry'));
    if (geometry === undefined)
      row.problem(
        'geometry',
        `"${row.text('geometry').slice(0, 40)}"`,
        'LINESTRING (longitude latitude, longitude latitude, ...) would be right',
      );
    return {
      id,
      name: row.text('name'),
      from: row.reference('from_node_id', nodes, 'node.csv'),
      to: row.reference('to_node_id', nodes, 'node.csv'),
      lengthMeters: row.number('length', 0.1, 200_000),
      lanes,
      freeFlowKph: row.number('free_speed', 1, 200),
      // A millionth of a vehicle hides that a quotient times its divisor may miss the whole number.
      capacityVph: Math.round(row.number('capacity', 1, 5000) * lanes * 1e6) / 1e6,
      site: row.id('site_id'),
      district: row.reference('district_id', districts, 'district.csv'),
      geometry: geometry ?? [],
    };
  });
  return { links, rows: new Map(rows.map((row) => [row.text('link_id'), row])) };
}

/**
 * lane.csv, where it is there: `lane_id`, `link_id`, `lane_num` from 1 (the leftmost); must agree with
 * `lanes` of link.csv.
 */
export async function checkLanes(
  folder: string,
  links: ReadonlyMap<string, Link>,
  problems: Problems,
): Promise<void> {
  const rows = await readTable(folder, 'lane.csv', ['lane_id', 'link_id', 'lane_num'], problems);
  const seen = new Map<string, number>();
  byId(rows, 'lane_id', (row) => {
    const link = row.reference('link_id', links, 'link.csv');
    const lanes = links.get(link)?.lanes;
    if (lanes === undefined || Number.isNaN(lanes)) return;
    const lane = row.integer('lane_num', 1, lanes);
    const first = seen.get(`${link} ${lane}`);
    if (first !== undefined)
      row.problem(
        'lane_num',
        `lane ${lane} of ${link} is already on line ${first}`,
        'each once would be right',
      );
    seen.set(`${link} ${lane}`, row.line);
  });
  if (rows.length === 0) return;
  for (const { id, lanes } of links.values())
    for (let lane = 1; lane <= lanes; lane++)
      if (!seen.has(`${id} ${lane}`))
        problems.add(
          'lane.csv',
          1,
          'lane_num',
          `no lane ${lane} of link ${id}`,
          `1..${lanes} would be right`,
        );
}

/**
 * movement.csv: `mvmt_id`, `node_id`, `mvmt_code`, `type`, `ib_link_id`, `start_ib_lane`, `end_ib_lane`
 * (empty: a single lane), `ob_link_id`, `capacity` (saturation flow of its own lanes, vehicles per hour of
 * green).
 */
export async function readMovements(
  folder: string,
  nodes: ReadonlyMap<string, PlainNode>,
  links: ReadonlyMap<string, Link>,
  problems: Problems,
): Promise<Map<string, Movement>> {
  const columns = ['mvmt_id', 'node_id', 'mvmt_code', 'type', 'ib_link_id', 'start_ib_lane', 'ob_link_id'];
  const rows = await readTable(folder, 'movement.csv', [...columns, 'capacity'], problems);
  return byId(rows, 'mvmt_id', (row, id) => {
    const node = row.reference('node_id', nodes, 'node.csv');
    const inbound = row.reference('ib_link_id', links, 'link.csv');
    const outbound = row.reference('ob_link_id', links, 'link.csv');
    const into = links.get(inbound)?.to ?? node;
    if (into !== node)
      row.problem('ib_link_id', `"${inbound}" ends at node ${into}`, `${node} would be right`);
    const outOf = links.get(outbound)?.from ?? node;
    if (outOf !== node)
      row.problem('ob_link_id', `"${outbound}" begins at node ${outOf}`, `${node} would be right`);
    const lanes = links.get(inbound)?.lanes || 20;
    const firstLane = row.integer('start_ib_lane', 1, lanes);
    const single = row.text('end_ib_lane') === '' || Number.isNaN(firstLane);
    return {
      id,
      node,
      code: row.id('mvmt_code'),
      turn: row.choice('type', ['thru', 'left', 'right', 'uturn']),
      inbound,
      outbound,
      firstLane,
      lastLane: single ? firstLane : row.integer('end_ib_lane', firstLane, lanes),
      saturationVph: row.number('capacity', 1, 40_000),
      ...(row.text('turn_on_red') === 'true' ? { turnOnRed: true } : {}),
      ...outboundLanes(row, links.get(outbound)?.lanes || 20),
    };
  });
}

/** `start_ob_lane` and `end_ob_lane`, both or none. */
function outboundLanes(row: Row, lanes: number): Pick<Movement, 'outboundLanes'> {
  const first = row.optionalNumber('start_ob_lane', 1, lanes);
  if (first === undefined) return {};
  return { outboundLanes: [first, row.optionalNumber('end_ob_lane', first, lanes) ?? first] };
}

/** `x_coord` and `y_coord` of a row. */
export const positionOf = (row: Row): Position => [
  row.number('x_coord', -180, 180),
  row.number('y_coord', -90, 90),
];

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
