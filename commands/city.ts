/** `arterial city`: the whole city in one process, on a simulated street. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp } from '#api/app.ts';
import { dashboardRoutes } from '#api/dashboard-routes.ts';
import { utcOffset } from '#domain/local-time.ts';
import type { Network } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { ingestRoutes } from '#ingest/http.ts';
import { createPlateTokens } from '#ingest/plates.ts';
import type { CityClock } from '#runtime/clock.ts';
import { type Config, readConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { openParts, type Parts } from './embedded.ts';
import { deliveredThrough } from './last-heartbeat.ts';
import { recommendNow } from './recommend-now.ts';
import { readSaved, writeWhole } from './saved-file.ts';
import { type Driver, startDriver } from './simulated-driver.ts';
import { openStage } from './stage.ts';
import { type SavedStreet, Street, streetSource } from './street.ts';

/** The street is moved on this often. Milliseconds of the machine. */
const sliceEvery = 100;
/** The street is saved this often. City time. */
const saveEvery = minutes(1);
const demoCity = fileURLToPath(new URL('../simulators/demo-city/tables', import.meta.url));

/** Runs until SIGINT or SIGTERM; `say` gets a line for each thing that a person waits for. */
export async function city(environment: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const began = performance.now();
  const config = readConfig(environment);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
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
        return startDriver(address, network, say);
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
  const { partitions, speed, seed } = config;
  const savedAs = join(config.dataFolder, 'street.json');
  const saved = await readSaved<SavedStreet>(savedAs);
  const delivered = await deliveredThrough(parts.log, streetSource);
  const startAt = saved?.startAt ?? delivered ?? morningRush(network.timeZone, Date.now());
  let street: Street | undefined;
  const clock: CityClock = { now: () => street?.now ?? startAt, rate: speed };
  const plates = createPlateTokens(network.timeZone);
  const stage = openStage({ ...parts, network, partitions, clock, plates, notice: say, pace: 'service' });
  stage.run.done.catch((error: unknown) => stopping.abort(error));
  const app = await createApp({
    network,
    store: parts.store,
    live: parts.live,
    log: parts.log,
    clock,
    signingKey: config.signingKey?.reveal() ?? randomBytes(32).toString('hex'),
    recommendOnDemand: recommendNow(network, parts.store, clock),
    tokenise: (plate, at) => plates.tokenise(plate, at),
  });
  let driver: Driver | undefined;
  try {
    await app.register(ingestRoutes, { ingest: stage.ingest });
    await app.register(dashboardRoutes);
    street = new Street({ network, seed, startAt, partitions, log: parts.log, ingest: stage.ingest });
    if (saved) street.restore(saved);
    if (delivered) street.skip(delivered);
    await stage.run.started;
    driver = ready(await listen(app, config.host, config.port));
    await runStreet(street, speed, savedAs, stopping.signal);
    say('stopping');
    await writeWhole(savedAs, JSON.stringify(street.save()));
  } finally {
    driver?.stop();
    await app.close();
    await stage.stop();
  }
}

/** Moves the street on at `speed` until the signal aborts. When the machine is too slow, the city waits. */
async function runStreet(street: Street, speed: number, savedAs: string, signal: AbortSignal): Promise<void> {
  let savedThrough = street.now;
  let owed = 0;
  for (let last = performance.now(); !signal.aborted; ) {
    await new Promise((resolve) => setTimeout(resolve, sliceEvery));
    const now = performance.now();
    // At most a second of the machine is caught up, so that a laptop that slept does not wake up to a storm.
    owed = Math.min(owed + (now - last) * speed, 1000 * speed);
    last = now;
    const wholeSeconds = Math.floor(owed / 1000);
    if (wholeSeconds === 0) continue;
    owed -= wholeSeconds * 1000;
    const appliedBefore = street.applied;
    await street.advance(street.now + seconds(wholeSeconds));
    if (street.now - savedThrough < saveEvery && street.applied === appliedBefore) continue;
    await writeWhole(savedAs, JSON.stringify(street.save()));
    savedThrough = street.now;
  }
}

/** 07:30 of the newest working day up to `now`, local time: a city is best met at its busiest. */
export function morningRush(timeZone: string, now: EventTime): EventTime {
  for (let day = 0; ; day++) {
    const local = floorTo(now + utcOffset(now, timeZone), minutes(24 * 60)) - minutes(24 * 60 * day);
    const weekday = new Date(local).getUTCDay();
    const at = local + minutes(7 * 60 + 30);
    if (weekday !== 0 && weekday !== 6) return at - utcOffset(at - utcOffset(at, timeZone), timeZone);
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
