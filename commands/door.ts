/** The processes by which records come in: the door for devices, and a simulated street behind one of its own. */
import { createProcessApp } from '#api/process-app.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { ingestRoutes } from '#ingest/http.ts';
import { createIngest, type Ingest } from '#ingest/ingest.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { Config } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { demoCity } from './demo-city.ts';
import { deviceFeed, streetFeed } from './feed.ts';
import { openConfiguredLogParts } from './parts.ts';
import { openPlateTokens } from './plate-keys.ts';
import { clockOf, configOf, type Say, secondsSince } from './role.ts';
import { aborted, listen, untilSignal } from './serve.ts';

/** `arterial ingest`: the door for devices. */
export async function ingestRole(environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const config = configOf('ingest', environment, ['kafka']);
  await door(config, say, 'the ingest', async (ingest, clock, signal) => {
    // Beside a simulated street it is the street that moves the clocks.
    if (config.street === 'none') await deviceFeed(say).run(ingest, signal);
    else await aborted(signal);
    return clock;
  });
}

/** `arterial simulator`: a simulated street whose controllers obey accepted advice. */
export async function simulatorRole(environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const config = configOf('simulator', environment, ['kafka']);
  if (config.street === 'none')
    throw new ArterialError('config.invalid', 'ARTERIAL_STREET is none; simulated would be right here');
  const network = await readNetwork(config.networkFolder ?? demoCity);
  await door(config, say, 'the street', async (ingest, _clock, signal, { log, ids }) => {
    const feed = await streetFeed(config, network, log, ids);
    await feed.run(ingest, signal);
  });
}

type Work = (
  ingest: Ingest,
  clock: CityClock,
  signal: AbortSignal,
  parts: Awaited<ReturnType<typeof openConfiguredLogParts>>,
) => Promise<unknown>;

/** An ingest before the log, open to devices, while `work` is at work. */
async function door(config: Config, say: Say, what: string, work: Work): Promise<void> {
  const began = performance.now();
  const stopping = untilSignal();
  const network = await readNetwork(config.networkFolder ?? demoCity);
  const parts = await openConfiguredLogParts(config);
  try {
    const clock = await clockOf(config, parts, stopping.signal);
    const plates = await openPlateTokens(config, network.timeZone);
    const ingest = createIngest({ ...parts, network, clock, plates });
    const app = await createProcessApp({
      probes: [{ name: 'log', check: async () => void (await parts.log.bounds('detector.frame.v1', 0)) }],
      measures: { arterial_log_damaged: () => parts.log.damaged ?? 0 },
    });
    await app.register(ingestRoutes, { ingest });
    try {
      const address = await listen(app, config.host, config.port);
      say(`${what} is ready after ${secondsSince(began)} s: ${address}`);
      await work(ingest, clock, stopping.signal, parts);
    } finally {
      await app.close();
      plates.close();
    }
  } finally {
    await parts.close();
  }
  say('stopped');
}
