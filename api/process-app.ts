/** The server of a process that has no API of its own: whether it is well, and its numbers. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Probe } from './context.ts';
import { installProblems } from './problem.ts';
import { healthRoutes } from './routes/health.ts';

/** What a process says of itself at each scrape. */
export const processMetrics = {
  arterial_partitions_owned: 'Partitions that this process works on.',
  arterial_log_damaged: 'Batches that came damaged from the log and were asked for again, since the start.',
} as const;

export interface ProcessAppOptions {
  readonly probes: readonly Probe[];
  readonly measures: Partial<Record<keyof typeof processMetrics, () => number | Promise<number>>>;
}

/** Not listening yet. */
export async function createProcessApp({ probes, measures }: ProcessAppOptions): Promise<FastifyInstance> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [name, measure] of Object.entries(measures))
    new Gauge({
      name,
      help: processMetrics[name as keyof typeof processMetrics],
      registers: [registry],
      async collect() {
        this.set(await measure());
      },
    });
  const app = fastify({
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>();
  installProblems(app);
  const metrics = { contentType: registry.contentType, scrape: () => registry.metrics() };
  await app.register(healthRoutes(metrics)({ probes }));
  return app;
}
