import { randomBytes } from 'node:crypto';
import { createApp } from '#api/app.ts';
import { dashboardRoutes } from '#api/dashboard-routes.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { mirrorLive } from '#runtime/mirrored-live.ts';
import { demoCity } from './demo-city.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openConfiguredParts } from './parts.ts';
import { openPlateTokens, tokeniseWith } from './plate-keys.ts';
import { RecommendNow } from './recommend-now.ts';
import { clockOf, configOf, type Say, secondsSince } from './role.ts';
import { aborted, listen, untilSignal } from './serve.ts';

/** `arterial api`: the API and the page, on what the processors have put into the store and into Redis. */
export async function apiRole(environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const began = performance.now();
  const config = configOf('api', environment, ['kafka', 'databaseUrl', 'redis']);
  const stopping = untilSignal();
  const network = await readNetwork(config.networkFolder ?? demoCity);
  const parts = await openConfiguredParts(config, say);
  try {
    const clock = await clockOf(config, parts, stopping.signal);
    const plates = await openPlateTokens(config, network.timeZone);
    const app = await createApp({
      ...parts,
      live: mirrorLive(parts.live),
      network,
      clock,
      signingKey: config.signingKey?.reveal() ?? randomBytes(32).toString('hex'),
      onDemand: new RecommendNow(network, parts.store, clock),
      tokenise: tokeniseWith(plates),
      probes: [{ name: 'store', check: async () => void (await parts.store.listProgress()) }],
    });
    await app.register(dashboardRoutes);
    const housekeeping = startHousekeeping(parts.store, clock, config.retentionDays, say);
    try {
      const address = await listen(app, config.host, config.port);
      say(`the API is ready after ${secondsSince(began)} s: ${address}`);
      await aborted(stopping.signal);
    } finally {
      await app.close();
      await housekeeping.stop();
      plates.close();
    }
  } finally {
    await parts.close();
  }
  say('stopped');
}
