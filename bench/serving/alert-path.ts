/** How soon a client hears of what a camera saw, while a whole city's detectors report. */
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Camera } from '#domain/network.ts';
import { writeNetwork } from '#ingest/gmns/write-network.ts';
import { cameraIncidents } from '#processors/incidents/camera-incidents.ts';
import { makeCity } from '../city.ts';
import type { Trial, TrialOptions, TrialResult } from '../trial.ts';
import { usageOf } from '../usage.ts';
import type { CabinetsFed, CamerasFed, FeedOrder } from './alert-feed.ts';
import { monotonic, openCity, startProgram } from './programs.ts';

type Fed = CabinetsFed & CamerasFed;

const detectors = 100_000;
const watchSeconds = 60;
/** Enough for all that was seen to be released and told. */
const quietSeconds = 16;
/** One for each site of so many. */
const cameras = 256;

export const alertPath: Trial = {
  name: 'alert-path',
  does:
    `${detectors} detectors report once a second in frames of 32; 20 times a second a camera is sure of smoke or of ` +
    'a wrong-way driver. All roles share all cores, and alerts have a thread of their own. Measured from the ' +
    'heartbeat of the ingest by which nothing older is waited for, until a client of the event stream has the ' +
    'incident; and from the camera.',
  run,
};

async function run(options: TrialOptions): Promise<TrialResult> {
  const { servers, seed, scale, note } = options;
  await servers.spread(undefined);
  const folder = join(servers.folder, 'alert-network');
  await writeNetwork(folder, networkWithCameras());
  const city = await openCity(options, {
    ARTERIAL_STREET: 'none',
    ARTERIAL_NETWORK: folder,
    ARTERIAL_THREADS: '1',
  });
  const [reporters, watchers] = [0, 1].map(() =>
    startProgram(new URL('alert-feed.ts', import.meta.url), undefined),
  );
  const heard = new Map<string, number>();
  let client: Socket | undefined;
  try {
    await city.start('processors', undefined);
    client = await followIncidents(await city.start('api', undefined), heard);
    const seconds = Math.max(5, Math.round(watchSeconds * scale));
    const { environment } = city;
    const before = usageOf(city.pidOf('processors'))!;
    const order = { environment, detectors, seed, seconds, quietSeconds };
    note(`alert-path: ${seconds} s of alerts begin`);
    const [reported, watched] = await Promise.all([
      reporters!.ask<CabinetsFed>({ ...order, devices: 'cabinets' } satisfies FeedOrder),
      watchers!.ask<CamerasFed>({ ...order, devices: 'cameras' } satisfies FeedOrder),
    ]);
    const fed = { ...reported, ...watched };
    // What comes even later counts, and as late as it comes.
    for (let looks = 0; looks < 20 && heard.size < fed.seen.length; looks++) await sleep(1_000);
    const after = usageOf(city.pidOf('processors'))!;
    const cpu = (after.cpuSeconds - before.cpuSeconds) / fed.seconds;
    return resultOf(fed, heard, [
      ['the processors, of one core', `${(100 * cpu).toFixed(0)} %`],
      ['the processors, most memory', `${after.peakMib.toFixed(0)} MiB`],
    ]);
  } finally {
    client?.destroy();
    for (const each of [reporters, watchers]) await each!.end();
    await city.end();
  }
}

function networkWithCameras() {
  const { network, cabinets } = makeCity(detectors, 'frames');
  const withCamera = cabinets.slice(0, cameras).map(({ site, detectors: own }): [string, Camera] => {
    const id = `camera-${site}`;
    return [id, { id, site, link: own[0]!.link, position: [0, 0] }];
  });
  return { ...network, cameras: new Map(withCamera) };
}

/** Notes when the client has heard of each incident for the first time. */
function followIncidents(url: string, heard: Map<string, number>): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let rest = '';
  return new Promise((begun, failed) => {
    socket.on('error', failed);
    socket.once('connect', () =>
      socket.write(`GET /v1/stream?kinds=incident HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`),
    );
    socket.on('data', (bytes: Buffer) => {
      const now = monotonic();
      const blocks = (rest + bytes.toString()).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        if (block.includes('retry: ')) begun(socket);
        const incident = /"incident":"([^"]+)"/.exec(block)?.[1];
        if (incident !== undefined && !heard.has(incident)) heard.set(incident, now);
      }
    });
  });
}

function resultOf(fed: Fed, heard: ReadonlyMap<string, number>, rows: [string, string][]): TrialResult {
  const told = fed.seen.filter(([incident]) => heard.has(incident));
  const whole = told.map(([incident, , sentAt]) => heard.get(incident)! - sentAt);
  const path = told.map(([incident, at]) => heard.get(incident)! - releasedAt(fed, at));
  const waited = told.map(([, at, sentAt]) => releasedAt(fed, at) - sentAt);
  const missing = fed.seen.length - told.length;
  const rate = fed.readings / fed.seconds;
  const name = 'alert-path';
  return {
    name,
    goals: [
      { name: `${name}-p50`, measured: percentile(path, 0.5), relation: '<=', bound: 15, unit: 'ms' },
      { name: `${name}-p99`, measured: percentile(path, 0.99), relation: '<=', bound: 100, unit: 'ms' },
      { name: `${name}-missing`, measured: missing, relation: '=', bound: 0, unit: 'alerts' },
      // One frame in a thousand is lost on purpose.
      { name: `${name}-load`, measured: rate / 1e3, relation: '>=', bound: 99, unit: 'k readings/s' },
    ],
    measured: [
      [`from the heartbeat to the client, ${told.length} alerts`, spread(path)],
      ['from the camera to that heartbeat: lateness, allowance and the wait for the next', spread(waited)],
      ['from the camera to the client', spread(whole)],
      ...rows,
    ],
  };
}

/** When the heartbeat was sent by which nothing up to this time is waited for. */
function releasedAt({ beats }: Fed, at: number): number {
  const [, sentAt] = beats.find(([vouched]) => vouched - cameraIncidents.lateness >= at) ?? [0, Number.NaN];
  return sentAt;
}

function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

const spread = (values: readonly number[]): string =>
  [0.5, 0.99, 1]
    .map((share, i) => `${['p50', 'p99', 'longest'][i]} ${percentile(values, share)?.toFixed(1)} ms`)
    .join(', ');
