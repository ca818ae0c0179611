/** How soon thousands of clients of the event stream hear of a change, and what they cost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { demoCity } from '#commands/demo-city.ts';
import type { Link, Network } from '#domain/network.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { readConfig } from '#runtime/config.ts';
import { appendAll, prepare } from '#runtime/flush.ts';
import { openKafkajsLog } from '#runtime/kafkajs-log.ts';
import type { LiveState } from '#runtime/live.ts';
import type { EventLog } from '#runtime/log.ts';
import { createRedisLive } from '#runtime/redis-live.ts';
import type { Emitted } from '#runtime/task.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { incidents, linkStates } from '#schemas/topics.ts';
import type { Trial, TrialOptions, TrialResult } from '../trial.ts';
import { usageOf } from '../usage.ts';
import { type City, monotonic, openCity, type Program, startProgram } from './programs.ts';
import type { Heard } from './stream-clients.ts';

const clients = 5_000;
const [changeSeconds, minutesAtOnce] = [30, 5];
const path = '/v1/stream?kinds=link,incident';
const heardWithin = 10_000;

export const eventStreams: Trial = {
  name: 'event-streams',
  does:
    `${clients} clients follow links and incidents. Each second a revision of an incident, and the links whose ` +
    'minute it is, are appended to the log and put into live state as a processor does after its commit.',
  run,
};

async function run(options: TrialOptions): Promise<TrialResult> {
  const { servers, cpus, scale, note } = options;
  await servers.spread(cpus);
  const city = await openCity(options, { ARTERIAL_STREET: 'none' });
  const load = startProgram(new URL('stream-clients.ts', import.meta.url), cpus?.servers);
  const processor = await openProcessor(city, note);
  try {
    const url = await city.start('api', cpus?.subject);
    const before = usageOf(city.pidOf('api'))!;
    await load.ask({ kind: 'open', url, clients, path });
    const opened = usageOf(city.pidOf('api'))!;
    note(`event-streams: ${clients} clients follow`);
    const steady = await measure(load, processor, Math.max(5, Math.round(changeSeconds * scale)), 1);
    const after = usageOf(city.pidOf('api'))!;
    const whole = await measure(load, processor, Math.max(2, Math.round(minutesAtOnce * scale)), 60);
    const { peakMib } = usageOf(city.pidOf('api'))!;
    return resultOf(steady, whole, peakMib, [
      ['API before any client', `${before.peakMib.toFixed(0)} MiB`],
      ['API with all clients', `${opened.peakMib.toFixed(0)} MiB`],
      [
        'API to open a stream',
        `${((1e6 * (opened.cpuSeconds - before.cpuSeconds)) / clients).toFixed(0)} CPU-µs`,
      ],
      [
        'API for an incident that a client was told',
        `${((1e6 * (after.cpuSeconds - opened.cpuSeconds)) / steady.deliveries).toFixed(1)} CPU-µs`,
      ],
    ]);
  } finally {
    await load.end();
    await processor.close();
    await city.end();
  }
}

/** Changes something each second, with the links of so many seconds of a minute; what the clients say of it. */
async function measure(
  load: Program,
  processor: Processor,
  changes: number,
  seconds: number,
): Promise<Heard> {
  await load.ask({ kind: 'begin' });
  for (let change = 0; change < changes; change++) {
    const next = sleep(1_000);
    await processor.tell(seconds);
    await next;
  }
  return load.ask<Heard>({ kind: 'heard', events: changes, within: heardWithin });
}

interface Processor {
  /** Tells of an incident, and of the links of so many seconds of a minute. */
  tell(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** What a processor does after its commit, with the log and the live state of the city. */
async function openProcessor({ environment }: City, note: (line: string) => void): Promise<Processor> {
  const network = await readNetwork(demoCity);
  const { kafka, redis } = readConfig(environment);
  const log: EventLog = await openKafkajsLog(kafka!);
  let live: LiveState | undefined;
  const links = [...network.links.values()];
  let [told, revision] = [0, 0];
  return {
    async tell(seconds) {
      // Redis holds everything once the API has begun; nothing has to be put back.
      live ??= await createRedisLive({ url: redis!.url, rebuild: async () => [], notice: note });
      const count = Math.round((links.length * seconds) / 60);
      const some = Array.from({ length: count }, () => links[told++ % links.length]!);
      const at = Date.now();
      const emitted: Emitted[] = some.map((link) => ({ topic: linkStates, event: stateOf(link, at, told) }));
      emitted.push({ topic: incidents, event: incidentOf(network, at, revision++) });
      const { records, live: values } = prepare(emitted, embeddedIds, true);
      await appendAll(log, records);
      await live.put(values);
    },
    async close() {
      await live?.close();
      await log.close();
    },
  };
}

const stateOf = ({ id, district }: Link, at: number, vehicles: number): LinkState => ({
  district,
  link: id,
  at,
  windowStart: at - 60_000,
  windowSeconds: 60,
  revision: 0,
  vehicles: vehicles % 40,
  flowVph: 60 * (vehicles % 40),
  occupancyPermille: 120,
  spaceMeanDecikph: 385,
  delayDeciseconds: 214,
  travelTimeIndexPermille: 1_420,
  levelOfService: 'C',
  quality: 'observed',
  samples: 24,
  expectedSamples: 24,
});

const incidentOf = (network: Network, at: number, revision: number): Incident => ({
  district: [...network.districts.keys()][0]!,
  incident: 'smoke-trial',
  at,
  revision,
  kind: 'smoke',
  status: 'detected',
  severity: 'severe',
  link: null,
  longitude: 10.2,
  latitude: 56.16,
  startedAt: at,
  detectedAt: at,
  endedAt: null,
  confidencePermille: 900,
  sources: ['camera'],
  text: `Smoke, trial:${Math.round(1_000 * monotonic())}`,
  plateToken: null,
});

const said = ({ deliveries, p50, p99, longest, short, closed }: Heard): string =>
  `${deliveries} times a client heard, p50 ${p50} ms, p99 ${p99} ms, longest ${longest} ms` +
  `${short + closed > 0 ? `; ${short} missed something, ${closed} were cut off` : ''}`;

function resultOf(steady: Heard, whole: Heard, peakMib: number, rows: [string, string][]): TrialResult {
  const name = 'event-streams';
  const lost = steady.short + whole.short + whole.closed;
  return {
    name,
    goals: [
      { name: `${name}-p99`, measured: steady.p99, relation: '<=', bound: 250, unit: 'ms' },
      { name: `${name}-memory`, measured: peakMib, relation: '<=', bound: 300, unit: 'MiB' },
      { name: `${name}-short`, measured: lost, relation: '=', bound: 0, unit: 'clients' },
    ],
    measured: [
      ['an incident each second', said(steady)],
      ['an incident with all links of the city at once', said(whole)],
      ...rows,
    ],
  };
}
