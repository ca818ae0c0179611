/**
 * Reads partitions of Kafka from any position. The ends of partitions are looked out over by one request to each
 * broker that waits for all of them; what it brings is kept for a moment, so that all tasks that follow a partition
 * share one fetch. Whoever is further behind asks for itself.
 */
import { ArterialError } from './errors.ts';
import type { Chunk } from './kafka-batches.ts';
import { type Fetched, keyOfPartition, type Want } from './kafka-fetch.ts';
import type { RecordBatch } from './log.ts';

/** Connections on which records can be asked for. */
export interface Fetcher {
  /** The node that leads a partition; undefined when there is no such partition. */
  leaderOf(topic: string, partition: number): Promise<string | undefined>;
  fetch(
    node: string,
    wants: readonly Want[],
    maxWait: number,
    holes: ReadonlySet<string>,
  ): Promise<readonly Fetched[]>;
  refresh(): Promise<void>;
}

/** How long a broker may wait for something new. Milliseconds. */
const lookOutFor = 250;
/** After an error a lookout rests so long. Milliseconds. */
const restAfterError = 200;
/** A fetch brings at least so much, if it is there. Bytes. */
const fetchBytesLeast = 256 * 1024;
const keptChunks = 8;
/** A partition whose new chunks nobody takes is not looked out over for a while. */
const untakenMost = 4;
/** A partition for which nobody has asked so long is no longer looked out over. Milliseconds. */
const forgottenAfter = 30_000;
/** What this process has written is asked for when so many looks have not brought it. */
const looksMost = 2;
/** Damaged records are asked for again so often before they are believed to be damaged at the broker. */
const triesMost = 5;

const outOfRange = 1;
const noHoles: ReadonlySet<string> = new Set();

/** One partition, as far as this process knows it. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  /** The newest last. */
  readonly chunks: Chunk[];
  /** Where the lookout goes on; NaN when it does not look. */
  next: number;
  /** The position up to which somebody has taken chunks. */
  takenTo: number;
  /** At least this position has been written, by this process itself. */
  writtenTo: number;
  /** Whether a request is under way that would bring what stands at `next`. */
  isWatched: boolean;
  askedAt: number;
  readonly waiting: Set<{ readonly position: number; readonly wake: () => void }>;
  /** Told when the request under way is answered, or there is none any more. */
  readonly looking: Set<() => void>;
}

export class KafkaReader {
  /** How often records came damaged, and were asked for again. */
  damaged = 0;
  private readonly direct: Fetcher;
  private readonly lookout: Fetcher;
  private readonly places = new Map<string, Place>();
  private readonly nodes = new Set<string>();
  private isClosed = false;

  /** Two sets of connections, since a broker answers the requests on one in turn, also those that wait. */
  constructor(direct: Fetcher, lookout: Fetcher) {
    this.direct = direct;
    this.lookout = lookout;
  }

  /** As `EventLog.read`. Throws `log.position` outside the bounds, `log.corrupt` for what stays damaged. */
  async read(
    topic: string,
    partition: number,
    position: number,
    maxBytes: number,
  ): Promise<RecordBatch | undefined> {
    const place = this.place(topic, partition);
    // What this process has written is about to come to all who follow it: nobody asks for it alone.
    for (let looks = 0; looks < looksMost && comes(place, position) && position < place.writtenTo; looks++)
      await new Promise<void>((resolve) => place.looking.add(resolve));
    const kept = place.chunks.find(({ from, next }) => from <= position && position < next);
    if (kept !== undefined) return this.take(place, kept, position, maxBytes);
    if (comes(place, position) && position >= place.writtenTo) return undefined;
    const chunk = await this.fetch(place, position, Math.max(maxBytes, fetchBytesLeast)).catch((error) => {
      this.forget();
      throw error;
    });
    if (chunk === undefined) return undefined;
    this.keep(place, chunk);
    return this.take(place, chunk, position, maxBytes);
  }

  /** As `EventLog.appended`. */
  async appended(topic: string, partition: number, position: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.isClosed) return;
    const place = this.place(topic, partition);
    if (position < place.next || (position < place.writtenTo && !comes(place, position))) return;
    if (Number.isNaN(place.next) || place.next < position) place.next = position;
    await this.watch(place);
    await new Promise<void>((resolve) => {
      const end = (): void => {
        place.waiting.delete(waiter);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const waiter = { position, wake: end };
      const isThere = position < place.writtenTo && !comes(place, position);
      if (signal.aborted || isThere || !(position >= place.next)) return resolve();
      place.waiting.add(waiter);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Notes that this process has written up to a position. */
  wrote(topic: string, partition: number, next: number): void {
    const place = this.place(topic, partition);
    place.writtenTo = Math.max(place.writtenTo, next);
    if (!place.isWatched) this.wake(place, place.writtenTo);
  }

  close(): void {
    this.isClosed = true;
    for (const place of this.places.values()) {
      this.wake(place, Number.POSITIVE_INFINITY);
      looked(place);
    }
  }

  private place(topic: string, partition: number): Place {
    const key = keyOfPartition(topic, partition);
    let place = this.places.get(key);
    if (place === undefined) {
      place = {
        topic,
        partition,
        key,
        chunks: [],
        next: Number.NaN,
        takenTo: 0,
        writtenTo: 0,
        isWatched: false,
        askedAt: 0,
        waiting: new Set(),
        looking: new Set(),
      };
      this.places.set(key, place);
    }
    place.askedAt = performance.now();
    return place;
  }

  /** Part of a chunk as a batch: from a position on, about so many bytes. */
  private take(place: Place, chunk: Chunk, position: number, maxBytes: number): RecordBatch {
    const { topic, partition } = place;
    let first = 0;
    while (first < chunk.count && (chunk.positions[first] as number) < position) first++;
    let end = first;
    let bytes = 0;
    while (end < chunk.count) {
      bytes += recordOverhead + (chunk.valueEnds[end] as number) - (chunk.valueStarts[end] as number);
      if (end > first && bytes > maxBytes) break;
      end++;
    }
    const nextPosition = end < chunk.count ? (chunk.positions[end] as number) : chunk.next;
    place.takenTo = Math.max(place.takenTo, nextPosition);
    return {
      topic,
      partition,
      count: end - first,
      bytes: chunk.bytes,
      valueStarts: chunk.valueStarts.subarray(first, end),
      valueEnds: chunk.valueEnds.subarray(first, end),
      positions: chunk.positions.subarray(first, end),
      nextPosition,
    };
  }

  private keep(place: Place, chunk: Chunk): void {
    place.chunks.push(chunk);
    if (place.chunks.length > keptChunks) place.chunks.shift();
    if (place.next === chunk.from) place.next = chunk.next;
  }

  /** Lets go of what was read before a broker was away: it may have come back without it, and with other records. */
  private forget(): void {
    for (const place of this.places.values()) {
      place.chunks.length = 0;
      place.writtenTo = 0;
    }
  }

  /** Asks for what stands at a position, again where it comes damaged. */
  private async fetch(place: Place, position: number, maxBytes: number): Promise<Chunk | undefined> {
    const { topic, partition, key } = place;
    let holes = noHoles;
    let before = '';
    for (let attempt = 1; ; attempt++) {
      const node = await leaderIn(this.direct, topic, partition);
      const [fetched] = await this.direct.fetch(node, [{ topic, partition, position, maxBytes }], 0, holes);
      const damage = fetched === undefined ? 'no answer' : fetched.damage;
      if (fetched !== undefined && damage === undefined) {
        if (fetched.errorCode === 0) return fetched.chunk;
        throw await this.refusal(fetched, position);
      }
      this.damaged++;
      if (attempt >= triesMost)
        throw new ArterialError('log.corrupt', `${topic}/${partition} from ${position} on: ${damage}`);
      // Positions that are missing twice in the same way are missing at the broker too.
      if (damage === before) holes = new Set([key]);
      before = damage as string;
    }
  }

  private async refusal({ topic, partition, errorCode, first, next }: Fetched, position: number) {
    if (errorCode === outOfRange)
      return new ArterialError(
        'log.position',
        `${topic}/${partition} has ${first >= 0 ? `${first} to ${next}` : 'nothing'} and was asked for ${position}`,
      );
    await this.direct.refresh();
    return new ArterialError('log.unavailable', `${topic}/${partition}: the broker says error ${errorCode}`, {
      canRetry: true,
    });
  }

  /** Sees to it that somebody looks out over the partition. */
  private async watch({ topic, partition }: Place): Promise<void> {
    const node = await leaderIn(this.lookout, topic, partition);
    if (this.nodes.has(node)) return;
    this.nodes.add(node);
    this.lookOut(node).finally(() => this.nodes.delete(node));
  }

  /** Looks out over all partitions that a node leads, as long as there are any. */
  private async lookOut(node: string): Promise<void> {
    for (let idle = 0; !this.isClosed && idle < 2; ) {
      const watched: Place[] = [];
      try {
        for (const place of this.places.values())
          if (this.isWanted(place) && (await this.lookout.leaderOf(place.topic, place.partition)) === node)
            watched.push(place);
        idle = watched.length === 0 ? idle + 1 : 0;
        if (watched.length > 0) await this.lookOutOnce(node, watched);
        else await pause(restAfterError);
      } catch {
        // Whoever reads meets the same error and is told.
        for (const place of watched) this.leave(place);
        this.forget();
        await pause(restAfterError);
        if (!this.isClosed) await this.lookout.refresh().catch(() => {});
      }
    }
  }

  private async lookOutOnce(node: string, watched: readonly Place[]): Promise<void> {
    const wants = watched.map((place) => ({
      topic: place.topic,
      partition: place.partition,
      position: place.next,
      maxBytes: fetchBytesLeast,
    }));
    for (const place of watched) place.isWatched = true;
    const answer = await this.lookout.fetch(node, wants, lookOutFor, noHoles);
    for (const { topic, partition, errorCode, chunk, damage } of answer) {
      const place = this.places.get(keyOfPartition(topic, partition));
      if (place === undefined) continue;
      if (damage !== undefined) this.damaged++;
      if (damage !== undefined || errorCode !== 0) {
        // Left to those who wait: they ask for themselves, and are told what is wrong.
        this.leave(place);
        place.next = Number.NaN;
        place.chunks.length = 0;
        this.wake(place, Number.POSITIVE_INFINITY);
      } else if (chunk !== undefined && chunk.from === place.next) {
        this.keep(place, chunk);
        this.wake(place, chunk.next);
      }
    }
    for (const place of watched) looked(place);
    // Those who were woken take their chunks before the next request says from where it looks.
    await new Promise((resolve) => setImmediate(resolve));
  }

  private isWanted(place: Place): boolean {
    if (Number.isNaN(place.next)) return false;
    const untaken = place.chunks.filter(({ next }) => next > place.takenTo).length;
    const isWanted =
      untaken < untakenMost && (place.waiting.size > 0 || performance.now() - place.askedAt < forgottenAfter);
    if (!isWanted) this.leave(place);
    return isWanted;
  }

  /** No longer looks out over it: those who wait for what this process has written ask for themselves. */
  private leave(place: Place): void {
    place.isWatched = false;
    this.wake(place, place.writtenTo);
    looked(place);
  }

  private wake({ waiting }: Place, next: number): void {
    for (const { position, wake } of [...waiting]) if (position < next) wake();
  }
}

/** Whether what stands at a position comes without being asked for. */
const comes = ({ isWatched, next }: Place, position: number): boolean => isWatched && position === next;

function looked({ looking }: Place): void {
  const resolves = [...looking];
  looking.clear();
  for (const resolve of resolves) resolve();
}

/** The leader of a partition that is known to be there: a broker that has just begun may not know it yet. */
async function leaderIn(connections: Fetcher, topic: string, partition: number): Promise<string> {
  const node = await connections.leaderOf(topic, partition);
  if (node !== undefined) return node;
  await connections.refresh();
  throw new ArterialError('log.unavailable', `${topic}/${partition} has no leader now`, { canRetry: true });
}

/** What a record takes beside its value, about. Bytes. */
const recordOverhead = 16;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
