/** `arterial city`: the whole city in one process. */
import { randomBytes } from 'node:crypto';
import { createApp } from '#api/app.ts';
import { dashboardRoutes } from '#api/dashboard-routes.ts';
import type { Network } from '#domain/network.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { ingestRoutes } from '#ingest/http.ts';
import { processors } from '#processors/main.ts';
import { type Config, readConfig } from '#runtime/config.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { demoCity } from './demo-city.ts';
import { deviceFeed, streetFeed } from './feed.ts';
import { joinAsMember } from './group-member.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openConfiguredParts, type Parts } from './parts.ts';
import { openPlateTokens, tokeniseWith } from './plate-keys.ts';
import { RecommendNow } from './recommend-now.ts';
import { listen, sizeOf, untilSignal } from './serve.ts';
import { type Driver, startDriver } from './simulated-driver.ts';
import { openStage } from './stage.ts';

/** Runs until SIGINT or SIGTERM; `say` gets a line for each thing that a person waits for. */
export async function city(environment: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const began = performance.now();
  const config = readConfig(environment);
  const stopping = untilSignal();
  const network = await readNetwork(config.networkFolder ?? demoCity);
  say(`${network.name}: ${sizeOf(network)}`);
  const parts = await openConfiguredParts(config, say);
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
  const { log, store, live, ids } = parts;
  const feed = config.street === 'none' ? deviceFeed(say) : await streetFeed(config, network, log, ids);
  const { clock } = feed;
  const plates = await openPlateTokens(config, network.timeZone);
  let ended: unknown;
  const failed = (error: unknown): void => {
    ended ??= error;
    stopping.abort();
  };
  const { kafka, dataFolder } = config;
  const group = kafka && (await joinAsMember({ kafka, dataFolder, partitions, processors, failed }));
  const stage = openStage({
    log,
    store,
    live,
    ids,
    network,
    partitions,
    ...(group ? { ownership: group } : {}),
    clock,
    plates,
    notice: say,
    pace: 'service',
  });
  stage.run.done.catch(failed);
  const app = await createApp({
    network,
    store,
    live,
    log,
    ids,
    clock,
    signingKey: config.signingKey?.reveal() ?? randomBytes(32).toString('hex'),
    onDemand: new RecommendNow(network, store, clock),
    tokenise: tokeniseWith(plates),
    probes: [
      { name: 'log', check: async () => void (await log.partitions(detectorFrames.name)) },
      { name: 'store', check: async () => void (await store.listProgress()) },
      { name: 'processors', check: async () => (ended === undefined ? undefined : `ended: ${ended}`) },
    ],
  });
  const housekeeping = startHousekeeping(store, clock, config.retentionDays, say);
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
    await housekeeping.stop();
    await stage.stop();
    await group?.leave();
    plates.close();
  }
}
