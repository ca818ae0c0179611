/** `arterial verify`: whether the tables are those of a run that nothing ever disturbed. */
import type { Network } from '#domain/network.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import type { AnyProcessor } from '#runtime/processor.ts';
import { tables } from '#schemas/tables.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { rawTopics } from '#schemas/topics.ts';
import { type LedgerLine, ledgerLines } from './ledger.ts';
import { createTopics } from './parts.ts';
import { openStage } from './stage.ts';

export interface Verdict {
  readonly tables: readonly { readonly name: string; readonly stored: string; readonly recomputed: string }[];
  readonly ledger: readonly LedgerLine[];
  readonly sound: boolean;
}

interface Judged {
  /** Schema ids of the records in the log; those of the source tree when left out. */
  readonly ids?: SchemaIds;
  readonly log: EventLog;
  readonly store: MeasureStore;
  readonly network: Network;
  readonly partitions: number;
  readonly processors: readonly AnyProcessor[];
}

/**
 * Brings the store up to the end of the log, then reads the raw topics again from their first record into an
 * empty store in memory, without stop or crash, and compares all tables byte by byte through their hashes.
 */
export async function verify(city: Judged, notice: (message: string) => void): Promise<Verdict> {
  await settle(city, notice);
  const again = {
    ...city,
    log: await derivedInMemory(city.log, city.partitions),
    store: createMemoryMeasures(),
  };
  await settle(again, notice);
  const compared = [];
  for (const { name } of tables)
    compared.push({
      name,
      stored: await city.store.digest([name]),
      recomputed: await again.store.digest([name]),
    });
  const ledger = await ledgerLines(city.store);
  const sound =
    compared.every((t) => t.stored === t.recomputed) && ledger.every(({ deficit }) => deficit === 0);
  return { tables: compared, ledger, sound };
}

async function settle(
  { log, store, ids, network, partitions, processors }: Judged,
  notice: (message: string) => void,
) {
  const clock = { now: () => 0, rate: 0 };
  const stage = openStage({
    log,
    store,
    ...(ids ? { ids } : {}),
    network,
    partitions,
    processors,
    clock,
    notice,
    pace: 'bulk',
  });
  await stage.run.started;
  await stage.run.settle();
  await stage.stop();
}

/** A log whose raw topics are those of `log`, and whose derived topics are empty and its own. */
async function derivedInMemory(log: EventLog, partitions: number): Promise<EventLog> {
  const derived = createMemoryLog();
  await createTopics(derived, partitions);
  const raw = new Set<string>(rawTopics.map(({ name }) => name));
  const of = (topic: string): EventLog => (raw.has(topic) ? log : derived);
  return {
    createTopic: (topic, count) => of(topic).createTopic(topic, count),
    partitions: (topic) => of(topic).partitions(topic),
    append: (topic, records) => of(topic).append(topic, records),
    appendTo: (topic, partition, records) => of(topic).appendTo(topic, partition, records),
    read: (topic, partition, position, maxBytes) => of(topic).read(topic, partition, position, maxBytes),
    bounds: (topic, partition) => of(topic).bounds(topic, partition),
    appended: (topic, partition, position, signal) => of(topic).appended(topic, partition, position, signal),
    close: () => derived.close(),
  };
}

/** The verdict, line by line. */
export const formatVerdict = ({ tables: compared, sound }: Verdict): string =>
  [
    ...compared.map(({ name, stored, recomputed }) =>
      stored === recomputed
        ? `${name.padEnd(26)} ${stored.slice(0, 16)}  equal`
        : `${name.padEnd(26)} ${stored.slice(0, 16)}  differs from ${recomputed.slice(0, 16)}`,
    ),
    sound
      ? 'The tables are those of an undisturbed run; nothing is missing.'
      : 'NOT those of an undisturbed run.',
  ].join('\n');
