/** The network of the benchmark: cabinets of 32 detectors, four lanes a link, every detector amid its link. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CabinetId, Detector, District, Link, Network, Node } from '#domain/network.ts';
import type { Job } from './jobs.ts';

export interface BenchCity {
  readonly network: Network;
  /** In the order in which they report; all of a cabinet's detectors are of its own site. */
  readonly cabinets: readonly Cabinet[];
}

export interface Cabinet {
  readonly id: CabinetId;
  readonly site: string;
  /** Milliseconds after the full second at which its interval ends. */
  readonly phase: number;
  readonly detectors: readonly Detector[];
}

export const lanesOfLink = 4;
const detectorsOfSite = 32;
const districts = 16;
export const detectorMeters = 2;
export const intervalSeconds = 1;

/** A city of about so many detectors, for `single` with a cabinet for each of them. */
export function makeCity(detectors: number, job: Job): BenchCity {
  const sites = Math.ceil(detectors / detectorsOfSite);
  const nodes = new Map<string, Node>([node('from'), node('to')].map((each) => [each.id, each]));
  const links = new Map<string, Link>();
  const byId = new Map<string, Detector>();
  const cabinets: Cabinet[] = [];
  for (let site = 0; site < sites; site++) {
    const own = detectorsOf(site, job);
    for (const link of linksOf(site)) links.set(link.id, link);
    for (const detector of own) byId.set(detector.id, detector);
    const names = [...new Set(own.map(({ cabinet }) => cabinet))];
    for (const [i, id] of names.entries())
      cabinets.push({
        id,
        site: siteName(site),
        phase: (site * 37 + i * 11) % 1000,
        detectors: own.filter(({ cabinet }) => cabinet === id),
      });
  }
  const district = (i: number): District => ({ id: districtName(i), name: districtName(i) });
  const network: Network = {
    name: 'benchmark',
    timeZone: 'UTC',
    nodes,
    links,
    movements: new Map(),
    intersections: new Map(),
    detectors: byId,
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    zones: new Map(),
    districts: new Map(Array.from({ length: districts }, (_, i) => [districtName(i), district(i)])),
  };
  return { network, cabinets };
}

const siteName = (site: number): string => `site-${String(site).padStart(5, '0')}`;
const districtName = (i: number): string => `district-${i}`;
const node = (id: string): Node => ({ id, name: id, position: [0, 0], intersection: undefined });

function linksOf(site: number): Link[] {
  return Array.from({ length: detectorsOfSite / lanesOfLink }, (_, i) => ({
    id: linkName(site, i),
    name: linkName(site, i),
    from: 'from',
    to: 'to',
    lengthMeters: 150 + ((site * 8 + i) % 60) * 10,
    lanes: lanesOfLink,
    freeFlowKph: [50, 60, 70, 80][(site + i) % 4]!,
    capacityVph: 1_800 * lanesOfLink,
    site: siteName(site),
    district: districtName(site % districts),
    geometry: [
      [0, 0],
      [0, 0],
    ],
  }));
}

const linkName = (site: number, i: number): string => `link-${String(site).padStart(5, '0')}-${i}`;

function detectorsOf(site: number, job: Job): Detector[] {
  return Array.from({ length: detectorsOfSite }, (_, i) => {
    const name = `cabinet-${String(site).padStart(5, '0')}`;
    const lane = (i % lanesOfLink) + 1;
    return {
      id: `${name}/${i + 1}`,
      cabinet: job === 'single' ? `${name}-${String(i + 1).padStart(2, '0')}` : name,
      channel: job === 'single' ? 1 : i + 1,
      site: siteName(site),
      link: linkName(site, Math.floor(i / lanesOfLink)),
      role: 'midblock',
      firstLane: lane,
      lastLane: lane,
      toStopBarMeters: 60,
      lengthMeters: detectorMeters,
      intervalSeconds,
    };
  });
}

/** Readings that a link's detectors send in a window of a minute. */
export const expectedSamples = (60 * lanesOfLink) / intervalSeconds;

/** What a subject that does not know Arterial's network is given of it. */
export async function writeReference({ network }: BenchCity, folder: string): Promise<void> {
  const links = [...network.links.values()].map(
    ({ id, lanes, lengthMeters, freeFlowKph }) =>
      `${id},${lanes},${lengthMeters},${freeFlowKph},${expectedSamples}`,
  );
  const detectors = [...network.detectors.values()].map(
    ({ cabinet, channel, link, lengthMeters }) => `${cabinet},${channel},${link},${lengthMeters}`,
  );
  await writeFile(
    join(folder, 'links.csv'),
    ['link,lanes,lengthMeters,freeFlowKph,expectedSamples', ...links, ''].join('\n'),
  );
  await writeFile(
    join(folder, 'detectors.csv'),
    ['cabinet,channel,link,lengthMeters', ...detectors, ''].join('\n'),
  );
}
