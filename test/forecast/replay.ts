/** Forecasts a series as it would have come: each row is answered before the next is seen. */
import { SeriesForecaster, type SeriesOptions } from '#commands/series-forecaster.ts';
import type { Outage } from './outages.ts';
import { Said } from './said.ts';
import { rowCount, rowOf, type Series, timeText } from './series.ts';

export interface ReplayOptions extends Pick<SeriesOptions, 'note' | 'isOnline' | 'teach'> {
  /** Rows ahead that are forecast. */
  readonly steps: readonly number[];
  readonly testFrom: number;
  /** Forecast beside it, from the first row that is answered on, by copies that know the same till then. */
  readonly outages: readonly Outage[];
  /** Told of each row. */
  readonly told: () => void;
}

export interface Replayed {
  readonly usual: Said;
  readonly disturbed: ReadonlyMap<Outage, Said>;
}

export async function replay(series: Series, options: ReplayOptions): Promise<Replayed> {
  const { steps, testFrom, outages, told } = options;
  const { sensors, stepSeconds, times } = series;
  const rows = rowCount(series);
  const shape = { sensors, horizons: steps, stepSeconds, testFrom };
  // Nobody waits here, and nobody writes ahead.
  const unhurried = { patience: Number.POSITIVE_INFINITY, readAhead: 0 };
  const forecaster = new SeriesForecaster(shape, { ...options, ...unhurried });
  const room = (): Said => new Said(testFrom, rows, steps, sensors.length);
  const usual = room();
  const beside = outages.map((outage) => ({ outage, said: room() }));
  let copies: SeriesForecaster[] = [];
  for (let row = 0; row < rows; row++) {
    if (row === testFrom) copies = beside.map(() => forecaster.copy());
    const [time, values] = [timeText(times[row]!), rowOf(series, row)];
    const answer = await forecaster.take(row, time, values);
    if (answer) usual.note(row, answer);
    for (const [i, { outage, said }] of beside.entries()) {
      if (row < testFrom) continue;
      const left = values.map((value, sensor) => (outage.isSilent(row, sensor) ? null : value));
      said.note(row, (await copies[i]!.take(row, time, left))!);
    }
    told();
  }
  forecaster.close();
  return { usual, disturbed: new Map(beside.map(({ outage, said }) => [outage, said])) };
}
