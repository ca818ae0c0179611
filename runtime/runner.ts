/** The only loop that does I/O for a processor: reads, steps, commits, then tells the others. */
import type { EventTime } from '#domain/time.ts';
import { unknownSchemas } from '#schemas/topic.ts';
import { afterGap, findGap, gapIn, lostIn, sayGap } from './continuity.ts';
import { ArterialError } from './errors.ts';
import {
  appendAll,
  liveValuesOf,
  type Prepared,
  packOutbox,
  prepareInTurns,
  showAhead,
  tell,
  unpackOutbox,
} from './flush.ts';
import { type RecordBatch, recordsOf } from './log.ts';
import type { Commit, Gap, Progress, TopicProgress, Unusable } from './measures.ts';
import { partitionOf } from './partitioner.ts';
import type { AnyProcessor } from './processor.ts';
import { ownershipOf, type RunOptions, timersOf } from './run-options.ts';
import { Saving } from './save-pace.ts';
import { type Emitted, stateVersionOf, Task } from './task.ts';
import type { Timers } from './timers.ts';
import type { Turns } from './turns.ts';
import { Vouching } from './vouching.ts';
import { sourceOf } from './wiring.ts';

const readBytes = 256 * 1024;
/** A task that has nothing to say stands back so long, and for so small a part of the time in which it says that. */
const [standsBackMost, standsBackPart] = [20, 1 / 50];
/** What cannot be used is kept so much less often than what is told. */
const unusableLess = 10;
/** As many bytes of memory as are saved as quickly as a record is read, about. */
const bytesOfRecord = 400;
/** So little is told at once, whatever else there is to do. */
const toldAtOnce = 32;

/** What the runners of a process share. */
export interface Shared {
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly turns: Turns;
  /** Told when a runner has taken its partition over. */
  readonly started: () => void;
}

/** One processor on one partition, with its I/O. */
export class Runner {
  readonly name: string;
  commits = 0;
  hasStarted = false;
  /** Whether there was nothing more to read when it last looked. */
  private isIdle = false;
  /** Until when there was nothing more to read. */
  private idleAt = Number.NEGATIVE_INFINITY;
  private isFlushing = false;
  private readonly options: RunOptions;
  private readonly processor: AnyProcessor;
  private readonly partition: number;
  private readonly shared: Shared;
  /** Aborts when the partition is to be let go of. */
  private readonly signal: AbortSignal;
  private readonly timers: Timers;
  private task!: Task<unknown, unknown>;
  /** Records of a topic without which it goes on, since somebody has accepted that they are gone. */
  private lost = new Map<string, number>();
  /** How far it was before it was taken over. */
  private before = new Map<string, TopicProgress>();
  /** Whether another process had it before, which may have died before it had told all that it committed. */
  private hasChangedHands = false;
  private version = 0;
  private epoch = 0;
  private flushedAt = 0;
  private readonly saving: Saving;
  private committedThrough: EventTime = Number.NEGATIVE_INFINITY;
  private readonly vouching: Vouching;

  constructor(
    options: RunOptions,
    processor: AnyProcessor,
    partition: number,
    shared: Shared,
    signal: AbortSignal,
  ) {
    this.shared = shared;
    this.options = options;
    this.signal = signal;
    this.timers = timersOf(options);
    this.processor = processor;
    this.partition = partition;
    this.name = sourceOf(processor.name, partition);
    this.saving = new Saving(options.checkpointEvery);
    this.vouching = new Vouching(this.name, processor, options);
  }

  /** Takes the partition over from where it was left, and works until the signal aborts. */
  async run(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      // What was to be read next is not there: taking over anew finds out what is missing, and keeps a note of it.
      if (error instanceof ArterialError && error.code === 'log.position') await this.takeOver();
      throw error;
    }
  }

  private async work(): Promise<void> {
    this.isIdle = false;
    await this.takeOver();
    this.hasStarted = true;
    this.shared.started();
    while (!this.signal.aborted) {
      const moved = await this.readSome();
      if (this.untilFlush(moved) <= 0) await this.flush(false);
      if (!moved) await this.waitForMore();
      if (!moved) this.idleAt = this.timers.now();
    }
    await this.flush(true);
  }

  /** How long to leave the store alone after the last commit; longer when nobody waits for what there is. */
  private untilFlush(moved: boolean): number {
    const { flushEvery, flushIdleEvery } = this.options;
    const idle = this.task.hasOutput ? flushIdleEvery : Math.min(flushEvery, unusableLess * flushIdleEvery);
    return this.flushedAt + (moved ? flushEvery : idle) - this.timers.now();
  }

  /** Whether it waits for more than is in the log. */
  async isSettled(): Promise<boolean> {
    if (!this.isIdle || this.isFlushing) return false;
    const { log } = this.options;
    for (const { topic, position } of this.task.positions())
      if ((await log.bounds(topic, this.partition)).next > position) return false;
    const vouched = this.vouching.isDone(this.task.releasedThrough);
    return this.isIdle && !this.isFlushing && vouched && !this.task.hasEffects;
  }

  private async takeOver(): Promise<void> {
    const { processors, network, partitions, store, ids, checkpointEvery } = this.options;
    const { processor, partition } = this;
    const { sources } = this.shared;
    const owned = (key: string): boolean => partitionOf(key, partitions) === partition;
    this.task = new Task<unknown, unknown>({ processor, network, owned, ids, sources });
    const restored = await store.claim(processor.name, partition, stateVersionOf(processor));
    this.version = restored?.progress.version ?? 0;
    if (restored && restored.progress.epoch !== this.epoch + 1) this.hasChangedHands = true;
    this.epoch = restored?.progress.epoch ?? 1;
    this.committedThrough = restored?.progress.releasedThrough ?? Number.NEGATIVE_INFINITY;
    this.vouching.through = Number.NEGATIVE_INFINITY;
    this.flushedAt = this.timers.now();
    // Not all tasks at once: to save a large memory takes a while, in which nothing else is done.
    const turn = partition + processors.indexOf(processor) / processors.length;
    this.saving.begin(this.flushedAt - (turn * checkpointEvery) / partitions);
    [this.lost, this.before] = [new Map(), new Map()];
    if (!restored) return this.beginAtFirst();
    const memory = restored.kept.find(({ key }) => key === memoryKey);
    if (memory) {
      const rows = restored.kept
        .filter(({ key }) => key.startsWith(rowPrefix))
        .map(({ key, value }) => [key.slice(rowPrefix.length), value] as const);
      this.task.restore(memory.value as Buffer, rows, this.committedThrough);
    } else this.task.resumeAfter(this.committedThrough);
    await this.missNothing(restored.progress);
    await this.tellAgain(unpackOutbox(restored.progress.outbox));
    if (this.hasChangedHands) this.options.live?.catchUp();
    this.hasChangedHands = false;
  }

  /** Whoever committed last may have died, or met an error, before it told the others of it. */
  private async tellAgain(records: Prepared['records']): Promise<void> {
    const { log, live } = this.options;
    await appendAll(log, records);
    await live?.put(liveValuesOf(records));
  }

  /** A task that has never read begins with what is still there. */
  private async beginAtFirst(): Promise<void> {
    for (const { topic, position } of this.task.positions()) {
      const { first } = await this.options.log.bounds(topic, this.partition);
      if (first > position) this.task.skipTo(topic, first);
    }
  }

  /** Stands still where the log is no longer what was read of it, and keeps a note of what is missing. */
  private async missNothing(progress: Progress): Promise<void> {
    const { log, notice } = this.options;
    const gaps = new Map<string, Gap>();
    for (const { topic, position } of this.task.positions()) {
      const known = progress.topics.find((each) => each.topic === topic);
      if (known?.lost) this.lost.set(topic, known.lost);
      if (known) {
        const { gap: _, ...before } = known;
        this.before.set(topic, before);
      }
      const gap = await findGap(log, topic, this.partition, position, known);
      if (gap === undefined) continue;
      if (known?.gap?.isAccepted) {
        // The end that was accepted: what has been appended behind it since is to be read.
        const accepted = known.gap.kind === 'truncated' ? known.gap : gap;
        const records = accepted.to - accepted.from;
        this.task.skipTo(topic, afterGap(accepted));
        this.lost.set(topic, (known.lost ?? 0) + records);
        notice(`${this.name}: goes on without ${records} records of ${topic}`);
        this.before.delete(topic);
      } else gaps.set(topic, gap);
    }
    const [first] = gaps;
    if (first === undefined) return;
    const topics = progress.topics.map(({ gap: _, ...each }) => ({ ...each, ...gapIn(gaps, each.topic) }));
    await this.advance({ ...progress, topics });
    throw new ArterialError('log.gap', sayGap(first[0], this.partition, first[1]));
  }

  /** Stops where the log ends before what it had read, should it have lost that while the task goes over it again. */
  private async comeBackToItself(): Promise<void> {
    for (const { topic, position } of this.task.positions()) {
      const { processedTo = 0 } = this.before.get(topic) ?? {};
      if (position >= processedTo) continue;
      const { next } = await this.options.log.bounds(topic, this.partition);
      if (next < processedTo)
        throw new ArterialError(
          'log.position',
          `${topic}/${this.partition} ends at ${next}; ${this.name} has read up to ${processedTo}`,
        );
    }
  }

  /** Reads one batch of the topic that is furthest behind and has anything; false when none has. */
  private async readSome(): Promise<boolean> {
    for (const { topic, position } of this.task.positions()) {
      const batch = await this.options.log.read(topic, this.partition, position, readBytes);
      if (!batch) continue;
      this.isIdle = false;
      await this.learnSchemas(batch);
      await this.shared.turns.next('read', this.task.workOf(batch));
      this.task.accept(batch);
      return true;
    }
    this.isIdle = true;
    return false;
  }

  /** Asks for schemas that come for the first time, before their records are judged: judging waits for nothing. */
  private async learnSchemas(batch: RecordBatch): Promise<void> {
    const { ids } = this.options;
    if (ids.foreign === undefined) return;
    for (const id of unknownSchemas(ids, ids.id(batch.topic), recordsOf(batch))) await ids.foreign.learn(id);
  }

  private async waitForMore(): Promise<void> {
    const { log, flushIdleEvery, vouchEvery, lingerMilliseconds = 0 } = this.options;
    if (lingerMilliseconds > 0) await this.timers.sleep(lingerMilliseconds);
    await this.comeBackToItself();
    if (this.signal.aborted) return;
    // Not AbortSignal.any, which costs more than all the rest of a wait.
    const stop = new AbortController();
    const leave = (): void => stop.abort(noLongerWaiting);
    this.signal.addEventListener('abort', leave, { once: true });
    const waits = this.task
      .positions()
      .map(({ topic, position }) => log.appended(topic, this.partition, position, stop.signal));
    // What only waits for the last commit to be old enough does not wait for more to read.
    const longest = this.task.hasEffects ? this.untilFlush(false) : Math.max(flushIdleEvery, vouchEvery);
    waits.push(this.timers.sleep(Math.max(1, longest), stop.signal));
    try {
      await Promise.race(waits);
    } finally {
      this.signal.removeEventListener('abort', leave);
      leave();
    }
  }

  /** Commits what has come since the last time, then tells those downstream how far this task has come. */
  private async flush(isLast: boolean): Promise<void> {
    this.isFlushing = true;
    try {
      await this.commitAndVouch(isLast);
    } finally {
      this.isFlushing = false;
    }
  }

  private async commitAndVouch(isLast: boolean): Promise<void> {
    const { task } = this;
    const now = this.timers.now();
    const { hasEffects } = task;
    const saveDue = this.saving.isDue(now, task.releasedThrough) || isLast;
    const tellDue = now - this.flushedAt >= this.options.checkpointEvery;
    const through = Math.max(task.releasedThrough, this.committedThrough);
    const vouchDue = this.vouching.isDue(through, now);
    // Whoever catches up has enough to do: what it puts out is old.
    const keepsUp = now - this.idleAt <= this.options.flushEvery;
    if (keepsUp && !hasEffects && (saveDue || tellDue || vouchDue)) await this.standBack();
    if (hasEffects || saveDue || tellDue) this.flushedAt = now;
    if (hasEffects) {
      const { emitted, unusable } = task.take();
      const work = (): Promise<void> => this.commit(emitted, unusable, false, through);
      const isShort = emitted.length > 0 && emitted.length <= toldAtOnce;
      await (keepsUp && isShort ? this.shared.turns.hurry(work) : work());
    }
    if (hasEffects || vouchDue) await this.vouching.say(through, () => this.timers.now());
    // Those who wait for what was put out do not wait for the memory to be saved.
    if (saveDue || (tellDue && !hasEffects)) await this.commit([], [], saveDue, through);
  }

  /** Lets those go first who have something to say: the same heartbeat of the ingest wakes all tasks. */
  private async standBack(): Promise<void> {
    const pause = Math.min(standsBackMost, standsBackPart * this.options.vouchEvery);
    if (pause > 0) await this.timers.sleep(pause);
    await this.shared.turns.calm();
  }

  private async commit(
    emitted: readonly Emitted[],
    unusable: readonly Unusable[],
    save: boolean,
    through: EventTime,
  ): Promise<void> {
    const { task, processor, partition } = this;
    const { log, live, ids } = this.options;
    const { turns } = this.shared;
    const shown = showAhead(emitted, live);
    const prepared = await prepareInTurns(emitted, ids, live !== undefined && shown === undefined, turns);
    if (save) await (turns.next('keep', this.saving.bytes / bytesOfRecord) ?? turns.calm());
    const topics = this.progress();
    await this.advance(
      {
        stateVersion: stateVersionOf(processor),
        releasedThrough: Number.isFinite(through) ? through : null,
        topics,
        ledger: task.ledger(),
        outbox: packOutbox(prepared.records),
      },
      { measures: prepared.measures, unusable, kept: save ? this.save() : [] },
    );
    this.commits++;
    this.committedThrough = through;
    await shown;
    await tell(prepared, log, live, turns);
    ownershipOf(this.options).processed(this.name, partition, topics);
  }

  /** How far each topic was judged: what is gone over again after a crash takes nothing back. */
  private progress(): TopicProgress[] {
    return this.task.progress().map((own) => {
      const before = this.before.get(own.topic);
      const furthest = before !== undefined && before.processedTo > own.processedTo ? before : own;
      return { ...furthest, ...lostIn(this.lost, own.topic) };
    });
  }

  /** Commits a step, unless another process has taken the partition over. */
  private async advance(
    progress: Omit<Progress, 'version' | 'epoch'>,
    effects: Pick<Commit, 'measures' | 'unusable' | 'kept'> = noEffects,
  ): Promise<void> {
    const outcome = await this.options.store.commit({
      processor: this.processor.name,
      partition: this.partition,
      expectedVersion: this.version,
      progress: { ...progress, version: this.version + 1, epoch: this.epoch },
      ...effects,
    });
    if (outcome === 'fenced')
      throw new ArterialError(
        'store.fenced',
        `another process has taken ${this.name} over; this one lets go of it`,
      );
    this.version++;
  }

  private save(): { key: string; value: unknown }[] {
    const began = this.timers.now();
    const { memory, rows } = this.task.checkpoint();
    const bytes = rows.reduce(
      (sum, { value }) => sum + (Buffer.isBuffer(value) ? value.length : 0),
      memory.length,
    );
    this.saving.saved(this.flushedAt, this.timers.now() - began, bytes);
    return [
      { key: memoryKey, value: memory },
      ...rows.map(({ key, value }) => ({ key: rowPrefix + key, value })),
    ];
  }
}

/** A reason of its own, since making the customary one costs more than the rest of a wait. */
const noLongerWaiting = new Error('no longer waiting');
const noEffects: Pick<Commit, 'measures' | 'unusable' | 'kept'> = {
  measures: new Map(),
  unusable: [],
  kept: [],
};
const memoryKey = 'memory';
const rowPrefix = 'row/';
