/** Recorded occupancies of car parks as absolute counts. */
import { join } from 'node:path';
import type { Link, Network, Node, ParkingFacility, Position } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, parseRfc3339 } from '#domain/time.ts';
import { ArterialError } from '#runtime/errors.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { parkingEvents } from '#schemas/topics.ts';
import { csvRows } from './csv-rows.ts';
import { createLocalClock } from './local-time.ts';
import { countRows, numberIn, openMatrix } from './matrix.ts';
import { exists } from './measured-network.ts';
import type { Replay, ReplayBatch } from './replay.ts';

const batchLength = minutes(5);
const accessLinkMeters = 50;
const metersPerDegree = 111_195;

/**
 * Opens a folder of car-park occupancies: dataset.csv.gz (Birmingham: vehicles inside, local time) or
 * places.csv with free_spaces_15min.csv.gz (Germany: free spaces, UTC).
 *
 * Impossible rows (fewer than no vehicles, more than spaces) are passed on as they are, for ingest to
 * refuse. The files have no counter, so the second since 1970 is the `sequence`: a row that is there twice
 * is a repeat.
 */
export async function openParking(folder: string): Promise<Replay> {
  if (await exists(join(folder, 'dataset.csv.gz'))) return openBirmingham(join(folder, 'dataset.csv.gz'));
  if (await exists(join(folder, 'free_spaces_15min.csv.gz'))) return openGermany(folder);
  throw new ArterialError(
    'replay.source',
    `${folder} has no car parks; dataset.csv.gz, or places.csv with free_spaces_15min.csv.gz, would be right`,
  );
}

const countOf = (facility: string, at: EventTime, occupiedSpaces: number): ParkingEvent => ({
  facility,
  sequence: Math.round(at / 1000),
  at,
  kind: 'count',
  space: null,
  occupiedSpaces,
});

/** The file is in order of car park, so its 35 thousand rows are put in order of time first. */
async function openBirmingham(path: string): Promise<Replay> {
  const timeOf = createLocalClock('Europe/London');
  const facilities: string[] = [];
  const capacities = new Map<string, number>();
  const rows: { at: EventTime; facility: string; occupied: number }[] = [];
  for await (const row of csvRows(path, ['SystemCodeNumber', 'Capacity', 'Occupancy', 'LastUpdated'])) {
    const facility = row.text('SystemCodeNumber');
    if (!capacities.has(facility)) {
      capacities.set(facility, row.number('Capacity'));
      facilities.push(facility);
    }
    const at = timeOf(row.text('LastUpdated'));
    if (at === undefined)
      throw new ArterialError(
        'replay.source',
        `${path}:${row.line} LastUpdated: "${row.text('LastUpdated')}"; ` +
          'a time that the clock of Birmingham showed, yyyy-mm-dd hh:mm:ss, would be right',
      );
    rows.push({ at, facility, occupied: row.number('Occupancy') });
  }
  rows.sort((a, b) => a.at - b.at || (a.facility < b.facility ? -1 : a.facility > b.facility ? 1 : 0));
  const lots = facilities.map((id, i) => ({
    id,
    name: id,
    district: 'Birmingham',
    capacitySpaces: capacities.get(id) as number,
    position: gridPosition([-1.8986, 52.4796], i),
  }));
  return {
    network: parkingNetwork('Birmingham', 'Europe/London', lots),
    records: rows.length,
    async *batches() {
      for (let from = 0; from < rows.length; ) {
        const until = floorTo(rows[from]!.at, batchLength) + batchLength;
        let to = from;
        while (to < rows.length && rows[to]!.at < until) to++;
        const events = rows
          .slice(from, to)
          .map(({ at, facility, occupied }) => countOf(facility, at, occupied));
        yield { topic: parkingEvents, events, at: rows[to - 1]!.at };
        from = to;
      }
    },
  };
}

/** Where the capacity is not known, the 99.9th percentile of the free spaces stands for it. */
async function openGermany(folder: string): Promise<Replay> {
  const matrix = await openMatrix(join(folder, 'free_spaces_15min.csv.gz'));
  const places = await readPlaces(join(folder, 'places.csv'));
  const lots = matrix.columns.map((id, i) => {
    const place = places.get(id);
    if (place === undefined)
      throw new ArterialError(
        'replay.source',
        `${matrix.path}:1: car park ${id} is not in places.csv; a row with that place_id would be right`,
      );
    return { ...place, position: place.position ?? gridPosition([10.4, 51.2], i) };
  });
  return {
    network: parkingNetwork('Germany', 'Europe/Berlin', lots),
    records: (await countRows(matrix.path)) * Math.round(lots.length * 0.83),
    async *batches(): AsyncGenerator<ReplayBatch> {
      for await (const row of matrix.rows()) {
        const at = parseRfc3339(row.time);
        if (at === undefined)
          throw new ArterialError(
            'replay.source',
            `${matrix.path}:${row.line} timestamp: "${row.time}"; yyyy-mm-ddThh:mm:ssZ would be right`,
          );
        const events = lots.flatMap(({ id, capacitySpaces }, column) => {
          const free = numberIn(matrix, row, column);
          return free === undefined ? [] : countOf(id, at, capacitySpaces - Math.round(free));
        });
        if (events.length > 0) yield { topic: parkingEvents, events, at };
      }
    },
  };
}

interface Lot {
  readonly id: string;
  readonly name: string;
  readonly district: string;
  readonly capacitySpaces: number;
  readonly position: Position;
}

async function readPlaces(
  path: string,
): Promise<Map<string, Omit<Lot, 'position'> & { position: Position | undefined }>> {
  const places = new Map<string, Omit<Lot, 'position'> & { position: Position | undefined }>();
  const columns = ['place_id', 'place_name', 'city_name', 'num_all', 'latitude', 'longitude', 'q999_free'];
  for await (const row of csvRows(path, columns)) {
    const id = row.text('place_id');
    const isPlaced = row.text('latitude') !== '' && row.text('longitude') !== '';
    places.set(id, {
      id,
      name: row.text('place_name') || id,
      district: row.text('city_name') || id.split('-')[0] || id,
      capacitySpaces: Math.round(row.number(row.text('num_all') === '' ? 'q999_free' : 'num_all')),
      position: isPlaced ? [row.number('longitude'), row.number('latitude')] : undefined,
    });
  }
  return places;
}

/** A place in a grid beside a centre: drawn, not surveyed, for what comes without coordinates. */
function gridPosition([longitude, latitude]: Position, index: number): Position {
  const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
  return [round(longitude + (index % 16) * 0.004), round(latitude + Math.floor(index / 16) * 0.003)];
}

/** Car parks, each with a short link of its own to drive in from. */
function parkingNetwork(name: string, timeZone: string, lots: readonly Lot[]): Network {
  const nodes = new Map<string, Node>();
  const links = new Map<string, Link>();
  const facilities = new Map<string, ParkingFacility>();
  for (const { id, position, district, ...lot } of lots) {
    const north = Math.round((position[1] + accessLinkMeters / metersPerDegree) * 1e6) / 1e6;
    const street: Position = [position[0], north];
    nodes.set(`${id}-street`, { id: `${id}-street`, name: '', position: street, intersection: undefined });
    nodes.set(`${id}-gate`, { id: `${id}-gate`, name: '', position, intersection: undefined });
    const link = {
      ...{ id: `${id}-access`, name: lot.name, from: `${id}-street`, to: `${id}-gate` },
      ...{ lengthMeters: accessLinkMeters, lanes: 1, freeFlowKph: 20, capacityVph: 600 },
      ...{ site: `${id}-gate`, district, geometry: [street, position] },
    };
    links.set(link.id, link);
    facilities.set(id, {
      ...{ id, district, position, link: link.id, ...lot },
      ...{ kind: 'car-park' as const, pricePerHourCents: undefined },
    });
  }
  const districts = new Map(lots.map(({ district }) => [district, { id: district, name: district }]));
  return {
    ...{ name, timeZone, nodes, links, facilities, districts },
    ...{ movements: new Map(), intersections: new Map(), detectors: new Map() },
    ...{ zones: new Map(), cameras: new Map(), stations: new Map() },
  };
}
