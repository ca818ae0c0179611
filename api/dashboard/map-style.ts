import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { Features } from './map-data.ts';
import type { Palette } from './theme.ts';

/** No `glyphs` in the style: the map then draws letters from the fonts of the machine, without a server. */
const regularFont = ['Inter', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'Noto Sans', 'Noto Sans CJK SC'];
const strongFont = ['Semibold', ...regularFont];

/** The names of the sources; each holds one kind of thing. */
export const sourceNames = [
  'district-names',
  'streets',
  'links',
  'queues',
  'intersections',
  'facilities',
  'stations',
  'incidents',
] as const;
export type SourceName = (typeof sourceNames)[number];

/** Layers that answer a click, the topmost first, with the property that holds the id. */
export const clickable = [
  { layer: 'incidents', kind: 'incident', id: 'incident' },
  { layer: 'facilities', kind: 'parking', id: 'facility' },
  { layer: 'intersections', kind: 'intersection', id: 'intersection' },
  { layer: 'links', kind: 'link', id: 'link' },
] as const;

const get = (name: string): ExpressionSpecification => ['get', name];

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
    {
      id: 'links',
      type: 'line',
      source: 'links',
      layout: { 'line-join': 'round' },
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
    // Stripes across the ribbon: close ones for imputed, wide gaps for stale.
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
    {
      id: 'queues',
      type: 'line',
      source: 'queues',
      paint: {
        'line-color': palette.queue,
        'line-width': byZoom(['*', 0.42, get('width')]),
        'line-offset': offset,
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
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10.5, 17, 14],
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

function thingLayers(palette: Palette): LayerSpecification[] {
  const label = { 'text-color': palette.text, 'text-halo-color': palette.halo, 'text-halo-width': 2 };
  return [
    {
      id: 'advice-rings',
      type: 'circle',
      source: 'intersections',
      filter: ['==', get('advice'), true],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 12, 8, 16, 16],
        'circle-color': palette.accent,
        'circle-opacity': 0.16,
        'circle-stroke-color': palette.accent,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'intersection-selected',
      type: 'circle',
      source: 'intersections',
      filter: ['==', get('intersection'), ''],
      paint: { 'circle-radius': 11, 'circle-color': palette.accent },
    },
    {
      id: 'intersections',
      type: 'circle',
      source: 'intersections',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 12, 2.6, 14, 4.4, 16, 8],
        'circle-color': palette.surface,
        'circle-stroke-color': palette.text,
        'circle-stroke-width': 1.6,
      },
    },
    {
      id: 'stations',
      type: 'symbol',
      source: 'stations',
      minzoom: 12.5,
      layout: { 'icon-image': 'station', 'icon-padding': 6 },
    },
    {
      id: 'facilities',
      type: 'symbol',
      source: 'facilities',
      layout: {
        'icon-image': 'parking',
        'text-field': get('label'),
        'text-font': strongFont,
        'text-size': 12,
        'text-variable-anchor': ['left', 'right', 'bottom', 'top'],
        'text-radial-offset': 0.95,
      },
      paint: label,
    },
    {
      id: 'incidents',
      type: 'symbol',
      source: 'incidents',
      layout: {
        'icon-image': get('shape'),
        'icon-allow-overlap': true,
        'icon-ignore-placement': false,
        'text-field': get('label'),
        'text-font': strongFont,
        'text-size': 12.5,
        'text-variable-anchor': ['top', 'right', 'left', 'bottom'],
        'text-radial-offset': 1.25,
        'text-justify': 'auto',
      },
      paint: label,
    },
  ];
}
