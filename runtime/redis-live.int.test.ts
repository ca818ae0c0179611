import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RedisServer, redisMissing, startRedis } from '../test/services/redis-server.ts';
import { Secret } from './config.ts';
import { ArterialError } from './errors.ts';
import { describeLiveState } from './live.contract.ts';
import type { LiveState, LiveValue } from './live.ts';
import { createMemoryLive } from './memory-live.ts';
import { createRedisLive, type RedisLiveOptions } from './redis-live.ts';

const link = (id: string, version: readonly number[], speed = 0): LiveValue => ({
  kind: 'link',
  id,
  version,
  value: { link: id, speed, quality: 'observed', delay: null },
});
const parking = (id: string, version: number): LiveValue => ({
  kind: 'parking',
  id,
  version: [version],
  value: { free: version },
});
const links = (n: number, version: number): LiveValue[] =>
  Array.from({ length: n }, (_, i) => link(`L${i}`, [version, 0], version));

/** A city of one process: what it commits is in the store, here a live state in memory, before it is in Redis. */
async function openCity(url: string, options: Partial<RedisLiveOptions> = {}) {
  const store = createMemoryLive();
  const notices: string[] = [];
  const readStore = async (): Promise<LiveValue[]> => [
    ...(await store.list('link')),
    ...(await store.list('parking')),
  ];
  const live = await createRedisLive({
    url: new Secret(url),
    rebuild: readStore,
    notice: (message) => notices.push(message),
    patience: 5_000,
    ...options,
  });
  const commit = async (values: readonly LiveValue[]): Promise<void> => {
    await store.put(values);
    await live.put(values);
  };
  return { live, store, notices, readStore, commit };
}

const inTime = { timeout: 30_000, interval: 20 };
const everything = async (live: LiveState): Promise<readonly LiveValue[]> => [
  ...(await live.list('link')),
  ...(await live.list('parking')),
];

if (redisMissing !== undefined) console.warn(`runtime/redis-live.int.test.ts is skipped: ${redisMissing}`);

describe.skipIf(redisMissing !== undefined)('live state in Redis', () => {
  let server: RedisServer;
  let admin: Redis;
  const open: LiveState[] = [];
  let cities = 0;
  const newPrefix = (): string => `city-${cities++}:`;
  const city = async (options: Partial<RedisLiveOptions> = {}, url = server.url) => {
    const opened = await openCity(url, options);
    open.push(opened.live);
    return opened;
  };

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin?.disconnect();
    await server?.stop();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((live) => live.close()));
  });

  describeLiveState('by the contract', async () => {
    const keyPrefix = newPrefix();
    const [one, two] = await Promise.all([city({ keyPrefix }), city({ keyPrefix })]);
    return { live: one.live, other: two.live };
  });

  describe('of several processes', () => {
    it('orders any versions as memory does', async () => {
      const number = fc.oneof(
        fc.integer({ min: -3, max: 3 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      );
      const value = fc.record({
        id: fc.constantFrom('a', 'B', 'é"\n', '__proto__'),
        version: fc.array(number, { maxLength: 3 }),
      });
      const { live } = await city({ keyPrefix: newPrefix() });
      let kinds = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(value, { maxLength: 4 }), { maxLength: 8 }), async (batches) => {
          const kind = `kind-${kinds++}`;
          const memory = createMemoryLive();
          let speed = 0;
          for (const batch of batches) {
            const values = batch.map((one) => ({ ...one, kind, value: { speed: speed++ } }));
            await live.put(values);
            await memory.put(values);
          }
          expect(await live.list(kind)).toEqual(await memory.list(kind));
        }),
        { numRuns: 200 },
      );
    });

    it('never goes back while two write the same links, and ends with the newest of both', async () => {
      const keyPrefix = newPrefix();
      const [one, two] = await Promise.all([city({ keyPrefix }), city({ keyPrefix })]);
      const memory = createMemoryLive();
      let isOver = false;
      const write = async (live: LiveState, versions: readonly number[]): Promise<void> => {
        for (const version of versions) {
          await live.put(links(50, version));
          await memory.put(links(50, version));
        }
      };
      const seen = new Map<string, number>();
      const watch = async (): Promise<number> => {
        let looks = 0;
        for (; !isOver; looks++)
          for (const { id, version } of await two.live.list('link')) {
            expect(version[0]).toBeGreaterThanOrEqual(seen.get(id) ?? 0);
            seen.set(id, version[0] as number);
          }
        return looks;
      };
      const watching = watch();
      // The one is behind the other, ahead of it, and behind again.
      const upwards = Array.from({ length: 200 }, (_, i) => i + 1);
      const uneven = upwards.map((version) => (version % 3 === 0 ? version + 7 : version - 1));
      await Promise.all([write(one.live, upwards), write(two.live, uneven)]);
      isOver = true;
      expect(await watching).toBeGreaterThan(3);
      expect(await one.live.list('link')).toEqual(await memory.list('link'));
    });

    it('keeps cities of other prefixes and databases apart, ticks too', async () => {
      const keyPrefix = newPrefix();
      const [one, otherName, otherDatabase] = await Promise.all([
        city({ keyPrefix }),
        city({ keyPrefix: newPrefix() }),
        city({ keyPrefix }, `${server.url}/3`),
      ]);
      const told: string[] = [];
      for (const { live } of [otherName, otherDatabase]) live.onChange((kind) => told.push(kind));
      await one.live.put(links(2, 1));
      expect(await otherName.live.list('link')).toEqual([]);
      expect(await otherDatabase.live.list('link')).toEqual([]);
      await otherName.live.put([parking('a', 1)]);
      await otherDatabase.live.put([parking('b', 1)]);
      await vi.waitFor(() => expect(told).toEqual(['parking', 'parking']), inTime);
    });

    it('tells more than a thousand values to another process no later than they can be read', async () => {
      const keyPrefix = newPrefix();
      const [one, two] = await Promise.all([city({ keyPrefix }), city({ keyPrefix })]);
      const counts: number[] = [];
      two.live.onChange(() => void two.live.list('link').then((list) => counts.push(list.length)));
      await one.live.put(links(2_500, 1));
      await vi.waitFor(() => expect(counts.at(-1)).toBe(2_500), inTime);
    });

    it('refuses a version that is no number, since no later try could write it', async () => {
      const { live } = await city({ keyPrefix: newPrefix() });
      await expect(live.put([link('a', [Number.NaN])])).rejects.toThrow('the version of link a is NaN');
      await live.put([link('a', [1])]);
      expect(await live.list('link')).toEqual([link('a', [1])]);
    });
  });

  describe('that has lost everything', () => {
    it('is as the store is at the start', async () => {
      const keyPrefix = newPrefix();
      const before = await city({ keyPrefix });
      await before.live.put([link('a', [1]), link('b', [5])]);
      const { live } = await city({ keyPrefix, rebuild: async () => [link('a', [2]), link('b', [4])] });
      expect(await live.list('link')).toEqual([link('a', [2]), link('b', [5])]);
    });

    it('is put back after FLUSHALL before anybody sees that it is gone', async () => {
      const { live, store, commit, notices } = await city({ keyPrefix: newPrefix() });
      await commit([...links(2_500, 7), parking('p', 1)]);
      expect(notices).toEqual([]);
      await admin.flushall();
      expect(await live.get('link', 'L3')).toEqual(link('L3', [7, 0], 7));
      await admin.flushall();
      expect(await live.list('link')).toEqual(await store.list('link'));
      expect(await live.list('parking')).toEqual(await store.list('parking'));
      expect(notices).toEqual(Array(2).fill('Redis has lost live state; it is put back from the store'));
    });

    it('is put back after FLUSHALL when something is written, and told of', async () => {
      const keyPrefix = newPrefix();
      const { commit } = await city({ keyPrefix });
      await commit([...links(10, 7), parking('p', 1)]);
      const { live: other } = await city({ keyPrefix });
      const told = new Set<string>();
      other.onChange((kind) => told.add(kind));
      await admin.flushall();
      await commit([link('L3', [8, 0], 8)]);
      await vi.waitFor(async () => {
        expect(await admin.hlen(`${keyPrefix}live:link`)).toBe(10);
        expect(await admin.hlen(`${keyPrefix}live:parking`)).toBe(1);
        expect([...told].sort()).toEqual(['link', 'parking']);
      }, inTime);
      expect((await other.get('link', 'L3'))?.version).toEqual([8, 0]);
    });

    it('is put back after FLUSHALL when nobody writes or reads any more', async () => {
      const keyPrefix = newPrefix();
      const { commit } = await city({ keyPrefix });
      await commit(links(10, 7));
      await admin.flushall();
      await vi.waitFor(async () => expect(await admin.hlen(`${keyPrefix}live:link`)).toBe(10), inTime);
    });

    it('is put back from the beginning when it is lost again meanwhile', async () => {
      let reads = 0;
      const { live, store } = await city({
        keyPrefix: newPrefix(),
        rebuild: async () => {
          reads++;
          const values = links(10, 1);
          // What is committed after the store was read, and was in Redis, is lost as well.
          if (reads > 1) return [...values, parking('p', 1)];
          await admin.flushall();
          return values;
        },
      });
      await store.put([...links(10, 1), parking('p', 1)]);
      expect(reads).toBe(2);
      expect(await everything(live)).toEqual(await everything(store));
    });

    it('gets what a process that died had committed and could not write any more', async () => {
      const { live, store } = await city({ keyPrefix: newPrefix() });
      await store.put([link('a', [1]), parking('p', 1)]);
      expect(await live.list('link')).toEqual([]);
      live.catchUp();
      await vi.waitFor(async () => expect(await everything(live)).toEqual(await everything(store)), inTime);
    });

    it('is not believed to be whole while the store cannot be read, and is tried again', async () => {
      let isStoreAway = true;
      const { live, notices } = await city({
        keyPrefix: newPrefix(),
        rebuild: async () => {
          if (isStoreAway) throw new ArterialError('store.unavailable', 'no answer', { canRetry: true });
          return links(3, 1);
        },
      });
      expect(notices).toEqual(['live state is not complete yet: store.unavailable no answer']);
      await expect(live.list('link')).rejects.toMatchObject({ code: 'live.unavailable', canRetry: true });
      isStoreAway = false;
      await vi.waitFor(async () => expect(await live.list('link')).toHaveLength(3), inTime);
    });
  });
});

describe.skipIf(redisMissing !== undefined)('live state in a Redis that fails', () => {
  let folder: string;
  let server: RedisServer;
  let live: LiveState | undefined;
  const servers: RedisServer[] = [];
  const start: typeof startRedis = async (options) => {
    server = await startRedis(options);
    servers.push(server);
    return server;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redis-live-'));
    await start();
  });
  afterEach(async () => {
    await live?.close();
    live = undefined;
    await Promise.all(servers.splice(0).map((one) => one.stop()));
    await rm(folder, { recursive: true });
  });
  const city = async (options: Partial<RedisLiveOptions> = {}) => {
    const opened = await openCity(server.url, options);
    live = opened.live;
    return opened;
  };
  const same = async (one: LiveState, other: LiveState): Promise<void> =>
    vi.waitFor(async () => expect(await everything(one)).toEqual(await everything(other)), inTime);

  it('is after kill -9 and a new start as the store is, with what was committed meanwhile', async () => {
    const { live, store, commit, notices } = await city({ patience: 50 });
    await commit([...links(300, 1), parking('p', 1)]);
    const { port } = server;
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    for (let version = 2; version <= 20; version++) {
      const began = performance.now();
      await commit(links(250, version));
      expect(performance.now() - began).toBeLessThan(1_000);
    }
    await expect(live.get('link', 'L1')).rejects.toMatchObject({ code: 'live.unavailable', canRetry: true });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('what is newest is kept here until it can be written');
    await start({ port });
    await same(live, store);
    expect(notices).toContainEqual(expect.stringMatching(/^Redis is back after [\d.]+ s$/));
  });

  it('does not believe what a new start finds on the disk', async () => {
    const { port } = server;
    await server.stop();
    await start({ port, folder });
    const { live, store, commit } = await city();
    await commit(links(3, 1));
    const admin = new Redis(server.url);
    await admin.save();
    admin.disconnect();
    await commit(links(4, 2));
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
    await start({ port, folder });
    // The first answer is right, or it is none.
    await vi.waitFor(async () => {
      const list = await live.list('link').catch((failure: ArterialError) => failure.code);
      if (list !== 'live.unavailable') expect(list).toEqual(await store.list('link'));
      expect(list).not.toBe('live.unavailable');
    }, inTime);
  });

  it('is put back in a new Redis without anybody writing or reading', async () => {
    const { commit, notices } = await city();
    await commit(links(3, 1));
    const { port } = server;
    await server.stop();
    await vi.waitFor(() => expect(notices).toHaveLength(1), inTime);
    await start({ port });
    const admin = new Redis(server.url);
    await vi.waitFor(async () => expect(await admin.hlen('arterial:live:link')).toBe(3), inTime);
    admin.disconnect();
  });

  it('begins without Redis and is there when Redis is', async () => {
    const { port } = server;
    await server.stop();
    const { live, store, commit, notices } = await city();
    expect(notices[0]).toMatch(/^live.unavailable Redis at 127.0.0.1:\d+: connect ECONNREFUSED/);
    await commit([...links(10, 3), parking('p', 1)]);
    await start({ port });
    await same(live, store);
  });

  it('goes on without waiting while Redis stands still, and catches up', async () => {
    const { live, store, commit } = await city({ patience: 50 });
    await commit(links(500, 1));
    process.kill(server.pid, 'SIGSTOP');
    const took: number[] = [];
    try {
      const until = performance.now() + 6_000;
      for (let version = 2; performance.now() < until; version++) {
        const began = performance.now();
        await commit(links(500, version));
        took.push(performance.now() - began);
        await sleep(20);
      }
      const began = performance.now();
      await expect(live.list('link')).rejects.toMatchObject({ code: 'live.unavailable', canRetry: true });
      expect(performance.now() - began).toBeLessThan(4_000);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    took.sort((a, b) => b - a);
    console.log(
      `${took.length} puts of 500 links to a Redis that stands still: at most ${took[0]?.toFixed(0)} ms, ` +
        `half of them below ${took[took.length >> 1]?.toFixed(1)} ms`,
    );
    // One has waited as long as it has patience; the others have not waited.
    expect(took.filter((milliseconds) => milliseconds >= 50).length).toBeLessThan(took.length / 4);
    expect(took[0]).toBeLessThan(1_000);
    await same(live, store);
  });

  it('tells of a change whose answer never came', async () => {
    const { live, notices } = await city({ patience: 50 });
    const told: string[] = [];
    live.onChange((kind) => told.push(kind));
    process.kill(server.pid, 'SIGSTOP');
    try {
      await live.put([parking('p', 1)]);
      await vi.waitFor(() => expect(notices.join()).toContain('no answer within 2 s'), inTime);
      expect(told).toEqual([]);
    } finally {
      // Now Redis does what it was asked, and finds nothing newer when it is asked again.
      process.kill(server.pid, 'SIGCONT');
    }
    await vi.waitFor(() => expect(told).toContain('parking'), inTime);
  });

  it('drops what waits when it would be too much, and reads it from the store', async () => {
    const { live, store, commit, notices } = await city({ patience: 50, mostWaiting: 100 });
    process.kill(server.pid, 'SIGSTOP');
    for (let n = 1; n <= 5; n++) await commit(Array.from({ length: 60 }, (_, i) => parking(`${n}-${i}`, 1)));
    expect(notices).toContain(
      'more than 100 things wait for Redis; they will be read from the store instead',
    );
    process.kill(server.pid, 'SIGCONT');
    await vi.waitFor(async () => expect(await live.list('parking')).toHaveLength(300), inTime);
    await same(live, store);
  });

  it('tells of what may have changed while it could not hear', async () => {
    const { live, commit } = await city();
    await commit([link('a', [1]), parking('p', 1)]);
    const told = new Set<string>();
    live.onChange((kind) => told.add(kind));
    const admin = new Redis(server.url);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    admin.disconnect();
    await vi.waitFor(() => expect([...told].sort()).toEqual(['link', 'parking']), inTime);
  });

  it('goes on while Redis refuses the password, and catches up when it no longer does', async () => {
    const { live, store, commit, notices } = await city({ patience: 50 });
    await commit(links(20, 1));
    const admin = new Redis(server.url);
    await admin.config('SET', 'requirepass', 'another');
    await admin.flushall();
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await commit(links(20, 2));
    await vi.waitFor(() => expect(notices.join()).toContain('kept here'), inTime);
    // A second in which it is refused again and again must be one in which this process does other things.
    let turns = 0;
    for (const until = performance.now() + 1_000; performance.now() < until; turns++) await sleep(10);
    expect(turns).toBeGreaterThan(10);
    await expect(live.get('link', 'L1')).rejects.toMatchObject({ code: 'live.unavailable' });
    await commit(links(20, 3));
    await admin.config('SET', 'requirepass', '');
    admin.disconnect();
    await same(live, store);
  });

  it('keeps what a Redis without memory refuses, and writes it when there is room', async () => {
    const { live, store, commit, notices } = await city();
    const admin = new Redis(server.url);
    await admin.config('SET', 'maxmemory', '1');
    await commit(links(20, 1));
    await vi.waitFor(() => expect(notices.join()).toContain('OOM command not allowed'), inTime);
    await commit(links(20, 2));
    await admin.config('SET', 'maxmemory', '0');
    admin.disconnect();
    await vi.waitFor(async () => expect(await live.list('link')).toHaveLength(20), inTime);
    await same(live, store);
  });
});
