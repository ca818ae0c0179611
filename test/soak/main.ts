/** `npm run soak`: half of what can be done at most, as long as is asked, with random faults; what grows is told. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatGoals, type Goal, isMet } from '#commands/goals.ts';
import { verify } from '#commands/verify.ts';
import { processors } from '#processors/main.ts';
import { machineTimers } from '#runtime/timers.ts';
import type { Child } from '../faults/child.ts';
import { City } from '../faults/city.ts';
import { sendTogether } from '../faults/feed.ts';
import { deficitIn } from '../faults/oracle.ts';
import { openRig, type Rig } from '../faults/rig.ts';
import { endlessFeed } from './endless.ts';
import { type Mark, plot, slope } from './plot.ts';

const partitions = 3;
/** How long what is measured at most lasts, in the time of the city. Minutes. */
const trialMinutes = 10;
const sampleEvery = 2_000;
/** The process that nobody kills collects its garbage so often, and a moment later is asked what it uses. */
const collectEvery = 30_000;
const collectedAfter = 500;
const collector = new URL('collect.ts', import.meta.url).href;
/** Between two faults, at random. Milliseconds. */
const [faultsFrom, faultsTo] = [15_000, 40_000] as const;
/** Memory of a process that has just started says nothing. */
const warmUpShare = 0.25;
/** When a server is away, what is sent is sent again after so long. Milliseconds. */
const pauseBeforeRetry = 300;

interface Sample {
  /** Minutes since the begin. */
  readonly at: number;
  /** Of the process that nobody kills: resident, and used by objects and buffers. Megabytes. */
  readonly resident: number;
  readonly used: number;
  /** Whether its garbage has just been collected. */
  readonly isCollected: boolean;
  /** On how many partitions it works at the moment. */
  readonly partitions: number;
  readonly lagSeconds: number;
}

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: join('.arterial', 'soak.svg') },
      json: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}; a number above 0 would be right`);
  const rig = await openRig(join('.arterial', 'soak', String(process.pid)), note);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void rig.close().finally(() => process.exit(130)));
  try {
    const most = await rateAtMost(rig);
    note(`at most ${most.toFixed(0)} seconds of the city in one; soaking at half of it`);
    const soaked = await new Soak(rig, Number(values.seed), most / 2).run(minutes);
    await mkdir(join(values.out, '..'), { recursive: true });
    await writeFile(values.out, picture(soaked));
    if (!values.json) process.stdout.write(`${tableOf(soaked)}\nthe plot is in ${values.out}\n`);
    const goals = goalsOf(soaked);
    process.stdout.write(`${formatGoals(goals, values.json)}\n`);
    if (!goals.every(isMet)) process.exitCode = 1;
  } finally {
    await rig.close();
  }
}

/** Seconds of the city that two processes get through in one second, of what is preloaded. */
async function rateAtMost(rig: Rig): Promise<number> {
  const fed = await rig.fed(1, trialMinutes, partitions);
  const city = await City.open(rig, { fed });
  try {
    await city.send(city.records, { rate: Number.POSITIVE_INFINITY });
    const starting = city.startProcessors(2);
    await city.watch.until(() => city.watch.commits > 0, 120);
    const began = performance.now();
    await Promise.all([starting, city.settled(300)]);
    return (trialMinutes * 60 * 1000) / (performance.now() - began);
  } finally {
    await city.close();
  }
}

interface Soaked {
  readonly minutes: number;
  readonly rate: number;
  readonly samples: readonly Sample[];
  readonly faults: readonly Mark[];
  readonly records: number;
  readonly deficit: number;
  readonly tablesThatDiffer: number;
  readonly settledSeconds: number;
}

class Soak {
  private readonly rig: Rig;
  private readonly seed: number;
  private readonly rate: number;
  private readonly began = performance.now();
  private readonly samples: Sample[] = [];
  private readonly faults: Mark[] = [];
  private records = 0;
  private random: number;

  constructor(rig: Rig, seed: number, rate: number) {
    this.rig = rig;
    this.seed = seed;
    this.random = seed >>> 0;
    this.rate = rate;
  }

  async run(minutes: number): Promise<Soaked> {
    const fed = await this.rig.fed(1, 2, partitions);
    const city = await City.open(this.rig, { fed });
    try {
      const [survivor] = (await city.startProcessors(1, [collector])) as [Child];
      const [mortal] = (await city.startProcessors(1)) as [Child];
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(), minutes * 60_000);
      await Promise.all([
        this.feed(city, ending.signal),
        this.break(city, mortal, ending.signal),
        this.look(city, survivor, ending.signal),
      ]);
      clearTimeout(timer);
      note('the street stands still; waiting for the processors, then computing every table again');
      const settling = performance.now();
      await this.settle(city);
      const settledSeconds = (performance.now() - settling) / 1000;
      for (const child of city.children) child.signal('SIGTERM');
      for (const child of city.children) await child.outcome(20);
      const deficit = await deficitIn(city.store);
      const verdict = await verify(
        { log: await city.openLog(), store: city.store, network: fed.feed.network, partitions, processors },
        note,
      );
      return {
        minutes,
        rate: this.rate,
        samples: this.samples,
        faults: this.faults,
        records: this.records,
        deficit,
        tablesThatDiffer: verdict.tables.filter((table) => table.stored !== table.recomputed).length,
        settledSeconds,
      };
    } finally {
      // What went wrong before must not be hidden by what goes wrong after it.
      await city.close().catch((error: Error) => note(`the city was not removed: ${error.message}`));
    }
  }

  private get minute(): number {
    return (performance.now() - this.began) / 60_000;
  }

  /** Sends the street at its rate; when a server is away, it waits and sends again. */
  private async feed(city: City, signal: AbortSignal): Promise<void> {
    const log = await city.openLog();
    const street = await endlessFeed(this.seed, partitions);
    const send = async (records: Parameters<typeof sendTogether>[1]): Promise<void> => {
      for (;;)
        try {
          await sendTogether(log, records);
          this.records += records.length;
          city.sentThrough = street.now;
          return;
        } catch {
          await machineTimers.sleep(pauseBeforeRetry);
        }
    };
    let due = performance.now();
    while (!signal.aborted) {
      await send(await street.next());
      due = Math.max(due + 1000 / this.rate, performance.now() - 2_000);
      if (due > performance.now()) await machineTimers.sleep(due - performance.now(), signal);
    }
    await send(await street.close());
  }

  /** One fault after the other, each mended before the next. */
  private async break(city: City, first: Child, signal: AbortSignal): Promise<void> {
    let mortal = first;
    const { kafka, postgres, redis } = this.rig;
    const restart = async (server: { kill9(): Promise<void>; restart(): Promise<void> }): Promise<void> => {
      await server.kill9();
      await machineTimers.sleep(1_000 * this.draw());
      await server.restart();
    };
    const faults: Readonly<Record<string, () => Promise<void>>> = {
      'a process is killed': async () => {
        await mortal.kill9();
        [mortal] = (await city.startProcessors(1)) as [Child];
      },
      'a process is stopped': async () => {
        mortal.signal('SIGTERM');
        await mortal.outcome(20);
        [mortal] = (await city.startProcessors(1)) as [Child];
      },
      'a process sleeps for 8 s': async () => {
        mortal.signal('SIGSTOP');
        await machineTimers.sleep(8_000);
        mortal.signal('SIGCONT');
      },
      'Kafka is killed': () => restart(kafka),
      'PostgreSQL is killed': () => restart(postgres),
      'Redis is killed': () => restart(redis),
    };
    const names = Object.keys(faults);
    for (;;) {
      await machineTimers.sleep(faultsFrom + (faultsTo - faultsFrom) * this.draw(), signal);
      if (signal.aborted) return;
      const name = names[Math.floor(this.draw() * names.length)] as string;
      this.faults.push({ at: this.minute, text: name });
      note(`${this.minute.toFixed(1)} min: ${name}`);
      await faults[name]!();
    }
  }

  private async look(city: City, survivor: Child, signal: AbortSignal): Promise<void> {
    let collectAt = performance.now() + collectEvery;
    while (!signal.aborted) {
      const isCollected = performance.now() >= collectAt;
      if (isCollected) {
        collectAt += collectEvery;
        survivor.signal('SIGUSR2');
        await machineTimers.sleep(collectedAfter);
      }
      const released = city.watch.releasedLast('link-state', partitions);
      const behind = Number.isFinite(released) ? (city.sentThrough - released) / 1000 : 0;
      const memory = await memoryOf(survivor);
      if (memory !== undefined)
        this.samples.push({
          at: this.minute,
          ...memory,
          isCollected,
          lagSeconds: Math.max(0, behind / this.rate),
        });
      await machineTimers.sleep(sampleEvery, signal);
    }
  }

  /** Until every task has passed the last heartbeat, less the lateness. */
  private async settle(city: City): Promise<void> {
    const past = city.sentThrough + 10 * 60_000;
    await city.watch.until(() => city.watch.allReleased(past), 300);
  }

  /** From 0 up to 1 (a linear congruence, Numerical Recipes). */
  private draw(): number {
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.random / 2 ** 32;
  }
}

/** By the account that it gives of itself; undefined while it gives none. */
async function memoryOf(child: Child): Promise<Pick<Sample, 'resident' | 'used' | 'partitions'> | undefined> {
  const address = /ready after .*: (http:\S+)/.exec(child.lines.join('\n'))?.[1];
  const answer = await fetch(`${address}/metrics`, { signal: AbortSignal.timeout(1_000) }).catch(
    () => undefined,
  );
  if (answer === undefined) return undefined;
  const text = await answer.text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return {
    resident: value('process_resident_memory_bytes') / 1e6,
    used: (value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes')) / 1e6,
    partitions: value('arterial_partitions_owned'),
  };
}

/**
 * What the garbage collector leaves, once the process is warm. Only when it works on as many partitions as most of the
 * time: it has more to keep while the other process is dead.
 */
function keptOf({ samples, minutes }: Soaked): (readonly [hours: number, megabytes: number])[] {
  const warm = samples.filter(({ at, isCollected }) => isCollected && at > warmUpShare * minutes);
  const usual = quantile(
    warm.map(({ partitions }) => partitions),
    0.5,
  );
  return warm
    .filter(({ partitions }) => partitions === usual)
    .map(({ at, used }) => [at / 60, used] as const);
}

/** Megabytes an hour. */
const memorySlope = (soaked: Soaked): number | undefined => slope(keptOf(soaked));

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;

function goalsOf(soaked: Soaked): Goal[] {
  const kept = keptOf(soaked).map(([, megabytes]) => megabytes);
  const hourly = memorySlope(soaked);
  return [
    { name: 'ledgerDeficit', measured: soaked.deficit, relation: '=', bound: 0, unit: 'records' },
    { name: 'tablesThatDiffer', measured: soaked.tablesThatDiffer, relation: '=', bound: 0, unit: 'tables' },
    {
      name: 'memorySlope',
      measured: hourly === undefined ? undefined : (100 * hourly) / quantile(kept, 0.5),
      relation: '<=',
      bound: 10,
      unit: '% an hour',
    },
    { name: 'settled', measured: soaked.settledSeconds, relation: '<=', bound: 15, unit: 's' },
  ];
}

function tableOf(soaked: Soaked): string {
  const lags = soaked.samples.map(({ lagSeconds }) => lagSeconds);
  const quantiles = (values: readonly number[]): string =>
    [0, 0.5, 1].map((share) => quantile(values, share).toFixed(0)).join(', ');
  const rows: readonly (readonly [string, string])[] = [
    ['minutes', String(soaked.minutes)],
    ['seconds of the city a second', soaked.rate.toFixed(0)],
    ['records', String(soaked.records)],
    ['faults', String(soaked.faults.length)],
    ['lag, median and most, s', `${quantile(lags, 0.5).toFixed(1)}, ${quantile(lags, 1).toFixed(1)}`],
    ['resident, least, median and most, MB', quantiles(soaked.samples.map(({ resident }) => resident))],
    ['used, least, median and most, MB', quantiles(soaked.samples.map(({ used }) => used))],
    ['kept, least, median and most, MB', quantiles(keptOf(soaked).map(([, megabytes]) => megabytes))],
    ['slope of what is kept, MB an hour', memorySlope(soaked)?.toFixed(1) ?? '-'],
    ['ledger deficit', String(soaked.deficit)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(36)}${value}`).join('\n');
}

function picture({ samples, minutes, faults }: Soaked): string {
  const points = (of: (sample: Sample) => number): (readonly [number, number])[] =>
    samples.map((sample) => [sample.at, of(sample)] as const);
  return plot(
    [
      {
        title: 'memory of the process that nobody kills',
        unit: 'MB',
        lines: [
          { name: 'resident', points: points(({ resident }) => resident) },
          { name: 'used', points: points(({ used }) => used) },
        ],
      },
      {
        title: 'partitions on which it works',
        unit: 'of 3',
        lines: [{ name: 'partitions', points: points(({ partitions }) => partitions) }],
      },
      {
        title: 'lag behind what was sent',
        unit: 's',
        lines: [{ name: 'link-state', points: points(({ lagSeconds }) => lagSeconds) }],
      },
    ],
    minutes,
    faults,
  );
}

await main();
