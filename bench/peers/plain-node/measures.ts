/** What is summed of the readings of a link, and the row that it makes. The formulas are those of `JOBS.md`. */
import type { Detector, Link } from './reference.ts';

/** A record of the topic, as avsc reads it. */
export interface Frame {
  readonly site: string;
  readonly cabinet: string;
  /** End of the interval, milliseconds since 1970. */
  readonly at: number;
  readonly intervalSeconds: number;
  readonly readings: readonly Reading[];
}

export interface Reading {
  /** Channel in the cabinet. */
  readonly detector: number;
  readonly count: number | null;
  readonly occupancyPermille: number | null;
  readonly speedDecikph: number | null;
}

export class Sums {
  samples = 0;
  vehicles = 0;
  countedSeconds = 0;
  occupied = 0;
  occupiedSeconds = 0;
  pace = 0;
  paced = 0;
  impliedPace = 0;
  implied = 0;

  addReading(reading: Reading, detector: Detector, intervalSeconds: number): void {
    const { count, occupancyPermille, speedDecikph } = reading;
    this.samples += 1;
    if (count !== null) {
      this.vehicles += count;
      this.countedSeconds += intervalSeconds;
    }
    if (occupancyPermille !== null) {
      this.occupied += occupancyPermille * intervalSeconds;
      this.occupiedSeconds += intervalSeconds;
    }
    if (speedDecikph !== null && speedDecikph > 0) {
      const weight = count ?? 1;
      this.pace += weight * round(1e9 / speedDecikph);
      this.paced += weight;
    } else if (count !== null && occupancyPermille !== null) {
      this.impliedPace += round(occupancyPermille * intervalSeconds * detector.impliedPaceFactor);
      this.implied += count;
    }
  }

  addSums(other: Sums): void {
    this.samples += other.samples;
    this.vehicles += other.vehicles;
    this.countedSeconds += other.countedSeconds;
    this.occupied += other.occupied;
    this.occupiedSeconds += other.occupiedSeconds;
    this.pace += other.pace;
    this.paced += other.paced;
    this.impliedPace += other.impliedPace;
    this.implied += other.implied;
  }
}

/** A value for each column of the table, in its order. */
export type Row = readonly (string | number | null)[];

export function minuteRow(link: Link, windowStart: number, sums: Sums): Row {
  const speed = spaceMeanOf(link, sums);
  const flow =
    sums.countedSeconds === 0 ? null : round((sums.vehicles * link.lanes * 3600) / sums.countedSeconds);
  const quality =
    speed === null
      ? 'missing'
      : sums.paced > 0 && sums.samples >= link.expectedSamples
        ? 'observed'
        : 'imputed';
  return [
    link.name,
    windowStart,
    sums.vehicles,
    flow,
    occupancyOf(sums),
    speed,
    ...trafficState(link, speed),
    quality,
    sums.samples,
    link.expectedSamples,
  ];
}

export function hopRow(link: Link, windowStart: number, sums: Sums): Row {
  const speed = sums.paced > 0 ? Math.max(1, round((1e9 * sums.paced) / sums.pace)) : null;
  return [link.name, windowStart, sums.vehicles, occupancyOf(sums), speed, sums.samples];
}

const round = (x: number): number => Math.floor(x + 0.5);

const occupancyOf = (sums: Sums): number | null =>
  sums.occupiedSeconds === 0 ? null : round(sums.occupied / sums.occupiedSeconds);

/** 0.1 km/h. */
function spaceMeanOf(link: Link, { pace, paced, impliedPace, implied }: Sums): number | null {
  if (paced > 0) return Math.max(1, round((1e9 * paced) / pace));
  if (implied > 0 && impliedPace > 0)
    return Math.max(1, Math.min(round(link.freeFlowKph * 10), round((1e9 * implied) / impliedPace)));
  return null;
}

/** Delay in deciseconds, travel time index in permille, and level of service. */
function trafficState(link: Link, speedDecikph: number | null): Row {
  if (speedDecikph === null) return [null, null, null];
  const { lengthMeters, freeFlowKph } = link;
  const speed = speedDecikph / 10;
  const delay = Math.max(0, (lengthMeters * 3.6) / speed - (lengthMeters * 3.6) / freeFlowKph);
  return [
    Math.min(1_000_000, round(10 * delay)),
    Math.min(1_000_000, round((1000 * freeFlowKph) / speed)),
    levelOfService(speed / freeFlowKph),
  ];
}

function levelOfService(share: number): string {
  if (share > 0.8) return 'A';
  if (share > 0.67) return 'B';
  if (share > 0.5) return 'C';
  if (share > 0.4) return 'D';
  return share > 0.3 ? 'E' : 'F';
}
