import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { minutes, seconds } from '#domain/time.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { parkingEvents } from '#schemas/topics.ts';
import { deficitOf } from './deficit.ts';
import { ArterialError } from './errors.ts';
import type { EventLog, LogRecord } from './log.ts';
import { createMemoryLog } from './memory-log.ts';
import { createMemoryMeasures } from './memory-measures.ts';
import type { AnyProcessor, Processor } from './processor.ts';
import { runProcessors } from './run.ts';
import { stateVersionOf } from './task.ts';

const topic = parkingEvents.name;

/** Remembers whatever it was given; says nothing. */
const listener: Processor<ParkingEvent, { heard: number[] }> = {
  name: 'listener',
  stateVersion: 1,
  reads: [parkingEvents],
  writes: [],
  lateness: seconds(1),
  revisionBound: seconds(1),
  tick: minutes(1),
  initial: () => ({ heard: [] }),
  step(state, input) {
    if (input.kind === 'event') state.heard.push(input.event.sequence);
  },
};

const entry = (sequence: number): LogRecord => ({
  key: 'P1',
  value: encodeRecord(
    parkingEvents,
    { facility: 'P1', sequence, at: 1000 * sequence, kind: 'entry', space: null, occupiedSpaces: null },
    embeddedIds.id(topic),
  ),
});
const beat = (at: number): LogRecord => ({
  key: '',
  value: encodeRecord({ encode: encodeHeartbeat }, { source: 'feed', at: 1000 * at }, embeddedIds.heartbeat),
});

/** A log that a city has, and what happens to it. */
class Street {
  readonly store = createMemoryMeasures();
  log = createMemoryLog();
  first = 0;

  async append(...records: LogRecord[]): Promise<void> {
    await this.log.createTopic(topic, 1);
    await this.log.appendTo(topic, 0, records);
  }

  /** As it is seen: without what has expired. */
  private get seen(): EventLog {
    const { log } = this;
    return {
      createTopic: (name, count) => log.createTopic(name, count),
      partitions: (name) => log.partitions(name),
      append: (name, records) => log.append(name, records),
      appendTo: (name, partition, records) => log.appendTo(name, partition, records),
      read: async (name, partition, position, bytes) => {
        if (position < this.first) throw new ArterialError('log.position', 'it has expired');
        return log.read(name, partition, position, bytes);
      },
      bounds: async (name, partition) => ({ ...(await log.bounds(name, partition)), first: this.first }),
      appended: (name, partition, position, signal) => log.appended(name, partition, position, signal),
      close: () => log.close(),
    };
  }

  /** Runs until all is read, or until it cannot go on; answers with the code of what stopped it. */
  async run(): Promise<string | undefined> {
    const stopping = new AbortController();
    const run = runProcessors({
      processors: [listener as AnyProcessor],
      network: {} as Network,
      partitions: 1,
      log: this.seen,
      store: this.store,
      live: undefined,
      ids: embeddedIds,
      flushEvery: 0,
      flushIdleEvery: 0,
      vouchEvery: 0,
      checkpointEvery: 0,
      notice: () => {},
      signal: stopping.signal,
    });
    try {
      await run.started;
      await run.settle();
      stopping.abort();
      await run.done;
      return undefined;
    } catch (error) {
      return (error as ArterialError).code;
    } finally {
      stopping.abort();
    }
  }

  async deficit(): Promise<number> {
    const [progress] = await this.store.listProgress();
    return progress ? deficitOf(progress) : 0;
  }

  /** What `arterial accept-loss` does. */
  async accept(): Promise<void> {
    const claimed = await this.store.claim('listener', 0, stateVersionOf(listener));
    const { progress } = claimed!;
    await this.store.commit({
      processor: 'listener',
      partition: 0,
      expectedVersion: progress.version,
      progress: {
        ...progress,
        version: progress.version + 1,
        topics: progress.topics.map((each) =>
          each.gap ? { ...each, gap: { ...each.gap, isAccepted: true } } : each,
        ),
      },
      measures: new Map(),
      unusable: [],
      kept: [],
    });
  }

  async read(): Promise<number> {
    return (await this.store.listProgress())[0]?.ledger.read ?? 0;
  }
}

describe('a log that has lost records', () => {
  it('stops a task whose records expired before it read them, and says how many are missing', async () => {
    const street = new Street();
    await street.append(entry(1), entry(2), beat(2));
    expect(await street.run()).toBeUndefined();
    await street.append(entry(3), entry(4), entry(5), beat(5));
    street.first = 5;
    expect(await street.run()).toBe('log.gap');
    expect(await street.deficit()).toBe(2);
    expect(await street.run()).toBe('log.gap');
    expect(await street.read()).toBe(3);
  });

  it('goes on behind what expired once that is accepted, and remembers how much it was', async () => {
    const street = new Street();
    await street.append(entry(1), entry(2), beat(2));
    await street.run();
    await street.append(entry(3), entry(4), entry(5), beat(5));
    street.first = 5;
    await street.run();
    await street.accept();
    expect(await street.run()).toBeUndefined();
    expect(await street.deficit()).toBe(0);
    expect(await street.read()).toBe(5);
    expect((await street.store.listProgress())[0]?.topics).toMatchObject([{ processedTo: 7, lost: 2 }]);
    // One acceptance is for one loss.
    await street.append(entry(6), beat(6));
    street.first = 8;
    expect(await street.run()).toBe('log.gap');
    expect(await street.deficit()).toBe(1);
  });

  it('lets a task that has never read begin with what is still there', async () => {
    const street = new Street();
    await street.append(entry(1), entry(2), entry(3), beat(3));
    street.first = 2;
    expect(await street.run()).toBeUndefined();
    expect(await street.read()).toBe(2);
  });

  it('stops a task when the log ends before what was processed', async () => {
    const street = new Street();
    await street.append(entry(1), entry(2), entry(3), beat(3));
    await street.run();
    street.log = createMemoryLog();
    await street.append(entry(1), entry(2));
    expect(await street.run()).toBe('log.gap');
    expect(await street.deficit()).toBe(2);
    await street.accept();
    await street.append(entry(7), beat(7));
    expect(await street.run()).toBeUndefined();
    expect(await street.read()).toBe(6);
  });

  it('stops a task when others stand where records were processed, though the log is long enough', async () => {
    const street = new Street();
    await street.append(entry(1), entry(2), beat(2));
    await street.run();
    street.log = createMemoryLog();
    await street.append(entry(1), entry(9), beat(9), beat(10), entry(11));
    expect(await street.run()).toBe('log.gap');
    expect((await street.store.listProgress())[0]?.topics).toMatchObject([{ gap: { kind: 'replaced' } }]);
  });

  it('knows a log again that is as it was', async () => {
    const street = new Street();
    await street.append(entry(1), entry(2), beat(2));
    await street.run();
    street.log = createMemoryLog();
    await street.append(entry(1), entry(2), beat(2), entry(3));
    expect(await street.run()).toBeUndefined();
    expect(await street.read()).toBe(4);
  });
});
