/** Rows of the matrix in which the log loses records: nothing may go on as if it had not. */
import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { processors } from '#processors/main.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { detectorFrames } from '#schemas/topics.ts';
import type { Child } from './child.ts';
import { type City, threadsBy } from './city.ts';
import { type FeedRecord, feedOf } from './feed.ts';
import { expected, rowsOf } from './oracle.ts';
import type { Context, Measured, Outcome, Row } from './rows.ts';
import { judged } from './rows-process.ts';

/** How long a process is given to find out. Seconds. */
const noticedWithin = 60;
/** A process ends with the first task that finds something, which may be one that told before; others look later. */
const startsMost = 20;
/** All have told when so many starts in turn find nothing new. */
const startsWithoutNews = 3;

const detected = (isDetected: boolean): Measured => ({
  name: 'logLossDetected',
  value: isDetected ? 100 : 0,
  relation: '>=',
  bound: 100,
  unit: '% of losses',
  together: 'least',
});

/**
 * Rows that a loss has made wrong: other than an undisturbed run would have them, but for those that later records
 * would have revised.
 */
async function wrongRows(city: City, expectation = city.fed.expectation): Promise<Measured> {
  let wrong = 0;
  for (const [name, rows] of await rowsOf(city.store))
    for (const [key, row] of rows) {
      const wanted = expectation.rows.get(name)?.get(key);
      if (row !== wanted && (wanted === undefined || revisionIn(row) >= revisionIn(wanted))) wrong++;
    }
  return {
    name: 'rowsWrongAfterLoss',
    value: wrong,
    relation: '=',
    bound: 0,
    unit: 'rows',
    together: 'sum',
  };
}

const revisionIn = (row: string): number => (JSON.parse(row) as { revision?: number }).revision ?? 0;

const toldWrongly = (records: number): Measured => ({
  name: 'lossToldWrongly',
  value: Math.abs(records),
  relation: '=',
  bound: 0,
  unit: 'records',
  together: 'sum',
});

/** The feed in parts that end at these shares of its time; the last has the rest. */
function partsOf(city: City, ...shares: readonly number[]): FeedRecord[][] {
  const { startAt, endAt } = city.fed.feed;
  const ends = [...shares.map((share) => startAt + share * (endAt - startAt)), Number.POSITIVE_INFINITY];
  return ends.map((end, i) =>
    city.records.filter(({ at }) => at <= end && at > (ends[i - 1] ?? Number.NEGATIVE_INFINITY)),
  );
}

/** Whether a process ends of itself, and says why. */
async function stopsForGap(child: Child): Promise<boolean> {
  const ended = await child.outcome(noticedWithin);
  return ended !== undefined && ended.code !== 0 && child.says('log.gap');
}

/** The records that tasks miss, by their own account. */
async function toldIn(city: City): Promise<number> {
  const gaps = (await city.store.listProgress()).flatMap(({ topics }) => topics.map(({ gap }) => gap));
  return gaps.reduce((sum, gap) => sum + (gap && !gap.isAccepted ? gap.to - gap.from : 0), 0);
}

/** Starts processes until they tell of no more gaps than before; whether each stopped for one. */
async function tellAll(city: City): Promise<boolean> {
  let [before, withoutNews] = [await toldIn(city), 0];
  for (let start = 0; start < startsMost && withoutNews < startsWithoutNews; start++) {
    if (!(await stopsForGap(city.launch()))) return false;
    const told = await toldIn(city);
    withoutNews = told === before ? withoutNews + 1 : 0;
    before = told;
  }
  return true;
}

/** Row 3: a broker that comes back without its newest records, and then gets others in their place. */
async function loseTail({ rig, newCity, seed, random }: Context): Promise<Outcome> {
  const city = await newCity({ seed });
  const [child] = (await city.startProcessors(1)) as [Child];
  const share = 0.2 + 0.2 * random();
  const [first, lost, rest] = partsOf(city, share, share + 0.3) as [FeedRecord[], FeedRecord[], FeedRecord[]];
  const [data, earlier] = ['data', 'earlier'].map((name) => join(rig.kafka.folder, name)) as [string, string];
  await city.send(first, { rate: 300 });
  await rig.kafka.stop();
  await promisify(execFile)('cp', ['-a', '--sparse=always', data, earlier]);
  await rig.kafka.restart();
  await city.send(lost, { rate: 300 });
  await city.caughtUp();
  await rig.kafka.kill9();
  const reached = await city.store.listProgress();
  await rm(data, { recursive: true });
  await rename(earlier, data);
  await rig.kafka.restart();
  // Others come in their place while the process finds its way back.
  const isRefilled = seed % 2 === 0;
  if (isRefilled) await city.send(rest, { rate: 3_000 });
  const isDetected = await stopsForGap(child);
  const isDetectedAgain = await tellAll(city);
  const measured = [detected(isDetected && isDetectedAgain), await wrongRows(city)];
  const told = await toldIn(city);
  let missing = 0;
  const log = await city.openLog();
  for (const { partition, topics } of reached)
    for (const { topic, processedTo } of topics)
      missing += Math.max(0, processedTo - (await log.bounds(topic, partition)).next);
  // What stands in the place of others can only be told from the last record that was processed.
  if (!isRefilled) measured.push(toldWrongly(told - missing));
  else if (told === 0) measured.push(detected(false));
  return { measured, said: `${isRefilled ? 'refilled' : 'cut off'}; ${told} records told` };
}

/** Row 4: records expire before they are processed; nothing is skipped in silence, and the rest goes on when told. */
async function expire({ rig, newCity, seed, random }: Context): Promise<Outcome> {
  const city = await newCity({ seed, settings: threadsBy(seed) });
  const [child] = (await city.startProcessors(1)) as [Child];
  const [first, second, rest] = partsOf(city, 0.3, 0.6) as [FeedRecord[], FeedRecord[], FeedRecord[]];
  await city.send(first, { rate: 300 });
  await city.caughtUp();
  child.signal('SIGTERM');
  await child.outcome(30);
  await city.send(second, { rate: 300 });
  await city.requireSentOnce();
  const partition = Math.floor(random() * city.partitions);
  const place = { topic: detectorFrames.name, partition };
  const from = first.filter((record) => isIn(city, record, place)).length;
  const count = 20 + Math.floor(random() * 50);
  await removeBefore(rig.kafka.brokers, { ...place, topic: `${city.name}.${place.topic}` }, from + count);
  const isDetected = (await stopsForGap(city.launch())) && (await tellAll(city));
  const readers = processors.filter(({ reads }) => reads.some(({ name }) => name === place.topic)).length;
  const measured = [
    detected(isDetected),
    await wrongRows(city),
    toldWrongly((await toldIn(city)) - count * readers),
  ];
  const accepting = city.command('accept-loss');
  const accepted = await accepting.outcome(30);
  if (accepted?.code !== 0) throw new Error(`accept-loss: ${accepting.end()}`);
  await city.startProcessors(1);
  await city.send(rest, { rate: 300 });
  const gone = city.records.filter((record) => isIn(city, record, place)).slice(from, from + count);
  const feed = feedOf(
    city.fed.feed,
    city.records.filter((record) => !gone.includes(record)),
  );
  return judged(city, measured, `${count} records expired`, await expected(feed));
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

const isIn = (city: City, { topic, key, partition }: FeedRecord, place: Place): boolean =>
  topic === place.topic && (partition ?? partitionOf(key, city.partitions)) === place.partition;

async function removeBefore(brokers: readonly string[], { topic, partition }: Place, position: number) {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    // The client does not look for the leader of a topic of which it has not heard.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(position) }] });
  } finally {
    await admin.disconnect();
  }
}

export const lossRows: readonly Row[] = [
  { row: 3, name: 'broker without its newest records', run: loseTail },
  { row: 4, name: 'records expired before they were read', run: expire },
];
