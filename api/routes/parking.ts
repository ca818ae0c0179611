import { Type } from 'typebox';
import type { ParkingFacility } from '#domain/network.ts';
import { facilitiesNear } from '#domain/place.ts';
import { type EventTime, toRfc3339 } from '#domain/time.ts';
import type { ParkingAggregate } from '#runtime/aggregates.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import type { Routes } from '../context.ts';
import { parkingHistory } from '../history.ts';
import { readBuckets, readStatesAt } from '../history-rows.ts';
import { answerOf, sendKept } from '../kept.ts';
import { eventsBy } from '../live-events.ts';
import { lookAtParking } from '../looks.ts';
import { presentParking } from '../present.ts';
import { problems, unknown } from '../problem.ts';
import { instantOf, rangeOf } from '../range.ts';
import {
  AtQuery,
  IdParameter,
  LatitudeShape,
  Listed,
  LongitudeShape,
  NoQuery,
  RangeQuery,
  Time,
  Unchanged,
} from '../shapes.ts';
import {
  ParkingBucketShape,
  ParkingDetailShape,
  ParkingListedShape,
  ParkingNearShape,
} from '../traffic-shapes.ts';

const asOf = Time('The time in the city at which this was true.');
const FacilityParameter = IdParameter('facility', 'Id of the car park; P3');

const NearQuery = Type.Object(
  {
    longitude: LongitudeShape,
    latitude: LatitudeShape,
    radiusMeters: Type.Number({
      minimum: 1,
      maximum: 20_000,
      default: 1_000,
      description: 'How far away a car park may be, metres; 800',
    }),
  },
  { additionalProperties: false },
);

/** Car parks: how full they are, were and will be. */
export const parkingRoutes: Routes = (context) => async (app) => {
  const { network, live, store, clock, kept } = context;
  const getFacility = (id: string): ParkingFacility => {
    const facility = network.facilities.get(id);
    if (facility === undefined) throw unknown('car park', id, network.facilities.keys());
    return facility;
  };

  /** Each car park is shown once for all who look within a second. */
  const look = async () => {
    const [values, ahead] = await Promise.all([live.list('parking'), live.list('parking-forecast')]);
    return kept.once('car parks', [values, ahead], (now) => {
      const states = eventsBy<ParkingState>(values, 'facility');
      const show = lookAtParking(ahead, now);
      const shown = new Map<string, ReturnType<typeof show>>();
      const present = (facility: ParkingFacility): ReturnType<typeof show> => {
        const known = shown.get(facility.id) ?? show(facility, states.get(facility.id));
        shown.set(facility.id, known);
        return known;
      };
      return { asOf: toRfc3339(now), present };
    });
  };
  const lookBack = async (at: EventTime) => {
    const states = await readStatesAt<ParkingState>(store, 'parking', 'facility', at);
    return (facility: ParkingFacility) => ({
      ...presentParking(facility, states.get(facility.id), at),
      spaceProbability: null,
    });
  };

  app.get(
    '/v1/parking',
    {
      schema: {
        tags: ['parking'],
        summary: 'How full every car park is, or was at an instant of the past',
        description:
          'With `at` the state is that of the window that holds the instant, without a forecast; asOf and ' +
          'ageSeconds are reckoned from it.',
        querystring: AtQuery,
        response: { 200: Listed('facilities', ParkingListedShape), ...Unchanged, ...problems(400, 503) },
      },
    },
    async (request, reply) => {
      const past = instantOf(request.query, clock.now());
      const facilities = [...network.facilities.values()];
      if (past !== undefined)
        return { asOf: toRfc3339(past), facilities: facilities.map(await lookBack(past)) };
      const seen = await look();
      const make = () => answerOf(reply, { asOf: seen.asOf, facilities: facilities.map(seen.present) });
      return sendKept(request, reply, kept.once('list of car parks', [seen], make));
    },
  );

  app.get(
    '/v1/parking/near',
    {
      schema: {
        tags: ['parking'],
        summary: 'Car parks near a place, nearest first',
        querystring: NearQuery,
        response: { 200: Listed('facilities', ParkingNearShape), ...problems(400, 503) },
      },
    },
    async ({ query }) => {
      const { asOf, present } = await look();
      const near = facilitiesNear(network, [query.longitude, query.latitude], query.radiusMeters);
      return {
        asOf,
        facilities: near.map(({ facility, distanceMeters }) => ({
          ...present(facility),
          distanceMeters: Math.round(distanceMeters),
        })),
      };
    },
  );

  app.get(
    '/v1/parking/:facility',
    {
      schema: {
        tags: ['parking'],
        summary: 'One car park with its forecasts',
        params: FacilityParameter,
        querystring: NoQuery,
        response: { 200: ParkingDetailShape, ...problems(400, 404, 503) },
      },
    },
    async ({ params }) => {
      const facility = getFacility(params.facility);
      const { asOf, present } = await look();
      return { asOf, ...present(facility) };
    },
  );

  app.get(
    '/v1/parking/:facility/history',
    {
      schema: {
        tags: ['parking'],
        summary: 'How full one car park was, in buckets',
        description: 'At most 1 day at 1m, 3 at 5m, 7 at 15m, 31 at 1h, 92 at 1d.',
        params: FacilityParameter,
        querystring: RangeQuery,
        response: {
          200: Type.Object({
            asOf,
            facility: Type.String({ description: 'Id of the car park.' }),
            resolutionSeconds: Type.Integer({ description: 'Length of a bucket, seconds; 300' }),
            buckets: Type.Array(ParkingBucketShape),
          }),
          ...problems(400, 404, 503),
        },
      },
    },
    async ({ params, query }) => {
      const { id } = getFacility(params.facility);
      const now = clock.now();
      const range = rangeOf(query, now);
      const known = await readBuckets<ParkingAggregate>(store, 'parking', id, range);
      return { asOf: toRfc3339(now), facility: id, ...parkingHistory(known, range) };
    },
  );
};
