/** What goes wrong with sensors: some die, all fall silent for an hour a day. */
import { Chance } from '#domain/forecast/chance.ts';
import type { Said } from './said.ts';
import { rowCount, type Series } from './series.ts';

export interface Outage {
  readonly name: 'dead' | 'silent';
  /** Whether a sensor gives nothing at a row. */
  isSilent(row: number, sensor: number): boolean;
  /** Whether what is forecast from a row is compared with what it would have been. */
  isJudged(row: number): boolean;
}

const deadShare = 0.3;

/** Three in ten sensors, drawn by chance, give nothing from a row on. */
export function deadSensors(sensors: number, from: number, seed: number): Outage {
  const chance = new Chance(seed);
  const order = Array.from({ length: sensors }, (_, i) => i);
  const dead = new Set<number>();
  while (dead.size < Math.round(deadShare * sensors))
    dead.add(order.splice(chance.below(order.length), 1)[0]!);
  return { name: 'dead', isSilent: (row, sensor) => row >= from && dead.has(sensor), isJudged: () => true };
}

/** All sensors are silent for an hour of each day from a row on, when at least a quarter of them would speak. */
export function silentHours(series: Series, from: number, seed: number): Outage {
  const { stepSeconds, values } = series;
  const { length } = series.sensors;
  const chance = new Chance(seed);
  const hour = Math.max(1, Math.round(3600 / stepSeconds));
  const day = 24 * hour;
  const wouldSpeak = (row: number): boolean => {
    let speak = 0;
    for (let sensor = 0; sensor < length; sensor++)
      if (!Number.isNaN(values[row * length + sensor]!)) speak++;
    return 4 * speak >= length;
  };
  const silent = new Set<number>();
  const judged = new Set<number>();
  // The hour after it is judged too, and no hour reaches into the next day.
  for (let start = from; start + day <= rowCount(series); start += day) {
    const possible = Array.from({ length: day - 2 * hour + 1 }, (_, i) => start + i).filter(wouldSpeak);
    const begin = possible[chance.below(possible.length)];
    for (let i = 0; begin !== undefined && i < 2 * hour; i++) {
      if (i < hour) silent.add(begin + i);
      judged.add(begin + i);
    }
  }
  return { name: 'silent', isSilent: (row) => silent.has(row), isJudged: (row) => judged.has(row) };
}

/** How forecasts from the same rows differ when something goes wrong. Each as a factor; NaN where nothing is judged. */
export interface Growth {
  /** Of the mean absolute error, of all sensors against what they would have measured. */
  readonly all: number;
  /** Of sensors that still speak, and of those that are silent in the row from which is forecast. */
  readonly speaking: number;
  readonly silent: number;
  /** Of the width of the intervals of the silent. */
  readonly width: number;
  /** Share of what they would have measured that those intervals held, 0..1. */
  readonly coverage: number;
}

/** Compares at one step ahead, from the rows `first` up to `end` and not with it. */
export function growthOf(
  series: Series,
  outage: Outage,
  [usual, disturbed]: readonly [Said, Said],
  step: number,
  [first, end]: readonly [number, number],
): Growth {
  const { length } = series.sensors;
  const ahead = usual.steps[step]!;
  const sums = { speaking: [0, 0], silent: [0, 0], width: [0, 0], held: [0, 0] };
  for (let row = first; row < end; row++) {
    if (!outage.isJudged(row)) continue;
    for (let sensor = 0; sensor < length; sensor++) {
      const target = series.values[(row + ahead) * length + sensor]!;
      if (Number.isNaN(target)) continue;
      const isSilent = outage.isSilent(row, sensor);
      const errors = isSilent ? sums.silent : sums.speaking;
      for (const [i, said] of [usual, disturbed].entries()) {
        errors[i]! += Math.abs(said.value(row, step, sensor) - target);
        if (isSilent) sums.width[i]! += said.high(row, step, sensor) - said.low(row, step, sensor);
      }
      if (!isSilent) continue;
      const isHeld =
        target >= disturbed.low(row, step, sensor) && target <= disturbed.high(row, step, sensor);
      sums.held[0]!++;
      if (isHeld) sums.held[1]!++;
    }
  }
  const factor = ([before, after]: number[]): number => after! / before!;
  return {
    all: factor([sums.speaking[0]! + sums.silent[0]!, sums.speaking[1]! + sums.silent[1]!]),
    speaking: factor(sums.speaking),
    silent: factor(sums.silent),
    width: factor(sums.width),
    coverage: factor(sums.held),
  };
}
