/** Live state in Redis, which several processes share. Nothing waits for a Redis that is away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainableCommander } from 'ioredis';
import { ArterialError } from './errors.ts';
import type { LiveState, LiveValue, OnChange } from './live.ts';
import { entryOf, LiveEntries, type LiveEntry, liveValueOf } from './live-entries.ts';
import { answerWithin, RedisConnection, within } from './redis-connection.ts';
import { RedisRebuild } from './redis-rebuild.ts';
import { type LiveKeys, liveKeys, mostInOneCall, writeParameters, writeScript } from './redis-scripts.ts';
import { type RedisServer, type RedisSettings, readRedisSettings } from './redis-settings.ts';
import { type Change, RedisTicks } from './redis-ticks.ts';

export interface RedisLiveOptions extends RedisSettings {
  /** Begins every name in Redis, so that several cities can share one. */
  readonly keyPrefix?: string;
  /** The newest of each thing in the store: asked for at the start, and whenever Redis has lost what it held. */
  readonly rebuild: () => Promise<readonly LiveValue[]>;
  /** Told of what an operator would act on. */
  readonly notice: (message: string) => void;
  /** How long `put` waits for a Redis that was quick the last time; for another it does not wait. Milliseconds. */
  readonly patience?: number;
  /** When more things than this wait for Redis, they are dropped, and read from the store again later. */
  readonly mostWaiting?: number;
}

/** So many calls are on their way at once: between two this process may be busy for longer than Redis is with one. */
const callsTogether = 8;
/** How long to leave a Redis alone that did not do what was asked. Milliseconds. */
const pauseAfterFailure = 500;
/** Redis may be emptied while nobody writes or reads; so often it is looked at even then. Milliseconds. */
const lookEvery = 2_000;

/**
 * Resolves when Redis holds all that the store does, and also when Redis is away; then it is gone on trying.
 * Throws what shows that a setting is wrong.
 */
export async function createRedisLive(options: RedisLiveOptions): Promise<LiveState> {
  const live = new RedisLive(options, readRedisSettings(options));
  await live.start();
  // The methods alone, so that whoever prints the live state does not print the password.
  return {
    put: (values) => live.put(values),
    catchUp: () => live.catchUp(),
    get: (kind, id) => live.get(kind, id),
    getSome: (kind, ids) => live.getSome(kind, ids),
    list: (kind) => live.list(kind),
    onChange: (callback) => live.onChange(callback),
    get hearing() {
      return live.hearing;
    },
    close: () => live.close(),
  };
}

/** What is written together, and who waits for it. */
class Round {
  readonly entries = new LiveEntries();
  readonly done: Promise<void>;
  settle = (): void => {};

  constructor() {
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
  }
}

class RedisLive implements LiveState {
  private readonly keys: LiveKeys;
  private readonly connection: RedisConnection;
  private readonly ticks: RedisTicks;
  private readonly rebuild: RedisRebuild;
  private readonly notice: (message: string) => void;
  private readonly patience: number;
  private readonly mostWaiting: number;
  private next = new Round();
  private writing: Promise<void> | undefined;
  /** Kinds of which a change may have been written without our having heard so. */
  private readonly doubtful = new Set<string>();
  /** Whether the last round was written within the patience of those who wait. */
  private isPrompt = false;
  private awaySince: number | undefined;
  private isClosed = false;
  private looking: NodeJS.Timeout | undefined;

  constructor(options: RedisLiveOptions, server: RedisServer) {
    this.keys = liveKeys(options.keyPrefix ?? 'arterial:', server.database);
    this.notice = options.notice;
    this.patience = options.patience ?? 50;
    this.mostWaiting = options.mostWaiting ?? 100_000;
    this.connection = new RedisConnection(
      server,
      () => {},
      (failure) => this.goAway(failure),
    );
    this.ticks = new RedisTicks(server, this.keys.channel, options.notice);
    this.rebuild = new RedisRebuild({
      connection: this.connection,
      marker: this.keys.marker,
      read: options.rebuild,
      write: async (entries) => this.ticks.tell(await this.write(entries)),
      notice: options.notice,
    });
  }

  async start(): Promise<void> {
    this.rebuild.begin();
    try {
      await Promise.race([this.rebuild.tried, this.rebuild.ended]);
      if (this.connection.refusal !== undefined) throw this.connection.refusal;
      if (this.connection.isReady) await within(this.ticks.started, answerWithin);
    } catch (failure) {
      await this.close();
      throw failure;
    }
    this.isPrompt = this.connection.isReady;
    if (!this.isPrompt) this.goAway(this.connection.away());
    this.looking = setInterval(() => this.writeSoon(true), lookEvery).unref();
  }

  async put(values: readonly LiveValue[]): Promise<void> {
    if (values.length === 0 || this.isClosed) return;
    const round = this.next;
    for (const value of values) round.entries.add(entryOf(value));
    if (round.entries.size > this.mostWaiting) this.drop();
    this.writeSoon();
    if (this.isPrompt && !(await within(round.done, this.patience))) this.isPrompt = false;
  }

  catchUp(): void {
    this.rebuild.begin();
  }

  async get(kind: string, id: string): Promise<LiveValue | undefined> {
    return (await this.getSome(kind, [id]))[0];
  }

  async getSome(kind: string, ids: readonly string[]): Promise<readonly LiveValue[]> {
    if (ids.length === 0) return [];
    const texts = (await this.read((batch) => batch.hmget(this.keys.of(kind), ...ids))) as (string | null)[];
    return ids.flatMap((id, i) => (texts[i] == null ? [] : liveValueOf(kind, id, texts[i])));
  }

  async list(kind: string): Promise<readonly LiveValue[]> {
    const texts = await this.read((batch) => batch.hgetall(this.keys.of(kind)));
    return Object.entries(texts as Record<string, string>)
      .map(([id, text]) => liveValueOf(kind, id, text))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  onChange(callback: OnChange): () => void {
    return this.ticks.onChange(callback);
  }

  get hearing(): number | undefined {
    return this.ticks.hearing;
  }

  /** What is still to be written is written first, unless Redis is away: the store has it. */
  async close(): Promise<void> {
    if (this.writing !== undefined && this.awaySince === undefined) await within(this.writing, answerWithin);
    this.isClosed = true;
    clearInterval(this.looking);
    this.rebuild.close();
    this.ticks.close();
    this.connection.close();
  }

  /** Asks for something of which nothing is missing; waits a while for that, unless Redis has been away for long. */
  private async read(ask: (batch: ChainableCommander) => ChainableCommander): Promise<unknown> {
    const deadline = (this.awaySince ?? performance.now()) + answerWithin;
    const left = (): number => Math.max(0, deadline - performance.now());
    for (;;) {
      if (!(await this.connection.readyWithin(left()))) throw this.connection.away();
      const [marker, answer] = await this.connection.askTogether((batch) =>
        ask(batch.hget(this.keys.marker, 'complete')),
      );
      if (this.rebuild.isComplete(marker)) return answer;
      if (!(await within(this.rebuild.ended, left())))
        throw this.connection.unavailable('it has lost what it held, which is being put back');
    }
  }

  /** Writes what waits, unless that is being done; `looks` even when nothing does. */
  private writeSoon(looks = false): void {
    if (this.isClosed) return;
    this.writing ??= this.writeAll(looks).finally(() => {
      this.writing = undefined;
    });
  }

  /** Writes round after round until nothing waits and Redis is there. */
  private async writeAll(looks: boolean): Promise<void> {
    for (let looksYet = looks; !this.isClosed; looksYet = false) {
      if (!looksYet && this.next.entries.size === 0 && this.awaySince === undefined) return;
      if (!(await this.writeRound())) await this.pause();
    }
  }

  /** Leaves Redis alone for a while, but no longer than until it is there again. */
  private async pause(): Promise<void> {
    if (this.connection.isReady) await sleep(pauseAfterFailure, undefined, { ref: false });
    else await this.connection.readyWithin(pauseAfterFailure);
  }

  /** Whether it was written; if not, it waits for the next round. */
  private async writeRound(): Promise<boolean> {
    const round = this.next;
    this.next = new Round();
    const began = performance.now();
    const changed: Change[] = [];
    try {
      if (round.entries.size === 0) await this.look();
      const parts = [...round.entries.parts(mostInOneCall)];
      for (let next = 0; next < parts.length; next += callsTogether)
        await this.writeTogether(parts.slice(next, next + callsTogether), changed);
      this.comeBack();
      this.isPrompt = performance.now() - began < this.patience;
      return true;
    } catch (failure) {
      if (!(failure instanceof ArterialError)) throw failure;
      for (const part of round.entries.parts(mostInOneCall))
        for (const entry of part) this.next.entries.add(entry);
      this.goAway(failure);
      return false;
    } finally {
      this.ticks.tell(changed);
      round.settle();
    }
  }

  /** Writes some parts at once, and notes what was written even if not all was. */
  private async writeTogether(parts: readonly (readonly LiveEntry[])[], changed: Change[]): Promise<void> {
    const outcomes = await Promise.allSettled(parts.map((part) => this.write(part)));
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') changed.push(...outcome.value);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Writes what is newer than what is there; resolves to what was. */
  private async write(entries: readonly LiveEntry[]): Promise<readonly Change[]> {
    const { keys, parameters } = writeParameters(this.keys, this.ticks.sender, entries);
    const kinds = new Set(entries.map(({ kind }) => kind));
    try {
      const reply = await this.connection.ask((client) =>
        client.eval(writeScript, keys.length, ...keys, ...parameters),
      );
      const [marker, ...changed] = reply as string[];
      this.rebuild.isComplete(marker);
      const changes: Change[] = [];
      for (let i = 0; i < changed.length; i += 2)
        changes.push([changed[i] as string, JSON.parse(changed[i + 1] as string) as string[]]);
      for (const kind of kinds) if (this.doubtful.delete(kind)) changes.push([kind, undefined]);
      return changes;
    } catch (failure) {
      for (const kind of kinds) this.doubtful.add(kind);
      throw failure;
    }
  }

  /** Sees whether Redis answers, and holds what it should. */
  private async look(): Promise<void> {
    const { marker } = this.keys;
    this.rebuild.isComplete(await this.connection.ask((client) => client.hget(marker, 'complete')));
  }

  /** Forgets what waits, since it would grow without bound; the store has it. */
  private drop(): void {
    this.next.settle();
    this.next = new Round();
    this.rebuild.begin();
    this.notice(
      `more than ${this.mostWaiting} things wait for Redis; they will be read from the store instead`,
    );
  }

  private goAway(failure: ArterialError): void {
    if (this.isClosed || this.awaySince !== undefined) return;
    this.isPrompt = false;
    this.awaySince = performance.now();
    this.notice(`${failure.code} ${failure.message}; what is newest is kept here until it can be written`);
    // Looks again and again, even if nothing waits.
    this.writeSoon();
  }

  private comeBack(): void {
    if (this.awaySince === undefined) return;
    const seconds = ((performance.now() - this.awaySince) / 1000).toFixed(1);
    this.awaySince = undefined;
    this.notice(`Redis is back after ${seconds} s`);
  }
}
