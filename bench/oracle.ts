/** What the table of a job must hold, computed from the frames one by one as `JOBS.md` says, with no code in common. */
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import type { BenchCity } from './city.ts';
import { hop, type Job, startAt } from './jobs.ts';

/** The rows in order of link and window, each as the text that `table.ts` makes of a row of the database. */
export interface Oracle {
  take(frame: DetectorFrame): void;
  rows(): string[];
}

export const makeOracle = (job: Job, city: BenchCity, minutes: number): Oracle =>
  job === 'hop' ? new HopOracle(city, minutes) : new MinuteOracle(city, minutes);

const round = (x: number): number => Math.floor(x + 0.5);

interface Sums {
  samples: number;
  vehicles: number;
  countedSeconds: number;
  occupied: number;
  occupiedSeconds: number;
  pace: number;
  paced: number;
  impliedPace: number;
  implied: number;
}

const nothing = (): Sums => ({
  samples: 0,
  vehicles: 0,
  countedSeconds: 0,
  occupied: 0,
  occupiedSeconds: 0,
  pace: 0,
  paced: 0,
  impliedPace: 0,
  implied: 0,
});

/** Sums of each link by window of some length. */
class Windows {
  readonly links: readonly string[];
  private readonly city: BenchCity;
  private readonly milliseconds: number;
  /** By cabinet and channel. */
  private readonly places = new Map<string, { readonly link: string; readonly zoneMeters: number }[]>();
  private readonly sums = new Map<string, (Sums | undefined)[]>();

  constructor(city: BenchCity, seconds: number) {
    this.city = city;
    this.milliseconds = seconds * 1000;
    this.links = [...city.network.links.keys()].sort();
    for (const link of this.links) this.sums.set(link, []);
    for (const { cabinet, channel, link, lengthMeters } of city.network.detectors.values()) {
      const known = this.places.get(cabinet) ?? [];
      known[channel] = { link, zoneMeters: lengthMeters };
      this.places.set(cabinet, known);
    }
  }

  take({ cabinet, at, intervalSeconds, readings }: DetectorFrame): void {
    const window = Math.floor((at - 500 * intervalSeconds - startAt) / this.milliseconds);
    const places = this.places.get(cabinet)!;
    for (let i = 0; i < readings.length; i++) {
      const { link, zoneMeters } = places[readings.detector[i]!]!;
      const windows = this.sums.get(link)!;
      windows[window] ??= nothing();
      addReading(
        windows[window],
        readings.count[i]!,
        readings.occupancyPermille[i]!,
        readings.speedDecikph[i]!,
        { intervalSeconds, zoneMeters },
      );
    }
  }

  of(link: string, window: number): Sums | undefined {
    return this.sums.get(link)![window];
  }

  link(name: string) {
    return this.city.network.links.get(name)!;
  }
}

function addReading(
  sums: Sums,
  count: number,
  occupancy: number,
  speed: number,
  { intervalSeconds, zoneMeters }: { readonly intervalSeconds: number; readonly zoneMeters: number },
): void {
  sums.samples += 1;
  if (count >= 0) {
    sums.vehicles += count;
    sums.countedSeconds += intervalSeconds;
  }
  if (occupancy >= 0) {
    sums.occupied += occupancy * intervalSeconds;
    sums.occupiedSeconds += intervalSeconds;
  }
  if (speed > 0) {
    const weight = count >= 0 ? count : 1;
    sums.pace += weight * round(1e9 / speed);
    sums.paced += weight;
  } else if (count >= 0 && occupancy >= 0) {
    sums.impliedPace += round(occupancy * intervalSeconds * (1e8 / (3600 * (5 + zoneMeters))));
    sums.implied += count;
  }
}

class MinuteOracle implements Oracle {
  private readonly windows: Windows;
  private readonly minutes: number;

  constructor(city: BenchCity, minutes: number) {
    this.windows = new Windows(city, 60);
    this.minutes = minutes;
  }

  take(frame: DetectorFrame): void {
    this.windows.take(frame);
  }

  rows(): string[] {
    const rows: string[] = [];
    for (const name of this.windows.links)
      for (let window = 0; window < this.minutes; window++) {
        const sums = this.windows.of(name, window);
        if (sums !== undefined) rows.push(this.row(name, window, sums));
      }
    return rows;
  }

  private row(name: string, window: number, sums: Sums): string {
    const { lanes, lengthMeters, freeFlowKph } = this.windows.link(name);
    const expected = 60 * lanes;
    let speed: number | undefined;
    if (sums.paced > 0) speed = Math.max(1, round((1e9 * sums.paced) / sums.pace));
    else if (sums.implied > 0 && sums.impliedPace > 0)
      speed = Math.max(1, Math.min(round(freeFlowKph * 10), round((1e9 * sums.implied) / sums.impliedPace)));
    const quality =
      speed === undefined ? 'missing' : sums.paced > 0 && sums.samples >= expected ? 'observed' : 'imputed';
    return [
      name,
      startAt + window * 60_000,
      sums.vehicles,
      sums.countedSeconds > 0 ? round((sums.vehicles * lanes * 3600) / sums.countedSeconds) : '',
      sums.occupiedSeconds > 0 ? round(sums.occupied / sums.occupiedSeconds) : '',
      ...(speed === undefined ? ['', '', '', ''] : ofSpeed(speed, lengthMeters, freeFlowKph)),
      quality,
      sums.samples,
      expected,
    ].join('|');
  }
}

function ofSpeed(decikph: number, lengthMeters: number, freeFlowKph: number): (string | number)[] {
  const kph = decikph / 10;
  const delay = Math.max(0, (lengthMeters * 3.6) / kph - (lengthMeters * 3.6) / freeFlowKph);
  const share = kph / freeFlowKph;
  const level = 'ABCDE'[[0.8, 0.67, 0.5, 0.4, 0.3].findIndex((bound) => share > bound)] ?? 'F';
  return [
    decikph,
    Math.min(1_000_000, round(10 * delay)),
    Math.min(1_000_000, round((1000 * freeFlowKph) / kph)),
    level,
  ];
}

class HopOracle implements Oracle {
  private readonly panes: Windows;
  private readonly minutes: number;

  constructor(city: BenchCity, minutes: number) {
    this.panes = new Windows(city, hop.everySeconds);
    this.minutes = minutes;
  }

  take(frame: DetectorFrame): void {
    this.panes.take(frame);
  }

  rows(): string[] {
    const span = hop.windowSeconds / hop.everySeconds;
    const last = (this.minutes * 60) / hop.everySeconds - span;
    const rows: string[] = [];
    for (const name of this.panes.links)
      for (let first = 0; first <= last; first++) {
        const sums = nothing();
        for (let pane = first; pane < first + span; pane++) {
          const own = this.panes.of(name, pane);
          if (own === undefined) continue;
          for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] += own[key];
        }
        if (sums.samples === 0) continue;
        rows.push(
          [
            name,
            startAt + first * hop.everySeconds * 1000,
            sums.vehicles,
            sums.occupiedSeconds > 0 ? round(sums.occupied / sums.occupiedSeconds) : '',
            sums.paced > 0 ? Math.max(1, round((1e9 * sums.paced) / sums.pace)) : '',
            sums.samples,
          ].join('|'),
        );
      }
    return rows;
  }
}
