import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { minutes, seconds } from '#domain/time.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { parkingEvents, parkingStates } from '#schemas/topics.ts';
import { ArterialError } from './errors.ts';
import type { LiveState } from './live.ts';
import type { EventLog } from './log.ts';
import type { Commit, MeasureStore } from './measures.ts';
import { createMemoryLive } from './memory-live.ts';
import { createMemoryLog } from './memory-log.ts';
import { createMemoryMeasures } from './memory-measures.ts';
import type { AnyProcessor, Processor } from './processor.ts';
import { runProcessors } from './run.ts';

/** Says something of each car that comes in. */
const doorman: Processor<ParkingEvent, object> = {
  name: 'doorman',
  stateVersion: 1,
  reads: [parkingEvents],
  writes: [parkingStates],
  lateness: seconds(1),
  revisionBound: seconds(1),
  tick: minutes(1),
  initial: () => ({}),
  step(_, input, emit) {
    if (input.kind !== 'event') return;
    emit(parkingStates, {
      district: 'north',
      facility: input.event.facility,
      at: input.at,
      windowStart: input.at,
      windowSeconds: 60,
      revision: 0,
      capacitySpaces: 10,
      occupiedSpaces: 1,
      freeSpaces: 9,
      entries: 1,
      exits: 0,
      driftSpaces: 0,
      method: 'gates',
      quality: 'observed',
      observedAt: null,
    });
  },
};

/** A log that a broker leaves for a moment, just when something derived is to be appended. */
function failingOnce(log: EventLog): EventLog {
  let fails = true;
  return {
    createTopic: (name, count) => log.createTopic(name, count),
    partitions: (name) => log.partitions(name),
    async append(name, records) {
      if (name !== parkingStates.name || !fails) return log.append(name, records);
      fails = false;
      throw new ArterialError('log.unavailable', 'the broker is away', { canRetry: true });
    },
    appendTo: (name, partition, records) => log.appendTo(name, partition, records),
    read: (name, partition, position, bytes) => log.read(name, partition, position, bytes),
    bounds: (name, partition) => log.bounds(name, partition),
    appended: (name, partition, position, signal) => log.appended(name, partition, position, signal),
    close: () => log.close(),
  };
}

/** Runs the doorman over so many cars, each into a car park of its own, all at once. */
async function run(
  cars: number,
  around: { log?: (log: EventLog) => EventLog; store?: MeasureStore; live: LiveState },
) {
  const log = createMemoryLog();
  for (const { name } of [parkingEvents, parkingStates]) await log.createTopic(name, 1);
  const arrivals = Array.from({ length: cars }, (_, i) => {
    const facility = `P${i + 1}`;
    const arrival = {
      facility,
      sequence: 1,
      at: 1_000,
      kind: 'entry',
      space: null,
      occupiedSpaces: null,
    } as const;
    const value = encodeRecord(parkingEvents, arrival, embeddedIds.id(parkingEvents.name));
    return { key: facility, value };
  });
  const beat = encodeRecord(
    { encode: encodeHeartbeat },
    { source: 'feed', at: 60_000 },
    embeddedIds.heartbeat,
  );
  await log.appendTo(parkingEvents.name, 0, [...arrivals, { key: '', value: beat }]);
  const stopping = new AbortController();
  const notices: string[] = [];
  const running = runProcessors({
    processors: [doorman as AnyProcessor],
    network: {} as Network,
    partitions: 1,
    log: around.log?.(log) ?? log,
    store: around.store ?? createMemoryMeasures(),
    live: around.live,
    ids: embeddedIds,
    flushEvery: 0,
    flushIdleEvery: 0,
    vouchEvery: 0,
    checkpointEvery: 0,
    notice: (message) => notices.push(message),
    signal: stopping.signal,
  });
  await running.started;
  await running.settle();
  stopping.abort();
  await running.done;
  return notices.join();
}

it('tells live state of a commit that the log was not there to be told of', async () => {
  const live = createMemoryLive();
  expect(await run(1, { log: failingOnce, live })).toContain('the broker is away');
  expect(await live.list('parking')).toMatchObject([{ id: 'P1', version: [1_000, 0] }]);
});

describe('live state', () => {
  /** How much of live state there is whenever rows are about to be committed. */
  async function shownBefore(cars: number): Promise<number[]> {
    const live = createMemoryLive();
    const store = createMemoryMeasures();
    const shown: number[] = [];
    const watched: MeasureStore = Object.create(store, {
      commit: {
        value: async (commit: Commit) => {
          if (commit.measures.size > 0) shown.push((await live.list('parking')).length);
          return store.commit(commit);
        },
      },
    });
    await run(cars, { store: watched, live });
    expect(await live.list('parking')).toHaveLength(cars);
    return shown;
  }

  it('has much before the store does, which takes a while to keep it', async () => {
    expect(await shownBefore(2_000)).toEqual([2_000]);
  });

  it('has little only when it is kept', async () => {
    expect(await shownBefore(20)).toEqual([0]);
  });
});
