import { type Incident, type Maybe, momentOf } from './model.ts';
import { type City, isOpenIncident, isOpenRecommendation } from './state.ts';

/** One thing that waits for a person. */
export interface Decision {
  readonly key: string;
  readonly kind: 'recommendation' | 'incident' | 'link';
  readonly id: string;
  /** What waiting costs: vehicle-hours lost in an hour. Undefined when it cannot be told. */
  readonly cost: number | undefined;
  /** On how many places it lies; more than 1 for weather only. */
  readonly places: number;
}

export interface Decisions {
  readonly shown: readonly Decision[];
  /** Failed links beyond the shown ones. */
  readonly moreLinks: number;
}

const shownLinks = 6;
const severityRank: Readonly<Record<string, number>> = { severe: 3, moderate: 2, minor: 1 };

/**
 * What waits for a person, ordered by what waiting costs. A severe incident comes first, for safety is not
 * counted in hours; where the cost is unknown, incidents by severity follow.
 */
export function decisionsOf(city: City, now: number | undefined): Decisions {
  const links = failedLinks(city);
  const rows = [...recommendations(city, now), ...incidents(city), ...links.slice(0, shownLinks)];
  const tier = (row: Decision) => {
    if (severity(city, row) === 3) return 0;
    return row.cost === undefined ? 2 : 1;
  };
  return {
    shown: rows.sort(
      (a, b) =>
        tier(a) - tier(b) ||
        (b.cost ?? 0) - (a.cost ?? 0) ||
        severity(city, b) - severity(city, a) ||
        (a.key < b.key ? -1 : 1),
    ),
    moreLinks: Math.max(0, links.length - shownLinks),
  };
}

function recommendations(city: City, now: number | undefined): Decision[] {
  return [...city.recommendations.values()]
    .filter((item) => isOpenRecommendation(item, now))
    .map((item) => {
      const phases = city.intersections.get(item.intersection)?.phases ?? [];
      const volumes = phases.flatMap((phase) => phase.volumeVph ?? []);
      const volume = volumes.length > 0 ? volumes.reduce((a, b) => a + b, 0) : undefined;
      const { currentDelaySeconds: before, predictedDelaySeconds: after } = item;
      const gain = isKnown(before) && isKnown(after) ? before - after : undefined;
      return {
        key: `recommendation:${item.recommendation}`,
        kind: 'recommendation',
        id: item.intersection,
        cost: vehicleHours(gain, volume),
        places: 1,
      };
    });
}

/** Weather is told once, however many stations report it. */
const areaKinds = ['heavyRain', 'lowVisibility', 'slipperyRoad', 'airQuality'];
export const isOfAnArea = (kind: string): boolean => areaKinds.includes(kind);

/** Open incidents of one weather, the gravest first and then the oldest; of any other kind each alone. */
function incidents(city: City): Decision[] {
  const groups = new Map<string, Incident[]>();
  for (const item of city.incidents.values()) {
    if (!isOpenIncident(item)) continue;
    const key = isOfAnArea(item.kind) ? `weather:${item.kind}` : `incident:${item.incident}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups].map(([key, items]): Decision => {
    const costs = items.flatMap((item) => (item.link ? (linkCost(city, item.link) ?? []) : []));
    const [first] = items.sort(
      (a, b) =>
        rankOf(b) - rankOf(a) ||
        (momentOf(a.startedAt) ?? 0) - (momentOf(b.startedAt) ?? 0) ||
        (a.incident < b.incident ? -1 : 1),
    );
    return {
      key,
      kind: 'incident',
      id: first!.incident,
      cost: costs.length > 0 ? costs.reduce((a, b) => a + b, 0) : undefined,
      places: items.length,
    };
  });
}

/** Links at F without an incident of their own, dearest first. */
function failedLinks(city: City): Decision[] {
  const explained = new Set([...city.incidents.values()].filter(isOpenIncident).map((item) => item.link));
  return [...city.links.values()]
    .filter((link) => link.levelOfService === 'F' && link.quality !== 'stale' && !explained.has(link.link))
    .map(
      (link): Decision => ({
        key: `link:${link.link}`,
        kind: 'link',
        id: link.link,
        cost: linkCost(city, link.link),
        places: 1,
      }),
    )
    .sort((a, b) => (b.cost ?? -1) - (a.cost ?? -1) || (a.key < b.key ? -1 : 1));
}

function linkCost(city: City, link: string): number | undefined {
  const state = city.links.get(link);
  return vehicleHours(state?.delaySeconds, state?.flowVph);
}

const isKnown = (value: Maybe<number>): value is number => value !== null && value !== undefined;

/** Delay per vehicle times vehicles per hour, in vehicle-hours per hour. */
export const vehicleHours = (delaySeconds: Maybe<number>, flowVph: Maybe<number>): number | undefined =>
  isKnown(delaySeconds) && isKnown(flowVph) ? (Math.max(0, delaySeconds) * flowVph) / 3600 : undefined;

function severity(city: City, row: Decision): number {
  if (row.kind !== 'incident') return 0;
  const item = city.incidents.get(row.id);
  return item ? rankOf(item) : 0;
}

const rankOf = (item: Incident): number => severityRank[item.severity ?? ''] ?? 0;

/** Since when an incident goes on, in seconds at the city's time `now`. */
export function openForSeconds(city: City, incident: string, now: number | undefined): number | undefined {
  const item = city.incidents.get(incident);
  const start = momentOf(item?.startedAt) ?? momentOf(item?.detectedAt);
  return start === undefined || now === undefined ? undefined : Math.max(0, (now - start) / 1000);
}
