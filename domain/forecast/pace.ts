import type { WeekMoment } from './weekly-profile.ts';

/** When a tick is, and where in the week a time so many ticks later is. */
export interface Tick {
  /** Counted from any fixed time, one more each tick. */
  readonly number: number;
  moment(ticksLater: number): WeekMoment;
}

/** How often, and how far ahead, is looked. */
export interface Pace {
  readonly tickSeconds: number;
  /** Ticks ahead that are forecast, growing, at most 12. */
  readonly horizons: readonly number[];
  /** Whether what was measured a day and a week ago is remembered too: days of a car park are much alike. */
  readonly recalls: boolean;
}
