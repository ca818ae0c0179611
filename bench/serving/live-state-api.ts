/** How many requests a second one core answers from live state, while the city goes on. */
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoCity } from '#commands/demo-city.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import type { Trial, TrialOptions, TrialResult } from '../trial.ts';
import { usageOf } from '../usage.ts';
import type { HttpAnswers, HttpLoad } from './http-load.ts';
import { type City, openCity, type Program, startProgram } from './programs.ts';
import { type Asked, requestsOf } from './requests.ts';

/** So many clients wait for an answer at any time. */
const clients = 64;
const [loadSeconds, routeSeconds, warmSeconds] = [30, 5, 5];
/** City seconds that pass in one. */
const speed = 10;
/** That which the API is to answer soon enough. */
const askedPerSecond = 10_000;
const startsWithin = 120_000;

export const liveStateApi: Trial = {
  name: 'live-state-api',
  does:
    `The demo city runs at ${speed} times its speed, its street and processors on the core of the servers; ` +
    `${clients} clients on that core ask the API on the other: each again as soon as it was answered, and then ` +
    `${askedPerSecond} times a second together, whether answers come or not; the latter is how soon it answers.`,
  run,
};

async function run(options: TrialOptions): Promise<TrialResult> {
  const { servers, cpus, seed, scale } = options;
  await servers.spread(cpus);
  const city = await openCity(options, { ARTERIAL_SPEED: String(speed), ARTERIAL_SEED: String(seed) });
  const load = startProgram(new URL('http-load.ts', import.meta.url), cpus?.servers);
  try {
    for (const role of ['simulator', 'processors'] as const) {
      await city.start(role, cpus?.servers);
      // Who asks has the core first: how long a client waits for it says nothing of the API.
      setPriority(city.pidOf(role), 10);
    }
    const url = await city.start('api', cpus?.subject);
    await untilSomethingIsKnown(url);
    const network = await readNetwork(demoCity);
    const asked = requestsOf(network, seed);
    const measure = (what: readonly Asked[], seconds: number, rate?: number): Promise<Measured> =>
      measured(city, load, { url, clients, seconds, seed, asked: what, ...(rate ? { rate } : {}) });
    await measure(asked, Math.max(2, warmSeconds * scale));
    const all = await measure(asked, Math.max(3, loadSeconds * scale));
    const steady = await measure(asked, Math.max(3, loadSeconds * scale), askedPerSecond);
    const rows: [string, string][] = [];
    for (const one of asked) {
      const alone = await measure([{ ...one, share: 100 }], Math.max(1, routeSeconds * scale));
      rows.push([`${one.what}, alone; ${one.share} % of the requests`, said(alone)]);
    }
    return resultOf(all, steady, network.links.size, rows);
  } finally {
    await load.end();
    await city.end();
  }
}

interface Measured extends HttpAnswers {
  /** Of the API. Microseconds. */
  readonly cpuOfAnswer: number;
  readonly peakMib: number;
}

async function measured(city: City, load: Program, asked: HttpLoad): Promise<Measured> {
  const before = usageOf(city.pidOf('api'))!;
  const answers = await load.ask<HttpAnswers>(asked);
  const after = usageOf(city.pidOf('api'))!;
  const cpuOfAnswer = (1e6 * (after.cpuSeconds - before.cpuSeconds)) / answers.answers;
  return { ...answers, cpuOfAnswer, peakMib: after.peakMib };
}

/** Waits until the processors have said something of links and car parks. */
async function untilSomethingIsKnown(url: string): Promise<void> {
  const deadline = performance.now() + startsWithin;
  while (performance.now() < deadline) {
    const answer = await fetch(`${url}/v1/summary`);
    const { vehiclesPerMinute, freeSpaces } = (await answer.json()) as Record<string, number | null>;
    if (vehiclesPerMinute != null && freeSpaces != null) return;
    await sleep(500);
  }
  throw new Error(`live state had no link or no car park after ${startsWithin} ms`);
}

const said = ({ perSecond, p50, p99, longest, cpuOfAnswer, failures }: Measured): string =>
  `${perSecond.toFixed(0)}/s, p50 ${p50} ms, p99 ${p99} ms, longest ${longest} ms, ` +
  `${cpuOfAnswer.toFixed(0)} CPU-µs an answer${failures > 0 ? `, ${failures} FAILED` : ''}`;

function resultOf(
  all: Measured,
  steady: Measured,
  links: number,
  rows: readonly [string, string][],
): TrialResult {
  const { perSecond, failures, bytesPerSecond, peakMib } = all;
  const name = 'live-state-api';
  return {
    name,
    goals: [
      { name: `${name}-rate`, measured: perSecond, relation: '>=', bound: 10_000, unit: 'requests/s' },
      // A thousandth fewer may be under way when the time is over.
      {
        name: `${name}-steady-rate`,
        measured: steady.perSecond,
        relation: '>=',
        bound: 0.999 * askedPerSecond,
        unit: 'requests/s',
      },
      { name: `${name}-p99`, measured: steady.p99, relation: '<=', bound: 20, unit: 'ms' },
      {
        name: `${name}-failures`,
        measured: failures + steady.failures,
        relation: '=',
        bound: 0,
        unit: 'answers',
      },
    ],
    measured: [
      [`all of it, a city of ${links} links`, said(all)],
      [`the same ${askedPerSecond} times a second`, said(steady)],
      ['sent to clients', `${(bytesPerSecond / 2 ** 20).toFixed(0)} MiB/s`],
      ['most memory of the API', `${peakMib.toFixed(0)} MiB`],
      ...rows,
    ],
  };
}
