/** The links, and the detectors of each cabinet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export interface Link {
  readonly name: string;
  readonly lanes: number;
  readonly lengthMeters: number;
  readonly freeFlowKph: number;
  /** Readings in a minute when nothing is missing. */
  readonly expectedSamples: number;
}

export interface Detector {
  readonly link: Link;
  /** From permille seconds of occupancy to the pace that is implied by it. */
  readonly impliedPaceFactor: number;
}

/** Cabinet, channel. */
export type Detectors = ReadonlyMap<string, ReadonlyMap<number, Detector>>;

export function readDetectors(folder: string): Detectors {
  const links = new Map<string, Link>();
  for (const row of readCsv(folder, 'links.csv'))
    links.set(row['link']!, {
      name: row['link']!,
      lanes: Number(row['lanes']),
      lengthMeters: Number(row['lengthMeters']),
      freeFlowKph: Number(row['freeFlowKph']),
      expectedSamples: Number(row['expectedSamples']),
    });
  const detectors = new Map<string, Map<number, Detector>>();
  for (const row of readCsv(folder, 'detectors.csv')) {
    const cabinet = detectors.get(row['cabinet']!) ?? new Map<number, Detector>();
    detectors.set(row['cabinet']!, cabinet);
    cabinet.set(Number(row['channel']), {
      link: links.get(row['link']!)!,
      impliedPaceFactor: 1e8 / (3600 * (5 + Number(row['lengthMeters']))),
    });
  }
  return detectors;
}

const readCsv = (folder: string, file: string): Record<string, string>[] =>
  parse(readFileSync(join(folder, file)), { columns: true });
