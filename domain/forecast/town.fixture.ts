import { Chance } from './chance.ts';
import type { History } from './curriculum.ts';
import type { Pace, Tick } from './pace.ts';

/** The tick of that number; number 0 is Monday, midnight. */
export const tickOf = (number: number, { tickSeconds }: Pace): Tick => ({
  number,
  moment(ticksLater) {
    const then = (number + ticksLater) * tickSeconds;
    return { weekday: Math.floor(then / 86_400) % 7, secondOfDay: then % 86_400 };
  },
});

/** What is usual in the town: two rush hours on working days, slow by day at the weekend. Speeds, 0..100. */
export function usualSpeed(tick: Tick, sensor: number): number {
  const { weekday, secondOfDay } = tick.moment(0);
  const hour = secondOfDay / 3600;
  const rush = (at: number): number => Math.exp(-(((hour - at) / 1.5) ** 2));
  const slow = weekday < 5 ? 20 * rush(8) + 25 * rush(17) : 12 * Math.exp(-(((hour - 14) / 4) ** 2));
  return 70 - 2 * sensor - slow;
}

/** How a town moves: departures that fade, and jams that begin at the first sensor and move on from one to the next. */
export function town(pace: Pace, sensorCount: number, days: number, seed: number): History {
  const chance = new Chance(seed);
  const sensors = Array.from({ length: sensorCount }, (_, i) => `S${i}`);
  const ticks = Array.from({ length: (days * 86_400) / pace.tickSeconds }, (_, i) => tickOf(i, pace));
  const values = new Float32Array(ticks.length * sensorCount);
  const departures = new Float32Array(sensorCount);
  const jams: number[] = [];
  let jam = 0;
  for (const [t, tick] of ticks.entries()) {
    jam = jam > 1 ? 0.7 * jam : chance.share() < 0.04 ? 25 + 10 * chance.share() : 0;
    jams.push(jam);
    for (let sensor = 0; sensor < sensorCount; sensor++) {
      departures[sensor] = 0.8 * departures[sensor]! + chance.normal();
      const arrived = jams[t - 2 * sensor] ?? 0;
      values[t * sensorCount + sensor] = usualSpeed(tick, sensor) + departures[sensor]! - arrived;
    }
  }
  return { pace, sensors, ticks, values };
}
