/** Turns what a task put out into one commit, and what follows the commit: derived records and live values. */
import { strict as assert } from 'node:assert';
import { deserialize, serialize } from 'node:v8';
import { isRejection } from '#schemas/rejection.ts';
import { liveIdOf, liveVersionOf, rowOf } from '#schemas/row.ts';
import { type LiveFields, tables } from '#schemas/tables.ts';
import { decodeRecord, encodeRecord, type SchemaIds } from '#schemas/topic.ts';
import type { LiveState, LiveValue } from './live.ts';
import type { EventLog, LogRecord } from './log.ts';
import type { Row } from './measures.ts';
import type { Emitted } from './task.ts';
import type { Turns } from './turns.ts';

export interface Prepared {
  readonly measures: ReadonlyMap<string, readonly Row[]>;
  readonly live: readonly LiveValue[];
  readonly records: ReadonlyMap<string, readonly LogRecord[]>;
}

const tableOf = new Map(tables.map((table) => [table.topic.name, table]));

/** What a commit writes, and what follows it; live values only if somebody looks at them. */
export function prepare(emitted: readonly Emitted[], ids: SchemaIds, withLive: boolean): Prepared {
  const prepared = { measures: new Map(), live: [], records: new Map() };
  addTo(prepared, emitted, ids, withLive);
  return prepared;
}

/** The same, with room for others between parts of it. */
export async function prepareInTurns(
  emitted: readonly Emitted[],
  ids: SchemaIds,
  withLive: boolean,
  turns: Turns,
): Promise<Prepared> {
  const prepared = { measures: new Map(), live: [], records: new Map() };
  for (const part of partsOf(emitted)) {
    if (emitted.length > partMost) await turns.next('tell', part.length);
    addTo(prepared, part, ids, withLive);
  }
  return prepared;
}

function addTo(
  prepared: {
    readonly measures: Map<string, Row[]>;
    readonly live: LiveValue[];
    readonly records: Map<string, LogRecord[]>;
  },
  emitted: readonly Emitted[],
  ids: SchemaIds,
  withLive: boolean,
): void {
  for (const { topic, event } of emitted) {
    listIn(prepared.records, topic.name).push({
      key: topic.key(event),
      value: encodeRecord(topic, event, ids.id(topic.name)),
    });
    const table = tableOf.get(topic.name);
    if (!table) continue;
    listIn(prepared.measures, table.name).push(rowOf(event as object) as Row);
    if (withLive && table.live) prepared.live.push(liveValueOf(table.live, event));
  }
}

/** More than this is worked on in parts. */
const partMost = 1_500;

function* partsOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let next = 0; next < items.length; next += partMost)
    yield items.length <= partMost ? items : items.slice(next, next + partMost);
}

/**
 * Puts into live state what a commit is about to hold, if that is much: the end of a minute, say, which people look at,
 * and which takes long to keep. What a task puts out is a function of the log, so that whoever goes on after a crash
 * puts the same. Undefined when it is little, which is put after its commit.
 */
export function showAhead(
  emitted: readonly Emitted[],
  live: LiveState | undefined,
): Promise<void> | undefined {
  if (live === undefined || emitted.length <= partMost) return undefined;
  const values: LiveValue[] = [];
  for (const { topic, event } of emitted) {
    const table = tableOf.get(topic.name);
    if (table?.live) values.push(liveValueOf(table.live, event));
  }
  return live.put(values);
}

function liveValueOf(live: LiveFields, event: unknown): LiveValue {
  const fields = event as Readonly<Record<string, unknown>>;
  return { kind: live.kind, id: liveIdOf(live, fields), version: liveVersionOf(live, fields), value: event };
}

function listIn<Item>(lists: Map<string, Item[]>, name: string): Item[] {
  let list = lists.get(name);
  if (list === undefined) {
    list = [];
    lists.set(name, list);
  }
  return list;
}

/** The records of a topic as they are kept: their keys, where the value of each ends, and the values as one. */
type Packed = readonly [topic: string, keys: readonly string[], ends: Int32Array, values: Uint8Array];

/** Derived records as bytes, to be kept in the commit until they are known to be in the log. */
export const packOutbox = (records: Prepared['records']): Buffer =>
  records.size === 0 ? Buffer.alloc(0) : serialize([...records].map(packed));

function packed([topic, list]: readonly [string, readonly LogRecord[]]): Packed {
  const ends = new Int32Array(list.length);
  let end = 0;
  for (let i = 0; i < list.length; i++) {
    end += (list[i] as LogRecord).value.length;
    ends[i] = end;
  }
  const values = Buffer.concat(
    list.map(({ value }) => value),
    end,
  );
  return [topic, list.map(({ key }) => key), ends, values];
}

/** Appends derived records, topic by topic. */
export async function appendAll(log: EventLog, records: Prepared['records']): Promise<void> {
  await Promise.all([...records].map(([topic, list]) => log.append(topic, list)));
}

/** Puts what was committed into live state, unless that was done before, and appends it to its topics. */
export async function tell(
  { live: values, records }: Prepared,
  log: EventLog,
  live: LiveState | undefined,
  turns: Turns,
): Promise<void> {
  if ([...records.values()].every(({ length }) => length <= partMost)) {
    await Promise.all([live?.put(values), appendAll(log, records)]);
    return;
  }
  await live?.put(values);
  for (const [topic, list] of records)
    for (const part of partsOf(list)) {
      await turns.next('keep', part.length);
      await log.append(topic, part);
    }
}

/** What a commit before a crash may not have told: appended again, since whoever reads it knows repeats. */
export function unpackOutbox(outbox: Buffer): Prepared['records'] {
  if (outbox.length === 0) return new Map();
  return new Map(
    (deserialize(outbox) as Packed[]).map(([topic, keys, ends, values]) => {
      const all = Buffer.from(values);
      const valueAt = (i: number): Buffer => all.subarray(i === 0 ? 0 : ends[i - 1], ends[i]);
      return [topic, keys.map((key, i): LogRecord => ({ key, value: valueAt(i) }))];
    }),
  );
}

/** The live values of derived records. */
export function liveValuesOf(records: Prepared['records']): LiveValue[] {
  const live: LiveValue[] = [];
  for (const [topic, list] of records) {
    const table = tableOf.get(topic);
    if (table?.live === undefined) continue;
    for (const { value } of list) {
      const event: unknown = decodeRecord(table.topic, value, 0, value.length);
      assert(!isRejection(event), `${topic}: the outbox has what is no record`);
      live.push(liveValueOf(table.live, event));
    }
  }
  return live;
}
