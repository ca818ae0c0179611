/** `npm run soak`: half of what can be done at most, as long as is asked, with random faults; what grows is told. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatGoals, isMet } from '#commands/goals.ts';
import { verify } from '#commands/verify.ts';
import { processors } from '#processors/main.ts';
import { machineTimers } from '#runtime/timers.ts';
import type { Child } from '../faults/child.ts';
import { City } from '../faults/city.ts';
import { sendTogether } from '../faults/feed.ts';
import { deficitIn } from '../faults/oracle.ts';
import { openRig, type Rig } from '../faults/rig.ts';
import { endlessFeed } from './endless.ts';
import type { Mark } from './plot.ts';
import { goalsOf, picture, type Sample, type Soaked, tableOf } from './report.ts';

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
/** When a server is away, what is sent is sent again after so long. Milliseconds. */
const pauseBeforeRetry = 300;

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

await main();
