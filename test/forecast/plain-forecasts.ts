/** The two forecasts that every other must beat: what was measured last, and what is usual at that time of the week. */
import { rowCount, type Series } from './series.ts';

const day = 86_400_000;

/** The last value of each sensor at each row, NaN before the first. A row a step, a number a sensor. */
export function lastValues(series: Series): Float32Array {
  const { length } = series.sensors;
  const last = series.values.slice();
  for (let i = length; i < last.length; i++) if (Number.isNaN(last[i]!)) last[i] = last[i - length]!;
  return last;
}

/**
 * The mean of all values of a sensor before row `until` at the same step of the same day of the week; where there is
 * none, of the same step of the same kind of day, of any day, of all values. A row a step, a number a sensor.
 */
export function weeklyMeans(series: Series, until: number): Float32Array {
  const { times, stepSeconds, values } = series;
  const { length } = series.sensors;
  const stepsADay = Math.round(86_400 / stepSeconds);
  const kinds: readonly ((at: number) => number)[] = [
    (at) => weekday(at) * stepsADay + stepOf(at, stepsADay),
    (at) => (weekday(at) < 5 ? 0 : stepsADay) + stepOf(at, stepsADay),
    (at) => stepOf(at, stepsADay),
    () => 0,
  ];
  const means = kinds.map((kindOf) => {
    const sums = new Float64Array(7 * stepsADay * length);
    const counts = new Uint32Array(7 * stepsADay * length);
    for (let row = 0; row < until; row++)
      for (let sensor = 0; sensor < length; sensor++) {
        const value = values[row * length + sensor]!;
        if (Number.isNaN(value)) continue;
        const at = kindOf(times[row]!) * length + sensor;
        sums[at]! += value;
        counts[at]!++;
      }
    return sums.map((sum, i) => sum / counts[i]!);
  });
  const all = new Float32Array(values.length);
  for (let row = 0; row < rowCount(series); row++) {
    const places = kinds.map((kindOf) => kindOf(times[row]!) * length);
    for (let sensor = 0; sensor < length; sensor++) {
      let mean = Number.NaN;
      for (let i = 0; i < kinds.length && Number.isNaN(mean); i++) mean = means[i]![places[i]! + sensor]!;
      all[row * length + sensor] = mean;
    }
  }
  return all;
}

/** Monday is 0. */
const weekday = (at: number): number => (Math.floor(at / day) + 3) % 7;
const stepOf = (at: number, stepsADay: number): number =>
  Math.floor(((at - Math.floor(at / day) * day) * stepsADay) / day);
