/** Reads history from the store of measures as the events that its rows were made from. */

import { type EventTime, minutes, seconds } from '#domain/time.ts';
import type { AnyAggregate } from '#runtime/aggregates.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { eventOf } from '#schemas/row.ts';
import { columnOf, type Table, tables } from '#schemas/tables.ts';
import type { Buckets } from './history.ts';
import type { Range } from './range.ts';

/** More windows than the longest range holds at a window of a minute. */
const rowsMost = 150_000;

/** The table in which the states of a kind are kept. An unknown kind is a bug. */
export function tableOf(kind: string): Table {
  const found = tables.find(({ live }) => live?.kind === kind);
  if (found === undefined) throw new Error(`no table of kind ${kind}`);
  return found;
}

/** No window is longer. */
const windowMost = minutes(15);

/** The states of a kind whose window holds the instant `at`, by the id in the field `idField`. */
export async function readStatesAt<State>(
  store: MeasureStore,
  kind: string,
  idField: keyof State & string,
  at: EventTime,
): Promise<ReadonlyMap<string, State>> {
  const table = tableOf(kind);
  const rows = await store.select({
    table: table.name,
    where: {},
    timeColumn: columnOf(table.time),
    from: at - windowMost,
    to: at + 1,
    endsAfter: at,
    limit: rowsMost,
  });
  const states = rows.map((row) => eventOf(row) as unknown as State);
  return new Map(states.map((state) => [String(state[idField]), state]));
}

/** The events of one thing whose time lies in [from, to), oldest first. */
export async function readEvents<Event>(
  store: MeasureStore,
  kind: string,
  where: Readonly<Record<string, string>>,
  from: EventTime,
  to: EventTime,
): Promise<readonly Event[]> {
  const { name, time } = tableOf(kind);
  const rows = await store.select({
    table: name,
    where: Object.fromEntries(Object.entries(where).map(([field, value]) => [columnOf(field), value])),
    timeColumn: columnOf(time),
    from,
    to,
    limit: rowsMost,
  });
  return rows.map((row) => eventOf(row) as Event);
}

/** The windows of one thing in the buckets of a range; windows longer than those would leave holes between them. */
export async function readBuckets<Aggregate extends AnyAggregate>(
  store: Pick<MeasureStore, 'aggregate'>,
  kind: string,
  id: string,
  { from, to, resolution }: Range,
): Promise<Buckets<Aggregate>> {
  const table = tableOf(kind).name;
  const ask = async (length: number): Promise<readonly Aggregate[]> =>
    (await store.aggregate({ table, id, length, from, to })).map(
      (row) => eventOf(row) as unknown as Aggregate,
    );
  const aggregates = await ask(resolution);
  const length = aggregates.reduce(
    (most, { windowSecondsMost }) => Math.max(most, seconds(windowSecondsMost)),
    resolution,
  );
  return { length, aggregates: length === resolution ? aggregates : await ask(length) };
}
