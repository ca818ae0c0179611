import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import { linkStates } from '#schemas/topics.ts';
import { createTestCity, eight, linkState, type TestCity } from './city-fixture.ts';
import { Kept } from './kept.ts';

let city: TestCity;
beforeEach(async () => {
  city = await createTestCity();
});
afterEach(() => city.app.close());

const get = (url: string, headers: Record<string, string> = {}) => city.app.inject({ url, headers });

describe('an answer that many ask for', () => {
  it('is the same for a second of the city, and is not sent again to who has it', async () => {
    const first = await get('/v1/links');
    city.now = eight + 999;
    const second = await get('/v1/links');
    expect([second.body, second.headers['etag']]).toEqual([first.body, first.headers['etag']]);
    const known = await get('/v1/links', { 'if-none-match': String(first.headers['etag']) });
    expect([known.statusCode, known.body]).toEqual([304, '']);
    city.now = eight + 1_000;
    expect((await get('/v1/links')).json().asOf).toBe('2026-01-05T08:00:01.000Z');
    expect((await get('/v1/links', { 'if-none-match': String(first.headers['etag']) })).statusCode).toBe(200);
  });

  it('shows a change at once', async () => {
    for (const url of ['/v1/links', '/v1/summary', '/v1/incidents', '/v1/parking']) await get(url);
    await city.happen(
      linkStates,
      'link',
      linkState({ windowStart: eight - minutes(1), at: eight, vehicles: 9 }),
    );
    const { links } = (await get('/v1/links')).json() as { links: { link: string; vehicles: number }[] };
    expect(links.find(({ link }) => link === 'L1')?.vehicles).toBe(9);
    expect((await get('/v1/summary')).json().vehiclesPerMinute).toBe(9);
  });

  it('is kept apart by what was asked for', async () => {
    const [open, all] = [await get('/v1/incidents'), await get('/v1/incidents?status=all')];
    expect(open.headers['etag']).not.toBe(all.headers['etag']);
  });
});

describe('a thing that is kept', () => {
  const clock = { now: () => eight, rate: 0 };

  it('is made once for all who ask while it is made, and again after it could not be', async () => {
    const kept = new Kept(clock);
    let made = 0;
    const make = async (): Promise<number> => {
      made++;
      await Promise.resolve();
      if (made === 1) throw new Error('away');
      return made;
    };
    const asked = [kept.once('a', [], make), kept.once('a', [], make)];
    for (const one of asked) await expect(one).rejects.toThrow('away');
    expect(await kept.once('a', [], make)).toBe(2);
    expect(await kept.once('a', [], make)).toBe(2);
  });

  it('does not pile up', () => {
    const kept = new Kept(clock);
    const made: number[] = [];
    const make = (n: number): number => {
      made.push(n);
      return n;
    };
    for (let n = 0; n <= 1_000; n++) kept.once(`name ${n}`, [], () => make(n));
    kept.once('name 1000', [], () => make(1_000));
    expect(made).toHaveLength(1_001);
    kept.once('name 0', [], () => make(0));
    expect(made).toHaveLength(1_002);
  });
});
