/** Scores what was forecast of a series against what was then measured. */
import { Tally, worstCoverage } from './metrics.ts';
import { lastValues, weeklyMeans } from './plain-forecasts.ts';
import type { Said } from './said.ts';
import { hourOf, type Protocol, type Series, splitOf } from './series.ts';

/** Of one horizon. Errors in the unit of the series. */
export interface Score {
  /** Rows ahead. */
  readonly ahead: number;
  /** What counts for the protocol: of the one step, or of all up to it. */
  readonly all: Tally;
  /** Of the one step. */
  readonly own: Tally;
  readonly worst: number;
  /** Of the last value and of the weekly profile, over the targets of `all` of which they had something to say. */
  readonly last: Rival;
  readonly profile: Rival;
  /** Of the one step, by the hour of its target. */
  readonly byHour: readonly Hour[];
}

export interface Rival {
  readonly error: number;
  /** That of the forecast over the same targets. */
  readonly besides: number;
}

export interface Hour {
  readonly error: number;
  readonly last: number;
  readonly profile: number;
}

/** Sums of the errors of a rival, and of the forecast beside it. */
class Duel {
  #targets = 0;
  #rival = 0;
  #own = 0;

  add(target: number, rival: number, own: number): void {
    if (Number.isNaN(rival)) return;
    this.#targets++;
    this.#rival += Math.abs(rival - target);
    this.#own += Math.abs(own - target);
  }

  get result(): Rival {
    return { error: this.#rival / this.#targets, besides: this.#own / this.#targets };
  }
}

export function scoresOf(
  series: Series,
  said: Said,
  protocol: Protocol,
  horizons: readonly number[],
): Score[] {
  const { values, times, sensors } = series;
  const { length } = sensors;
  const split = splitOf(times.length, protocol);
  const last = lastValues(series);
  const usual = weeklyMeans(series, split.testFrom);
  return horizons.map((ahead) => {
    const [first, end] = split.origins(ahead);
    const all = new Tally();
    const own = new Tally();
    const bySensor = sensors.map(() => new Tally());
    const duels = { last: new Duel(), profile: new Duel() };
    const hours = Array.from({ length: 24 }, () => ({ last: new Duel(), profile: new Duel() }));
    for (const [step, stepAhead] of said.steps.entries()) {
      if (stepAhead > ahead || (protocol === 'single' && stepAhead !== ahead)) continue;
      for (let row = first; row < end; row++)
        for (let sensor = 0; sensor < length; sensor++) {
          const at = (row + stepAhead) * length + sensor;
          const target = values[at]!;
          if (Number.isNaN(target)) continue;
          const value = said.value(row, step, sensor);
          const [low, high] = [said.low(row, step, sensor), said.high(row, step, sensor)];
          all.add(target, value, low, high);
          duels.last.add(target, last[row * length + sensor]!, value);
          duels.profile.add(target, usual[at]!, value);
          if (stepAhead !== ahead) continue;
          own.add(target, value, low, high);
          bySensor[sensor]!.add(target, value, low, high);
          const hour = hours[hourOf(times[row + stepAhead]!)]!;
          hour.last.add(target, last[row * length + sensor]!, value);
          hour.profile.add(target, usual[at]!, value);
        }
    }
    return {
      ...{ ahead, all, own, worst: worstCoverage(bySensor) },
      ...{ last: duels.last.result, profile: duels.profile.result },
      byHour: hours.map((hour) => ({
        error: hour.last.result.besides,
        last: hour.last.result.error,
        profile: hour.profile.result.error,
      })),
    };
  });
}
