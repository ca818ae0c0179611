/** Gives broken payloads between good ones to every processor, through the judging and stepping that is in service. */
import fc from 'fast-check';
import { createTopics } from '#commands/parts.ts';
import { openStage } from '#commands/stage.ts';
import { minutes } from '#domain/time.ts';
import { processors } from '#processors/main.ts';
import { createMemoryLog, pack } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import type { AnyProcessor } from '#runtime/processor.ts';
import { Task } from '#runtime/task.ts';
import { sourcesByTopic } from '#runtime/wiring.ts';
import { anyEvent } from '#schemas/any-event.ts';
import { shapeOf } from '#schemas/avro-schema.ts';
import { decodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeBody, encodeRecord } from '#schemas/topic.ts';
import { signalAcknowledgements } from '#schemas/topics.ts';
import { Reader } from '#schemas/wire.ts';
import { createRandom, type Random } from '#simulators/random.ts';
import { type Feed, type FeedRecord, isHeartbeat, send } from './feed.ts';
import { mutate } from './mutants.ts';

export interface Fuzzed {
  readonly payloads: number;
  /** Refused, with a reason and a place. */
  readonly unusable: number;
  /** Payloads after which something was thrown, as text. */
  readonly crashes: readonly string[];
  readonly slowestBatchMilliseconds: number;
  /** Processors that say something else than they do when what was refused is not there at all. */
  readonly disturbed: readonly string[];
  readonly deficit: number;
}

/** Mutants between two good records; each batch is judged as one. */
const mutantsByBatch = 500;

interface Entry {
  readonly topic: string;
  readonly value: Buffer;
  readonly isMutant: boolean;
}

/** So many broken payloads, spread over the processors. */
export async function fuzz(feed: Feed, seed: number, payloads: number): Promise<Fuzzed> {
  const recorded = await recordedTopics(feed, seed);
  const total = { payloads: 0, unusable: 0, slowestBatchMilliseconds: 0, deficit: 0 };
  const crashes: string[] = [];
  const disturbed: string[] = [];
  for (const [index, processor] of processors.entries()) {
    const random = createRandom(seed, `fuzz ${processor.name}`);
    const share = Math.ceil((payloads - total.payloads) / (processors.length - index));
    const good = inTurn(processor.reads.flatMap(({ name }) => recorded.get(name) as Entry[]));
    const run = new FuzzRun(feed, processor);
    // Only tasks of the city write derived topics, and until all of them have vouched they are believed.
    const isDerived = processor.reads.some(({ progress }) => progress.by === 'sources');
    const begin = isDerived ? good.length >> 1 : 0;
    for (const entry of good.slice(0, begin)) run.take(entry);
    for (const entry of mutantsAmong(good.slice(begin), share, random)) run.take(entry);
    run.end();
    total.payloads += run.mutants;
    total.unusable += run.refused.size;
    total.slowestBatchMilliseconds = Math.max(total.slowestBatchMilliseconds, run.slowestBatchMilliseconds);
    total.deficit += Math.abs(run.deficit());
    crashes.push(...run.crashes);
    if (run.crashes.length === 0 && !run.isUndisturbed()) disturbed.push(processor.name);
  }
  return { ...total, crashes, disturbed };
}

/** What one processor makes of a stream. */
class FuzzRun {
  readonly crashes: string[] = [];
  /** Numbers of the entries that were refused. */
  readonly refused = new Set<number>();
  mutants = 0;
  slowestBatchMilliseconds = 0;
  private readonly feed: Feed;
  private readonly processor: AnyProcessor;
  private readonly task: Task<unknown, unknown>;
  private readonly kept: Entry[] = [];
  private readonly said: string[] = [];
  private readonly positions = new Map<string, number>();
  private waiting: Entry[] = [];

  constructor(feed: Feed, processor: AnyProcessor) {
    this.feed = feed;
    this.processor = processor;
    this.task = taskOf(feed, processor);
  }

  take(entry: Entry): void {
    if (entry.isMutant) this.mutants++;
    const [first] = this.waiting;
    if (first && (first.topic !== entry.topic || this.waiting.length > mutantsByBatch)) this.end();
    this.waiting.push(entry);
  }

  /** Has what waits judged, as one batch of its topic. */
  end(): void {
    const { waiting } = this;
    this.waiting = [];
    const [first] = waiting;
    if (first === undefined) return;
    const began = performance.now();
    const refused = new Set<number>();
    const from = this.positions.get(first.topic) ?? 0;
    this.positions.set(first.topic, from + waiting.length);
    try {
      this.task.accept(
        pack(
          first.topic,
          0,
          from,
          waiting.map(({ value }) => value),
        ),
      );
      const { emitted, unusable } = this.task.take();
      for (const { topic, event } of emitted)
        this.said.push(textOf(topic.name, encodeRecord(topic, event, 0)));
      for (const { position } of unusable) refused.add(position - from);
    } catch (failure) {
      this.crashes.push(`${this.processor.name}: ${(failure as Error).stack}`);
    }
    this.slowestBatchMilliseconds = Math.max(this.slowestBatchMilliseconds, performance.now() - began);
    for (const [i, entry] of waiting.entries())
      if (refused.has(i) && entry.isMutant) this.refused.add(this.refused.size);
      else this.kept.push(entry);
  }

  deficit(): number {
    const { read, folded, late, rejected, duplicate, heartbeats, open } = this.task.ledger();
    return read - (folded + late + rejected + duplicate + heartbeats + open);
  }

  /** Whether the same comes out when what was refused is left out. */
  isUndisturbed(): boolean {
    const again = new FuzzRun(this.feed, this.processor);
    for (const entry of this.kept) again.take(entry);
    again.end();
    return again.said.length === this.said.length && again.said.every((text, i) => text === this.said[i]);
  }
}

const textOf = (topic: string, value: Buffer): string => `${topic} ${value.toString('base64')}`;

function taskOf({ network }: Feed, processor: AnyProcessor): Task<unknown, unknown> {
  const sources = sourcesByTopic(processors, 1);
  return new Task({ processor, network, owned: () => true, ids: embeddedIds, sources });
}

/** Every record of every topic, in the order of one partition, as an undisturbed run leaves them. */
async function recordedTopics(feed: Feed, seed: number): Promise<Map<string, Entry[]>> {
  const { network } = feed;
  const log = createMemoryLog();
  await createTopics(log, 1);
  const clock = { now: () => 0, rate: 0 };
  const store = createMemoryMeasures();
  const stage = openStage({ log, store, network, partitions: 1, clock, notice: () => {}, pace: 'lockstep' });
  await stage.run.started;
  // A minute of the city after the other, so that those who write derived topics vouch in between.
  for (const records of minuteByMinute(feed)) {
    await send(log, records);
    await stage.run.settle();
  }
  await stage.stop();
  const topics = new Map<string, Entry[]>();
  for (const { name: topic } of new Set(processors.flatMap(({ reads }) => reads))) {
    const entries: Entry[] = [];
    for (let position = 0; ; ) {
      const batch = await log.read(topic, 0, position, 1 << 20);
      if (!batch) break;
      for (let i = 0; i < batch.count; i++) {
        const value = Buffer.from(batch.bytes.subarray(batch.valueStarts[i], batch.valueEnds[i]));
        entries.push({ topic, value, isMutant: false });
      }
      position = batch.nextPosition;
    }
    topics.set(topic, entries);
  }
  topics.get(signalAcknowledgements.name)?.push(...acknowledgements(seed));
  return topics;
}

function minuteByMinute({ records }: Feed): FeedRecord[][] {
  const list: FeedRecord[][] = [];
  for (const { partition, ...record } of records) {
    const place = Math.floor(record.at / minutes(1));
    if (list.at(-1)?.[0] === undefined || Math.floor(list.at(-1)![0]!.at / minutes(1)) !== place)
      list.push([]);
    list.at(-1)!.push(partition === undefined ? record : { ...record, partition: 0 });
  }
  return list;
}

/** Nobody answers advice in the feed: whatever the schema allows. */
function acknowledgements(seed: number): Entry[] {
  const { name } = signalAcknowledgements;
  const events = fc.sample(anyEvent(shapeOf(schemas[name] as never)), { seed, numRuns: 200 });
  return events.map((event) => ({
    topic: name,
    value: encodeRecord(signalAcknowledgements, event as never, embeddedIds.id(name)),
    isMutant: false,
  }));
}

/** Takes turns between topics in long runs, so that no topic waits for the end of another. */
function inTurn(entries: readonly Entry[]): Entry[] {
  const topics = new Set(entries.map(({ topic }) => topic));
  const byTopic = [...topics].map((topic) => entries.filter((entry) => entry.topic === topic));
  const longest = Math.max(...byTopic.map(({ length }) => length));
  const runs = Math.max(1, Math.min(longest, 60));
  const ordered: Entry[] = [];
  for (let run = 0; run < runs; run++)
    for (const list of byTopic)
      ordered.push(...list.slice((list.length * run) / runs, (list.length * (run + 1)) / runs));
  return ordered;
}

/** The good ones in their order with so many mutants of the same topic among them, each after what it was. */
function* mutantsAmong(good: readonly Entry[], count: number, random: Random): Generator<Entry> {
  let made = 0;
  for (const [i, entry] of good.entries()) {
    yield entry;
    const due = Math.ceil((count * (i + 1)) / good.length);
    while (made < due) {
      const value = mutate(entry.value, random);
      // A good heartbeat at another time is no broken record: whoever may write it is believed.
      if (isHeartbeat({ value }) && !isRejection(decodeBody(new Reader(value, 5), decodeHeartbeat))) continue;
      made++;
      yield { topic: entry.topic, value, isMutant: true };
    }
  }
}
