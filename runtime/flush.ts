/** Turns what a task put out into one commit, and what follows the commit: derived records and live values. */
import { strict as assert } from 'node:assert';
import { deserialize, serialize } from 'node:v8';
import { isRejection } from '#schemas/rejection.ts';
import { liveIdOf, liveVersionOf, rowOf } from '#schemas/row.ts';
import { type LiveFields, tables } from '#schemas/tables.ts';
import { decodeRecord, encodeRecord, type SchemaIds } from '#schemas/topic.ts';
import type { LiveValue } from './live.ts';
import type { EventLog, LogRecord } from './log.ts';
import type { Row } from './measures.ts';
import type { Emitted } from './task.ts';

export interface Prepared {
  readonly measures: ReadonlyMap<string, readonly Row[]>;
  readonly live: readonly LiveValue[];
  readonly records: ReadonlyMap<string, readonly LogRecord[]>;
}

const tableOf = new Map(tables.map((table) => [table.topic.name, table]));

/** What a commit writes, and what follows it; live values only if somebody looks at them. */
export function prepare(emitted: readonly Emitted[], ids: SchemaIds, withLive: boolean): Prepared {
  const measures = new Map<string, Row[]>();
  const records = new Map<string, LogRecord[]>();
  const live: LiveValue[] = [];
  for (const { topic, event } of emitted) {
    listIn(records, topic.name).push({
      key: topic.key(event),
      value: encodeRecord(topic, event, ids.id(topic.name)),
    });
    const table = tableOf.get(topic.name);
    if (!table) continue;
    listIn(measures, table.name).push(rowOf(event as object) as Row);
    if (withLive && table.live) live.push(liveValueOf(table.live, event));
  }
  return { measures, live, records };
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

/** Derived records as bytes, to be kept in the commit until they are known to be in the log. */
export const packOutbox = (records: Prepared['records']): Buffer =>
  records.size === 0 ? Buffer.alloc(0) : serialize([...records]);

/** Appends derived records, topic by topic. */
export async function appendAll(log: EventLog, records: Prepared['records']): Promise<void> {
  await Promise.all([...records].map(([topic, list]) => log.append(topic, list)));
}

/** What a commit before a crash may not have told: appended again, since whoever reads it knows repeats. */
export function unpackOutbox(outbox: Buffer): Prepared['records'] {
  if (outbox.length === 0) return new Map();
  const entries = deserialize(outbox) as [string, { key: string; value: Uint8Array }[]][];
  return new Map(
    entries.map(([topic, list]) => [
      topic,
      list.map(({ key, value }) => ({ key, value: Buffer.from(value) })),
    ]),
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
