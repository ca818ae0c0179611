import { randomUUID } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { nearestDistrict } from '#domain/place.ts';
import { type EventTime, minutes, parseRfc3339, toRfc3339 } from '#domain/time.ts';
import type { DriverSubscription } from '#schemas/generated/driver.subscription.v1.ts';
import type { DriverNotification } from '#schemas/generated/notification.v1.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { driverSubscriptions } from '#schemas/topics.ts';
import type { ApiContext, Routes } from '../context.ts';
import { readEvents } from '../history-rows.ts';
import { presentNotification, presentSubscription } from '../present-signals.ts';
import { Problem, problems, unknown } from '../problem.ts';
import { IdParameter, LatitudeShape, Listed, LongitudeShape, NoQuery } from '../shapes.ts';
import { NotificationShape, SubscriptionShape } from '../signal-shapes.ts';

/** How long a subscription lasts when the driver does not say: long enough for a drive and a stay. */
const lastsByDefault = minutes(4 * 60);
const lastsMost = minutes(7 * 1440);
const activeMost = 100_000;
/** A place farther than this from every link is not in the city. */
const outsideMeters = 20_000;

const SubscriptionBody = Type.Object(
  {
    facility: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Car park; P3' })),
    longitude: Type.Optional(LongitudeShape),
    latitude: Type.Optional(LatitudeShape),
    radiusMeters: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 20_000,
        description: 'How far from the place still counts, metres; 500',
      }),
    ),
    expiresAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description:
          'Nothing is sent after it, RFC 3339 with zone; 4 hours from now when left out, 7 days at most',
      }),
    ),
    plate: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: 'Number plate of the driver; made a token at once, and never kept',
      }),
    ),
  },
  { additionalProperties: false },
);

const SubscriptionParameter = IdParameter('subscription', 'Id that was given with the subscription.');

/** What drivers ask to be told, and what they were told. */
export const subscriptionRoutes: Routes = (context) => async (app) => {
  const { store, clock, subscriptions } = context;

  const getSubscription = async (id: string): Promise<DriverSubscription> => {
    const found = await subscriptions.find(id);
    // Which ids exist is nobody's business: whoever has one may read it.
    if (found === undefined)
      throw new Problem(404, 'resource.unknown', 'no such subscription; POST /v1/subscriptions makes one');
    return found;
  };

  app.post(
    '/v1/subscriptions',
    {
      schema: {
        tags: ['subscriptions'],
        summary: 'Ask to be told of a car park, or of a place with a radius',
        body: SubscriptionBody,
        response: { 201: SubscriptionShape, ...problems(400, 404, 422, 429, 503) },
      },
    },
    async ({ body }, reply) => {
      const now = clock.now();
      const subscription = await makeSubscription(context, body, now);
      if ((await subscriptions.active()) >= activeMost)
        throw new Problem(
          429,
          'limit.reached',
          `${activeMost} subscriptions are in force, which is the limit`,
        );
      await append(context, subscription);
      reply.status(201).header('location', `/v1/subscriptions/${subscription.subscription}`);
      return presentSubscription(subscription, now);
    },
  );

  app.get(
    '/v1/subscriptions/:subscription',
    {
      schema: {
        tags: ['subscriptions'],
        summary: 'One subscription',
        params: SubscriptionParameter,
        querystring: NoQuery,
        response: { 200: SubscriptionShape, ...problems(400, 404, 503) },
      },
    },
    async ({ params }) => presentSubscription(await getSubscription(params.subscription), clock.now()),
  );

  app.delete(
    '/v1/subscriptions/:subscription',
    {
      schema: {
        tags: ['subscriptions'],
        summary: 'End a subscription; ending it again changes nothing',
        params: SubscriptionParameter,
        response: { 200: SubscriptionShape, ...problems(404, 503) },
      },
    },
    async ({ params }) => {
      const known = await getSubscription(params.subscription);
      const now = clock.now();
      if (known.status === 'ended') return presentSubscription(known, now);
      const ended = { ...known, status: 'ended', sequence: known.sequence + 1, at: now } as const;
      await append(context, ended);
      return presentSubscription(ended, now);
    },
  );

  app.get(
    '/v1/subscriptions/:subscription/notifications',
    {
      schema: {
        tags: ['subscriptions'],
        summary: 'What a subscription was told, oldest first',
        params: SubscriptionParameter,
        querystring: NoQuery,
        response: { 200: Listed('notifications', NotificationShape), ...problems(400, 404, 503) },
      },
    },
    async ({ params }) => {
      const { subscription } = await getSubscription(params.subscription);
      const now = clock.now();
      const told = await readEvents<DriverNotification>(
        store,
        'notification',
        { subscription },
        now - lastsMost,
        now + minutes(1),
      );
      return { asOf: toRfc3339(now), notifications: told.map((one) => presentNotification(one, now)) };
    },
  );
};

async function append({ log, ids }: ApiContext, subscription: DriverSubscription): Promise<void> {
  const value = encodeRecord(driverSubscriptions, subscription, ids.id(driverSubscriptions.name));
  await log.append(driverSubscriptions.name, [{ key: driverSubscriptions.key(subscription), value }]);
}

async function makeSubscription(
  context: ApiContext,
  body: Static<typeof SubscriptionBody>,
  now: EventTime,
): Promise<DriverSubscription> {
  return {
    ...destinationOf(context, body),
    subscription: randomUUID(),
    sequence: 0,
    at: now,
    status: 'active',
    plateToken: await plateTokenOf(context, body.plate, now),
    expiresAt: expiryOf(body.expiresAt, now),
  };
}

function destinationOf({ network }: ApiContext, body: Static<typeof SubscriptionBody>) {
  const { facility: id, longitude, latitude, radiusMeters } = body;
  const place = [longitude, latitude, radiusMeters].filter((part) => part !== undefined).length;
  if ((id === undefined) === (place === 0) || (place !== 0 && place !== 3))
    throw new Problem(
      400,
      'request.invalid',
      `body: ${Object.keys(body).join(', ') || 'nothing'} found; ` +
        'either facility, or longitude, latitude and radiusMeters would be right',
    );
  if (id !== undefined) {
    const facility = network.facilities.get(id);
    if (facility === undefined) throw unknown('car park', id, network.facilities.keys());
    return { district: facility.district, facility: id, longitude: null, latitude: null, radiusMeters: 0 };
  }
  const [east, north, radius] = [longitude as number, latitude as number, radiusMeters as number];
  const nearest = nearestDistrict(network, [east, north]);
  if (nearest === undefined || nearest.distanceMeters > outsideMeters)
    throw new Problem(
      422,
      'place.outside',
      `${east}, ${north} is ${nearest === undefined ? 'not near' : `${kilometers(nearest.distanceMeters)} km from`} ` +
        `${network.name}; a place within ${outsideMeters / 1000} km of a link would be right`,
    );
  return {
    district: nearest.district,
    facility: null,
    longitude: east,
    latitude: north,
    radiusMeters: radius,
  };
}

const kilometers = (meters: number): number => Math.round(meters / 1000);

async function plateTokenOf(
  { tokenise }: ApiContext,
  plate: string | undefined,
  now: EventTime,
): Promise<string | null> {
  if (plate === undefined) return null;
  if (tokenise === undefined)
    throw new Problem(
      422,
      'plate.refused',
      'body.plate: found; this server has no key to make a token of it, so a subscription without it would be right',
    );
  return tokenise(plate, now);
}

function expiryOf(text: string | undefined, now: EventTime): EventTime {
  if (text === undefined) return now + lastsByDefault;
  const at = parseRfc3339(text);
  if (at === undefined || at <= now || at > now + lastsMost)
    throw new Problem(
      400,
      'request.invalid',
      `body.expiresAt: ${text} found; ` +
        `a time after ${toRfc3339(now)} and until ${toRfc3339(now + lastsMost)} would be right`,
    );
  return at;
}
