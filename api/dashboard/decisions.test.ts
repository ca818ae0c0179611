import { describe, expect, it } from 'vitest';
import { decisionsOf, vehicleHours } from './decisions.ts';
import type { Incident, LinkState } from './model.ts';
import { type Change, type City, emptyCity, reduce } from './state.ts';

const city = (...changes: Change[]): City => changes.reduce(reduce, emptyCity);
const failed = (link: string, delaySeconds: number | null, flowVph: number | null): LinkState => ({
  link,
  quality: 'observed',
  levelOfService: 'F',
  delaySeconds,
  flowVph,
});
const links = (...items: LinkState[]): Change => ({ kind: 'links', items });
const incident = (id: string, severity: string, link: string): Change => ({
  kind: 'incidents',
  items: [{ incident: id, kind: 'accident', severity, link } satisfies Incident],
});
const advice: Change = {
  kind: 'recommendations',
  items: [{ recommendation: 'R1', intersection: 'N1', currentDelaySeconds: 48, predictedDelaySeconds: 42 }],
};
const volumes: Change = {
  kind: 'intersections',
  items: [
    {
      intersection: 'N1',
      phases: [
        { phase: 2, volumeVph: 1000 },
        { phase: 6, volumeVph: 800 },
      ],
    },
  ],
};
const order = (...changes: Change[]) => decisionsOf(city(...changes), undefined).shown.map((row) => row.key);

describe('what needs a decision', () => {
  it('is nothing in an empty city', () => {
    expect(decisionsOf(emptyCity, undefined)).toEqual({ shown: [], moreLinks: 0 });
  });

  it('is ordered by the vehicle-hours that waiting costs', () => {
    // 6 s × 1800 veh/h = 3 veh·h/h of advice, between 10 and 1 of two failed links.
    expect(order(volumes, advice, links(failed('L1', 36, 100), failed('L2', 36, 1000)))).toEqual([
      'link:L2',
      'recommendation:R1',
      'link:L1',
    ]);
  });

  it('puts a severe incident first, whatever it costs', () => {
    const rows = order(links(failed('L2', 36, 1000)), incident('I1', 'severe', 'L9'));
    expect(rows).toEqual(['incident:I1', 'link:L2']);
  });

  it('puts what has no known cost last, by severity, and never takes it for 0', () => {
    const changes = [
      links(failed('L1', null, 900), failed('L2', 0, 900)),
      incident('I1', 'minor', 'L8'),
      incident('I2', 'moderate', 'L9'),
    ];
    expect(order(...changes)).toEqual(['link:L2', 'incident:I2', 'incident:I1', 'link:L1']);
    expect(decisionsOf(city(...changes), undefined).shown.at(-1)?.cost).toBeUndefined();
  });

  it('does not list a failed link again whose incident is listed', () => {
    expect(order(links(failed('L1', 30, 900)), incident('I1', 'minor', 'L1'))).toEqual(['incident:I1']);
  });

  it('does not list a link that failed some time ago and was not measured since', () => {
    expect(order(links({ ...failed('L1', 30, 900), quality: 'stale' }))).toEqual([]);
  });

  it('shows the six dearest links and counts the others', () => {
    const many = links(...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => failed(`L${n}`, n, 3600)));
    const { shown, moreLinks } = decisionsOf(city(many), undefined);
    expect(shown.map((row) => row.id)).toEqual(['L8', 'L7', 'L6', 'L5', 'L4', 'L3']);
    expect(moreLinks).toBe(2);
  });
});

describe('vehicle-hours', () => {
  it('are delay times flow, and unknown when either is', () => {
    expect(vehicleHours(36, 1000)).toBe(10);
    expect(vehicleHours(undefined, 1000)).toBeUndefined();
    expect(vehicleHours(36, null)).toBeUndefined();
  });
});

/** Stations S1 to S3 report rain; it costs 1 and 2 veh·h/h on two of their links and is unknown on the third. */
describe('weather on several places', () => {
  const rain = (id: string, severity: string, link: string, startedAt: number): Change => ({
    kind: 'incidents',
    items: [{ incident: id, kind: 'heavyRain', severity, link, startedAt }],
  });
  const rains = [
    rain('S1', 'moderate', 'L1', 1),
    rain('S2', 'severe', 'L2', 3),
    rain('S3', 'severe', 'L3', 2),
    links(
      { link: 'L1', quality: 'observed', delaySeconds: 36, flowVph: 100 },
      { link: 'L2', quality: 'observed', delaySeconds: 36, flowVph: 200 },
    ),
  ];

  it('is one row that names the gravest and oldest and costs what all cost', () => {
    expect(decisionsOf(city(...rains), undefined).shown).toEqual([
      { key: 'weather:heavyRain', kind: 'incident', id: 'S3', cost: 3, places: 3 },
    ]);
  });

  it('does not hide an accident in it', () => {
    expect(order(...rains, incident('A', 'minor', 'L9'))).toEqual(['weather:heavyRain', 'incident:A']);
  });
});
