import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { Features } from './map-data.ts';
import { get, regularFont, strongFont, thingLayers } from './map-things.ts';
import type { Palette } from './theme.ts';

/** The names of the sources; each holds one kind of thing. */
export const sourceNames = [
  'district-names',
  'streets',
  'links',
  'intersections',
  'facilities',
  'stations',
  'cameras',
  'incidents',
] as const;
export type SourceName = (typeof sourceNames)[number];

/** Layers that answer a click, the topmost first, with the property that holds the id. */
export const clickable = [
  { layer: 'incidents-severe', kind: 'incident', id: 'incident' },
  { layer: 'incidents', kind: 'incident', id: 'incident' },
  { layer: 'facilities', kind: 'parking', id: 'facility' },
  { layer: 'intersections', kind: 'intersection', id: 'intersection' },
  { layer: 'links', kind: 'link', id: 'link' },
] as const;

/** Scales a size given at zoom 14, so that streets widen as one comes near. */
const byZoom = (size: ExpressionSpecification | number): DataDrivenPropertyValueSpecification<number> => [
  'interpolate',
  ['exponential', 1.7],
  ['zoom'],
  11,
  ['*', 0.35, size],
  13,
  ['*', 0.7, size],
  14,
  ['*', 1, size],
  16,
  ['*', 2.2, size],
  18,
  ['*', 4.5, size],
];

/** A link lies to the right of its street's middle, half its own width and a little more. */
const offset = byZoom(['+', 1.2, ['/', get('width'), 2]]);

/** The whole style for a palette, with what each source holds now. */
export function styleOf(palette: Palette, data: Readonly<Record<SourceName, Features>>): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(
      sourceNames.map((name) => [name, { type: 'geojson' as const, data: data[name] as never }]),
    ),
    layers: [
      ...groundLayers(palette),
      ...linkLayers(palette),
      ...nameLayers(palette),
      ...thingLayers(palette),
    ],
  };
}

function groundLayers(palette: Palette): LayerSpecification[] {
  const [a, b, c, d] = palette.districts as [string, string, string, string];
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': palette.ground } },
    // Districts are the streets' own surroundings: bands about 430 m wide that grow with the map.
    {
      id: 'districts',
      type: 'line',
      source: 'streets',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': ['match', get('tint'), 0, a, 1, b, 2, c, d],
        'line-width': ['interpolate', ['exponential', 2], ['zoom'], 10, 15, 18, 3840],
      },
    },
    {
      id: 'street-edges',
      type: 'line',
      source: 'streets',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.roadEdge, 'line-width': byZoom(22) },
    },
    {
      id: 'streets',
      type: 'line',
      source: 'streets',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': palette.road, 'line-width': byZoom(20) },
    },
  ];
}

function linkLayers(palette: Palette): LayerSpecification[] {
  const { A, B, C, D, E, F } = palette.levels;
  const width = byZoom(get('width'));
  return [
    {
      id: 'link-selected',
      type: 'line',
      source: 'links',
      filter: ['==', get('link'), ''],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': palette.accent,
        'line-width': byZoom(['+', 7, get('width')]),
        'line-offset': offset,
      },
    },
    // What has failed or is full glows, for its flow, and so its width, is often small.
    {
      id: 'links-trouble',
      type: 'line',
      source: 'links',
      filter: ['in', get('level'), ['literal', ['E', 'F']]],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': ['match', get('level'), 'F', F, E],
        'line-width': byZoom(20),
        'line-offset': offset,
        'line-opacity': 0.3,
        'line-blur': 3,
      },
    },
    {
      id: 'links',
      type: 'line',
      source: 'links',
      layout: { 'line-join': 'round', 'line-sort-key': get('rank') },
      paint: {
        'line-color': [
          'match',
          get('level'),
          ...['A', A, 'B', B, 'C', C, 'D', D, 'E', E, 'F', F],
          palette.missing,
        ] as never,
        'line-width': width,
        'line-offset': offset,
      },
    },
    ...stripeLayers(palette, width),
  ];
}

/** Stripes across the ribbon: close ones for imputed, wide gaps for stale. */
function stripeLayers(palette: Palette, width: ReturnType<typeof byZoom>): LayerSpecification[] {
  return [
    {
      id: 'links-imputed',
      type: 'line',
      source: 'links',
      filter: ['==', get('quality'), 'imputed'],
      paint: {
        'line-color': palette.road,
        'line-width': width,
        'line-offset': offset,
        'line-dasharray': [0.28, 0.5],
      },
    },
    {
      id: 'links-stale',
      type: 'line',
      source: 'links',
      filter: ['==', get('quality'), 'stale'],
      paint: {
        'line-color': palette.road,
        'line-width': width,
        'line-offset': offset,
        'line-dasharray': [1.2, 2],
      },
    },
  ];
}

function nameLayers(palette: Palette): LayerSpecification[] {
  return [
    {
      id: 'street-names',
      type: 'symbol',
      source: 'streets',
      minzoom: 13.2,
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 420,
        'text-field': get('name'),
        'text-font': regularFont,
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 11.5, 17, 15],
        'text-offset': [
          'interpolate',
          ['linear'],
          ['zoom'],
          13,
          ['literal', [0, -1.8]],
          15,
          ['literal', [0, -2.2]],
          18,
          ['literal', [0, -3.8]],
        ],
        'text-padding': 14,
      },
      paint: { 'text-color': palette.quietText, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'district-names',
      type: 'symbol',
      source: 'district-names',
      layout: {
        'text-field': get('name'),
        'text-transform': 'uppercase',
        'text-font': strongFont,
        'text-size': 12,
        'text-letter-spacing': 0.16,
      },
      paint: { 'text-color': palette.quietText, 'text-halo-color': palette.halo, 'text-halo-width': 2 },
    },
  ];
}
