import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import type { DriverNotification } from '#schemas/generated/notification.v1.ts';
import { driverNotifications, driverSubscriptions } from '#schemas/topics.ts';
import { createTestCity, eight, type TestCity } from './city-fixture.ts';

let city: TestCity;
beforeAll(async () => {
  city = await createTestCity();
});
afterAll(() => city.app.close());

const get = async (url: string) => (await city.app.inject({ url })).json();
const post = async (payload: object, of = city) =>
  (await of.app.inject({ method: 'POST', url: '/v1/subscriptions', payload })).json();

describe('a driver', () => {
  it('asks to be told of a car park, and gets an id that nobody can guess', async () => {
    const made = await post({ facility: 'P2' });
    expect(made).toMatchObject({
      status: 'active',
      district: 'D2',
      facility: 'P2',
      longitude: null,
      radiusMeters: null,
      expiresAt: '2026-01-05T12:00:00.000Z',
      plateKnown: false,
    });
    expect(made.subscription).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect((await post({ facility: 'P2' })).subscription).not.toBe(made.subscription);
    expect(await get(`/v1/subscriptions/${made.subscription}`)).toEqual(made);
  });

  it('asks to be told of a place, in the district of the nearest link', async () => {
    const place = { longitude: 10.215, latitude: 56.1605, radiusMeters: 500 };
    const made = await post({ ...place, expiresAt: '2026-01-05T10:30:00+01:00' });
    expect(made).toMatchObject({
      ...place,
      district: 'D2',
      facility: null,
      expiresAt: '2026-01-05T09:30:00.000Z',
    });
  });

  it.each([
    [{}, 400, 'body: nothing found; either facility, or longitude, latitude and radiusMeters would be right'],
    [{ facility: 'P1', radiusMeters: 5 }, 400, 'body: facility, radiusMeters found; either'],
    [{ longitude: 10.2, latitude: 56.2 }, 400, 'body: longitude, latitude found; either'],
    [{ facility: 'P9' }, 404, 'no car park "P9"; 2 exist, such as P1, P2'],
    [
      { longitude: 12, latitude: 56, radiusMeters: 500 },
      422,
      'a place within 20 km of a link would be right',
    ],
    [{ facility: 'P1', expiresAt: '2026-01-05T08:00:00Z' }, 400, 'a time after 2026-01-05T08:00:00.000Z'],
    [
      { facility: 'P1', expiresAt: '2026-02-05T08:00:00Z' },
      400,
      'until 2026-01-12T08:00:00.000Z would be right',
    ],
    [{ facility: 'P1', plate: 'AB 12 345' }, 422, 'this server has no key to make a token of it'],
  ])('who asks %j is answered %d: %s', async (payload, status, detail) => {
    const answer = await post(payload);
    expect(answer.status).toBe(status);
    expect(answer.detail).toContain(detail);
  });

  it('may give a plate, of which only the token of the day is kept', async () => {
    const private_ = await createTestCity({ tokenise: (plate, at) => `token-${plate.length}-${at - eight}` });
    const made = await post({ facility: 'P1', plate: 'AB 12 345' }, private_);
    expect(made).toMatchObject({ plateKnown: true });
    expect(JSON.stringify(made)).not.toMatch(/AB 12|token/);
    const found = await Promise.all(
      [0, 1].map((p) => private_.log.read(driverSubscriptions.name, p, 0, 10_000)),
    );
    const kept = found.map((batch) => batch?.bytes.toString('latin1') ?? '').join('');
    expect(kept).toContain('token-9-0');
    expect(kept).not.toContain('AB 12');
    await private_.app.close();
  });

  it('ends the subscription, and ending it again changes nothing', async () => {
    const { subscription } = await post({ facility: 'P1' });
    const end = () => city.app.inject({ method: 'DELETE', url: `/v1/subscriptions/${subscription}` });
    expect((await end()).json()).toMatchObject({ status: 'ended' });
    expect(await get(`/v1/subscriptions/${subscription}`)).toMatchObject({ status: 'ended' });
    const written = async () => {
      const bounds = await Promise.all([0, 1].map((p) => city.log.bounds(driverSubscriptions.name, p)));
      return bounds.reduce((sum, { next }) => sum + next, 0);
    };
    const before = await written();
    expect((await end()).statusCode).toBe(200);
    expect(await written()).toBe(before);
  });

  it('has a subscription that expires', async () => {
    const { subscription } = await post({ facility: 'P1' });
    city.now = eight + minutes(240);
    expect(await get(`/v1/subscriptions/${subscription}`)).toMatchObject({ status: 'expired' });
    city.now = eight;
  });

  it('reads what it was told, and nobody else does', async () => {
    const { subscription } = await post({ facility: 'P1' });
    const notification = (different: Partial<DriverNotification>): DriverNotification => ({
      district: 'D1',
      notification: 'T1',
      subscription,
      at: eight,
      kind: 'parkingLikely',
      facility: 'P1',
      incident: null,
      spaceProbabilityPermille: 930,
      basis: 'sensor',
      text: '57 of 200 spaces are free at Harbour.',
      url: 'geo:56.161,10.2',
      expiresAt: eight + minutes(10),
      ...different,
    });
    await city.happen(driverNotifications, 'notification', notification({}));
    await city.happen(
      driverNotifications,
      'notification',
      notification({ notification: 'T2', subscription: 'other' }),
    );
    const told = await city.app.inject({ url: `/v1/subscriptions/${subscription}/notifications` });
    expect(told.json().notifications).toMatchObject([
      {
        notification: 'T1',
        kind: 'parkingLikely',
        spaceProbability: 0.93,
        quality: 'observed',
        ageSeconds: 0,
      },
    ]);
    expect(told.json().notifications).toHaveLength(1);
    const unknown = await get('/v1/subscriptions/11111111-1111-4111-8111-111111111111');
    expect(unknown).toMatchObject({ status: 404 });
    expect(JSON.stringify(unknown)).not.toContain(subscription);
  });
});
