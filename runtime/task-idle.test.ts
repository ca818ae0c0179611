import { describe, expect, it } from 'vitest';
import { minutes, seconds } from '#domain/time.ts';
import type { ParkingEvent } from '#schemas/generated/parking.event.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { parkingEvents } from '#schemas/topics.ts';
import { pack } from './memory-log.ts';
import type { Processor } from './processor.ts';
import { Task } from './task.ts';

/** Notes when each vehicle came; those that leave change nothing. */
const entriesAt: Processor<ParkingEvent, number[]> = {
  name: 'entries-at',
  stateVersion: 1,
  reads: [parkingEvents],
  writes: [],
  lateness: seconds(10),
  revisionBound: 0,
  tick: minutes(1),
  initial: () => [],
  step(state, input) {
    if (input.kind === 'event') state.push(input.event.sequence);
  },
  isIdle: ({ kind }) => kind === 'exit',
};

const begin = Date.UTC(2026, 4, 4, 7, 0);
const passing = (facility: string, second: number, sequence: number, kind: 'entry' | 'exit'): Buffer =>
  encodeRecord(
    parkingEvents,
    { facility, sequence, at: begin + second * 1000, kind, space: null, occupiedSpaces: null },
    embeddedIds.id(parkingEvents.name),
  );

describe('a record that can change nothing', () => {
  const ledgerOf = (records: readonly Buffer[]) => {
    const task = new Task({
      processor: entriesAt,
      network: {} as never,
      owned: () => true,
      ids: embeddedIds,
      sources: new Map(),
    });
    task.accept(pack(parkingEvents.name, 0, 0, records));
    return task.ledger();
  };
  // Two car parks, without which nobody knows the time.
  const known = [passing('harbour', 20, 0, 'entry'), passing('market', 20, 0, 'entry')];

  it('is folded at once, while the others wait for their turn', () => {
    const both = [passing('market', 21, 1, 'exit'), passing('market', 22, 2, 'entry')];
    expect(ledgerOf([...known, ...both])).toMatchObject({ read: 4, folded: 1, open: 3 });
  });

  it('is late, ahead or a repeat all the same', () => {
    const wrong = [
      passing('market', 5, 1, 'exit'),
      passing('market', 600, 2, 'exit'),
      passing('market', 21, 3, 'exit'),
      passing('market', 21, 3, 'exit'),
    ];
    expect(ledgerOf([...known, ...wrong])).toMatchObject({ late: 1, rejected: 1, duplicate: 1, folded: 1 });
  });

  it('waits until somebody knows the time, by which it is judged', () => {
    expect(ledgerOf([passing('harbour', 20, 0, 'exit')])).toMatchObject({ folded: 0, open: 1 });
  });
});
