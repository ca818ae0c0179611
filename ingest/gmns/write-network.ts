import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '#domain/network.ts';
import { toLineString } from './wkt.ts';

type Cell = string | number | undefined;

/** The text of every table, by file name: what `readNetwork` reads back as the same network. */
export function toTables(network: Network): Map<string, string> {
  return new Map([...roadTables(network), ...signalTables(network), ...placeTables(network)]);
}

/**
 * Writes the tables of a network into a folder, which is made if it is not there; older tables are
 * replaced.
 */
export async function writeNetwork(folder: string, network: Network): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [file, text] of toTables(network)) await writeFile(join(folder, file), text);
}

function roadTables(network: Network): [string, string][] {
  const nodes = [...network.nodes.values()];
  const links = [...network.links.values()];
  return [
    table('config.csv', 'dataset_name,long_length,speed,crs,geometry_field_format,time_zone', [
      [network.name, 'm', 'kph', 4326, 'wkt', network.timeZone],
    ]),
    table(
      'district.csv',
      'district_id,name',
      [...network.districts.values()].map(({ id, name }) => [id, name]),
    ),
    table(
      'node.csv',
      'node_id,name,x_coord,y_coord,ctrl_type',
      nodes.map((n) => [n.id, n.name, ...n.position, n.intersection === undefined ? 'no_control' : 'signal']),
    ),
    table(
      'link.csv',
      'link_id,name,from_node_id,to_node_id,directed,length,free_speed,lanes,capacity,' +
        'site_id,district_id,geometry',
      links.map((l) => [
        ...[l.id, l.name, l.from, l.to, 'true', l.lengthMeters, l.freeFlowKph, l.lanes],
        ...[l.capacityVph / l.lanes, l.site, l.district, toLineString(l.geometry)],
      ]),
    ),
    table(
      'lane.csv',
      'lane_id,link_id,lane_num',
      links.flatMap(({ id, lanes }) =>
        Array.from({ length: lanes }, (_, i) => [`${id}_${i + 1}`, id, i + 1]),
      ),
    ),
    table(
      'movement.csv',
      'mvmt_id,node_id,ib_link_id,start_ib_lane,end_ib_lane,ob_link_id,type,capacity,mvmt_code,turn_on_red,' +
        'start_ob_lane,end_ob_lane',
      [...network.movements.values()].map((m) => [
        ...[m.id, m.node, m.inbound, m.firstLane, m.lastLane, m.outbound, m.turn, m.saturationVph, m.code],
        ...[m.turnOnRed ? 'true' : '', m.outboundLanes?.[0], m.outboundLanes?.[1]],
      ]),
    ),
  ];
}

function signalTables(network: Network): [string, string][] {
  const intersections = [...network.intersections.values()];
  const phases = intersections.flatMap(({ phases, plan }) => phases.map((phase) => ({ phase, plan })));
  return [
    table(
      'signal_controller.csv',
      'controller_id,name,node_id,site_id,district_id,x_coord,y_coord',
      intersections.map((i) => [i.id, i.name, i.node, i.site, i.district, ...i.position]),
    ),
    table(
      'signal_timing_plan.csv',
      'timing_plan_id,controller_id,cycle_length',
      intersections.map(({ id, plan }) => [plan.id, id, plan.cycleSeconds]),
    ),
    table(
      'signal_coordination.csv',
      'timing_plan_id,controller_id,offset',
      intersections.map(({ id, plan }) => [plan.id, id, plan.offsetSeconds]),
    ),
    table(
      'signal_timing_phase.csv',
      'timing_phase_id,timing_plan_id,signal_phase_num,ring,barrier,position,min_green,max_green,yellow,' +
        'red_clear,clearance,split,walk_time,ped_clearance,crossing_length,' +
        'approach_speed,grade,clear_distance,may_be_omitted',
      phases.map(({ phase: p, plan }) => [
        ...[`${plan.id}-${p.number}`, plan.id, p.number, p.ring, p.barrier, p.position],
        ...[p.minGreenSeconds, p.maxGreenSeconds, p.yellowSeconds, p.redClearanceSeconds],
        Math.round((p.yellowSeconds + p.redClearanceSeconds) * 100) / 100,
        plan.splits.find(({ phase }) => phase === p.number)?.seconds,
        ...[p.pedestrian?.walkSeconds, p.pedestrian?.clearanceSeconds, p.pedestrian?.crossingMeters],
        ...[p.approachKph, p.grade, p.clearanceMeters, p.mayBeOmitted ? 'true' : ''],
      ]),
    ),
    table(
      'signal_phase_mvmt.csv',
      'signal_phase_mvmt_id,timing_phase_id,mvmt_id,protection',
      phases.flatMap(({ phase, plan }) =>
        phase.movements.map(({ movement, protection }) => [
          ...[`${plan.id}-${phase.number}-${movement}`, `${plan.id}-${phase.number}`, movement, protection],
        ]),
      ),
    ),
  ];
}

function placeTables(network: Network): [string, string][] {
  return [
    table(
      'detector.csv',
      'detector_id,cabinet_id,channel,site_id,link_id,role,start_lane,end_lane,to_stop_bar,length,interval',
      [...network.detectors.values()].map((d) => [
        ...[d.id, d.cabinet, d.channel, d.site, d.link, d.role, d.firstLane, d.lastLane],
        ...[d.toStopBarMeters, d.lengthMeters, d.intervalSeconds],
      ]),
    ),
    table(
      'zone.csv',
      'zone_id,site_id,link_id,start_lane,end_lane,to_stop_bar,length',
      [...network.zones.values()].map((z) => [
        ...[z.id, z.site, z.link, z.firstLane, z.lastLane, z.toStopBarMeters, z.lengthMeters],
      ]),
    ),
    table(
      'camera.csv',
      'camera_id,site_id,link_id,x_coord,y_coord',
      [...network.cameras.values()].map((c) => [c.id, c.site, c.link, ...c.position]),
    ),
    table(
      'parking.csv',
      'facility_id,name,district_id,x_coord,y_coord,link_id,capacity,kind,price_per_hour',
      [...network.facilities.values()].map((f) => [
        ...[f.id, f.name, f.district, ...f.position, f.link, f.capacitySpaces, f.kind, f.pricePerHourCents],
      ]),
    ),
    table(
      'station.csv',
      'station_id,name,district_id,x_coord,y_coord,link_id',
      [...network.stations.values()].map((s) => [s.id, s.name, s.district, ...s.position, s.link]),
    ),
  ];
}

function table(file: string, header: string, rows: readonly (readonly Cell[])[]): [string, string] {
  return [file, `${[header, ...rows.map((row) => row.map(toCell).join(','))].join('\n')}\n`];
}

/** Quoted where RFC 4180 asks for it. */
function toCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
