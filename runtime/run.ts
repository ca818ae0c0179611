/** The only loop that does I/O for processors: reads, steps, commits, then tells the others. */
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { Writer } from '#schemas/wire.ts';
import { ArterialError } from './errors.ts';
import { appendAll, appendOutbox, packOutbox, prepare } from './flush.ts';
import type { LiveState } from './live.ts';
import type { EventLog } from './log.ts';
import type { MeasureStore } from './measures.ts';
import { partitionOf } from './partitioner.ts';
import type { AnyProcessor } from './processor.ts';
import { Task } from './task.ts';
import { sourceOf, sourcesByTopic } from './wiring.ts';

export interface RunOptions {
  readonly processors: readonly AnyProcessor[];
  readonly network: Network;
  readonly partitions: number;
  readonly log: EventLog;
  readonly store: MeasureStore;
  readonly live: LiveState;
  readonly ids: SchemaIds;
  /** Commit at least this often while there is something to commit. Milliseconds. */
  readonly flushEvery: number;
  /** Save the tasks' memory this often. Milliseconds. */
  readonly checkpointEvery: number;
  /** Told of what an operator would act on. */
  readonly notice: (message: string) => void;
  readonly signal: AbortSignal;
}

const readBytes = 256 * 1024;
/** Vouch for a derived topic at least each so much event time, even when there was nothing to say. Milliseconds. */
const vouchEvery = 5_000;
const retryDelays = [100, 300, 1_000, 3_000, 10_000, 10_000];

/** Runs every processor on every partition until the signal aborts; then each flushes, saves and ends. */
export async function runProcessors(options: RunOptions): Promise<void> {
  const sources = sourcesByTopic(options.processors, options.partitions);
  const tasks: Promise<void>[] = [];
  for (const processor of options.processors)
    for (let partition = 0; partition < options.partitions; partition++)
      tasks.push(runWithRetries(new Runner(options, processor, partition, sources), options));
  await Promise.all(tasks);
}

/** The one place where operating errors are retried. */
async function runWithRetries(runner: Runner, { signal, notice }: RunOptions): Promise<void> {
  for (let attempt = 0; ; ) {
    const before = runner.commits;
    try {
      return await runner.run();
    } catch (error) {
      if (!(error instanceof ArterialError) || !error.canRetry) throw error;
      if (signal.aborted) return;
      if (runner.commits > before) attempt = 0;
      const delay = retryDelays[attempt++];
      if (delay === undefined) throw error;
      notice(`${runner.name}: ${error.code} ${error.message}; again in ${delay} ms`);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

class Runner {
  readonly name: string;
  commits = 0;
  private readonly options: RunOptions;
  private readonly processor: AnyProcessor;
  private readonly partition: number;
  private readonly sources: ReadonlyMap<string, readonly string[]>;
  private task!: Task<unknown, unknown>;
  private version = 0;
  private epoch = 0;
  private flushedAt = 0;
  private checkpointedAt = 0;
  private committedThrough: EventTime = Number.NEGATIVE_INFINITY;
  private vouchedThrough: EventTime = Number.NEGATIVE_INFINITY;

  constructor(
    options: RunOptions,
    processor: AnyProcessor,
    partition: number,
    sources: ReadonlyMap<string, readonly string[]>,
  ) {
    this.options = options;
    this.processor = processor;
    this.partition = partition;
    this.sources = sources;
    this.name = sourceOf(processor.name, partition);
  }

  /** Takes the partition over from where it was left, and works until the signal aborts. */
  async run(): Promise<void> {
    await this.takeOver();
    const { signal, flushEvery } = this.options;
    while (!signal.aborted) {
      const moved = await this.readSome();
      if (performance.now() - this.flushedAt >= flushEvery) await this.flush(false);
      if (!moved) await this.waitForMore();
    }
    await this.flush(true);
  }

  private async takeOver(): Promise<void> {
    const { network, partitions, store, log, ids } = this.options;
    const { processor, partition, sources } = this;
    const owned = (key: string): boolean => partitionOf(key, partitions) === partition;
    this.task = new Task<unknown, unknown>({ processor, network, owned, ids, sources });
    const restored = await store.claim(processor.name, partition, processor.stateVersion);
    this.version = restored?.progress.version ?? 0;
    this.epoch = restored?.progress.epoch ?? 1;
    this.committedThrough = restored?.progress.releasedThrough ?? Number.NEGATIVE_INFINITY;
    this.vouchedThrough = Number.NEGATIVE_INFINITY;
    this.flushedAt = performance.now();
    this.checkpointedAt = performance.now();
    if (!restored) return;
    const memory = restored.kept.find(({ key }) => key === memoryKey);
    if (memory) {
      const rows = restored.kept
        .filter(({ key }) => key.startsWith(rowPrefix))
        .map(({ key, value }) => [key.slice(rowPrefix.length), value] as const);
      this.task.restore(Buffer.from(memory.value as string, 'base64'), rows, this.committedThrough);
    } else this.task.resumeAfter(this.committedThrough);
    await appendOutbox(log, restored.progress.outbox);
  }

  /** Reads one batch of the topic that is furthest behind and has anything; false when none has. */
  private async readSome(): Promise<boolean> {
    for (const { topic, position } of this.task.positions()) {
      const batch = await this.options.log.read(topic, this.partition, position, readBytes);
      if (!batch) continue;
      this.task.accept(batch);
      return true;
    }
    return false;
  }

  private async waitForMore(): Promise<void> {
    const { log, signal, flushEvery } = this.options;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), flushEvery);
    const either = AbortSignal.any([signal, stop.signal]);
    const waits = this.task
      .positions()
      .map(({ topic, position }) => log.appended(topic, this.partition, position, either));
    await Promise.race(waits);
    clearTimeout(timer);
    stop.abort();
  }

  /** One transaction with all that has come since the last, then what follows from it. */
  private async flush(last: boolean): Promise<void> {
    const { task, processor, partition } = this;
    const { store, log, live, ids, checkpointEvery } = this.options;
    this.flushedAt = performance.now();
    if (task.releasedThrough <= this.committedThrough && !last) return;
    const { emitted, unusable } = task.take();
    const saveDue = last || this.flushedAt - this.checkpointedAt >= checkpointEvery;
    const vouchDue = emitted.length > 0 || task.releasedThrough - this.vouchedThrough >= vouchEvery;
    if (emitted.length === 0 && unusable.length === 0 && !saveDue && !vouchDue) return;
    const { measures, live: values, records } = prepare(emitted, ids);
    const outcome = await store.commit({
      processor: processor.name,
      partition,
      expectedVersion: this.version,
      progress: {
        version: this.version + 1,
        epoch: this.epoch,
        stateVersion: processor.stateVersion,
        releasedThrough: finite(Math.max(task.releasedThrough, this.committedThrough)),
        topics: task.positions().map(({ topic, position }) => ({ topic, processedTo: position })),
        ledger: task.ledger(),
        outbox: packOutbox(records),
      },
      measures,
      unusable,
      kept: saveDue ? this.save() : [],
    });
    if (outcome === 'fenced')
      throw new ArterialError(
        'store.fenced',
        `another process has taken ${this.name} over; this one lets go of it`,
      );
    this.version++;
    this.commits++;
    this.committedThrough = Math.max(task.releasedThrough, this.committedThrough);
    await appendAll(log, records);
    await this.vouch();
    await live.put(values);
  }

  private save(): { key: string; value: unknown }[] {
    this.checkpointedAt = this.flushedAt;
    const { memory, rows } = this.task.checkpoint();
    return [
      { key: memoryKey, value: memory.toString('base64') },
      ...rows.map(({ key, value }) => ({ key: rowPrefix + key, value })),
    ];
  }

  /** Tells the readers of the derived topics that nothing older will follow from this task. */
  private async vouch(): Promise<void> {
    const { log, ids, partitions } = this.options;
    if (this.processor.writes.length === 0 || this.committedThrough === Number.NEGATIVE_INFINITY) return;
    const writer = new Writer(64);
    writer.byte(0);
    writer.uint32(ids.heartbeat);
    encodeHeartbeat(writer, { source: this.name, at: this.committedThrough });
    const beat = [{ key: '', value: writer.take() }];
    const appends: Promise<void>[] = [];
    for (const topic of this.processor.writes)
      for (let partition = 0; partition < partitions; partition++)
        appends.push(log.appendTo(topic.name, partition, beat));
    await Promise.all(appends);
    this.vouchedThrough = this.committedThrough;
  }
}

const memoryKey = 'memory';
const rowPrefix = 'row/';
const finite = (at: EventTime): EventTime | null => (Number.isFinite(at) ? at : null);
