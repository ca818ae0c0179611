import { expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { minutes, seconds } from '#domain/time.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { parkingEvents, parkingStates } from '#schemas/topics.ts';
import { ArterialError } from './errors.ts';
import type { EventLog } from './log.ts';
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

it('tells live state of a commit that the log was not there to be told of', async () => {
  const log = createMemoryLog();
  for (const { name } of [parkingEvents, parkingStates]) await log.createTopic(name, 1);
  const arrival = {
    facility: 'P1',
    sequence: 1,
    at: 1_000,
    kind: 'entry',
    space: null,
    occupiedSpaces: null,
  } as const;
  await log.appendTo(parkingEvents.name, 0, [
    { key: 'P1', value: encodeRecord(parkingEvents, arrival, embeddedIds.id(parkingEvents.name)) },
    {
      key: '',
      value: encodeRecord({ encode: encodeHeartbeat }, { source: 'feed', at: 60_000 }, embeddedIds.heartbeat),
    },
  ]);
  const live = createMemoryLive();
  const stopping = new AbortController();
  const notices: string[] = [];
  const run = runProcessors({
    processors: [doorman as AnyProcessor],
    network: {} as Network,
    partitions: 1,
    log: failingOnce(log),
    store: createMemoryMeasures(),
    live,
    ids: embeddedIds,
    flushEvery: 0,
    flushIdleEvery: 0,
    vouchEvery: 0,
    checkpointEvery: 0,
    notice: (message) => notices.push(message),
    signal: stopping.signal,
  });
  await run.started;
  await run.settle();
  stopping.abort();
  await run.done;
  expect(notices.join()).toContain('the broker is away');
  expect(await live.list('parking')).toMatchObject([{ id: 'P1', version: [1_000, 0] }]);
});
