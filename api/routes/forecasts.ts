import { Type } from 'typebox';
import { subjects } from '#domain/forecast/subject.ts';
import { toRfc3339 } from '#domain/time.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import { groupings, readAccuracy } from '../accuracy.ts';
import { AccuracyShape } from '../accuracy-shapes.ts';
import type { Routes } from '../context.ts';
import { liveList } from '../live-events.ts';
import { presentLinkForecast, presentParkingForecast } from '../present.ts';
import { problems, unknown } from '../problem.ts';
import { rangeOf } from '../range.ts';
import { Listed, OneOf, RangeQuery } from '../shapes.ts';
import { LinkForecastShape, ParkingForecastShape } from '../traffic-shapes.ts';

const HorizonQuery = Type.Object(
  {
    horizonMinutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1440, description: 'Only this horizon, minutes; 15' }),
    ),
  },
  { additionalProperties: false },
);

const { from, to } = RangeQuery.properties;
const sensorsByDefault = 100;

const AccuracyQuery = Type.Object(
  {
    subject: OneOf(subjects, 'What the forecasts were of'),
    id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Only of this link or car park' }),
    ),
    ...HorizonQuery.properties,
    from,
    to,
    by: Type.Optional(
      Type.Unsafe<(typeof groupings)[number]>({
        type: 'string',
        enum: [...groupings],
        default: 'horizon',
        description:
          'What makes a group: the horizon, the link or car park, or the hour of the day in the city',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: sensorsByDefault,
        description: 'By sensor: how many, the worst first',
      }),
    ),
  },
  { additionalProperties: false },
);

interface Ahead {
  readonly horizonMinutes: number;
}

/** Those of one horizon, or all of them by horizon. */
const atHorizon = <Forecast extends Ahead>(all: readonly Forecast[], horizonMinutes: number | undefined) =>
  all
    .filter((forecast) => horizonMinutes === undefined || forecast.horizonMinutes === horizonMinutes)
    .sort((a, b) => a.horizonMinutes - b.horizonMinutes);

/** What is to come, for the whole city. */
export const forecastRoutes: Routes =
  ({ live, clock, store, network }) =>
  async (app) => {
    app.get(
      '/v1/forecasts',
      {
        schema: {
          tags: ['forecasts'],
          summary: 'The newest forecasts of all links',
          querystring: HorizonQuery,
          response: { 200: Listed('forecasts', LinkForecastShape), ...problems(400, 503) },
        },
      },
      async ({ query }) => {
        const all = atHorizon(await liveList<LinkForecast>(live, 'forecast'), query.horizonMinutes);
        const now = clock.now();
        return { asOf: toRfc3339(now), forecasts: all.map((forecast) => presentLinkForecast(forecast, now)) };
      },
    );

    app.get(
      '/v1/forecasts/parking',
      {
        schema: {
          tags: ['forecasts'],
          summary: 'The newest forecasts of all car parks',
          querystring: HorizonQuery,
          response: { 200: Listed('forecasts', ParkingForecastShape), ...problems(400, 503) },
        },
      },
      async ({ query }) => {
        const all = atHorizon(
          await liveList<ParkingForecast>(live, 'parking-forecast'),
          query.horizonMinutes,
        );
        const now = clock.now();
        return {
          asOf: toRfc3339(now),
          forecasts: all.map((forecast) => presentParkingForecast(forecast, now)),
        };
      },
    );

    app.get(
      '/v1/forecasts/accuracy',
      {
        schema: {
          tags: ['forecasts'],
          summary: 'How well the forecasts that were issued kept their word',
          description:
            'By the hour in which the target lies, against the last value and the weekly profile. A group of ' +
            'fewer than 20 judged targets has null figures. At most 31 days; hours are whole hours of UTC.',
          querystring: AccuracyQuery,
          response: { 200: AccuracyShape, ...problems(400, 404, 503) },
        },
      },
      async ({ query }) => {
        const { subject, id, horizonMinutes, by = 'horizon', limit = sensorsByDefault } = query;
        const known = subject === 'link' ? network.links : network.facilities;
        if (id !== undefined && !known.has(id))
          throw unknown(subject === 'link' ? 'link' : 'car park', id, known.keys());
        const now = clock.now();
        const range = rangeOf(
          {
            resolution: '1h',
            ...(query.from === undefined ? {} : { from: query.from }),
            ...(query.to === undefined ? {} : { to: query.to }),
          },
          now,
        );
        const asked = {
          subject,
          by,
          ...(id === undefined ? {} : { id }),
          ...(horizonMinutes === undefined ? {} : { horizonMinutes }),
        };
        const groups = await readAccuracy(store, asked, range, network.timeZone);
        return {
          asOf: toRfc3339(now),
          subject,
          by,
          from: toRfc3339(range.from),
          to: toRfc3339(range.to),
          level: 0.9,
          groups: by === 'sensor' ? groups.slice(0, limit) : groups,
        };
      },
    );
  };
