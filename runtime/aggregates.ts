/**
 * What is kept of the windows of a table, bucket by bucket: sums, counts and extremes of whole numbers, from which any
 * mean can be made, and which add up to those of longer buckets. Each column is said twice, as SQL and as a function,
 * and both give the same number to the last digit.
 */
import type { EventTime, Milliseconds } from '#domain/time.ts';
import type { Row } from './measures.ts';

/** Buckets that TimescaleDB keeps ready, by the end of the name of their relation. Milliseconds. */
export const keptLengths: Readonly<Record<string, Milliseconds>> = {
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
};

type Cell = number | readonly (number | null)[] | null;

export interface AggregateColumn {
  readonly name: string;
  /** An aggregate over the rows of the table; bigint or an array of it. */
  readonly sql: string;
  readonly of: (rows: readonly Row[]) => Cell;
}

export interface Aggregate {
  readonly table: string;
  /** The thing whose windows a row of the aggregate sums up. */
  readonly id: string;
  readonly columns: readonly AggregateColumn[];
}

/** What the aggregates of all tables have; of the rows of `eventOf`. */
export interface AnyAggregate {
  readonly bucket: EventTime;
  readonly windows: number;
  readonly observedWindows: number;
  readonly imputedWindows: number;
  /** The longest window. */
  readonly windowSecondsMost: number;
  readonly measuredSeconds: number;
  /** End of the newest measured window. */
  readonly measuredEnd: EventTime | null;
}

/** `delayTotal` over `delayWindows` is the plain mean; `delayByVehicles` over `delayVehicles` that by vehicles. */
export interface LinkAggregate extends AnyAggregate {
  readonly link: string;
  readonly countedWindows: number;
  readonly vehicles: number;
  readonly flowSeconds: number;
  readonly flowBySeconds: number;
  readonly occupancySeconds: number;
  readonly occupancyBySeconds: number;
  readonly paceWindows: number;
  readonly paceTotal: number;
  readonly paceVehicles: number;
  readonly paceByVehicles: number;
  readonly delayWindows: number;
  readonly delayTotal: number;
  readonly delayVehicles: number;
  readonly delayByVehicles: number;
  readonly indexWindows: number;
  readonly indexTotal: number;
  readonly indexVehicles: number;
  readonly indexByVehicles: number;
  readonly samples: number;
  readonly expectedSamples: number;
}

export interface ParkingAggregate extends AnyAggregate {
  readonly facility: string;
  readonly entries: number;
  readonly exits: number;
  readonly leastFreeSpaces: number | null;
  /** Of the newest measured window: its start, then capacity, occupied and free spaces. */
  readonly newest: readonly [number, number, number | null, number | null] | null;
}

export interface IntersectionAggregate extends AnyAggregate {
  readonly intersection: string;
  readonly cycles: number;
  readonly cycleWindows: number;
  readonly cycleTotal: number;
  readonly cycleCycles: number;
  readonly cycleByCycles: number;
  readonly delayWindows: number;
  readonly delayTotal: number;
  readonly delayVolume: number;
  readonly delayByVolume: number;
  readonly splitFailures: number | null;
}

/** Hours that 100 m take at a speed of 1, in this many parts: what is lost by rounding does not show in 0.1 km/h. */
export const paceParts = 100_000_000;

const isMeasured = (row: Row): boolean => row['quality'] === 'observed' || row['quality'] === 'imputed';
const measured = 'is_measured(quality)';

const numberIn = (row: Row, column: string): number => row[column] as number;
const found = (row: Row, column: string): number | null => (row[column] ?? null) as number | null;

const addUp = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

const countOf = (name: string, quality: string): AggregateColumn => ({
  name,
  sql: `count(*) FILTER (WHERE quality = '${quality}')`,
  of: (rows) => rows.filter((row) => row['quality'] === quality).length,
});

/** How many of the measured windows have a value in a column. */
const known = (name: string, column: string): AggregateColumn => ({
  name,
  sql: `count(${column}) FILTER (WHERE ${measured})`,
  of: (rows) => rows.filter((row) => isMeasured(row) && found(row, column) !== null).length,
});

/** The sum over the measured windows; what is null does not count, and the sum of nothing is 0. */
const sum = (name: string, expression: string, of: (row: Row) => number | null): AggregateColumn => ({
  name,
  sql: `coalesce(sum(${expression}) FILTER (WHERE ${measured}), 0)::bigint`,
  of: (rows) => addUp(rows.filter(isMeasured).map(of)),
});

const sumOfAll = (name: string, column: string): AggregateColumn => ({
  name,
  sql: `sum(${column})`,
  of: (rows) => addUp(rows.map((row) => numberIn(row, column))),
});

const startSql = 'epoch_milliseconds(window_start)';
const endOf = (row: Row): number => numberIn(row, 'window_start') + 1000 * numberIn(row, 'window_seconds');

const most = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((one, other) => Math.max(one, other));

const ofAnyTable: readonly AggregateColumn[] = [
  { name: 'windows', sql: 'count(*)', of: (rows) => rows.length },
  countOf('observed_windows', 'observed'),
  countOf('imputed_windows', 'imputed'),
  {
    name: 'window_seconds_most',
    sql: 'max(window_seconds)::bigint',
    of: (rows) => most(rows.map((row) => numberIn(row, 'window_seconds'))),
  },
  sum('measured_seconds', 'window_seconds', (row) => numberIn(row, 'window_seconds')),
  {
    name: 'measured_end',
    sql: `max(${startSql} + window_seconds * bigint '1000') FILTER (WHERE ${measured})`,
    of: (rows) => most(rows.filter(isMeasured).map(endOf)),
  },
];

/** Time that `vehicles` took, in parts of `paceParts`, to the nearest whole; null where the speed is not known. */
function pace(row: Row, vehicles: number): number | null {
  const speed = found(row, 'space_mean_decikph');
  if (speed === null || speed === 0) return null;
  const parts = vehicles * paceParts + Math.floor(speed / 2);
  return (parts - (parts % speed)) / speed;
}
const paceSql = (vehicles: string): string => `pace_parts(${vehicles}, space_mean_decikph)`;

/** Vehicles as a weight: 0 where they were not counted. */
const vehiclesIn = (row: Row): number => (found(row, 'flow_vph') === null ? 0 : numberIn(row, 'vehicles'));
const vehiclesSql = 'vehicles * (flow_vph IS NOT NULL)::int';

/** Sums for the mean of a column by vehicles, and for its plain mean where there were none. */
const byVehicles = (name: string, column: string): AggregateColumn[] => [
  known(`${name}_windows`, column),
  sum(`${name}_total`, `${column}::bigint`, (row) => found(row, column)),
  sum(`${name}_vehicles`, `${vehiclesSql} * (${column} IS NOT NULL)::int`, (row) =>
    found(row, column) === null ? null : vehiclesIn(row),
  ),
  sum(
    `${name}_by_vehicles`,
    `${column}::bigint * ${vehiclesSql}`,
    (row) => (found(row, column) ?? 0) * vehiclesIn(row),
  ),
];

/** Sums for the mean of a column by the length of the windows. */
const bySeconds = (name: string, column: string): AggregateColumn[] => [
  sum(`${name}_seconds`, `window_seconds * (${column} IS NOT NULL)::int`, (row) =>
    found(row, column) === null ? null : numberIn(row, 'window_seconds'),
  ),
  sum(
    `${name}_by_seconds`,
    `${column}::bigint * window_seconds`,
    (row) => (found(row, column) ?? 0) * numberIn(row, 'window_seconds'),
  ),
];

const ofLinks: Aggregate = {
  table: 'link_state',
  id: 'link',
  columns: [
    ...ofAnyTable,
    known('counted_windows', 'flow_vph'),
    sum('vehicles', vehiclesSql, vehiclesIn),
    ...bySeconds('flow', 'flow_vph'),
    ...bySeconds('occupancy', 'occupancy_permille'),
    sum('pace_windows', '(space_mean_decikph > 0)::int', (row) => +(pace(row, 1) !== null)),
    sum('pace_total', paceSql('1'), (row) => pace(row, 1)),
    sum('pace_vehicles', `${vehiclesSql} * (space_mean_decikph > 0)::int`, (row) =>
      pace(row, 1) === null ? null : vehiclesIn(row),
    ),
    sum('pace_by_vehicles', paceSql(vehiclesSql), (row) => pace(row, vehiclesIn(row))),
    ...byVehicles('delay', 'delay_deciseconds'),
    ...byVehicles('index', 'travel_time_index_permille'),
    sumOfAll('samples', 'samples'),
    sumOfAll('expected_samples', 'expected_samples'),
  ],
};

const ofParking: Aggregate = {
  table: 'parking_state',
  id: 'facility',
  columns: [
    ...ofAnyTable,
    sum('entries', 'entries', (row) => numberIn(row, 'entries')),
    sum('exits', 'exits', (row) => numberIn(row, 'exits')),
    {
      name: 'least_free_spaces',
      sql: `min(free_spaces) FILTER (WHERE ${measured})::bigint`,
      of: (rows) => {
        const free = rows.filter(isMeasured).flatMap((row) => found(row, 'free_spaces') ?? []);
        return free.length === 0 ? null : Math.min(...free);
      },
    },
    {
      // Arrays are compared from their first element, and no two windows of a car park begin at once.
      name: 'newest',
      sql: `max(ARRAY[${startSql}, capacity_spaces, occupied_spaces, free_spaces]) FILTER (WHERE ${measured})`,
      of: (rows) => {
        const last = rows.filter(isMeasured).at(-1);
        return last === undefined
          ? null
          : ['window_start', 'capacity_spaces', 'occupied_spaces', 'free_spaces'].map((name) =>
              found(last, name),
            );
      },
    },
  ],
};

/** The sum of a field over the phases of a row, as the function of the same name in SQL; null when none has it. */
function phaseTotal(row: Row, field: string): number | null {
  const phases = row['phases'] as readonly Readonly<Record<string, number | null>>[];
  const totals = phases.flatMap((phase) => phase[field] ?? []);
  return totals.length === 0 ? null : addUp(totals);
}

/** Vehicles an hour times seconds: what the delay of a window weighs. */
const volumeIn = (row: Row): number => (phaseTotal(row, 'volumeVph') ?? 0) * numberIn(row, 'window_seconds');
const volumeSql = 'volume_weight(phases, window_seconds)';

const delay = 'control_delay_deciseconds';
const cycle = 'cycle_deciseconds';

const ofIntersections: Aggregate = {
  table: 'intersection_performance',
  id: 'intersection',
  columns: [
    ...ofAnyTable,
    sum('cycles', 'cycles', (row) => numberIn(row, 'cycles')),
    known('cycle_windows', cycle),
    sum('cycle_total', `${cycle}::bigint`, (row) => found(row, cycle)),
    sum('cycle_cycles', `cycles * (${cycle} IS NOT NULL)::int`, (row) =>
      found(row, cycle) === null ? null : numberIn(row, 'cycles'),
    ),
    sum(
      'cycle_by_cycles',
      `${cycle}::bigint * cycles`,
      (row) => (found(row, cycle) ?? 0) * numberIn(row, 'cycles'),
    ),
    known('delay_windows', delay),
    sum('delay_total', `${delay}::bigint`, (row) => found(row, delay)),
    sum('delay_volume', `${volumeSql} * (${delay} IS NOT NULL)::int`, (row) =>
      found(row, delay) === null ? null : volumeIn(row),
    ),
    sum('delay_by_volume', `${delay} * ${volumeSql}`, (row) => (found(row, delay) ?? 0) * volumeIn(row)),
    {
      name: 'split_failures',
      sql: `sum(phase_total(phases, 'splitFailures')) FILTER (WHERE ${measured})::bigint`,
      of: (rows) => {
        const totals = rows.filter(isMeasured).flatMap((row) => phaseTotal(row, 'splitFailures') ?? []);
        return totals.length === 0 ? null : addUp(totals);
      },
    },
  ],
};

export const aggregates: readonly Aggregate[] = [ofLinks, ofParking, ofIntersections];

/** The aggregate of that table; a table that has none is a mistake of the program. */
export function aggregateOf(table: string): Aggregate {
  const aggregate = aggregates.find((each) => each.table === table);
  if (aggregate === undefined) throw new TypeError(`${table} has no aggregate`);
  return aggregate;
}

/** The aggregate of rows of its table, oldest first, in buckets of `length`; by bucket, then by id. */
export function aggregateRows(
  { id, columns }: Aggregate,
  rows: readonly Row[],
  length: Milliseconds,
): readonly Row[] {
  const groups = new Map<string, { readonly id: string; readonly bucket: number; readonly rows: Row[] }>();
  for (const row of rows) {
    const start = numberIn(row, 'window_start');
    const bucket = Math.floor(start / length) * length;
    const name = row[id] as string;
    const key = `${bucket}/${name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { id: name, bucket, rows: [row] });
    else group.rows.push(row);
  }
  return [...groups.values()].map(
    (group): Row => ({
      [id]: group.id,
      bucket: group.bucket,
      ...Object.fromEntries(columns.map(({ name, of }) => [name, of(group.rows)])),
    }),
  );
}

/** The columns of a bucket without any window. */
export const emptyAggregate = ({ columns }: Aggregate): Row =>
  Object.fromEntries(columns.map(({ name, of }) => [name, of([])]));

/** The columns as a list of SQL, one a line; the migrations hold the same text. */
export const aggregateList = ({ columns }: Aggregate): string =>
  columns
    .map(({ name, sql }) => `        ${sql.replace(' FILTER', '\n          FILTER')} AS ${name}`)
    .join(',\n');
