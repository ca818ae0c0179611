import { isOfAnArea } from './decisions.ts';
import { centreOf, middleOf, type Point } from './geometry.ts';
import { type Incident, type LinkState, momentOf, type NetworkDocument, type ParkingState } from './model.ts';
import { type City, isOpenIncident, openRecommendation } from './state.ts';
import { incidentWords, type Words } from './words.ts';

/** GeoJSON as the map takes it. */
export interface Features {
  readonly type: 'FeatureCollection';
  readonly features: {
    readonly type: 'Feature';
    readonly geometry: { readonly type: string; readonly coordinates: unknown };
    readonly properties: Record<string, string | number | boolean>;
  }[];
}

const collection = (features: Features['features']): Features => ({ type: 'FeatureCollection', features });

const feature = (
  type: string,
  coordinates: unknown,
  properties: Record<string, string | number | boolean>,
): Features['features'][number] => ({ type: 'Feature', geometry: { type, coordinates }, properties });

/** Above this flow a link is drawn no wider. */
const widestFlowVph = 2400;

/** Width of a link's ribbon on the map at zoom 14, in pixels; a link without flow is a thread. */
export const ribbonWidth = (flowVph: number | null | undefined): number =>
  flowVph === null || flowVph === undefined
    ? 2.4
    : 4.5 + 5.5 * Math.sqrt(Math.min(1, Math.max(0, flowVph) / widestFlowVph));

/** Links with their state: colour comes from `level`, hatching from `quality`, width from `width`. */
export function linkFeatures(network: NetworkDocument, links: City['links']): Features {
  return collection(
    network.layers.links.features.map((place) => {
      const state = links.get(place.properties.link);
      return feature('LineString', place.geometry.coordinates, {
        link: place.properties.link,
        quality: state?.quality ?? 'missing',
        level: hasLevel(state) ? (state.levelOfService ?? '') : '',
        // The worse is drawn above the better where they meet.
        rank: 'ABCDEF'.indexOf(hasLevel(state) ? (state.levelOfService ?? '-') : '-'),
        width: ribbonWidth(state?.quality === 'missing' ? undefined : state?.flowVph),
      });
    }),
  );
}

const hasLevel = (state: LinkState | undefined): state is LinkState =>
  state !== undefined && state.quality !== 'missing';

/** Streets without direction, each once: for the road bed and its name. */
export function streetFeatures(network: NetworkDocument): Features {
  const seen = new Set<string>();
  const districts = [...new Set(network.layers.links.features.map((place) => place.properties.district))];
  return collection(
    network.layers.links.features.flatMap((place) => {
      const { from, to, name, district } = place.properties;
      const pair = from < to ? `${from}|${to}` : `${to}|${from}`;
      if (seen.has(pair)) return [];
      seen.add(pair);
      return feature('LineString', upright(place.geometry.coordinates), {
        name: streetName(name),
        tint: districts.indexOf(district) % 4,
      });
    }),
  );
}

/** A name without the part that says where on the street a link lies. */
export const streetName = (name: string): string =>
  name.replace(/\s*[([,:·–—].*$/, '').replace(/\s+(from|to|at)\s.*$/i, '') || name;

const upright = (line: readonly Point[]): readonly Point[] =>
  line[0]![0] <= line.at(-1)![0] ? line : [...line].reverse();

/** Intersections; `advice` is true while a recommendation waits. */
export function intersectionFeatures(
  city: City,
  network: NetworkDocument,
  now: number | undefined,
): Features {
  return collection(
    network.layers.intersections.features.map((place) =>
      feature('Point', place.geometry.coordinates, {
        intersection: place.properties.intersection,
        name: place.properties.name,
        advice: openRecommendation(city, place.properties.intersection, now) !== undefined,
      }),
    ),
  );
}

/** Car parks with the number of free spaces, or the word for missing. */
export function facilityFeatures(network: NetworkDocument, parking: City['parking'], words: Words): Features {
  return collection(
    (network.layers.facilities?.features ?? []).map((place) =>
      feature('Point', place.geometry.coordinates, {
        facility: place.properties.facility,
        name: place.properties.name,
        label: freeText(parking.get(place.properties.facility), words),
      }),
    ),
  );
}

function freeText(state: ParkingState | undefined, words: Words): string {
  const free = state?.quality === 'missing' ? undefined : state?.freeSpaces;
  if (free === null || free === undefined) return '?';
  return free <= 0 ? words.full : String(Math.round(free));
}

/** Weather stations. */
export const stationFeatures = (network: NetworkDocument): Features =>
  collection(
    (network.layers.stations?.features ?? []).map((place) =>
      feature('Point', place.geometry.coordinates, { name: place.properties.name }),
    ),
  );

/** Traffic cameras. */
export const cameraFeatures = (network: NetworkDocument): Features =>
  collection(
    (network.layers.cameras?.features ?? []).map((place) =>
      feature('Point', place.geometry.coordinates, { camera: place.properties.camera }),
    ),
  );

/**
 * Open incidents as shapes, each with its word and its rank, the gravest least. Weather that lies on several
 * places at once is a plain shape at each: the list tells it once.
 */
export function incidentFeatures(city: City, network: NetworkDocument, words: Words): Features {
  const lines = linesOf(network);
  const open = [...city.incidents.values()].filter(isOpenIncident);
  return collection(
    open
      .sort((a, b) => (momentOf(a.detectedAt) ?? 0) - (momentOf(b.detectedAt) ?? 0))
      .flatMap((incident) => {
        const position = positionOf(incident, lines);
        if (!position) return [];
        const { word, shape } = incidentWords(words, incident.kind);
        const isRepeated =
          isOfAnArea(incident.kind) &&
          open.some((other) => other !== incident && other.kind === incident.kind);
        const isSevere = incident.severity === 'severe';
        return feature('Point', position, {
          incident: incident.incident,
          shape: `${shape}${isSevere && !isRepeated ? '-severe' : ''}`,
          label: isRepeated ? '' : word,
          rank: isRepeated ? 2 : isSevere ? 0 : 1,
        });
      }),
  );
}

const linesOf = (network: NetworkDocument): ReadonlyMap<string, readonly Point[]> =>
  new Map(network.layers.links.features.map((f) => [f.properties.link, f.geometry.coordinates]));

/** Where an incident is: its own position, else the middle of its link. */
export function positionOf(
  incident: Incident,
  lines: ReadonlyMap<string, readonly Point[]>,
): Point | undefined {
  if (typeof incident.longitude === 'number' && typeof incident.latitude === 'number')
    return [incident.longitude, incident.latitude];
  const line = lines.get(incident.link ?? '');
  return line && middleOf(line);
}

/** A point for each district's name, just north of its streets. */
export function districtFeatures(network: NetworkDocument): Features {
  const points = new Map<string, Point[]>();
  for (const place of network.layers.links.features) {
    const list = points.get(place.properties.district) ?? [];
    list.push(...place.geometry.coordinates);
    points.set(place.properties.district, list);
  }
  const titles = new Map((network.districts ?? []).map((d) => [d.district, d.name]));
  return collection(
    [...points].map(([district, list]) => {
      const north = Math.max(...list.map((p) => p[1]));
      return feature('Point', [centreOf(list)[0], north + northMargin], {
        name: titles.get(district) ?? district,
      });
    }),
  );
}

/** Where no street is, in degrees of latitude. */
const northMargin = 0.0008;
