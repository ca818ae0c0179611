import { Type } from 'typebox';
import { type EventTime, toRfc3339 } from '#domain/time.ts';
import type { LinkAggregate } from '#runtime/aggregates.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import type { Routes } from '../context.ts';
import { linkHistory } from '../history.ts';
import { readBuckets, readStatesAt } from '../history-rows.ts';
import { answerOf, sendKept } from '../kept.ts';
import { eventsBy, liveEvent, liveList } from '../live-events.ts';
import { presentLink, presentLinkForecast } from '../present.ts';
import { problems, unknown } from '../problem.ts';
import { instantOf, rangeOf } from '../range.ts';
import { AtQuery, IdParameter, Listed, NoQuery, RangeQuery, Time, Unchanged } from '../shapes.ts';
import { LinkBucketShape, LinkForecastShape, LinkShape } from '../traffic-shapes.ts';

const asOf = Time('The time in the city at which this was true.');
const LinkParameter = IdParameter('link', 'Id of the link; L12');

/** The traffic of each link: now, in the past and to come. */
export const linkRoutes: Routes =
  ({ network, live, store, clock, kept }) =>
  async (app) => {
    const getLink = (id: string) => {
      const link = network.links.get(id);
      if (link === undefined) throw unknown('link', id, network.links.keys());
      return link;
    };

    const listOf = (states: ReadonlyMap<string, LinkState>, at: EventTime) => ({
      asOf: toRfc3339(at),
      links: [...network.links.values()].map((link) => presentLink(link, states.get(link.id), at)),
    });

    app.get(
      '/v1/links',
      {
        schema: {
          tags: ['links'],
          summary: 'The traffic state of every link, the newest or that of an instant of the past',
          description:
            'A link without any state is there too, with quality missing. With `at` the state is that of the ' +
            'window that holds the instant, and asOf and ageSeconds are reckoned from it.',
          querystring: AtQuery,
          response: { 200: Listed('links', LinkShape), ...Unchanged, ...problems(400, 503) },
        },
      },
      async (request, reply) => {
        const past = instantOf(request.query, clock.now());
        if (past !== undefined)
          return listOf(await readStatesAt<LinkState>(store, 'link', 'link', past), past);
        const values = await live.list('link');
        const make = (now: EventTime) => answerOf(reply, listOf(eventsBy<LinkState>(values, 'link'), now));
        return sendKept(request, reply, kept.once('links', [values], make));
      },
    );

    app.get(
      '/v1/links/:link',
      {
        schema: {
          tags: ['links'],
          summary: 'The newest traffic state of one link',
          params: LinkParameter,
          querystring: NoQuery,
          response: {
            200: Type.Object({ asOf, ...LinkShape.properties }),
            ...problems(400, 404, 503),
          },
        },
      },
      async ({ params }) => {
        const link = getLink(params.link);
        const state = await liveEvent<LinkState>(live, 'link', link.id);
        const now = clock.now();
        return { asOf: toRfc3339(now), ...presentLink(link, state, now) };
      },
    );

    app.get(
      '/v1/links/:link/history',
      {
        schema: {
          tags: ['links'],
          summary: 'The traffic of one link in buckets',
          description:
            'Vehicles are summed, flow is the mean, speed the harmonic mean by vehicles. A bucket without a ' +
            'measurement has quality missing. At most 1 day at 1m, 3 at 5m, 7 at 15m, 31 at 1h, 92 at 1d.',
          params: LinkParameter,
          querystring: RangeQuery,
          response: {
            200: Type.Object({
              asOf,
              link: Type.String({ description: 'Id of the link.' }),
              resolutionSeconds: Type.Integer({ description: 'Length of a bucket, seconds; 300' }),
              buckets: Type.Array(LinkBucketShape),
            }),
            ...problems(400, 404, 503),
          },
        },
      },
      async ({ params, query }) => {
        const link = getLink(params.link);
        const now = clock.now();
        const range = rangeOf(query, now);
        const known = await readBuckets<LinkAggregate>(store, 'link', link.id, range);
        return { asOf: toRfc3339(now), link: link.id, ...linkHistory(known, range, link.freeFlowKph) };
      },
    );

    app.get(
      '/v1/links/:link/forecast',
      {
        schema: {
          tags: ['links'],
          summary: 'The speed of one link to come, by horizon',
          params: LinkParameter,
          querystring: NoQuery,
          response: {
            200: Type.Object({
              asOf,
              link: Type.String({ description: 'Id of the link.' }),
              forecasts: Type.Array(LinkForecastShape),
            }),
            ...problems(400, 404, 503),
          },
        },
      },
      async ({ params }) => {
        const link = getLink(params.link);
        const all = await liveList<LinkForecast>(live, 'forecast');
        const now = clock.now();
        const forecasts = all
          .filter((forecast) => forecast.link === link.id)
          .sort((a, b) => a.horizonMinutes - b.horizonMinutes)
          .map((forecast) => presentLinkForecast(forecast, now));
        return { asOf: toRfc3339(now), link: link.id, forecasts };
      },
    );
  };
