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

/** Of several rows with one key only the last is written, since one statement may not touch a row twice. */
export function prepare(emitted: readonly Emitted[], ids: SchemaIds): Prepared {
  const byKey = new Map<string, Map<string, Row>>();
  const live: LiveValue[] = [];
  const records = new Map<string, LogRecord[]>();
  for (const { topic, event } of emitted) {
    const list = records.get(topic.name) ?? [];
    if (list.length === 0) records.set(topic.name, list);
    list.push({
      key: topic.key(event),
      value: encodeRecord(topic, event, ids.id(topic.name)),
    });
    const table = tableOf.get(topic.name);
    if (!table) continue;
    const fields = event as Readonly<Record<string, unknown>>;
    const rows = byKey.get(table.name) ?? new Map<string, Row>();
    byKey.set(table.name, rows);
    const key = table.key.map((field) => String(fields[field])).join('\u0000');
    rows.delete(key);
    rows.set(key, rowOf(fields) as Row);
    const { kind } = table.live;
    live.push({ kind, id: liveIdOf(table, fields), version: liveVersionOf(table, fields), value: event });
  }
  const measures = new Map([...byKey].map(([name, rows]) => [name, [...rows.values()]]));
  return { measures, live, records };
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
