/** The parts of a city as processes of their own: what each needs, how it starts and how it ends. */
import { randomBytes } from 'node:crypto';
import { createApp } from '#api/app.ts';
import { dashboardRoutes } from '#api/dashboard-routes.ts';
import { createProcessApp } from '#api/process-app.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { ingestRoutes } from '#ingest/http.ts';
import { createIngest, type Ingest } from '#ingest/ingest.ts';
import { processors } from '#processors/main.ts';
import type { CityClock } from '#runtime/clock.ts';
import { type Config, readConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { runProcessors } from '#runtime/run.ts';
import { demoCity } from './demo-city.ts';
import { deviceFeed, streetFeed } from './feed.ts';
import { joinAsMember } from './group-member.ts';
import { startHousekeeping } from './housekeeping.ts';
import { openConfiguredLogParts, openConfiguredParts } from './parts.ts';
import { openPlateTokens, tokeniseWith } from './plate-keys.ts';
import { recommendNow } from './recommend-now.ts';
import { aborted, listen, untilSignal } from './serve.ts';
import { paces } from './stage.ts';
import { followStreetClock } from './street-clock.ts';

type Say = (line: string) => void;

/** `arterial processors`: shares the partitions with other processes of its kind. */
export async function processorsRole(environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const began = performance.now();
  const config = configOf('processors', environment, ['kafka', 'databaseUrl', 'redis']);
  const stopping = untilSignal();
  const failing = new Failure(stopping);
  const network = await readNetwork(config.networkFolder ?? demoCity);
  const parts = await openConfiguredParts(config, say);
  try {
    const { kafka, dataFolder, partitions } = config;
    const group = await joinAsMember({ kafka, dataFolder, partitions, processors, failed: failing.fail });
    let owned: ReadonlySet<number> | undefined;
    group.follow((partitionsNow) => {
      owned = partitionsNow;
    });
    const ending = new AbortController();
    const run = runProcessors({
      ...parts,
      processors,
      network,
      partitions,
      ownership: group,
      ...paces.service,
      notice: say,
      signal: ending.signal,
    });
    run.done.catch(failing.fail);
    const app = await createProcessApp({
      probes: [
        { name: 'store', check: async () => void (await parts.store.listProgress()) },
        { name: 'group', check: async () => (owned ? undefined : 'the group has not said which partitions') },
      ],
      measures: {
        arterial_partitions_owned: () => owned?.size ?? 0,
        arterial_log_damaged: () => parts.log.damaged ?? 0,
      },
    });
    try {
      const address = await listen(app, config.host, config.port);
      say(`processors are ready after ${seconds(began)} s: ${address}`);
      await aborted(stopping.signal);
    } finally {
      await app.close();
      ending.abort();
      await run.done.catch(() => {});
      await group.leave();
    }
  } finally {
    await parts.close();
  }
  failing.rethrow();
  say('stopped; everything is saved');
}

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
      network,
      clock,
      signingKey: config.signingKey?.reveal() ?? randomBytes(32).toString('hex'),
      recommendOnDemand: recommendNow(network, parts.store, clock),
      tokenise: tokeniseWith(plates),
      probes: [{ name: 'store', check: async () => void (await parts.store.listProgress()) }],
    });
    await app.register(dashboardRoutes);
    const housekeeping = startHousekeeping(parts.store, clock, config.retentionDays, say);
    try {
      const address = await listen(app, config.host, config.port);
      say(`the API is ready after ${seconds(began)} s: ${address}`);
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
      say(`${what} is ready after ${seconds(began)} s: ${address}`);
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

/** The configuration, with what the role cannot do without. */
function configOf<Needed extends keyof typeof settingOf>(
  role: string,
  environment: NodeJS.ProcessEnv,
  needed: readonly Needed[],
): Config & { readonly [Name in Needed]: NonNullable<Config[Name]> } {
  const config = readConfig(environment);
  const missing = needed.filter((name) => config[name] === undefined).map((name) => settingOf[name]);
  if (missing.length > 0)
    throw new ArterialError(
      'config.invalid',
      `arterial ${role} works with other processes and needs ${missing.join(', ')}; ` +
        'arterial city needs nothing',
    );
  return config as Config & { readonly [Name in Needed]: NonNullable<Config[Name]> };
}

const settingOf = {
  kafka: 'ARTERIAL_KAFKA_BROKERS',
  databaseUrl: 'ARTERIAL_DATABASE_URL',
  redis: 'ARTERIAL_REDIS_URL',
} as const;

/** The time of the city: the machine's, or that of the street in another process. */
const clockOf = (
  { street, speed }: Config,
  { log, ids }: Parameters<Work>[3],
  signal: AbortSignal,
): Promise<CityClock> =>
  street === 'none'
    ? Promise.resolve({ now: () => Date.now(), rate: 1 })
    : followStreetClock(log, ids, speed, signal);

/** The first thing that went wrong; it stops the process, which then ends with it. */
class Failure {
  private first: unknown;
  readonly fail: (error: unknown) => void;

  constructor(stopping: AbortController) {
    this.fail = (error) => {
      this.first ??= error;
      stopping.abort();
    };
  }

  rethrow(): void {
    if (this.first !== undefined) throw this.first;
  }
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
