import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes, toRfc3339 } from '#domain/time.ts';
import { linkStates, parkingStates } from '#schemas/topics.ts';
import { createTestCity, eight, linkState, parkingState, type TestCity } from './city-fixture.ts';

let city: TestCity;
beforeEach(async () => {
  city = await createTestCity();
});
afterEach(() => city.app.close());

const get = async (path: string, at: number) =>
  (await city.app.inject({ url: `${path}?at=${encodeURIComponent(toRfc3339(at))}` })).json();

/**
 *   07:58      07:59      08:00      08:01
 *     ├── 20 ────┼── 30 ────┼──────────┤      speed of L1 by window; nothing from 08:00 on
 */
describe('all links at an instant of the past', () => {
  beforeEach(async () => {
    city.now = eight + minutes(30);
    const windows = [
      { windowStart: eight - minutes(2), spaceMeanDecikph: 200 },
      { windowStart: eight - minutes(1), spaceMeanDecikph: 300 },
    ];
    for (const window of windows) await city.happen(linkStates, 'link', linkState(window));
  });

  it('are those of the window that holds it, whose start belongs to it and whose end does not', async () => {
    const speedAt = async (at: number) => (await get('/v1/links', at)).links[0].speedKph;
    expect(await speedAt(eight - minutes(2))).toBe(20);
    expect(await speedAt(eight - minutes(1) - 1)).toBe(20);
    expect(await speedAt(eight - minutes(1))).toBe(30);
    expect(await speedAt(eight - 1)).toBe(30);
    expect(await speedAt(eight)).toBeNull();
  });

  it('were not stale then, and are as old as they were then', async () => {
    const { asOf, links } = await get('/v1/links', eight - minutes(1));
    expect(asOf).toBe('2026-01-05T07:59:00.000Z');
    expect(links[0]).toMatchObject({ quality: 'observed', ageSeconds: 0 });
    const newest = (await city.app.inject({ url: '/v1/links' })).json();
    expect(newest.links[0]).toMatchObject({ quality: 'stale', ageSeconds: 1800 });
  });

  it('are all there, and missing where no window holds the instant', async () => {
    const { links } = await get('/v1/links', eight - minutes(10));
    expect(links.map(({ link, quality }: { link: string; quality: string }) => [link, quality])).toEqual([
      ['L1', 'missing'],
      ['L2', 'missing'],
    ]);
  });

  it('are refused for a time to come and for what is no time', async () => {
    expect(await get('/v1/links', city.now + 1)).toMatchObject({
      status: 400,
      code: 'request.invalid',
      detail: expect.stringContaining('query.at: 2026-01-05T08:30:00.001Z found'),
    });
    expect((await city.app.inject({ url: '/v1/links?at=yesterday' })).statusCode).toBe(400);
  });
});

describe('all car parks at an instant of the past', () => {
  it('are as full as they were then, and nothing is foretold', async () => {
    await city.happen(parkingStates, 'parking', parkingState());
    city.now = eight + minutes(30);
    const { asOf, facilities } = await get('/v1/parking', eight - 30_000);
    expect(asOf).toBe('2026-01-05T07:59:30.000Z');
    expect(facilities[0]).toMatchObject({
      facility: 'P1',
      quality: 'observed',
      freeSpaces: 57,
      spaceProbability: null,
    });
    expect(facilities[1]).toMatchObject({ facility: 'P2', quality: 'missing', freeSpaces: null });
  });
});
