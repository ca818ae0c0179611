/** The two ways to ask librdkafka for records: for what is there, and for what comes. */
import { type Fetched, keyOfPartition, type Want } from './kafka-fetch.ts';
import type { Fetcher } from './kafka-reader.ts';
import type { RdkafkaCursors } from './rdkafka-cursors.ts';
import { codeOf, type RdkafkaPlace, rdkafkaCodes } from './rdkafka-module.ts';

type Bounds = { readonly first: number; readonly next: number };

/** How long one thread of the pool waits for a record before it is free for others. Milliseconds. */
const waitAtOnce = 100;
/** A record that is there must come in this time. Milliseconds. */
const answerWithin = 10_000;
/** Partitions for which nobody asks so long are left, so that brokers are not asked for what nobody wants. */
const leftAfter = 2_000;

/** librdkafka finds by itself who leads a partition. */
const anyNode = 'librdkafka';

const fetchedOf = ({ topic, partition }: Want, what: Partial<Fetched>): Fetched => ({
  topic,
  partition,
  errorCode: 0,
  first: -1,
  next: -1,
  chunk: undefined,
  damage: undefined,
  ...what,
});
const placeOf = ({ topic, partition, position }: Want): RdkafkaPlace => ({
  topic,
  partition,
  offset: position,
});

/** What the two have in common: a consumer that is connected when it is first needed. */
abstract class RdkafkaFetcher implements Fetcher {
  private readonly open: () => Promise<RdkafkaCursors>;
  private opening: Promise<RdkafkaCursors> | undefined;
  protected opened: RdkafkaCursors | undefined;

  constructor(open: () => Promise<RdkafkaCursors>) {
    this.open = open;
  }

  leaderOf(): Promise<string> {
    return Promise.resolve(anyNode);
  }

  abstract fetch(
    node: string,
    wants: readonly Want[],
    maxWait: number,
    holes: ReadonlySet<string>,
  ): Promise<readonly Fetched[]>;

  abstract refresh(): Promise<void>;

  protected cursors(): Promise<RdkafkaCursors> {
    this.opening ??= this.open().then(
      (cursors) => {
        this.opened = cursors;
        return cursors;
      },
      (error: unknown) => {
        this.opening = undefined;
        throw error;
      },
    );
    return this.opening;
  }

  /** What has come of a partition, if anything has. */
  protected take(cursors: RdkafkaCursors, want: Want, holes: ReadonlySet<string>): Fetched | undefined {
    const key = keyOfPartition(want.topic, want.partition);
    const taken = cursors.take(placeOf(want), want.maxBytes, holes.has(key));
    if (taken === undefined) return undefined;
    if (!('damage' in taken)) return fetchedOf(want, { chunk: taken });
    cursors.leave(key);
    return fetchedOf(want, { damage: taken.damage });
  }
}

/** Looks out over the ends of partitions: waits until something comes of any of them. */
export class RdkafkaLookout extends RdkafkaFetcher {
  private isStale = false;

  async fetch(_: string, wants: readonly Want[], maxWait: number): Promise<readonly Fetched[]> {
    const cursors = await this.cursors();
    if (this.isStale) cursors.leaveAll();
    this.isStale = false;
    cursors.leaveUntaken(new Set(wants.map(({ topic, partition }) => keyOfPartition(topic, partition))));
    for (const want of wants) cursors.follow(placeOf(want));
    const until = performance.now() + maxWait;
    for (;;) {
      const fetched = wants.flatMap((want) => this.take(cursors, want, new Set()) ?? []);
      const left = until - performance.now();
      if (fetched.length > 0 || left <= 0) return fetched;
      try {
        await cursors.drain(Math.min(left, waitAtOnce));
      } catch (error) {
        cursors.leaveAll();
        // Of which partition is not said: whoever waits for one asks for it, and is told.
        return wants.map((want) => fetchedOf(want, { errorCode: codeOf(error) || rdkafkaCodes.transport }));
      }
    }
  }

  refresh(): Promise<void> {
    this.isStale = true;
    return Promise.resolve();
  }
}

/** Fetches what stands at a position, or says that nothing does. One after the other, each in a few milliseconds. */
export class RdkafkaDirect extends RdkafkaFetcher {
  private readonly bounds: (topic: string, partition: number) => Promise<Bounds>;
  /** Partitions in which something is wrong: their records are taken over one by one. */
  private readonly suspects = new Set<string>();
  private turn: Promise<unknown> = Promise.resolve();
  private leaving: NodeJS.Timeout | undefined;

  constructor(
    open: () => Promise<RdkafkaCursors>,
    bounds: (topic: string, partition: number) => Promise<Bounds>,
  ) {
    super(open);
    this.bounds = bounds;
  }

  fetch(
    _: string,
    wants: readonly Want[],
    __: number,
    holes: ReadonlySet<string>,
  ): Promise<readonly Fetched[]> {
    return this.inTurn(async () => {
      const cursors = await this.cursors();
      const fetched: Fetched[] = [];
      for (const want of wants) fetched.push(await this.fetchOne(cursors, want, holes));
      clearTimeout(this.leaving);
      this.leaving = setTimeout(() => this.inTurn(() => this.leaveAll()), leftAfter).unref();
      return fetched;
    });
  }

  refresh(): Promise<void> {
    return this.inTurn(() => this.leaveAll());
  }

  close(): void {
    clearTimeout(this.leaving);
  }

  private async fetchOne(cursors: RdkafkaCursors, want: Want, holes: ReadonlySet<string>): Promise<Fetched> {
    const place = placeOf(want);
    const key = keyOfPartition(want.topic, want.partition);
    const oneByOne = this.suspects.has(key);
    if (cursors.isAt(place)) {
      const fetched = await this.drained(cursors, want, 0, holes);
      if (fetched !== undefined) return fetched;
    }
    const bounds = await this.bounds(want.topic, want.partition);
    if (want.position < bounds.first || want.position > bounds.next || want.position === bounds.next) {
      cursors.leave(key);
      return fetchedOf(want, { ...bounds, errorCode: want.position === bounds.next ? 0 : outOfRange });
    }
    cursors.follow(place);
    for (const until = performance.now() + answerWithin; performance.now() < until; ) {
      const fetched = await this.drained(cursors, want, waitAtOnce, holes);
      if (fetched !== undefined) return fetched;
      if (!cursors.hasEnded(place)) continue;
      // Either nothing but marks of transactions is left, or what is left was refused and that was not heard.
      cursors.leave(key);
      if (oneByOne) return fetchedOf(want, bounds);
      this.suspects.add(key);
      return this.fetchOne(cursors, want, holes);
    }
    cursors.leave(key);
    throw Object.assign(new Error(`nothing came of ${key} from ${want.position} on`), {
      code: rdkafkaCodes.timedOut,
    });
  }

  /** What has come, or comes in so many milliseconds. */
  private async drained(
    cursors: RdkafkaCursors,
    want: Want,
    wait: number,
    holes: ReadonlySet<string>,
  ): Promise<Fetched | undefined> {
    const key = keyOfPartition(want.topic, want.partition);
    try {
      const before = this.take(cursors, want, holes);
      if (before === undefined) await cursors.drain(wait, this.suspects.has(key));
      const fetched = before ?? this.take(cursors, want, holes);
      if (fetched?.damage !== undefined) this.suspects.add(key);
      else if (fetched !== undefined) this.suspects.delete(key);
      return fetched;
    } catch (error) {
      cursors.leaveAll();
      if (codeOf(error) !== rdkafkaCodes.badMessage) throw error;
      this.suspects.add(key);
      return fetchedOf(want, { damage: 'a record that is not as it was written' });
    }
  }

  private leaveAll(): Promise<void> {
    this.opened?.leaveAll();
    return Promise.resolve();
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }
}

const outOfRange = 1;
