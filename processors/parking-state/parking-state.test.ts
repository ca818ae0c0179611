import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { minutes } from '#domain/time.ts';
import { drive } from '#runtime/drive.ts';
import type { ParkingEvent, ParkingEventKind } from '#schemas/generated/parking.event.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import { parkingEvents } from '#schemas/topics.ts';
import { parkingState } from './parking-state.ts';

const begin = Date.UTC(2026, 4, 4, 7, 0);
const capacitySpaces = 5;

const network = {
  facilities: new Map([
    ['harbour', { id: 'harbour', name: 'Harbour', district: 'old-town', capacitySpaces }],
  ]),
} as unknown as Network;

const happening = (
  second: number,
  sequence: number,
  kind: ParkingEventKind,
  more: Partial<ParkingEvent> = {},
) => ({
  topic: parkingEvents,
  event: {
    facility: 'harbour',
    sequence,
    at: begin + second * 1000,
    kind,
    space: null,
    occupiedSpaces: null,
    ...more,
  },
});

/** One cell is 10 s: `+` in, `-` out, a digit counts the vehicles inside, letters take a space, capitals free it. */
function drawn(timeline: string, until = timeline.replaceAll('|', '').length) {
  const happenings = [...timeline.replaceAll('|', '')].flatMap((cell, i) => {
    if (cell === '.') return [];
    if (cell === '+') return [happening(i * 10, i, 'entry')];
    if (cell === '-') return [happening(i * 10, i, 'exit')];
    if (/\d/.test(cell)) return [happening(i * 10, i, 'count', { occupiedSpaces: Number(cell) })];
    const kind = cell === cell.toLowerCase() ? 'spaceOn' : 'spaceOff';
    return [happening(i * 10, i, kind, { space: cell.toLowerCase() })];
  });
  return drive(parkingState, network, happenings, begin + until * 10_000).map(({ event }) =>
    told(event as ParkingState),
  );
}

const told = (state: ParkingState): string =>
  `${(state.windowStart - begin) / minutes(1)}: ${state.freeSpaces ?? '?'} free, +${state.entries} -${state.exits}, ` +
  `drift ${state.driftSpaces}, ${state.method} ${state.quality}${state.revision ? ` r${state.revision}` : ''}`;

describe('parking state', () => {
  it('integrates the gates from the last count', () => {
    expect(drawn('2..+..|+....-|')).toEqual([
      '0: 2 free, +1 -0, drift 0, gates observed',
      '1: 2 free, +1 -1, drift 0, gates observed',
    ]);
  });

  it('is missing, not empty, until something was counted', () => {
    expect(drawn('+..+..|')).toEqual(['0: ? free, +2 -0, drift 0, none missing']);
  });

  it('publishes how far the gates were off when the next count comes', () => {
    expect(drawn('2.+...|4.....|')).toEqual([
      '0: 2 free, +1 -0, drift 0, gates observed',
      '1: 1 free, +0 -0, drift 1, gates observed',
    ]);
  });

  it('never says more free than there are spaces, nor fewer than none', () => {
    expect(drawn('4++...|2-----|')).toEqual([
      '0: 0 free, +2 -0, drift 0, gates observed',
      '1: 5 free, +0 -5, drift -4, gates observed',
    ]);
  });

  it('adds up the spaces where they have sensors', () => {
    expect(drawn('ab.c..|.B....|')).toEqual([
      '0: 2 free, +0 -0, drift 0, spaces observed',
      '1: 3 free, +0 -0, drift 0, spaces observed',
    ]);
  });

  it('grows stale when only counts are sent and none has come for 45 minutes', () => {
    const said = drawn('3.....|', 6 * 50);
    expect(said[44]).toBe('44: 2 free, +0 -0, drift 0, count observed');
    expect(said[45]).toBe('45: 2 free, +0 -0, drift 0, count stale');
  });

  it('revises the minute of a late entry, and the number inside unless it was counted since', () => {
    const late = { ...happening(30, 99, 'entry'), lateAt: begin + 100_000 };
    const said = (second: number): string[] =>
      drive(
        parkingState,
        network,
        [
          happening(0, 0, 'count', { occupiedSpaces: 2 }),
          happening(5, 1, 'entry'),
          late,
          happening(second, 2, 'count', { occupiedSpaces: 2 }),
        ],
        begin + 180_000,
      ).map(({ event }) => told(event as ParkingState));
    expect(said(170)).toEqual([
      '0: 2 free, +1 -0, drift 0, gates observed',
      '0: 1 free, +2 -0, drift 0, gates observed r1',
      '1: 1 free, +0 -0, drift 0, gates observed',
      '2: 3 free, +0 -0, drift -2, gates observed',
    ]);
    expect(said(70)[1]).toBe('0: 2 free, +2 -0, drift -1, gates observed r1');
  });

  it('refuses a car park that is not in the tables and a count beyond its capacity', () => {
    const event = happening(0, 0, 'count', { occupiedSpaces: 6 }).event;
    expect(parkingState.accepts?.(network, 'parking.event.v1', event)?.code).toBe('value.range');
    const elsewhere = { ...event, facility: 'nowhere' };
    expect(parkingState.accepts?.(network, 'parking.event.v1', elsewhere)?.code).toBe('reference.unknown');
  });

  it('keeps what goes in and out: windows add up to the events', () => {
    const kinds = fc.array(fc.constantFrom<ParkingEventKind>('entry', 'exit'), { maxLength: 60 });
    fc.assert(
      fc.property(kinds, (list) => {
        const happenings = list.map((kind, i) => happening(i * 7, i, kind));
        const states = drive(parkingState, network, happenings, begin + 500_000).map(
          ({ event }) => event as ParkingState,
        );
        const sum = (pick: (state: ParkingState) => number): number =>
          states.reduce((total, state) => total + pick(state), 0);
        expect(sum((s) => s.entries)).toBe(list.filter((kind) => kind === 'entry').length);
        expect(sum((s) => s.exits)).toBe(list.filter((kind) => kind === 'exit').length);
        for (const { freeSpaces, quality } of states) expect(freeSpaces === null).toBe(quality === 'missing');
      }),
    );
  });
});
