import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import { incidents, linkForecasts, linkStates, parkingForecasts, parkingStates } from '#schemas/topics.ts';
import { createTestCity, eight, linkState, parkingState, type TestCity } from './city-fixture.ts';

let city: TestCity;
beforeEach(async () => {
  city = await createTestCity();
});
afterEach(() => city.app.close());

const get = async (url: string) => (await city.app.inject({ url })).json();

describe('a link', () => {
  it('is shown in natural units, with quality, samples and age', async () => {
    await city.happen(linkStates, 'link', linkState());
    city.now = eight + 42_000;
    expect(await get('/v1/links/L1')).toEqual({
      asOf: '2026-01-05T08:00:42.000Z',
      link: 'L1',
      name: 'West Street',
      district: 'D1',
      windowStart: '2026-01-05T07:59:00.000Z',
      windowSeconds: 60,
      revision: 0,
      quality: 'observed',
      vehicles: 14,
      flowVph: 840,
      occupancyPercent: 12.5,
      speedKph: 25,
      delaySeconds: 36,
      travelTimeIndex: 2,
      levelOfService: 'D',
      samples: 3,
      expectedSamples: 3,
      ageSeconds: 42,
    });
  });

  it('is stale when its newest window is more than three windows old', async () => {
    await city.happen(linkStates, 'link', linkState());
    city.now = eight + minutes(3);
    expect(await get('/v1/links/L1')).toMatchObject({ quality: 'observed', ageSeconds: 180 });
    city.now = eight + minutes(3) + 1;
    expect(await get('/v1/links/L1')).toMatchObject({ quality: 'stale', speedKph: 25 });
  });

  it('without any state is missing, with null for every value', async () => {
    const { links } = await get('/v1/links');
    expect(links).toHaveLength(2);
    expect(links[1]).toMatchObject({
      link: 'L2',
      quality: 'missing',
      vehicles: null,
      flowVph: null,
      speedKph: null,
    });
  });

  it('that nothing counted has no vehicles rather than 0', async () => {
    await city.happen(linkStates, 'link', linkState({ vehicles: 0, flowVph: null, quality: 'missing' }));
    expect(await get('/v1/links/L1')).toMatchObject({ quality: 'missing', vehicles: null, flowVph: null });
  });

  it('has a history, read from the store', async () => {
    for (const m of [0, 1, 2])
      await city.happen(
        linkStates,
        'link',
        linkState({ windowStart: eight - minutes(3 - m), vehicles: 10 + m }),
      );
    await city.happen(linkStates, 'link', linkState({ link: 'L2', vehicles: 99 }));
    const history = await get('/v1/links/L1/history?from=2026-01-05T07:50:00Z&resolution=5m');
    expect(history).toMatchObject({ link: 'L1', resolutionSeconds: 300 });
    expect(history.buckets).toMatchObject([
      { start: '2026-01-05T07:50:00.000Z', quality: 'missing', vehicles: null, missingPercent: 100 },
      { start: '2026-01-05T07:55:00.000Z', quality: 'observed', vehicles: 33, missingPercent: 40 },
    ]);
  });

  it('has forecasts, nearest first, stale once their time has come or two newer ones have not', async () => {
    const forecast = (horizonMinutes: number): LinkForecast => ({
      district: 'D1',
      link: 'L1',
      at: eight,
      target: eight + minutes(horizonMinutes),
      horizonMinutes,
      spaceMeanDecikph: 300,
      lowDecikph: 250,
      highDecikph: 345,
      levelPermille: 900,
      coveragePermille: 912,
      model: 'profile',
      quality: 'forecast',
    });
    await city.happen(linkForecasts, 'forecast', forecast(30));
    await city.happen(linkForecasts, 'forecast', forecast(5));
    city.now = eight + minutes(6);
    const { forecasts } = await get('/v1/links/L1/forecast');
    expect(forecasts).toMatchObject([
      { horizonMinutes: 5, quality: 'stale' },
      {
        horizonMinutes: 30,
        quality: 'forecast',
        issuedAt: '2026-01-05T08:00:00.000Z',
        target: '2026-01-05T08:30:00.000Z',
        speedKph: 30,
        lowKph: 25,
        highKph: 34.5,
        level: 0.9,
        coverage: 0.912,
        ageSeconds: 360,
      },
    ]);
    expect((await get('/v1/forecasts?horizonMinutes=30')).forecasts).toHaveLength(1);
    expect((await get('/v1/forecasts')).forecasts).toHaveLength(2);
    expect((await get('/v1/links/L2/forecast')).forecasts).toEqual([]);
    const qualityAfter = async (at: number): Promise<string> => {
      city.now = eight + at;
      return (await get('/v1/links/L1/forecast')).forecasts[1].quality;
    };
    expect(await qualityAfter(minutes(10))).toBe('forecast');
    expect(await qualityAfter(minutes(10) + 1)).toBe('stale');
  });
});

describe('a car park', () => {
  const forecast: ParkingForecast = {
    district: 'D1',
    facility: 'P1',
    at: eight,
    target: eight + minutes(15),
    horizonMinutes: 15,
    capacitySpaces: 200,
    freeSpaces: 50,
    lowSpaces: 40,
    highSpaces: 61,
    spaceProbabilityPermille: 930,
    levelPermille: 900,
    coveragePermille: null,
    model: 'profile',
    quality: 'forecast',
  };

  it('is shown with the chance of a space', async () => {
    await city.happen(parkingStates, 'parking', parkingState());
    await city.happen(parkingForecasts, 'parking-forecast', forecast);
    expect(await get('/v1/parking/P1')).toMatchObject({
      facility: 'P1',
      name: 'Harbour',
      longitude: 10.2,
      pricePerHour: 2.5,
      quality: 'observed',
      capacitySpaces: 200,
      freeSpaces: 57,
      occupancyPercent: 71.5,
      entries: 3,
      observedAt: '2026-01-05T07:59:40.000Z',
      ageSeconds: 20,
      spaceProbability: 0.93,
      forecasts: [{ horizonMinutes: 15, spaceProbability: 0.93, coverage: null, lowSpaces: 40 }],
    });
    expect((await get('/v1/forecasts/parking')).forecasts).toHaveLength(1);
  });

  it('without any state has its capacity, and nothing else', async () => {
    const { facilities } = await get('/v1/parking');
    expect(facilities[1]).toMatchObject({
      facility: 'P2',
      quality: 'missing',
      capacitySpaces: 80,
      freeSpaces: null,
      occupancyPercent: null,
      entries: null,
      pricePerHour: null,
      spaceProbability: null,
    });
  });

  it('is found near a place, nearest first', async () => {
    const near = (radiusMeters: number) =>
      get(`/v1/parking/near?longitude=10.2&latitude=56.16&radiusMeters=${radiusMeters}`);
    // P1 lies 0.001 degrees of latitude to the north: 111 m; P2 about 1,130 m away
    expect((await near(500)).facilities).toMatchObject([{ facility: 'P1', distanceMeters: 111 }]);
    expect((await near(1500)).facilities.map(({ facility }: { facility: string }) => facility)).toEqual([
      'P1',
      'P2',
    ]);
    expect((await near(100)).facilities).toEqual([]);
  });

  it('has a history, read from the store', async () => {
    await city.happen(parkingStates, 'parking', parkingState());
    const { buckets } = await get('/v1/parking/P1/history?from=2026-01-05T07:58:00Z');
    expect(buckets).toMatchObject([
      { quality: 'missing', freeSpaces: null },
      { quality: 'observed', freeSpaces: 57 },
    ]);
  });
});

describe('an incident', () => {
  const incident = (different: Partial<Incident> = {}): Incident => ({
    district: 'D1',
    incident: 'N1',
    at: eight,
    revision: 1,
    kind: 'stoppedVehicle',
    status: 'confirmed',
    severity: 'moderate',
    link: 'L1',
    longitude: 10.201,
    latitude: 56.16,
    startedAt: eight - minutes(5),
    detectedAt: eight - minutes(4),
    endedAt: null,
    confidencePermille: 870,
    sources: ['V1', 'V2'],
    text: 'A vehicle stands on West Street.',
    plateToken: 'secret-token',
    ...different,
  });

  it('is shown without the token of the vehicle', async () => {
    await city.happen(incidents, 'incident', incident());
    const answer = await city.app.inject({ url: '/v1/incidents/N1' });
    expect(answer.body).not.toContain('secret-token');
    expect(answer.json()).toMatchObject({
      incident: 'N1',
      status: 'confirmed',
      confidence: 0.87,
      samples: 2,
      endedAt: null,
      startedAt: '2026-01-05T07:55:00.000Z',
      quality: 'observed',
      ageSeconds: 0,
    });
  });

  it('is listed while open, by district, newest first', async () => {
    await city.happen(incidents, 'incident', incident());
    await city.happen(incidents, 'incident', incident({ incident: 'N2', district: 'D2', startedAt: eight }));
    await city.happen(
      incidents,
      'incident',
      incident({ incident: 'N3', status: 'resolved', endedAt: eight }),
    );
    const ids = async (query: string) =>
      (await get(`/v1/incidents${query}`)).incidents.map((one: { incident: string }) => one.incident);
    expect(await ids('')).toEqual(['N2', 'N1']);
    expect(await ids('?status=all')).toEqual(['N2', 'N1', 'N3']);
    expect(await ids('?district=D1')).toEqual(['N1']);
    expect(await get('/v1/incidents?district=D9')).toMatchObject({ status: 404 });
    expect(await get('/v1/summary')).toMatchObject({ openIncidents: { minor: 0, moderate: 2, severe: 0 } });
  });
});

describe('the network', () => {
  it('is GeoJSON by layers, and is sent once', async () => {
    const first = await city.app.inject({ url: '/v1/network' });
    expect(first.json()).toMatchObject({
      name: 'Two Links',
      timeZone: 'Europe/Copenhagen',
      districts: [{ district: 'D1', name: 'West' }, { district: 'D2' }],
      bounds: [10.2, 56.16, 10.216, 56.165],
    });
    const { layers } = first.json();
    expect(Object.keys(layers)).toEqual([
      'links',
      'intersections',
      'detectors',
      'cameras',
      'facilities',
      'stations',
    ]);
    expect(layers.links.features[0]).toMatchObject({
      type: 'Feature',
      geometry: {
        type: 'LineString',
        coordinates: [
          [10.2, 56.16],
          [10.208, 56.16],
        ],
      },
      properties: {
        link: 'L1',
        name: 'West Street',
        lanes: 2,
        freeFlowKph: 50,
        from: 'A',
        to: 'B',
        district: 'D1',
      },
    });
    // 100 m before the stop bar of a link of some 495 m
    const [longitude, latitude] = layers.detectors.features[0].geometry.coordinates;
    expect(longitude).toBeCloseTo(10.20638, 4);
    expect(latitude).toBeCloseTo(56.16, 6);

    const etag = first.headers.etag as string;
    const again = await city.app.inject({ url: '/v1/network', headers: { 'if-none-match': `W/${etag}` } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    const other = await city.app.inject({ url: '/v1/network', headers: { 'if-none-match': '"other"' } });
    expect(other.statusCode).toBe(200);
  });
});
