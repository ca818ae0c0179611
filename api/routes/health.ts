import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ApiContext } from '../context.ts';
import type { Metrics } from '../metrics.ts';
import { Problem, problems } from '../problem.ts';

/** For those who run the system: is it alive, is it ready, how does it do. */
export const healthRoutes =
  (metrics: Pick<Metrics, 'contentType' | 'scrape'>) =>
  ({ probes }: Pick<ApiContext, 'probes'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/healthz',
      {
        schema: {
          tags: ['operation'],
          summary: 'Whether the process is alive',
          response: { 200: Type.Object({ status: Type.Literal('alive') }) },
        },
      },
      async () => ({ status: 'alive' as const }),
    );

    app.get(
      '/readyz',
      {
        schema: {
          tags: ['operation'],
          summary: 'Whether every part is ready; 503 says which is not, and what it waits for',
          response: {
            200: Type.Object({
              status: Type.Literal('ready'),
              probes: Type.Array(Type.String(), { description: 'The parts that were looked at.' }),
            }),
            ...problems(503),
          },
        },
      },
      async () => {
        const waiting = await Promise.all(
          probes.map(async ({ name, check }) => {
            const reason = await check().catch((error: unknown) => String(error));
            return reason === undefined ? [] : [`${name}: ${reason}`];
          }),
        );
        const reasons = waiting.flat();
        if (reasons.length > 0)
          throw new Problem(503, 'service.unavailable', `waiting for ${reasons.join('; ')}`, reasons);
        return { status: 'ready' as const, probes: probes.map(({ name }) => name) };
      },
    );

    app.get(
      '/metrics',
      {
        schema: {
          tags: ['operation'],
          summary: 'Metrics in the text format of Prometheus',
          response: {
            200: {
              description: 'Durations are in seconds; arterial_ledger_deficit must be 0.',
              content: { 'text/plain': { schema: Type.String() } },
            },
            ...problems(503),
          },
        },
      },
      async (_, reply) =>
        reply
          .header('content-type', metrics.contentType)
          .serializer((text: unknown) => text as string)
          .send((await metrics.scrape()) as never),
    );
  };
