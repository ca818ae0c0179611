/** The API: what engineers, controllers and drivers can ask, and how they are told. */
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import { embeddedIds } from '#schemas/registry.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { createAdviceBook } from './advice.ts';
import type { ApiContext, Probe } from './context.ts';
import { Kept } from './kept.ts';
import { createMetrics } from './metrics.ts';
import { installProblems } from './problem.ts';
import { forecastModelRoutes } from './routes/forecast-models.ts';
import { forecastRoutes } from './routes/forecasts.ts';
import { healthRoutes } from './routes/health.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { intersectionRoutes } from './routes/intersections.ts';
import { linkRoutes } from './routes/links.ts';
import { networkRoutes } from './routes/network.ts';
import { onDemandRoutes } from './routes/on-demand.ts';
import { parkingRoutes } from './routes/parking.ts';
import { recommendationRoutes } from './routes/recommendations.ts';
import { type StreamGauge, streamRoutes } from './routes/stream.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { summaryRoutes } from './routes/summary.ts';
import { type StreamLimits, streamLimits } from './stream.ts';
import { createSubscriptionBook } from './subscription-book.ts';

/** What the API works with; everything from outside comes in here. */
export interface AppOptions
  extends Pick<ApiContext, 'network' | 'store' | 'live' | 'log' | 'clock' | 'signingKey' | 'onDemand'> {
  /** Schema ids of the records in the log; those of the source tree when left out. */
  readonly ids?: SchemaIds;
  /** Turns a plate into its token of the day; without it plates are refused. */
  readonly tokenise?: NonNullable<ApiContext['tokenise']>;
  /** Asked by /readyz. */
  readonly probes?: readonly Probe[];
  readonly stream?: Partial<StreamLimits>;
  /** As fastify takes it; silent when left out. */
  readonly logger?: FastifyServerOptions['logger'];
}

/** A body larger than this is refused, bytes. */
const bodyLimit = 64 << 10;

const resources = [
  networkRoutes,
  linkRoutes,
  intersectionRoutes,
  parkingRoutes,
  incidentRoutes,
  forecastRoutes,
  forecastModelRoutes,
  recommendationRoutes,
  onDemandRoutes,
  subscriptionRoutes,
  summaryRoutes,
];

/** The server, ready but not listening: `inject` talks to it in tests, `listen` opens it. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, clock, store, ids = embeddedIds } = options;
  const context: ApiContext = {
    ...options,
    ids,
    tokenise: options.tokenise,
    probes: options.probes ?? [],
    advice: createAdviceBook(log, ids),
    subscriptions: createSubscriptionBook(log, ids, clock),
    kept: new Kept(clock),
  };
  const app = fastify({
    logger: options.logger ?? false,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    forceCloseConnections: true,
    // A field that is not known is refused rather than dropped; the value found is told.
    ajv: { customOptions: { removeAdditional: false, verbose: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  const gauge: StreamGauge = { clients: 0 };
  const metrics = createMetrics(store, clock, () => gauge.clients);
  app.addHook('onResponse', async (request, reply) =>
    metrics.observeRequest(
      request.method,
      request.routeOptions.url ?? 'unknown',
      reply.statusCode,
      reply.elapsedTime / 1000,
    ),
  );
  installProblems(app);
  await installReference(app);
  for (const routes of resources) await app.register(routes(context));
  await app.register(streamRoutes({ ...streamLimits, ...options.stream }, gauge)(context));
  await app.register(healthRoutes(metrics)(context));
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  return app;
}

/** The reference: /openapi.json for programs, /docs for people; nothing is fetched from elsewhere. */
async function installReference(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Arterial',
        version: '1.0.0',
        description:
          'Traffic of a city: now, in the past and to come, with advice for its signals. Values are in natural ' +
          'units (km/h, seconds, percent, metres), times RFC 3339 in UTC. Every value says what it is (quality), ' +
          'what it rests on (samples) and how old it is (age). Missing is null, never 0. Lists of what is true ' +
          'now carry an ETag, and are made anew once a second of the city or when something changes. Errors ' +
          'are RFC 9457 problem details.',
        license: { name: 'Apache-2.0' },
      },
      tags: [
        { name: 'network', description: 'The roads and what stands on them' },
        { name: 'links', description: 'Traffic of each link' },
        { name: 'intersections', description: 'Signalised intersections' },
        { name: 'parking', description: 'Car parks' },
        { name: 'incidents', description: 'Incidents and hazards' },
        { name: 'forecasts', description: 'What is to come' },
        { name: 'recommendations', description: 'Advice for signals' },
        { name: 'subscriptions', description: 'For drivers' },
        { name: 'stream', description: 'Server-sent events' },
        { name: 'summary', description: 'Vital signs' },
        { name: 'operation', description: 'For those who run the system' },
      ],
    },
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs' });
}
