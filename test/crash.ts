/** Runs records through every processor on logs and stores in memory, and pulls the plug at the worst moments. */
import type { Network } from '#domain/network.ts';
import { createIngest, type Ingest } from '#ingest/ingest.ts';
import { processors } from '#processors/main.ts';
import { compareBytes } from '#runtime/canonical-json.ts';
import type { EventLog } from '#runtime/log.ts';
import type { MeasureStore, Row } from '#runtime/measures.ts';
import { createMemoryLive } from '#runtime/memory-live.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { type Run, runProcessors } from '#runtime/run.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { columnOf, type Table, tables } from '#schemas/tables.ts';
import { derivedTopics, rawTopics } from '#schemas/topics.ts';

/**
 * When the plug is pulled. Before a commit what was computed is lost; after it the tables know what the derived
 * topics do not; amid the appends a reader has seen the first half of what a task put out.
 */
export const moments = ['before the commit', 'after the commit', 'amid the appends'] as const;
export type Moment = (typeof moments)[number];

class PowerCut extends Error {}

/** The current of one process: once cut, nothing that the process does reaches log or store. */
class Current {
  isCut = false;
  private cutAt: Moment | undefined;
  /** Chances to cut that are let pass. */
  private spared = 0;

  cutLater(at: Moment, spared: number): void {
    this.cutAt = at;
    this.spared = spared;
  }

  flow(): void {
    if (this.isCut) throw new PowerCut('the power is off');
  }

  /** Whether the plug is pulled at this chance. */
  cuts(moment: Moment): boolean {
    this.flow();
    if (this.cutAt !== moment || this.spared-- > 0) return false;
    this.isCut = true;
    return true;
  }
}

function powered(store: MeasureStore, current: Current, wrote: Set<string>): MeasureStore {
  return {
    migrate: () => store.migrate(),
    async commit(commit) {
      const tells = commit.progress.outbox.length > 0;
      if (tells && current.cuts('before the commit')) throw new PowerCut('before the commit');
      current.flow();
      const outcome = await store.commit(commit);
      if (commit.measures.size > 0) wrote.add(commit.processor);
      if (tells && current.cuts('after the commit')) throw new PowerCut('after the commit');
      return outcome;
    },
    async claim(processor, partition, stateVersion) {
      current.flow();
      return store.claim(processor, partition, stateVersion);
    },
    listProgress: () => store.listProgress(),
    select: (query) => store.select(query),
    newest: (table, idColumns, versionColumns) => store.newest(table, idColumns, versionColumns),
    digest: (names) => store.digest(names),
    sums: (query) => store.sums(query),
    aggregate: (query) => store.aggregate(query),
    maintain: (keepFrom) => store.maintain(keepFrom),
    close: async () => {},
  };
}

function poweredLog(log: EventLog, current: Current, readBytes: number): EventLog {
  return {
    createTopic: (topic, partitions) => log.createTopic(topic, partitions),
    partitions: (topic) => log.partitions(topic),
    async append(topic, records) {
      if (current.cuts('amid the appends')) {
        await log.append(topic, records.slice(0, records.length >> 1));
        throw new PowerCut('amid the appends');
      }
      return log.append(topic, records);
    },
    async appendTo(topic, partition, records) {
      current.flow();
      return log.appendTo(topic, partition, records);
    },
    async read(topic, partition, position, maxBytes) {
      current.flow();
      return log.read(topic, partition, position, Math.min(maxBytes, readBytes));
    },
    bounds: (topic, partition) => log.bounds(topic, partition),
    appended: (topic, partition, position, signal) => log.appended(topic, partition, position, signal),
    close: async () => {},
  };
}

/** How a process works between two crashes. */
export interface Manner {
  /** Milliseconds; 0 saves the memory with each commit, Infinity never, so that all is read again. */
  readonly checkpointEvery: number;
  /** Little makes many small commits, and tasks overtake one another. */
  readonly readBytes: number;
}

export const atEase: Manner = { checkpointEvery: Number.POSITIVE_INFINITY, readBytes: 1 << 18 };

/** A log and a store that outlive the processes that work on them. */
export class Machine {
  readonly ingest: Ingest;
  readonly store = createMemoryMeasures();
  /** Processors that have written rows of measures. */
  readonly wrote = new Set<string>();
  private readonly log = createMemoryLog();
  private readonly network: Network;
  private readonly partitions: number;
  private running: { run: Run; current: Current; stop: AbortController } | undefined;

  constructor(network: Network, partitions: number) {
    this.network = network;
    this.partitions = partitions;
    const clock = { now: () => 0, rate: 0 };
    this.ingest = createIngest({ log: this.log, network, ids: embeddedIds, clock });
  }

  async prepare(): Promise<void> {
    for (const { name } of [...rawTopics, ...derivedTopics])
      await this.log.createTopic(name, this.partitions);
  }

  /** Starts a process, which knows nothing but log and store. */
  start({ checkpointEvery, readBytes }: Manner): void {
    const current = new Current();
    const stop = new AbortController();
    const run = runProcessors({
      processors,
      network: this.network,
      partitions: this.partitions,
      log: poweredLog(this.log, current, readBytes),
      store: powered(this.store, current, this.wrote),
      live: createMemoryLive(),
      ids: embeddedIds,
      flushEvery: 0,
      flushIdleEvery: 0,
      vouchEvery: 0,
      checkpointEvery,
      notice: () => {},
      signal: stop.signal,
    });
    run.done.catch(() => {});
    run.started.catch(() => {});
    this.running = { run, current, stop };
  }

  /** Pulls the plug of the process that runs at the next such moment, some let pass. */
  cutLater(moment: Moment, spared: number): void {
    this.running?.current.cutLater(moment, spared);
  }

  /** Waits until all is processed, or the power goes; answers whether it went. */
  async settle(): Promise<boolean> {
    const { run, current, stop } = this.running!;
    try {
      await run.settle();
      return false;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      return true;
    } finally {
      if (current.isCut) stop.abort();
    }
  }

  /** Has every task save and end. */
  async stop(): Promise<void> {
    const { run, stop } = this.running!;
    stop.abort();
    await run.done;
  }
}

/** Every row of every table in the order of its key, one text a row. */
export async function allRows(store: MeasureStore, write: (row: Row) => string): Promise<string[]> {
  const texts: string[] = [];
  for (const table of tables) {
    const rows = await store.select({
      table: table.name,
      where: {},
      timeColumn: columnOf(table.time),
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
      limit: Number.MAX_SAFE_INTEGER,
    });
    for (const row of [...rows].sort(byKey(table))) texts.push(`["${table.name}", ${write(row)}]`);
  }
  return texts;
}

const byKey =
  ({ key }: Table) =>
  (a: Row, b: Row): number => {
    for (const column of key.map(columnOf)) {
      const [left, right] = [a[column], b[column]];
      const order =
        typeof left === 'string' ? compareBytes(left, right as string) : (left as number) - (right as number);
      if (order !== 0) return order;
    }
    return 0;
  };
