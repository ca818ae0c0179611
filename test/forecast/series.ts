/** What many sensors measured, row by row at even steps, and how the last part of it is forecast and judged. */
export interface Series {
  readonly sensors: readonly string[];
  readonly stepSeconds: number;
  /** When each row is, as if the clock on the wall were UTC. Milliseconds. */
  readonly times: Float64Array;
  /** A row a step, a number a sensor; NaN where nothing was measured. */
  readonly values: Float32Array;
}

/**
 * Which forecasts count. `single`: of the windows of 12 rows in and 12 out, the last fifth; the error at a horizon is
 * that of its own step alone (Li and others 2018). `mean`: windows that lie in the last fifth of the rows; the error at
 * a horizon is the mean over all steps up to it (Zhao and others 2019).
 */
export type Protocol = 'single' | 'mean';

const rowsIn = 12;
const rowsOut = 12;
const testShare = 0.2;

export interface Split {
  /** The first row from which is forecast. */
  readonly testFrom: number;
  /** Rows from which forecasts at a horizon count: from the first, up to the last and not with it. */
  origins(ahead: number): readonly [number, number];
}

export function splitOf(rows: number, protocol: Protocol): Split {
  const windows = rows - rowsIn - rowsOut + 1;
  const testFrom = windows - roundToEven(testShare * windows) + rowsIn - 1;
  if (protocol === 'single') return { testFrom, origins: () => [testFrom, rows - rowsOut] };
  const trained = Math.floor((1 - testShare) * rows);
  return { testFrom, origins: (ahead) => [trained + rowsIn - 1, rows - ahead] };
}

/** Halves go to the even number, as in the programs that first split these data. */
function roundToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** The row as it is said to a forecaster. */
export function rowOf({ sensors, values }: Series, row: number): (number | null)[] {
  const { length } = sensors;
  return Array.from(values.subarray(row * length, (row + 1) * length), (value) =>
    Number.isNaN(value) ? null : value,
  );
}

export const rowCount = ({ times }: Series): number => times.length;
export const hourOf = (at: number): number => Math.floor(at / 3_600_000) % 24;
export const timeText = (at: number): string => new Date(at).toISOString().slice(0, 19);
