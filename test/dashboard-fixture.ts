/**
 * A small server with an invented city, to look at the page without the rest:
 * `tsx test/dashboard-fixture.ts 8099 [normal|empty|stale|loading|slow|failing]`.
 */

import { pathToFileURL } from 'node:url';
import Fastify, { type FastifyInstance } from 'fastify';
import { dashboardRoutes } from '#api/dashboard-routes.ts';
import {
  fixtureFacilities,
  fixtureIntersections,
  fixtureLinks,
  type Json,
  networkDocument,
} from './dashboard-city.ts';
import * as signals from './dashboard-signals.ts';
import * as states from './dashboard-states.ts';

/** `slow` and `failing` are of the accuracy of forecasts alone. */
export type FixtureMood = 'normal' | 'empty' | 'stale' | 'loading' | 'slow' | 'failing';

/** Monday 08:14 in the invented city, carried on by the machine's clock. */
const startAt = Date.parse('2026-03-02T07:14:20Z');

/** Builds the server; it does not listen yet. */
export async function createDashboardFixture(mood: FixtureMood = 'normal'): Promise<FastifyInstance> {
  const app = Fastify({ forceCloseConnections: true });
  const openedAt = performance.now();
  const now = () => startAt + (mood === 'stale' ? 0 : performance.now() - openedAt);
  const first = fixtureIntersections.filter(
    ({ column, row }) => (column === 3 && row === 1) || (column === 2 && row === 2),
  );
  const advice = new Map<string, Json>(
    mood === 'empty'
      ? []
      : first.map((place, i) => [`R${i + 1}`, signals.recommendation(i + 1, place, now())]),
  );
  const links = () => fixtureLinks.map((link) => states.linkState(link, now()));
  const shown = () =>
    mood === 'empty' ? links().map((link) => ({ ...link, levelOfService: 'A' })) : links();
  await app.register(dashboardRoutes);
  reads(app, mood, now, shown, advice);
  accuracy(app, mood);
  writes(app, now, advice);
  stream(app, mood, now, shown);
  return app;
}

type Now = () => number;

/** What the page asks about the accuracy of forecasts: of links, and of car parks, which fail on a bad day. */
function accuracy(app: FastifyInstance, mood: FixtureMood): void {
  app.get<{ Querystring: { subject: string; by: string } }>('/v1/forecasts/accuracy', ({ query }, reply) => {
    if (mood === 'slow') return new Promise(() => {});
    if (mood === 'failing')
      return reply.code(503).send({ detail: 'store.unavailable: the store does not answer' });
    return { groups: mood === 'empty' ? [] : states.accuracyGroups(query.subject, query.by) };
  });
}

function reads(
  app: FastifyInstance,
  mood: FixtureMood,
  now: Now,
  links: () => Json[],
  advice: Map<string, Json>,
): void {
  const asOf = () => new Date(now()).toISOString();
  const linkOf = (id: string) => fixtureLinks.find((link) => link.link === id)!;
  const parkOf = (id: string) => fixtureFacilities.find((place) => place.facility === id)!;
  app.get('/v1/network', () => (mood === 'loading' ? new Promise(() => {}) : networkDocument()));
  app.get('/v1/links', () => ({ asOf: asOf(), links: links() }));
  app.get<{ Params: { id: string } }>('/v1/links/:id/history', ({ params }) => ({
    link: params.id,
    resolutionSeconds: 60,
    buckets: states.linkHistory(linkOf(params.id), now()),
  }));
  app.get<{ Params: { id: string } }>('/v1/links/:id/forecast', ({ params }) => ({
    link: params.id,
    forecasts: states.linkForecast(linkOf(params.id), now()),
  }));
  const open = (id: string) => [...advice.values()].find((item) => item['intersection'] === id);
  app.get('/v1/intersections', () => ({
    asOf: asOf(),
    intersections: fixtureIntersections.map((place) =>
      signals.intersectionState(place, now(), open(place.intersection)),
    ),
  }));
  app.get<{ Params: { id: string } }>('/v1/intersections/:id/approaches', ({ params }) =>
    signals.approaches(params.id, now()),
  );
  app.get<{ Params: { id: string } }>('/v1/intersections/:id/stage', ({ params }) => ({
    asOf: asOf(),
    intersection: params.id,
    stage: { phases: [4, 8], previous: [2, 6], waitingVehicles: 17, servedVehicles: 12 },
  }));
  app.get('/v1/parking', () => ({
    asOf: asOf(),
    facilities: fixtureFacilities.map((place) => states.parkingState(place, now())),
  }));
  app.get<{ Params: { id: string } }>('/v1/parking/:id', ({ params }) => ({
    ...states.parkingState(parkOf(params.id), now()),
    forecasts: [15, 30].map((minutes) => ({
      target: new Date(now() + minutes * 60_000).toISOString(),
      freeSpaces: 60,
      lowSpaces: 38,
      highSpaces: 82,
      level: 0.9,
    })),
  }));
  app.get<{ Params: { id: string } }>('/v1/parking/:id/history', ({ params }) => ({
    facility: params.id,
    buckets: states.parkingHistory(parkOf(params.id), now()),
  }));
  app.get('/v1/incidents', () => ({
    asOf: asOf(),
    incidents: mood === 'empty' ? [] : states.incidents(now()),
  }));
  app.get('/v1/recommendations', () => ({ asOf: asOf(), recommendations: [...advice.values()] }));
  app.get('/v1/summary', () => ({
    ...states.summary(now(), links()),
    ...(mood === 'stale' && { dataAgeSeconds: 260 }),
    ...(mood === 'empty' && { openIncidents: { minor: 0, moderate: 0, severe: 0 } }),
  }));
}

function writes(app: FastifyInstance, now: Now, advice: Map<string, Json>): void {
  const verdicts = { accept: 'accepted', reject: 'rejected' } as const;
  for (const [path, status] of Object.entries(verdicts))
    app.post<{ Params: { id: string }; Body: Json }>(
      `/v1/recommendations/:id/${path}`,
      ({ params, body }) => {
        const at = new Date(now()).toISOString();
        const item = {
          ...advice.get(params.id),
          status,
          acknowledgements: [{ status, at, reason: null, ...body }],
        };
        advice.set(params.id, item);
        return item;
      },
    );
  app.post('/v1/recommendations', (_, reply) =>
    reply.code(422).send({
      detail: 'No plan can be recommended',
      reasons: ['the plan in force is already the best within the bounds'],
    }),
  );
  app.post('/v1/subscriptions', (_, reply) => reply.code(201).send({ subscription: 'S1', status: 'active' }));
}

/** Each second some links report anew; a subscriber hears of a car park after a moment. */
function stream(app: FastifyInstance, mood: FixtureMood, now: Now, links: () => Json[]): void {
  app.get<{ Querystring: { kinds?: string } }>('/v1/stream', (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    let id = 0;
    const say = (kind: string, item: Json) =>
      reply.raw.write(`id: ${++id}\nevent: ${kind}\ndata: ${JSON.stringify(item)}\n\n`);
    const isNotice = request.query.kinds === 'notification';
    reply.raw.write('retry: 2000\n\n');
    const timer = setInterval(() => {
      if (mood === 'stale') return;
      const at = now();
      if (isNotice && id < 2)
        say('notification', {
          notification: `S1-${id}`,
          at: new Date(at).toISOString(),
          kind: 'parkingLikely',
          facility: null,
          incident: null,
          spaceProbability: 0.9,
          quality: 'observed',
          text: '9 in 10 that a space is free on arrival.',
          url: null,
        });
      if (!isNotice) for (const item of links().slice((id % 11) * 12, (id % 11) * 12 + 12)) say('link', item);
    }, 1000);
    request.raw.on('close', () => clearInterval(timer));
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const app = await createDashboardFixture((process.argv[3] ?? 'normal') as FixtureMood);
  const address = await app.listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 8099) });
  console.log(address);
}
