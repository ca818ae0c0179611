/** Turns what a task put out into one commit, and what follows the commit: derived records and live values. */
import { deserialize, serialize } from 'node:v8';
import { liveIdOf, liveVersionOf, rowOf } from '#schemas/row.ts';
import { tables } from '#schemas/tables.ts';
import { encodeRecord, type SchemaIds } from '#schemas/topic.ts';
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
    const fields = event as Readonly<Record<string, unknown>>;
    listIn(measures, table.name).push(rowOf(fields) as Row);
    if (!withLive) continue;
    const id = liveIdOf(table, fields);
    live.push({ kind: table.live.kind, id, version: liveVersionOf(table, fields), value: event });
  }
  return { measures, live, records };
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

/** Appends again what a commit before a crash may not have appended; whoever reads it knows repeats. */
export async function appendOutbox(log: EventLog, outbox: Buffer): Promise<void> {
  if (outbox.length === 0) return;
  const entries = deserialize(outbox) as [string, { key: string; value: Uint8Array }[]][];
  const records = entries.map(
    ([topic, list]) => [topic, list.map(({ key, value }) => ({ key, value: Buffer.from(value) }))] as const,
  );
  await appendAll(log, new Map(records));
}
