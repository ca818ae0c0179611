import { type GeoJSONSource, type LngLatLike, Map as MapLibre, setWorkerUrl } from 'maplibre-gl';
import { middleOf } from './geometry.ts';
import {
  cameraFeatures,
  districtFeatures,
  type Features,
  facilityFeatures,
  incidentFeatures,
  intersectionFeatures,
  linkFeatures,
  positionOf,
  stationFeatures,
  streetFeatures,
} from './map-data.ts';
import { addPictures } from './map-icons.ts';
import { clickable, type SourceName, sourceNames, styleOf } from './map-style.ts';
import type { NetworkDocument } from './model.ts';
import type { City } from './state.ts';
import type { Palette } from './theme.ts';
import type { Words } from './words.ts';

/** What the person has picked. */
export interface Selection {
  /** `forecasts` is about how well the forecasts of a subject do; it has no place on the map. */
  readonly kind: 'link' | 'intersection' | 'parking' | 'incident' | 'forecasts';
  readonly id: string;
}

/** Pixels at each side that something else covers. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface CityMap {
  show(city: City, now: number | undefined, words: Words): void;
  select(selection: Selection | undefined): void;
  /** Moves the map only when the thing lies outside of what can be seen. */
  reveal(selection: Selection, city: City): void;
  paint(palette: Palette): void;
  fit(): void;
  zoom(steps: number): void;
}

export interface MapOptions {
  readonly container: HTMLElement;
  readonly workerUrl: string;
  readonly network: NetworkDocument;
  readonly palette: Palette;
  readonly words: Words;
  readonly margins: () => Margins;
  /** Called once, when the network can be seen. */
  readonly onDrawn: () => void;
  readonly onSelect: (selection: Selection | undefined) => void;
  readonly onHover: (selection: Selection | undefined, x: number, y: number) => void;
}

const reach = 7;

/** Draws the network itself; there is no tile server behind it. */
export function createMap(options: MapOptions): CityMap {
  const { network } = options;
  setWorkerUrl(options.workerUrl);
  let { palette } = options;
  let selected: Selection | undefined;
  let shown: { city?: City; words?: Words } = {};
  const data = firstData(network, options.words);
  const map = new MapLibre({
    container: options.container,
    style: styleOf(palette, data),
    bounds: [...network.bounds] as [number, number, number, number],
    fitBoundsOptions: { padding: { ...options.margins() } },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 18,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.on('style.load', () => {
    addPictures(map, palette);
    // What arrived while the style was loading had no source to go to.
    for (const name of sourceNames) put(name, data[name]);
    markSelection();
  });
  map.once('load', options.onDrawn);
  listen(map, options);

  function put(name: SourceName, features: Features): void {
    data[name] = features;
    map.getSource<GeoJSONSource>(name)?.setData(features as never);
  }
  function markSelection(): void {
    if (!map.getLayer('link-selected')) return;
    const id = (kind: Selection['kind']) => (selected?.kind === kind ? selected.id : '');
    map.setFilter('link-selected', ['==', ['get', 'link'], id('link')]);
    map.setFilter('intersection-selected', ['==', ['get', 'intersection'], id('intersection')]);
  }

  return {
    show: (city, now, words) => {
      if (city.links !== shown.city?.links) put('links', linkFeatures(network, city.links));
      if (city.parking !== shown.city?.parking || words !== shown.words)
        put('facilities', facilityFeatures(network, city.parking, words));
      if (city.incidents !== shown.city?.incidents || words !== shown.words)
        put('incidents', incidentFeatures(city, network, words));
      // Advice expires with time, so this one is compared rather than its source.
      const intersections = intersectionFeatures(city, network, now);
      if (JSON.stringify(intersections) !== JSON.stringify(data.intersections))
        put('intersections', intersections);
      shown = { city, words };
    },
    select: (selection) => {
      selected = selection;
      markSelection();
    },
    reveal: (selection, city) => {
      const target = placeOf(selection, city, network);
      if (target) revealPoint(map, target, options.margins());
    },
    paint: (next) => {
      palette = next;
      map.setStyle(styleOf(palette, data), { diff: false });
    },
    fit: () =>
      map.fitBounds([...network.bounds] as [number, number, number, number], {
        padding: { ...options.margins() },
      }),
    zoom: (steps) => map.zoomTo(map.getZoom() + steps),
  };
}

function firstData(network: NetworkDocument, words: Words): Record<SourceName, Features> {
  const none: Features = { type: 'FeatureCollection', features: [] };
  return {
    'district-names': districtFeatures(network),
    streets: streetFeatures(network),
    links: linkFeatures(network, new Map()),
    intersections: none,
    facilities: facilityFeatures(network, new Map(), words),
    stations: stationFeatures(network),
    cameras: cameraFeatures(network),
    incidents: none,
  };
}

function listen(map: MapLibre, options: MapOptions): void {
  const at = (point: { x: number; y: number }): Selection | undefined => {
    const box: [[number, number], [number, number]] = [
      [point.x - reach, point.y - reach],
      [point.x + reach, point.y + reach],
    ];
    for (const { layer, kind, id } of clickable) {
      if (!map.getLayer(layer)) continue;
      const hit = map.queryRenderedFeatures(box, { layers: [layer] })[0];
      if (hit) return { kind, id: String(hit.properties[id]) };
    }
    return undefined;
  };
  map.on('click', (event) => options.onSelect(at(event.point)));
  map.on('mousemove', (event) => {
    const hit = at(event.point);
    map.getCanvas().style.cursor = hit ? 'pointer' : '';
    options.onHover(hit, event.point.x, event.point.y);
  });
  map.on('mouseout', () => options.onHover(undefined, 0, 0));
}

function placeOf(selection: Selection, city: City, network: NetworkDocument): LngLatLike | undefined {
  const { layers } = network;
  const lineOf = (link: string) =>
    layers.links.features.find((f) => f.properties.link === link)?.geometry.coordinates;
  const pair = (point: readonly [number, number] | undefined): LngLatLike | undefined =>
    point && [point[0], point[1]];
  switch (selection.kind) {
    case 'link': {
      const line = lineOf(selection.id);
      return line && pair(middleOf(line));
    }
    case 'intersection':
      return pair(
        layers.intersections.features.find((f) => f.properties.intersection === selection.id)?.geometry
          .coordinates,
      );
    case 'forecasts':
      return undefined;
    case 'parking':
      return pair(
        layers.facilities?.features.find((f) => f.properties.facility === selection.id)?.geometry.coordinates,
      );
    case 'incident': {
      const incident = city.incidents.get(selection.id);
      const line = lineOf(incident?.link ?? '');
      return incident && pair(positionOf(incident, new Map(line ? [[incident.link ?? '', line]] : [])));
    }
  }
}

function revealPoint(map: MapLibre, target: LngLatLike, margins: Margins): void {
  const point = map.project(target);
  const { clientWidth, clientHeight } = map.getContainer();
  const isSeen =
    point.x > margins.left &&
    point.x < clientWidth - margins.right &&
    point.y > margins.top &&
    point.y < clientHeight - margins.bottom;
  const offset: [number, number] = [(margins.left - margins.right) / 2, (margins.top - margins.bottom) / 2];
  if (!isSeen) map.easeTo({ center: target, offset, duration: 400 });
}
