import { utcOffset } from '../local-time.ts';
import type { EventTime } from '../time.ts';
import type { Pace, Tick } from './pace.ts';

const day = 86_400_000;
/** 1970-01-01 was a Thursday; Monday is 0. */
const firstWeekday = 3;

/** The tick that ends at `at`, in the weeks of the city's own clock. */
export function cityTick(at: EventTime, { tickSeconds }: Pace, timeZone: string): Tick {
  return {
    number: Math.floor(at / 1000 / tickSeconds),
    moment(ticksLater) {
      const then = at + 1000 * tickSeconds * ticksLater;
      const local = then + utcOffset(then, timeZone);
      const days = Math.floor(local / day);
      return { weekday: (days + firstWeekday) % 7, secondOfDay: Math.floor((local - days * day) / 1000) };
    },
  };
}

/** The same where ticks are counted by whoever takes them, and `at` is as if the clock on the wall were UTC. */
export const countedTick = (number: number, at: EventTime, pace: Pace): Tick => ({
  number,
  moment: cityTick(at, pace, 'UTC').moment,
});
