import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import type { Palette } from './theme.ts';

/** No `glyphs` in the style: the map then draws letters from the fonts of the machine, without a server. */
export const regularFont = ['Inter', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'Noto Sans', 'Noto Sans CJK SC'];
export const strongFont = ['Semibold', ...regularFont];

/** A property of a feature. */
export const get = (name: string): ExpressionSpecification => ['get', name];

/** Smaller where the whole city is on a telephone. */
const iconSize: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 11.5, 0.6, 13, 1];

/** What stands on the streets: signals, car parks, stations, cameras and, above all, incidents. */
export function thingLayers(palette: Palette): LayerSpecification[] {
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
      id: 'cameras',
      type: 'symbol',
      source: 'cameras',
      minzoom: 14.5,
      layout: { 'icon-image': 'camera', 'icon-padding': 4 },
    },
    {
      id: 'facilities',
      type: 'symbol',
      source: 'facilities',
      layout: {
        'icon-image': 'parking',
        'icon-size': iconSize,
        'text-field': get('label'),
        'text-font': strongFont,
        'text-size': 12,
        'text-variable-anchor': ['left', 'right', 'bottom', 'top'],
        'text-radial-offset': 0.95,
      },
      paint: labelPaint(palette),
    },
    incidentLayer('incidents', ['>', get('rank'), 0], palette),
    // The gravest lie above the others, and their words come first.
    incidentLayer('incidents-severe', ['==', get('rank'), 0], palette),
  ];
}

function incidentLayer(id: string, filter: ExpressionSpecification, palette: Palette): LayerSpecification {
  return {
    id,
    type: 'symbol',
    source: 'incidents',
    filter,
    layout: {
      'icon-image': get('shape'),
      'icon-size': iconSize,
      'icon-allow-overlap': true,
      'symbol-sort-key': get('rank'),
      'text-optional': true,
      'text-field': get('label'),
      'text-font': strongFont,
      'text-size': 12.5,
      'text-variable-anchor': ['top', 'right', 'left', 'bottom'],
      'text-radial-offset': 1.25,
      'text-justify': 'auto',
    },
    paint: labelPaint(palette),
  };
}

const labelPaint = (palette: Palette) => ({
  'text-color': palette.text,
  'text-halo-color': palette.halo,
  'text-halo-width': 2,
});
