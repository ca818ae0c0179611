/** Rows of the matrix in which what comes is wrong: damaged, repeated, out of order, out of time, poison. */

import pg from 'pg';
import { processors } from '#processors/main.ts';
import { readConfig } from '#runtime/config.ts';
import { openKafkajsLog } from '#runtime/kafkajs-log.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';
import { createRandom } from '#simulators/random.ts';
import type { Child } from './child.ts';
import { type City, threadsBy } from './city.ts';
import type { Feed, FeedRecord } from './feed.ts';
import { outOfOrder, withDuplicates, withPoison, withSkew, withWrongClocks } from './feed-faults.ts';
import { fuzz } from './fuzz.ts';
import { type Expectation, expected } from './oracle.ts';
import { startProxy } from './proxy.ts';
import type { Context, Measured, Outcome, Row } from './rows.ts';
import { judged } from './rows-process.ts';

const feedMinutes = 8;
/** As fast as the machine can. */
const rate = 400;

/** Sends a feed to real processes, and judges what comes of it by what is expected. */
async function ran(
  { newCity }: Context,
  feed: Feed,
  expectation: Expectation,
  settings: Readonly<Record<string, string>> = {},
): Promise<City> {
  const city = await newCity({ fed: { feed, expectation }, settings });
  await city.startProcessors(1);
  await city.send(feed.records, { rate });
  await city.settled();
  await city.requireSentOnce();
  return city;
}

const none = (name: string, value: number, unit: string): Measured => ({
  name,
  value,
  relation: '=',
  bound: 0,
  unit,
  together: 'sum',
});

/** Records that ended otherwise than in an undisturbed run, in the ledgers of those who read raw topics alone. */
async function ledgerDifferences(store: MeasureStore, { ledger }: Expectation): Promise<Measured> {
  const isRaw = new Set<string>(rawTopics.map(({ name }) => name));
  let differ = 0;
  const found = await store.listProgress();
  for (const { name, reads } of processors) {
    if (!reads.every((topic) => isRaw.has(topic.name))) continue;
    const wanted = ledger.find(({ processor }) => processor === name);
    for (const end of ['folded', 'late', 'rejected', 'duplicate', 'heartbeats', 'open'] as const) {
      const own = found.filter(({ processor }) => processor === name);
      differ += Math.abs(own.reduce((sum, each) => sum + each.ledger[end], 0) - (wanted?.[end] ?? 0));
    }
  }
  return none('endedOtherwise', differ, 'records');
}

/** Row 13. The tables are those of the feed without repeats. */
async function duplicates(context: Context): Promise<Outcome> {
  const random = createRandom(context.seed, 'duplicates');
  const { feed: plain, expectation: wanted } = await context.rig.fed(context.seed, feedMinutes, 3);
  const { feed, added } = withDuplicates(plain, 0.05, random);
  const city = await ran(context, feed, wanted);
  const ended = await ledgerDifferences(city.store, await expected(feed));
  return judged(city, [ended], `${added} records came twice`);
}

/** Row 14: in order again within the lateness, in even repetitions; clocks that are wrong, in odd ones. */
async function wrongTimes(context: Context): Promise<Outcome> {
  const random = createRandom(context.seed, 'times');
  const { feed: plain, expectation: wanted } = await context.rig.fed(context.seed, feedMinutes, 3);
  if (context.repetition % 2 === 0) {
    const city = await ran(context, outOfOrder(plain, random), wanted);
    const ended = await ledgerDifferences(city.store, wanted);
    return judged(city, [ended], 'every record out of order, within the lateness');
  }
  const { feed, by } = withWrongClocks(plain, 0.02, random);
  const city = await ran(context, feed, wanted);
  const missing: Measured[] = [];
  for (const [code, records] of by) {
    const before = wanted.unusable.filter((each) => each.code === code).length;
    const found = (await unusableOf(city)).filter((each) => each.code === code).length;
    missing.push(none('notSetAside', Math.abs(found - before - readingsOf(records)), 'records'));
  }
  const counts = [...by].map(([code, records]) => `${records.length} ${code}`).join(', ');
  return judged(city, missing, `clocks that are wrong: ${counts}`);
}

/** How often records are read, over all processors. */
const readingsOf = (records: readonly FeedRecord[]): number =>
  records.reduce(
    (sum, { topic }) =>
      sum + processors.filter(({ reads }) => reads.some(({ name }) => name === topic)).length,
    0,
  );

/**
 * Row 15: every device has an error of its own, and the clock of the machine jumps by an hour forward and back under
 * the process. The tables are those of an undisturbed run over the same records.
 */
async function wrongHostClock(context: Context): Promise<Outcome> {
  const random = createRandom(context.seed, 'skew');
  const { feed: plain } = await context.rig.fed(context.seed, feedMinutes, 3);
  const feed = withSkew(plain, 4_000, random);
  const wanted = await expected(feed);
  const city = await ran(context, feed, wanted, { NODE_OPTIONS: `--import=${jumpingClock}` });
  const jumped = city.children.every((child) => child.says(jumpNotice)) ? 0 : 1;
  return judged(city, [await ledgerDifferences(city.store, wanted), none('jumpsMissed', jumped, 'jumps')]);
}

const jumpNotice = 'the clock of this process jumps';
/** A module before all others: every two seconds the time of day is right, an hour ahead, or an hour behind. */
const jumpingClock = `data:text/javascript,${encodeURIComponent(`
  const RightDate = Date;
  const began = performance.now();
  const error = () => [0, 3600000, -3600000][Math.floor((performance.now() - began) / 2000) % 3];
  globalThis.Date = class extends RightDate {
    constructor(...given) { given.length > 0 ? super(...given) : super(RightDate.now() + error()); }
    static now() { return RightDate.now() + error(); }
  };
  process.stderr.write(${JSON.stringify(jumpNotice)} + String.fromCharCode(10));
`)}`;

const poisonPayloads = 1_000_000;
const poisonOnKafka = 500;

/** Row 16: poison through real servers each time, and a million payloads through the processors the first time. */
async function poison(context: Context): Promise<Outcome> {
  const { seed } = context;
  const { feed: plain } = await context.rig.fed(seed, feedMinutes, 3);
  const { feed, added } = withPoison(plain, poisonOnKafka, createRandom(seed, 'poison'));
  const wanted = await expected(feed);
  const city = await ran(context, feed, wanted);
  const ended = await ledgerDifferences(city.store, wanted);
  const apart = await unusableOf(city);
  const measured = [ended, none('notSetAside', Math.abs(apart.length - wanted.unusable.length), 'records')];
  const said = [`${added} broken payloads on Kafka, ${apart.length} set aside`];
  if (context.repetition === 0) {
    const began = performance.now();
    const { payloads, unusable, crashes, disturbed, slowestBatchMilliseconds, deficit } = await fuzz(
      plain,
      seed,
      poisonPayloads,
    );
    measured.push(
      {
        name: 'fuzzedPayloads',
        value: payloads,
        relation: '>=',
        bound: poisonPayloads,
        unit: 'payloads',
        together: 'most',
      },
      none('fuzzCrashes', crashes.length, 'crashes'),
      none('fuzzDeficit', deficit, 'records'),
      none('fuzzDisturbed', disturbed.length, 'processors'),
      {
        name: 'fuzzSlowestBatch',
        value: slowestBatchMilliseconds / 1000,
        relation: '<=',
        bound: 5,
        unit: 's',
        together: 'most',
      },
    );
    said.push(
      `${payloads} broken payloads in ${((performance.now() - began) / 1000).toFixed(0)} s, ${unusable} refused`,
      ...crashes.slice(0, 3),
      ...disturbed.map((name) => `${name} says something else when what is refused is left out`),
    );
  }
  return judged(city, measured, said.join('\n'));
}

/** What was set aside. */
async function unusableOf({ databaseUrl }: City): Promise<{ readonly code: string }[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<{ code: string }>('SELECT code FROM unusable')).rows;
  } finally {
    await client.end();
  }
}

const flipsLeast = 1_000;

/** Row 10: bytes change on the way from Kafka; each is caught, and none reaches a task or a reader. */
async function flips(context: Context): Promise<Outcome> {
  const { rig, seed, newCity } = context;
  const { proxyPort, serverPort } = rig.routes.kafka;
  const proxy = await startProxy({ host: '127.0.0.1', port: serverPort, listenPort: proxyPort, seed });
  proxy.set({ flipShare: 0.3 });
  try {
    const settings = threadsBy(seed);
    const city = await newCity({ seed, minutes: feedMinutes, through: ['kafka'], settings });
    const [child] = await city.startProcessors(1);
    await city.send(city.records, { rate: 60 });
    await city.settled();
    const bySteps = proxy.flipped.flips;
    const caughtBySteps = await damagedOf(child as Child);
    const reading = await readThrough(city, () => proxy.flipped.flips >= flipsLeast);
    // What the process reads while nothing comes has no records in it.
    const caught = (await damagedOf(child as Child)) + reading.damaged;
    return await judged(
      city,
      [
        {
          name: 'flippedBytes',
          value: proxy.flipped.flips,
          relation: '>=',
          bound: flipsLeast,
          unit: 'bytes',
          together: 'least',
        },
        none('flipsNotCaught', Math.abs(proxy.flipped.flips - caught), 'bytes'),
        none('changedBytesRead', reading.different, 'batches'),
      ],
      `${bySteps} changed on the way to the tasks, ${caughtBySteps} caught there; of ${proxy.flipped.answers} answers`,
    );
  } finally {
    await proxy.stop();
  }
}

/** How many damaged batches a process has seen, by its own account. */
async function damagedOf(child: Child): Promise<number> {
  const address = /https?:\S+/.exec(child.lines.find((line) => line.includes('ready after')) ?? '')?.[0];
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(/^arterial_log_damaged(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1]);
}

/** Reads every topic through the proxy from one place after the other, and compares it with what is there. */
async function readThrough(
  city: City,
  isEnough: () => boolean,
): Promise<{ damaged: number; different: number }> {
  const direct = await city.openLog();
  let damaged = 0;
  let different = 0;
  for (let pass = 0; pass < 200 && !isEnough(); pass++) {
    const log = await openKafkajsLog(readConfig({ ...city.settings }).kafka!);
    try {
      for (const { name } of [...rawTopics, ...derivedTopics])
        for (let partition = 0; partition < city.partitions && !isEnough(); partition++) {
          const { next } = await direct.bounds(name, partition);
          const from = Math.floor((next * (pass % 50)) / 50);
          if (from >= next) continue;
          if (!(await readsAlike(log, direct, name, partition, from))) different++;
        }
      damaged += log.damaged ?? 0;
    } finally {
      await log.close();
    }
  }
  return { damaged, different };
}

async function readsAlike(
  a: EventLog,
  b: EventLog,
  topic: string,
  partition: number,
  from: number,
): Promise<boolean> {
  const [one, other] = [await a.read(topic, partition, from, 1), await b.read(topic, partition, from, 1)];
  const bytes = (batch: typeof one): Buffer | undefined =>
    batch?.bytes.subarray(batch.valueStarts[0], batch.valueEnds[0]);
  return one?.positions[0] === other?.positions[0] && bytes(one)?.equals(bytes(other) as Buffer) === true;
}

export const dataRows: readonly Row[] = [
  { row: 10, name: 'flipped bytes', run: flips },
  { row: 13, name: 'duplicates', run: duplicates },
  { row: 14, name: 'wrong times', run: wrongTimes },
  { row: 15, name: 'wrong clocks of devices and machine', run: wrongHostClock },
  { row: 16, name: 'poison', run: poison },
];
