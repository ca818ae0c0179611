import { describe, expect, it } from 'vitest';
import { middleOf } from './geometry.ts';
import { incidentFeatures, linkFeatures, ribbonWidth, streetFeatures, streetName } from './map-data.ts';
import type { LinkState, NetworkDocument } from './model.ts';
import { emptyCity, reduce } from './state.ts';
import { dictionaries } from './words.ts';

const place = (link: string, from: string, to: string, line: [number, number][]) => ({
  geometry: { coordinates: line },
  properties: {
    link,
    name: 'Mill Road, northbound',
    lanes: 2,
    lengthMeters: 222,
    freeFlowKph: 50,
    district: 'D1',
    from,
    to,
  },
});
const network: NetworkDocument = {
  name: 'Two links',
  timeZone: 'UTC',
  bounds: [0, 0, 1, 1],
  layers: {
    links: {
      features: [
        place('L1', 'a', 'b', [
          [0, 0],
          [0, 0.001],
          [0, 0.002],
        ]),
        place('L2', 'b', 'a', [
          [0, 0.002],
          [0, 0],
        ]),
      ],
    },
    intersections: { features: [] },
  },
};
const states = (...items: LinkState[]) => new Map(items.map((item) => [item.link, item]));

describe('the middle of a line', () => {
  it('is halfway along it, not between its ends', () => {
    const middle = middleOf([
      [0, 0],
      [0, 0.001],
      [0.001, 0.001],
    ]);
    expect(middle?.[0]).toBeCloseTo(0, 6);
    expect(middle?.[1]).toBeCloseTo(0.001, 6);
  });
});

describe('a link on the map', () => {
  it('has no level of service while it is missing, whatever it said before', () => {
    const { features } = linkFeatures(
      network,
      states({ link: 'L1', quality: 'missing', levelOfService: 'F', flowVph: 900 }),
    );
    expect(features.map((f) => [f.properties['quality'], f.properties['level']])).toEqual([
      ['missing', ''],
      ['missing', ''],
    ]);
  });

  it('is wider the more flows, up to a bound, and a thread without a flow', () => {
    const widths = [undefined, 0, 600, 2400, 9000].map(ribbonWidth);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths[3]).toBe(widths[4]);
    expect(widths[0]).toBeLessThan(widths[1]!);
  });
});

describe('a street', () => {
  it('is drawn once for both directions', () => {
    expect(streetFeatures(network).features).toHaveLength(1);
  });

  it('is named without the direction or the stretch', () => {
    expect(['Mill Road, northbound', 'Mill Road (A to B)', 'Mill Road'].map(streetName)).toEqual([
      'Mill Road',
      'Mill Road',
      'Mill Road',
    ]);
  });
});

describe('incidents on the map', () => {
  const shapesOf = (...kinds: string[]) => {
    const items = kinds.map((kind, i) => ({
      incident: `N${i}`,
      kind,
      severity: 'severe',
      longitude: i,
      latitude: 0,
    }));
    const city = reduce(emptyCity, { kind: 'incidents', items });
    return incidentFeatures(city, network, dictionaries.en).features.map(
      ({ properties }) => `${properties['shape']} ${properties['label']}`,
    );
  };

  it('say what they are, and are larger when severe', () => {
    expect(shapesOf('accident', 'heavyRain')).toEqual(['crash-severe Accident', 'weather-severe Heavy rain']);
  });

  it('are plain where the same weather lies on several places', () => {
    expect(shapesOf('heavyRain', 'heavyRain', 'accident')).toEqual([
      'weather ',
      'weather ',
      'crash-severe Accident',
    ]);
  });
});
