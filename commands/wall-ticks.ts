import type { Pace, Tick } from '#domain/forecast/ground.ts';

const daySeconds = 86_400;
/** 1970-01-01 was a Thursday; Monday is 0. */
const firstWeekday = 3;

/** Ticks at times on the clock on the wall, given in milliseconds as if that clock were UTC. */
export const wallTicks = (times: ArrayLike<number>, pace: Pace): Tick[] =>
  Array.from(times, (at) => wallTick(at, pace));

export function wallTick(at: number, { tickSeconds }: Pace): Tick {
  const seconds = Math.round(at / 1000);
  return {
    number: Math.round(seconds / tickSeconds),
    moment(ticksLater) {
      const then = seconds + ticksLater * tickSeconds;
      const day = Math.floor(then / daySeconds);
      return { weekday: (day + firstWeekday) % 7, secondOfDay: then - day * daySeconds };
    },
  };
}
