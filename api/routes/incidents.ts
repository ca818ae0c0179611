import { Type } from 'typebox';
import { type EventTime, toRfc3339 } from '#domain/time.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { Routes } from '../context.ts';
import { answerOf, sendKept } from '../kept.ts';
import { eventsOf, liveList } from '../live-events.ts';
import { presentIncident } from '../present.ts';
import { problems, unknown } from '../problem.ts';
import { IdParameter, Listed, NoQuery, OneOf, Time, Unchanged } from '../shapes.ts';
import { IncidentShape, openStatuses } from '../traffic-shapes.ts';

/** More than a person reads; the newest come first. */
const incidentsMost = 1_000;

const IncidentsQuery = Type.Object(
  {
    status: Type.Optional(
      OneOf(
        ['open', 'all'],
        'open: detected, confirmed or dispatched (when left out); all: the closed ones too.',
      ),
    ),
    district: Type.Optional(Type.String({ description: 'Only those of this district; D1' })),
  },
  { additionalProperties: false },
);

/** Incidents, newest first. */
export const incidentRoutes: Routes =
  ({ network, live, clock, kept }) =>
  async (app) => {
    app.get(
      '/v1/incidents',
      {
        schema: {
          tags: ['incidents'],
          summary: 'Incidents, newest first',
          description: `At most the newest ${incidentsMost}.`,
          querystring: IncidentsQuery,
          response: { 200: Listed('incidents', IncidentShape), ...Unchanged, ...problems(400, 404, 503) },
        },
      },
      async (request, reply) => {
        const { status = 'open', district } = request.query;
        if (district !== undefined && !network.districts.has(district))
          throw unknown('district', district, network.districts.keys());
        const values = await live.list('incident');
        const make = (now: EventTime) => {
          const incidents = eventsOf<Incident>(values)
            .filter((incident) => status === 'all' || openStatuses.includes(incident.status))
            .filter((incident) => district === undefined || incident.district === district)
            .sort((a, b) => b.startedAt - a.startedAt || (a.incident < b.incident ? -1 : 1))
            .slice(0, incidentsMost)
            .map((incident) => presentIncident(incident, now));
          return answerOf(reply, { asOf: toRfc3339(now), incidents });
        };
        return sendKept(request, reply, kept.once(`incidents ${status} ${district ?? ''}`, [values], make));
      },
    );

    app.get(
      '/v1/incidents/:incident',
      {
        schema: {
          tags: ['incidents'],
          summary: 'One incident',
          params: IdParameter('incident', 'Id of the incident.'),
          querystring: NoQuery,
          response: {
            200: Type.Object({
              asOf: Time('The time in the city at which this was true.'),
              ...IncidentShape.properties,
            }),
            ...problems(400, 404, 503),
          },
        },
      },
      async ({ params }) => {
        const all = await liveList<Incident>(live, 'incident');
        const found = all.find(({ incident }) => incident === params.incident);
        if (found === undefined)
          throw unknown(
            'incident',
            params.incident,
            all.map(({ incident }) => incident),
          );
        const now = clock.now();
        return { asOf: toRfc3339(now), ...presentIncident(found, now) };
      },
    );
  };
