/**
 * One processor on one partition: puts the good records in order and gives them to `step`. No I/O and no clock:
 * what comes out is a function of the records that went in.
 */
import { strict as assert } from 'node:assert';
import { deserialize, serialize } from 'node:v8';
import type { Network } from '#domain/network.ts';
import { type EventTime, floorTo, minutes } from '#domain/time.ts';
import { isRejection, type Rejection, reject } from '#schemas/rejection.ts';
import { type AnyTopic, decodeAgain, type SchemaIds, type Topic } from '#schemas/topic.ts';
import { lastRecordOf } from './continuity.ts';
import type { Held, Origin } from './held.ts';
import { createLane, forgetOld, judge, type Lane, maxAhead, watermarkOf } from './lane.ts';
import type { RecordBatch } from './log.ts';
import type { Ledger, TopicProgress, Unusable } from './measures.ts';
import { type PackedHeld, unpacked } from './packed-held.ts';
import type { AnyProcessor, Owned, Processor } from './processor.ts';
import { Waiting } from './reorder.ts';
import { takeBack } from './seen.ts';

export interface TaskOptions<Event, State> {
  readonly processor: Processor<Event, State>;
  readonly network: Network;
  /** Which keys belong to this partition. */
  readonly owned: Owned;
  readonly ids: SchemaIds;
  /** Who appends to each derived topic that the processor reads. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** What a step put out. */
export interface Emitted {
  readonly topic: AnyTopic;
  readonly event: unknown;
}

/** What has come of the records since the last `take`, in order. */
export interface Effects {
  readonly emitted: readonly Emitted[];
  readonly unusable: readonly Unusable[];
}

/** A task's whole memory, to go on from after a crash. */
export interface Checkpoint {
  /** Everything but kept rows, serialised. */
  readonly memory: Buffer;
  /** Kept rows changed since the last checkpoint. */
  readonly rows: readonly { readonly key: string; readonly value: unknown }[];
}

/**
 * Whether its records are taken on trust, since the clock is not known yet. Those of derived topics need none: their
 * writers may be days apart and are right all the same.
 */
const isTrusted = ({ clock, firstWatermark }: Pick<Lane<unknown>, 'clock' | 'firstWatermark'>): boolean =>
  clock.by === 'events' && Number.isNaN(firstWatermark);

/** By how much what comes before the clock is known may be off. */
const offMost = minutes(60);

/** One of so many that wait is due with the next heartbeat, about: they wait for some seconds. */
const dueOneOf = 8;

type Counts = { -readonly [K in keyof Ledger]: number };

/** Raised when the shape of `Memory` or of an outbox changes, which are part of the state of every processor. */
const memoryVersion = 5;

/** The shape of all that a task keeps. Older shapes are refused at the start. */
export const stateVersionOf = ({ stateVersion }: Pick<AnyProcessor, 'stateVersion'>): number =>
  1_000 * memoryVersion + stateVersion;

interface Memory<Event, State> {
  readonly lanes: readonly Pick<Lane<Event>, 'clock' | 'seen' | 'firstWatermark' | 'processedTo' | 'last'>[];
  readonly held: PackedHeld;
  readonly counts: Counts;
  readonly releasedThrough: EventTime;
  readonly nextTick: EventTime;
  /** Absent when the processor keeps its state as rows. */
  readonly state: State | undefined;
}

export class Task<Event, State> {
  private readonly options: TaskOptions<Event, State>;
  private readonly lanes: readonly Lane<Event>[];
  private state: State;
  private held = new Waiting();
  private counts: Counts = { read: 0, folded: 0, late: 0, rejected: 0, duplicate: 0, heartbeats: 0, open: 0 };
  private nextTick: EventTime = Number.NaN;
  private emitted: Emitted[] = [];
  private unusable: Unusable[] = [];
  private inputAt: EventTime = Number.NEGATIVE_INFINITY;
  /** What was put out up to this time is already in the store. */
  private committedThrough: EventTime = Number.NEGATIVE_INFINITY;
  /** Every input up to this time has been given to the processor. */
  releasedThrough: EventTime = Number.NEGATIVE_INFINITY;

  constructor(options: TaskOptions<Event, State>) {
    this.options = options;
    const { processor, network, owned, ids, sources } = options;
    this.lanes = processor.reads.map((topic, rank) =>
      createLane(topic, rank, ids, sources.get(topic.name) ?? []),
    );
    this.state = processor.initial(network, owned);
  }

  /** How many records have to be worked on for a batch, about: a heartbeat gives all to the processor that are due. */
  workOf({ count }: RecordBatch): number {
    return count + this.held.size / dueOneOf;
  }

  /** Judges the records of a batch, which must follow the last of its topic, and steps through what is due. */
  accept(batch: RecordBatch): void {
    const { processor, network, ids } = this.options;
    const lane = this.lane(batch.topic);
    for (let i = 0; i < batch.count; i++) {
      const start = batch.valueStarts[i] as number;
      const end = batch.valueEnds[i] as number;
      const verdict = judge(lane, processor, network, ids, batch.bytes, start, end);
      this.counts.read++;
      if (verdict === 'heartbeat') this.counts.heartbeats++;
      else if (verdict === 'duplicate') this.counts.duplicate++;
      else if (verdict === 'idle') this.counts.folded++;
      else if (verdict === 'late' || isRejection(verdict)) this.setAside(originOf(batch, i), verdict);
      else this.held.add(isTrusted(lane) ? { ...verdict, origin: originOf(batch, i) } : verdict);
      if (watermarkOf(lane, processor.lateness) > this.releasedThrough) this.release();
      // After each record and not after each batch: how the log was read must not show.
      forgetOld(lane, processor, this.held);
    }
    lane.processedTo = batch.nextPosition;
    if (batch.count > 0) lane.last = lastRecordOf(batch);
  }

  /** The topics that it reads and where each goes on, the one whose clock is furthest behind first. */
  positions(): { readonly topic: string; readonly position: number }[] {
    return [...this.lanes]
      .sort((a, b) => compare(a.clock.now, b.clock.now) || a.rank - b.rank)
      .map((lane) => ({ topic: lane.topic.name, position: lane.processedTo }));
  }

  /** How far each topic has been judged. */
  progress(): TopicProgress[] {
    return this.lanes.map(({ topic, processedTo, last }) => ({
      topic: topic.name,
      processedTo,
      ...(last ? { last } : {}),
    }));
  }

  /** Goes on elsewhere in a topic: what lies between is gone. */
  skipTo(topic: string, position: number): void {
    const lane = this.lane(topic);
    lane.processedTo = position;
    lane.last = undefined;
  }

  /** How every record read so far ended. */
  ledger(): Ledger {
    return { ...this.counts, open: this.held.size };
  }

  /** Whether anything has come of the records since the last `take`. */
  get hasEffects(): boolean {
    return this.emitted.length > 0 || this.unusable.length > 0;
  }

  /** Whether the processor has put anything out since then. */
  get hasOutput(): boolean {
    return this.emitted.length > 0;
  }

  /** What has come of the records since the last call. */
  take(): Effects {
    const effects = { emitted: this.emitted, unusable: this.unusable };
    this.emitted = [];
    this.unusable = [];
    return effects;
  }

  checkpoint(): Checkpoint {
    const { keep } = this.options.processor;
    const memory: Memory<Event, State> = {
      lanes: this.lanes.map(({ clock, seen, firstWatermark, processedTo, last }) => ({
        clock,
        seen,
        firstWatermark,
        processedTo,
        last,
      })),
      held: this.held.packed(),
      counts: this.counts,
      releasedThrough: this.releasedThrough,
      nextTick: this.nextTick,
      state: keep ? undefined : this.state,
    };
    const rows = keep ? [...keep.changed(this.state)].map(([key, value]) => ({ key, value })) : [];
    return { memory: serialize(memory), rows };
  }

  /** Goes back to a checkpoint. What inputs up to `committedThrough` put out will not be put out again. */
  restore(memory: Buffer, rows: Iterable<readonly [string, unknown]>, committedThrough: EventTime): void {
    // A copy, since typed arrays that are read are views of what they are read from, and are written to.
    const saved = deserialize(Buffer.from(memory)) as Memory<Event, State>;
    this.lanes.forEach((lane, rank) => {
      Object.assign(lane, saved.lanes[rank]);
    });
    this.held = new Waiting(unpacked(saved.held));
    this.counts = saved.counts;
    this.releasedThrough = saved.releasedThrough;
    this.nextTick = saved.nextTick;
    const { processor, network, owned } = this.options;
    this.state = saved.state ?? processor.initial(network, owned);
    processor.keep?.restore(this.state, rows);
    this.resumeAfter(committedThrough);
  }

  /** What inputs up to `committedThrough` put out is in the store already and will not be put out again. */
  resumeAfter(committedThrough: EventTime): void {
    this.committedThrough = committedThrough;
  }

  private lane(topic: string): Lane<Event> {
    const lane = this.lanes.find((candidate) => candidate.topic.name === topic);
    assert(lane, `${this.options.processor.name} does not read ${topic}`);
    return lane;
  }

  private setAside(origin: Origin, verdict: 'late' | Rejection): void {
    const why = isRejection(verdict)
      ? verdict
      : {
          code: 'late' as const,
          field: 'at',
          detail: `older than the watermark by ${this.options.processor.revisionBound} ms or more`,
        };
    const kind = why.code === 'late' ? 'late' : 'rejected';
    this.counts[kind]++;
    this.unusable.push({ ...origin, kind, code: why.code, field: why.field, detail: why.detail });
  }

  /**
   * What came before the clock was known was taken on trust. Now that it is, what is far off is set aside, or one
   * device with a wrong clock would have all the time between its own and the true one gone through.
   */
  private judgeEarly(lane: Lane<Event>, watermark: EventTime): void {
    const { held } = this;
    this.held = new Waiting();
    for (const { origin, ...early } of held) {
      const off = early.rank === lane.rank && origin ? early.time - watermark : 0;
      if (origin && Math.abs(off) > offMost) {
        takeBack(lane.seen, early.source, early.sequence);
        this.setAside(origin, off < 0 ? 'late' : ahead(off));
      } else this.held.add(origin && early.rank !== lane.rank ? { ...early, origin } : early);
    }
  }

  /** Steps through everything up to the least watermark of the topics read. */
  private release(): void {
    const { processor } = this.options;
    let watermark = Number.POSITIVE_INFINITY;
    for (const lane of this.lanes) {
      const own = watermarkOf(lane, processor.lateness);
      if (own !== Number.NEGATIVE_INFINITY && Number.isNaN(lane.firstWatermark)) {
        if (isTrusted(lane)) this.judgeEarly(lane, own);
        lane.firstWatermark = own;
      }
      watermark = Math.min(watermark, own);
    }
    if (watermark <= this.releasedThrough) return;
    if (Number.isNaN(this.nextTick)) this.nextTick = this.firstTick(watermark);
    while (this.held.earliest <= watermark) {
      const time = this.held.earliest;
      this.tickThrough(time);
      this.inputAt = time;
      this.held.takeEarliest(this.stepThrough);
    }
    this.tickThrough(watermark);
    this.releasedThrough = watermark;
  }

  /** Gives a record to the processor; it is read again, since it has waited as bytes. */
  private readonly stepThrough = (
    kind: Held['kind'],
    rank: number,
    bytes: Buffer,
    start: number,
    end: number,
    first: string,
    second: string,
  ): void => {
    const { processor, network } = this.options;
    const { topic } = this.lanes[rank] as Lane<Event>;
    const event = decodeAgain(topic, bytes, start, end, first, second);
    assert(!isRejection(event), `${processor.name}: what was judged good can no longer be read`);
    this.counts.folded++;
    processor.step(this.state, { kind, at: this.inputAt, topic: topic.name, event }, this.emit, network);
  };

  /**
   * The end of the first interval that is seen whole; NaN while that is not known. It must not depend on how the
   * records were read: so it goes by the first watermark of raw topics, which is in the log, but by the first
   * event where derived topics are read, whose sources vouch whenever they happen to have the time.
   */
  private firstTick(watermark: EventTime): EventTime {
    const first = this.held.earliest;
    const hasDerived = this.lanes.some(({ clock }) => clock.by === 'sources');
    const begin = hasDerived
      ? first <= watermark
        ? first
        : Number.NaN
      : Math.min(...this.lanes.map((lane) => lane.firstWatermark));
    const { tick } = this.options.processor;
    return floorTo(begin - 1, tick) + 2 * tick;
  }

  private tickThrough(time: EventTime): void {
    const { processor, network } = this.options;
    for (; this.nextTick <= time; this.nextTick += processor.tick) {
      this.inputAt = this.nextTick;
      processor.step(this.state, { kind: 'watermark', at: this.nextTick }, this.emit, network);
    }
  }

  private readonly emit = <Output>(topic: Topic<Output>, event: Output): void => {
    const { name } = this.options.processor;
    assert.equal(topic.at(event), this.inputAt, `${name}: an output must bear the time of its input`);
    if (this.inputAt > this.committedThrough) this.emitted.push({ topic, event });
  };
}

const ahead = (milliseconds: number): Rejection =>
  reject('time.ahead', 'at', `${milliseconds} ms ahead; at most ${maxAhead} would be right`);

const originOf = (
  { topic, partition, bytes, positions, valueStarts, valueEnds }: RecordBatch,
  i: number,
): Origin => ({
  topic,
  partition,
  position: positions[i] as number,
  bytes: Buffer.from(bytes.subarray(valueStarts[i], valueEnds[i])),
});

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
