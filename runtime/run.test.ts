import { describe, expect, it, vi } from 'vitest';
import { minutes, seconds } from '#domain/time.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { parkingEvents, parkingStates } from '#schemas/topics.ts';
import { Writer } from '#schemas/wire.ts';
import { ArterialError } from './errors.ts';
import type { EventLog } from './log.ts';
import type { MeasureStore } from './measures.ts';
import { createMemoryLive } from './memory-live.ts';
import { createMemoryLog } from './memory-log.ts';
import { createMemoryMeasures } from './memory-measures.ts';
import type { Ownership } from './ownership.ts';
import type { Processor } from './processor.ts';
import { type Run, runProcessors } from './run.ts';
import type { RunOptions } from './run-options.ts';
import { machineTimers, type Timers } from './timers.ts';

/** Reads and says nothing: what is looked at is how it is run. */
const listener: Processor<ParkingEvent, { heard: number }> = {
  name: 'listener',
  stateVersion: 1,
  reads: [parkingEvents],
  writes: [],
  lateness: seconds(10),
  revisionBound: minutes(1),
  tick: minutes(1),
  initial: () => ({ heard: 0 }),
  step: (state) => {
    state.heard++;
  },
};

const begin = Date.UTC(2026, 4, 4, 7, 0);
const topic = parkingEvents.name;

const entry = (sequence: number): Buffer =>
  encodeRecord(
    parkingEvents,
    { facility: 'harbour', sequence, at: begin, kind: 'entry', space: null, occupiedSpaces: null },
    embeddedIds.id(topic),
  );

const heartbeatAt = (at: number): Buffer => {
  const writer = new Writer();
  writer.byte(0);
  writer.uint32(embeddedIds.heartbeat);
  encodeHeartbeat(writer, { source: 'ingest', at });
  return writer.take();
};
const heartbeat = (): Buffer => heartbeatAt(begin);

const stateAt = (at: number): ParkingState => ({
  ...{ district: 'port', facility: 'harbour', at, windowStart: begin, windowSeconds: 60, revision: 0 },
  ...{ capacitySpaces: 10, occupiedSpaces: null, freeSpaces: null, entries: 1, exits: 0, driftSpaces: 0 },
  ...{ method: 'none', quality: 'observed', observedAt: null },
});

async function logOf(values: readonly Buffer[]): Promise<EventLog> {
  const log = createMemoryLog();
  await log.createTopic(topic, 1);
  await log.appendTo(
    topic,
    0,
    values.map((value) => ({ key: 'harbour', value })),
  );
  return log;
}

interface Started {
  readonly run: Run;
  readonly stop: AbortController;
}

function start(log: EventLog, store: MeasureStore, options: Partial<RunOptions> = {}): Started {
  const stop = new AbortController();
  const run = runProcessors({
    processors: [listener],
    network: {} as never,
    partitions: 1,
    log,
    store,
    live: undefined,
    ids: embeddedIds,
    flushEvery: 0,
    flushIdleEvery: 0,
    vouchEvery: 0,
    checkpointEvery: 0,
    notice: () => {},
    signal: stop.signal,
    ...options,
  });
  run.done.catch(() => {});
  return { run, stop };
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: { code?: string }) => error.code ?? error,
  );

/** Those of the machine, and how many waits have not ended. */
function countedTimers(): { timers: Timers; waits: () => number } {
  let waits = 0;
  const timers: Timers = {
    now: () => machineTimers.now(),
    async sleep(milliseconds, signal) {
      waits++;
      await machineTimers.sleep(milliseconds, signal);
      waits--;
    },
  };
  return { timers, waits: () => waits };
}

/** All goes on as before, but the memory of the task is lost: the store keeps what was saved last before. */
const withoutMemory = (store: MeasureStore): MeasureStore =>
  Object.assign(Object.create(store) as MeasureStore, {
    commit: (commit: Parameters<MeasureStore['commit']>[0]) => store.commit({ ...commit, kept: [] }),
  });

describe('a process', () => {
  it('that is asked to end before it knows its partitions waits for nothing any more', async () => {
    const knowsNothing: Ownership = { isShared: true, follow: () => {}, processed: () => {} };
    const { timers, waits } = countedTimers();
    const { run, stop } = start(await logOf([]), createMemoryMeasures(), { ownership: knowsNothing, timers });
    stop.abort();
    await run.done;
    await run.started;
    expect(waits()).toBe(0);
  });

  it('commits what came just after a commit soon after it, though nothing more comes', async () => {
    const [log, store] = [await logOf([]), createMemoryMeasures()];
    const { run, stop } = start(log, store, {
      flushEvery: 60_000,
      flushIdleEvery: 30,
      vouchEvery: 60_000,
      checkpointEvery: 60_000,
    });
    await run.started;
    for (const rejected of [1, 2, 3]) {
      await log.appendTo(topic, 0, [{ key: 'harbour', value: Buffer.from([9]) }]);
      await vi.waitFor(
        async () => expect((await store.listProgress())[0]?.ledger).toMatchObject({ rejected }),
        {
          interval: 1,
          timeout: 2_000,
        },
      );
    }
    stop.abort();
    await run.done;
  });

  it('runs those processors alone that it is told to, as part of all', async () => {
    const [log, store] = [await logOf([entry(0)]), createMemoryMeasures()];
    const other = { ...listener, name: 'other' };
    const { run, stop } = start(log, store, { processors: [listener, other], only: [other] });
    await run.settle();
    stop.abort();
    await run.done;
    expect((await store.listProgress()).map(({ processor }) => processor)).toEqual(['other']);
  });

  it('whose task has failed has ended when the others have', async () => {
    const [log, slow] = [await logOf([entry(0)]), createMemoryMeasures()];
    let committing = 0;
    const store: MeasureStore = Object.assign(Object.create(slow) as MeasureStore, {
      async commit(commit: Parameters<MeasureStore['commit']>[0]) {
        committing++;
        await machineTimers.sleep(30);
        committing--;
        return slow.commit(commit);
      },
    });
    const broken = {
      ...listener,
      name: 'broken',
      initial: () => {
        throw new ArterialError('log.gap', 'on purpose');
      },
    };
    const { run, stop } = start(log, store, { processors: [listener, broken] });
    expect(await codeOf(run.done)).toBe('log.gap');
    await vi.waitFor(() => expect(committing).toBe(1), { interval: 1 });
    stop.abort();
    await run.ended;
    expect(committing).toBe(0);
    expect((await slow.listProgress()).map(({ processor }) => processor)).toEqual(['listener']);
  });

  it('saves the memory of its partitions in turn rather than at once', async () => {
    const [log, store] = [createMemoryLog(), createMemoryMeasures()];
    await log.createTopic(topic, 4);
    let now = 0;
    const timers: Timers = {
      now: () => now,
      async sleep() {
        await new Promise((resolve) => setImmediate(resolve));
        now++;
      },
    };
    const saved: number[] = [];
    const noting = Object.assign(Object.create(store) as MeasureStore, {
      commit(commit: Parameters<MeasureStore['commit']>[0]) {
        if (commit.kept.length > 0) saved.push(commit.partition);
        return store.commit(commit);
      },
    });
    const { run, stop } = start(log, noting, { partitions: 4, checkpointEvery: 1_000, timers });
    await vi.waitFor(() => expect(saved.length).toBeGreaterThanOrEqual(8), { timeout: 5_000 });
    expect(saved.slice(0, 8)).toEqual([3, 2, 1, 0, 3, 2, 1, 0]);
    stop.abort();
    await run.done;
  });

  it('has started once it knows its partitions and has taken them over, not before', async () => {
    let tell: (partitions: ReadonlySet<number>) => void = () => {};
    const ownership: Ownership = {
      isShared: true,
      follow: (changed) => {
        tell = changed;
      },
      processed: () => {},
    };
    const { run, stop } = start(await logOf([]), createMemoryMeasures(), { ownership });
    let hasStarted = false;
    run.started.then(() => {
      hasStarted = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasStarted).toBe(false);
    tell(new Set([0]));
    await run.started;
    stop.abort();
    await run.done;
  });
});

describe('the memory of a task', () => {
  it('is saved by itself, after what was put out is committed', async () => {
    const teller: Processor<ParkingEvent, object> = {
      ...listener,
      name: 'teller',
      writes: [parkingStates],
      initial: () => ({}),
      step(_, { kind, at }, emit) {
        if (kind !== 'watermark') emit(parkingStates, stateAt(at));
      },
    };
    const [log, store] = [await logOf([entry(1), heartbeatAt(begin + 11_000)]), createMemoryMeasures()];
    await log.createTopic(parkingStates.name, 1);
    const commits: string[] = [];
    const noting: MeasureStore = Object.assign(Object.create(store) as MeasureStore, {
      commit(commit: Parameters<MeasureStore['commit']>[0]) {
        commits.push(`${commit.measures.size > 0 ? 'rows' : ''}${commit.kept.length > 0 ? 'memory' : ''}`);
        return store.commit(commit);
      },
    });
    const { run, stop } = start(log, noting, { processors: [teller], checkpointEvery: 1 });
    await vi.waitFor(() => expect(commits).toContain('rows'));
    stop.abort();
    await run.done;
    expect(commits.slice(commits.indexOf('rows'))).toContain('memory');
    expect(commits).not.toContain('rowsmemory');
  });

  /** Commits in 100 s in which nothing happens, all and those with the memory, when making it takes so long. */
  async function commitsWhenSavingTakes(milliseconds: number) {
    let now = 0;
    const stop = new AbortController();
    const timers: Timers = {
      now: () => now,
      async sleep(length) {
        now += length;
        if (now >= 100_000) stop.abort();
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
    const slow: typeof listener = {
      ...listener,
      keep: {
        changed() {
          now += milliseconds;
          return [];
        },
        restore() {},
      },
    };
    const store = createMemoryMeasures();
    const counts = { all: 0, saves: 0 };
    const counting: MeasureStore = Object.assign(Object.create(store) as MeasureStore, {
      commit(commit: Parameters<MeasureStore['commit']>[0]) {
        counts.all++;
        if (commit.kept.length > 0) counts.saves++;
        return store.commit(commit);
      },
    });
    const pace = { timers, signal: stop.signal, vouchEvery: 1_000, checkpointEvery: 5_000 };
    await start(await logOf([]), counting, { processors: [slow], ...pace }).run.done;
    return counts;
  }

  it('is saved every few seconds, and less often where that takes long, but not where the task is', async () => {
    const [quick, slow, slowest] = [await commitsWhenSavingTakes(1), await commitsWhenSavingTakes(100), 400];
    expect(quick.saves).toBeGreaterThanOrEqual(20);
    expect(slow.saves).toBeGreaterThanOrEqual(5);
    expect(slow.saves).toBeLessThanOrEqual(6);
    expect(slow.all).toBeGreaterThanOrEqual(19);
    // Once a minute, and at the end.
    expect((await commitsWhenSavingTakes(slowest)).saves).toBe(3);
  });
});

describe('live state', () => {
  it('catches up when a task comes from another process, which may not have put all, and only then', async () => {
    const store = createMemoryMeasures();
    const all = [heartbeat(), ...[0, 1, 2, 3].map(entry)];
    const catchUpsOf = async (log: EventLog): Promise<number> => {
      let catchUps = 0;
      const live = Object.assign(createMemoryLive(), { catchUp: () => void catchUps++ });
      const { run, stop } = start(log, store, { live });
      await run.settle();
      stop.abort();
      await run.done;
      return catchUps;
    };
    expect(await catchUpsOf(await logOf(all.slice(0, 3)))).toBe(0);
    const log = await logOf(all);
    let reads = 0;
    const failing = Object.assign(Object.create(log) as EventLog, {
      read: (...place: Parameters<EventLog['read']>) => {
        if (reads++ === 0) throw new ArterialError('log.unavailable', 'away', { canRetry: true });
        return log.read(...place);
      },
    });
    expect(await catchUpsOf(failing)).toBe(1);
    expect(reads).toBeGreaterThan(1);
  });
});

describe('a log that loses records', () => {
  it('is noticed also while a task goes over them again after a crash', async () => {
    const all = [heartbeat(), ...[0, 1, 2, 3, 4, 5].map(entry)];
    const store = createMemoryMeasures();
    const runOver = async (log: EventLog, into: MeasureStore): Promise<void> => {
      const { run, stop } = start(log, into);
      await run.settle();
      stop.abort();
      await run.done;
    };
    await runOver(await logOf(all.slice(0, 3)), store);
    await runOver(await logOf(all), withoutMemory(store));
    const [before, after] = [await logOf(all), await logOf(all.slice(0, 5))];
    // It still has all of them when the task is taken over and looks for the last that it knows.
    let [looks, reads] = [0, 0];
    const losing = Object.assign(Object.create(after) as EventLog, {
      bounds: (name: string, partition: number) => (looks++ === 0 ? before : after).bounds(name, partition),
      read: (name: string, partition: number, position: number, bytes: number) =>
        (reads++ === 0 ? before : after).read(name, partition, position, bytes),
    });
    const { run } = start(losing, store);
    expect(await codeOf(run.done)).toBe('log.gap');
    expect((await store.listProgress())[0]?.topics[0]?.gap).toEqual({ kind: 'truncated', from: 5, to: 7 });
  });
});
