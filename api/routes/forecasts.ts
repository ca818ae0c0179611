import { Type } from 'typebox';
import { toRfc3339 } from '#domain/time.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { Routes } from '../context.ts';
import { liveList } from '../live-events.ts';
import { presentLinkForecast, presentParkingForecast } from '../present.ts';
import { problems } from '../problem.ts';
import { Listed } from '../shapes.ts';
import { LinkForecastShape, ParkingForecastShape } from '../traffic-shapes.ts';

const HorizonQuery = Type.Object(
  {
    horizonMinutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1440, description: 'Only this horizon, minutes; 15' }),
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
  ({ live, clock }) =>
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
  };
