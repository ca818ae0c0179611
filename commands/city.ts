/** `arterial city`: the whole city in one process. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createApp } from '#api/app.ts';
import { dashboardRoutes } from '#api/dashboard-routes.ts';
import type { Network } from '#domain/network.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { ingestRoutes } from '#ingest/http.ts';
import { createPlateTokens } from '#ingest/plates.ts';
import { type Config, readConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { openParts, type Parts } from './embedded.ts';
import { deviceFeed, streetFeed } from './feed.ts';
import { recommendNow } from './recommend-now.ts';
import { type Driver, startDriver } from './simulated-driver.ts';
import { openStage } from './stage.ts';

const demoCity = fileURLToPath(new URL('../simulators/demo-city/tables', import.meta.url));

/** Runs until SIGINT or SIGTERM; `say` gets a line for each thing that a person waits for. */
export async function city(environment: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const began = performance.now();
  const config = readConfig(environment);
  const stopping = new AbortController();
  // `on`, not `once`: a signal to the whole group comes again from those who pass it on, and must not kill.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  const network = await readNetwork(config.networkFolder ?? demoCity);
  say(`${network.name}: ${sizeOf(network)}`);
  const parts = await openParts(config.dataFolder, config.partitions);
  try {
    await run(
      config,
      network,
      parts,
      stopping,
      (address) => {
        say(`Arterial is ready after ${((performance.now() - began) / 1000).toFixed(1)} s: ${address}`);
        return config.street === 'none' ? { stop: () => {} } : startDriver(address, network, say);
      },
      say,
    );
  } finally {
    await parts.close();
  }
  say('stopped; everything is saved');
}

/** The city on its parts; whatever ends it, what it started is stopped in the reverse order. */
async function run(
  config: Config,
  network: Network,
  parts: Parts,
  stopping: AbortController,
  ready: (address: string) => Driver,
  say: (line: string) => void,
): Promise<void> {
  const { partitions } = config;
  const { log, store, live } = parts;
  const feed = config.street === 'none' ? deviceFeed(say) : await streetFeed(config, network, log);
  const { clock } = feed;
  const plates = createPlateTokens(network.timeZone);
  const stage = openStage({
    log,
    store,
    live,
    network,
    partitions,
    clock,
    plates,
    notice: say,
    pace: 'service',
  });
  let ended: unknown;
  stage.run.done.catch((error: unknown) => {
    ended = error;
    stopping.abort();
  });
  const app = await createApp({
    network,
    store,
    live,
    log,
    clock,
    signingKey: config.signingKey?.reveal() ?? randomBytes(32).toString('hex'),
    recommendOnDemand: recommendNow(network, store, clock),
    tokenise: (plate, at) => plates.tokenise(plate, at),
    probes: [
      { name: 'log', check: async () => void (await log.partitions(detectorFrames.name)) },
      { name: 'store', check: async () => void (await store.listProgress()) },
      { name: 'processors', check: async () => (ended === undefined ? undefined : `ended: ${ended}`) },
    ],
  });
  let driver: Driver | undefined;
  try {
    await app.register(ingestRoutes, { ingest: stage.ingest });
    await app.register(dashboardRoutes);
    await stage.run.started;
    driver = ready(await listen(app, config.host, config.port));
    await feed.run(stage.ingest, stopping.signal);
    say('stopping');
  } finally {
    driver?.stop();
    await app.close();
    await stage.stop();
  }
}

async function listen(
  app: { listen(options: { host: string; port: number }): Promise<string> },
  host: string,
  port: number,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new ArterialError(
      'api.port',
      `port ${port} on ${host} cannot be had (${code}); set ARTERIAL_PORT to another`,
      {
        cause: error,
      },
    );
  }
}

const sizeOf = (network: Network): string =>
  `${network.intersections.size} signals, ${network.links.size} links, ${network.detectors.size} detectors, ` +
  `${network.cameras.size} cameras, ${network.facilities.size} car parks, ${network.stations.size} stations`;
