import { type EventTime, floorTo, minutes } from '../time.ts';
import type { Column, Columns } from './columns.ts';

/** Forecasts are counted by the hour in which their target lies. */
export const accuracyWindow = minutes(60);
/** What the score of an interval that should hold 9 of 10 adds for each unit by which it missed. */
const missWeight = 20;

/**
 * A forecast beside what was measured at its target, in one unit, whole numbers. What had nothing to say is NaN.
 */
export interface Judged {
  readonly measured: number;
  /** As it was issued. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** The last value when it was issued. */
  readonly last: number;
  /** What the weekly profile said of the target when it was issued. */
  readonly profile: number;
}

/** The numbers of a `forecast.accuracy.v1`. */
export interface HourOfAccuracy {
  readonly windowStart: EventTime;
  readonly windowSeconds: number;
  readonly judged: number;
  readonly held: number;
  readonly absoluteError: number;
  readonly persistenceJudged: number;
  readonly persistenceError: number;
  readonly absoluteErrorBesidePersistence: number;
  readonly profileJudged: number;
  readonly profileError: number;
  readonly absoluteErrorBesideProfile: number;
  readonly width: number;
  readonly intervalScore: number;
}

/** Places of the numbers of one sensor and horizon. */
const hourAt = 0;
const judgedAt = 1;
const heldAt = 2;
const errorAt = 3;
const persistenceAt = 4;
const profileAt = 7;
const widthAt = 10;
const scoreAt = 11;
const size = 12;

/**
 * Counts how the forecasts of many sensors did, by horizon and by the hour of their target. Everything is a sum of
 * whole numbers, so that it does not depend on the order in which targets are judged.
 *
 * At a tick `takeHour` comes before `note`: a target on the hour belongs to the hour that it begins.
 */
export class AccuracyByHour {
  readonly #horizons: number;
  readonly #sums: Column<Int32Array>;

  /** Keeps its numbers among `columns`, by sensor; `horizons` is how many there are. */
  constructor(columns: Columns, horizons: number) {
    this.#horizons = horizons;
    this.#sums = columns.add(Int32Array, horizons * size);
  }

  /** Notes a forecast that was issued and whose target was measured; not called when either is missing. */
  note(sensor: number, horizon: number, target: EventTime, judged: Judged): void {
    const { values } = this.#sums;
    const from = this.#place(sensor, horizon);
    const hour = Math.floor(target / accuracyWindow);
    if (values[from + judgedAt]! > 0 && values[from + hourAt] !== hour)
      throw new RangeError(`hour ${values[from + hourAt]} was not taken before one of ${hour} was noted`);
    const { measured, value, low, high } = judged;
    const error = Math.abs(measured - value);
    const missed = Math.max(0, low - measured, measured - high);
    values[from + hourAt] = hour;
    values[from + judgedAt]! += 1;
    if (missed === 0) values[from + heldAt]! += 1;
    values[from + errorAt]! += error;
    values[from + widthAt]! += high - low;
    values[from + scoreAt]! += high - low + missWeight * missed;
    this.#beside(from + persistenceAt, judged.last, measured, error);
    this.#beside(from + profileAt, judged.profile, measured, error);
  }

  /** Count, error of the other, and error of the forecast over the same targets. */
  #beside(from: number, other: number, measured: number, error: number): void {
    if (Number.isNaN(other)) return;
    const { values } = this.#sums;
    values[from]! += 1;
    values[from + 1]! += Math.abs(measured - other);
    values[from + 2]! += error;
  }

  /** The hour of a sensor and horizon that is over at `at`, once; undefined when nothing was judged in it. */
  takeHour(sensor: number, horizon: number, at: EventTime): HourOfAccuracy | undefined {
    const { values } = this.#sums;
    const from = this.#place(sensor, horizon);
    const windowStart = values[from + hourAt]! * accuracyWindow;
    if (values[from + judgedAt] === 0 || windowStart >= floorTo(at, accuracyWindow)) return undefined;
    const number = (place: number): number => values[from + place]!;
    const taken: HourOfAccuracy = {
      windowStart,
      windowSeconds: accuracyWindow / 1000,
      judged: number(judgedAt),
      held: number(heldAt),
      absoluteError: number(errorAt),
      persistenceJudged: number(persistenceAt),
      persistenceError: number(persistenceAt + 1),
      absoluteErrorBesidePersistence: number(persistenceAt + 2),
      profileJudged: number(profileAt),
      profileError: number(profileAt + 1),
      absoluteErrorBesideProfile: number(profileAt + 2),
      width: number(widthAt),
      intervalScore: number(scoreAt),
    };
    values.fill(0, from, from + size);
    return taken;
  }

  #place(sensor: number, horizon: number): number {
    return (sensor * this.#horizons + horizon) * size;
  }
}
