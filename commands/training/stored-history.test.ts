import { expect, it } from 'vitest';
import { linkState, network, noRecords, parkingState } from '#api/city-fixture.ts';
import { minutes } from '#domain/time.ts';
import type { Row } from '#runtime/measures.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { rowOf } from '#schemas/row.ts';
import { storedHistory } from './stored-history.ts';

const day = minutes(24 * 60);
/** Midnight of a Monday in Copenhagen. */
const start = Date.UTC(2026, 0, 4, 23);

async function storeWith(measures: ReadonlyMap<string, readonly object[]>) {
  const store = createMemoryMeasures();
  await store.commit({
    ...{ processor: 'link-state', partition: 0, expectedVersion: 0, unusable: [], kept: [] },
    measures: new Map(
      [...measures].map(([table, events]) => [table, events.map((one) => rowOf(one) as Row)]),
    ),
    progress: {
      ...{
        version: 1,
        epoch: 1,
        stateVersion: 1,
        releasedThrough: null,
        topics: [],
        outbox: Buffer.alloc(0),
      },
      ledger: noRecords,
    },
  });
  return store;
}

/** A window at each of so many five minutes. */
const each = <One>(windows: number, one: (windowStart: number, i: number) => One): One[] =>
  Array.from({ length: windows }, (_, i) => one(start + i * minutes(5), i));

it('gives the speeds of links as shares of the largest, five minutes a tick, by the clock of the city', async () => {
  const windows = each(6 * 288, (windowStart, i) =>
    linkState(
      i === 1
        ? { windowStart, spaceMeanDecikph: null, quality: 'missing' }
        : { windowStart, spaceMeanDecikph: 300 + i },
    ),
  );
  const { history, from, to, span } = await storedHistory(
    await storeWith(new Map([['link_state', windows]])),
    network,
    'link',
    30,
  );
  expect([span, from, to]).toEqual([300, start + minutes(5), start + 6 * day]);
  expect(history.sensors).toEqual(['L1']);
  expect(history.ticks).toHaveLength(6 * 288);
  expect(history.ticks[0]!.moment(0)).toEqual({ weekday: 0, secondOfDay: 300 });
  expect(history.values[0]).toBeCloseTo(10, 4);
  expect(history.values[1]).toBeNaN();
  expect(history.values[2]).toBeCloseTo(10.067, 3);
});

it('gives the occupancy of car parks in percent of their spaces', async () => {
  const windows = each(6 * 288, (windowStart) =>
    parkingState({ windowStart, capacitySpaces: 200, occupiedSpaces: 50, freeSpaces: 150 }),
  );
  const store = await storeWith(new Map([['parking_state', windows]]));
  const { history, span } = await storedHistory(store, network, 'parking', 30);
  expect([span, history.sensors, history.values[0]]).toEqual([100, ['P1'], 25]);
  await expect(storedHistory(store, network, 'link', 30)).rejects.toThrow('link_state is empty');
});
