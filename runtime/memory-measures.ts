import { createHash } from 'node:crypto';
import { type EventTime, floorTo } from '#domain/time.ts';
import { aggregateOf, aggregateRows } from './aggregates.ts';
import { canonicalJson, compareBytes } from './canonical-json.ts';
import { ArterialError } from './errors.ts';
import {
  assertSummable,
  columnIn,
  completeRows,
  type MeasureTable,
  measureTable,
  oneDay,
  timedTables,
} from './measure-tables.ts';
import type {
  AggregateQuery,
  Commit,
  MeasureStore,
  Progress,
  Restored,
  Row,
  Select,
  SumsQuery,
  Unusable,
} from './measures.ts';

interface Task {
  readonly processor: string;
  readonly partition: number;
  progress: Progress;
  /** Bytes or JSON of each kept value, so that what is kept does not change with the state it was taken from. */
  readonly kept: Map<string, string | Buffer>;
}

/** A store of measures that lives as long as the process: for tests, and for runs whose history is not kept. */
export function createMemoryMeasures(): MeasureStore {
  return new MemoryMeasures();
}

class MemoryMeasures implements MeasureStore {
  private readonly tables = new Map<string, Map<string, Row>>();
  private readonly tasks = new Map<string, Task>();
  private readonly unusable = new Map<string, Unusable>();

  async migrate(): Promise<void> {}

  async commit(commit: Commit): Promise<'committed' | 'fenced'> {
    const { processor, partition, expectedVersion, progress } = commit;
    const name = `${processor}/${partition}`;
    const task = this.tasks.get(name);
    if ((task?.progress.version ?? 0) !== expectedVersion) return 'fenced';
    if (task !== undefined && task.progress.epoch > progress.epoch) return 'fenced';
    // Whatever can throw comes before the first change, so that a commit is whole or not at all.
    const measures = [...commit.measures].map(
      ([table, rows]) => [table, completeRows(measureTable(table), rows)] as const,
    );
    const kept = commit.kept.map(
      ({ key, value }) => [key, value === undefined ? undefined : copyOfKept(value)] as const,
    );
    const copied = copyOf(progress);

    const target = task ?? {
      processor,
      partition,
      progress: copied,
      kept: new Map<string, string | Buffer>(),
    };
    target.progress = copied;
    this.tasks.set(name, target);
    for (const [table, rows] of measures) {
      const present = this.tables.get(table) ?? new Map<string, Row>();
      this.tables.set(table, present);
      for (const [key, row] of rows) present.set(key, row);
    }
    for (const record of commit.unusable) {
      const place = `${processor}/${record.topic}/${record.partition}/${record.position}`;
      if (!this.unusable.has(place)) this.unusable.set(place, record);
    }
    for (const [key, value] of kept)
      if (value === undefined) target.kept.delete(key);
      else target.kept.set(key, value);
    return 'committed';
  }

  async claim(processor: string, partition: number, stateVersion: number): Promise<Restored | undefined> {
    const task = this.tasks.get(`${processor}/${partition}`);
    if (task === undefined) return undefined;
    assertStateVersion(processor, partition, task.progress.stateVersion, stateVersion);
    task.progress = { ...task.progress, epoch: task.progress.epoch + 1 };
    const kept = [...task.kept]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([key, value]) => ({
        key,
        value: typeof value === 'string' ? (JSON.parse(value) as unknown) : Buffer.from(value),
      }));
    return { progress: copyOf(task.progress), kept };
  }

  async listProgress() {
    return [...this.tasks.values()]
      .map(({ processor, partition, progress }) => ({ processor, partition, ...copyOf(progress) }))
      .sort((a, b) => compareBytes(a.processor, b.processor) || a.partition - b.partition);
  }

  async select({
    table: name,
    where,
    timeColumn,
    from,
    to,
    endsAfter,
    limit,
  }: Select): Promise<readonly Row[]> {
    const table = measureTable(name);
    for (const column of [timeColumn, ...Object.keys(where)]) columnIn(table, column);
    if (endsAfter !== undefined) columnIn(table, 'window_seconds');
    const wanted = Object.entries(where);
    return this.rowsOf(table)
      .filter((row) => {
        const at = row[timeColumn];
        const inRange = typeof at === 'number' && at >= from && at < to;
        const isOver =
          endsAfter !== undefined && Number(at) + 1000 * (row['window_seconds'] as number) <= endsAfter;
        return inRange && !isOver && wanted.every(([column, value]) => row[column] === value);
      })
      .sort((a, b) => (a[timeColumn] as number) - (b[timeColumn] as number) || compareKeys(table, a, b))
      .slice(0, limit)
      .map((row) => ({ ...row }));
  }

  async newest(
    name: string,
    idColumns: readonly string[],
    versionColumns: readonly string[],
  ): Promise<readonly Row[]> {
    const table = measureTable(name);
    for (const column of [...idColumns, ...versionColumns]) columnIn(table, column);
    const newest = new Map<string, Row>();
    for (const row of this.rowsOf(table)) {
      const id = JSON.stringify(idColumns.map((column) => row[column]));
      const before = newest.get(id);
      if (before === undefined || compareCells(versionColumns, before, row) < 0) newest.set(id, row);
    }
    return [...newest.values()].sort((a, b) => compareCells(idColumns, a, b)).map((row) => ({ ...row }));
  }

  async aggregate({ table: name, id, length, from, to }: AggregateQuery): Promise<readonly Row[]> {
    const aggregate = aggregateOf(name);
    const rows = await this.select({
      table: name,
      where: id === undefined ? {} : { [aggregate.id]: id },
      timeColumn: 'window_start',
      from,
      to,
      limit: Number.POSITIVE_INFINITY,
    });
    const order = ['bucket', aggregate.id];
    return [...aggregateRows(aggregate, rows, length)].sort((a, b) => compareCells(order, a, b));
  }

  async sums({ by, sums, ...query }: SumsQuery): Promise<readonly Row[]> {
    const table = measureTable(query.table);
    assertSummable(table, sums);
    for (const column of by) columnIn(table, column);
    const groups = new Map<string, Record<string, Row[string]>>();
    for (const row of await this.select({ ...query, limit: Number.POSITIVE_INFINITY })) {
      const named = by.map((column) => [column, row[column] ?? null] as const);
      const key = JSON.stringify(named);
      const group = groups.get(key) ?? Object.fromEntries([...named, ...sums.map((column) => [column, 0])]);
      groups.set(key, group);
      for (const column of sums) group[column] = (group[column] as number) + (row[column] as number);
    }
    return [...groups.values()].sort((a, b) => compareCells(by, a, b));
  }

  async maintain(keepFrom: EventTime | undefined): Promise<void> {
    if (keepFrom === undefined) return;
    const day = floorTo(keepFrom, oneDay);
    for (const { name, time } of timedTables) {
      const rows = this.tables.get(name) ?? new Map<string, Row>();
      for (const [key, row] of rows) if ((row[time] as number) < day) rows.delete(key);
    }
  }

  async digest(names: readonly string[]): Promise<string> {
    const hash = createHash('sha256');
    for (const name of names) {
      const table = measureTable(name);
      hash.update(`${name}\n`);
      for (const row of this.rowsOf(table).sort((a, b) => compareKeys(table, a, b)))
        hash.update(`${canonicalJson(row)}\n`);
    }
    return hash.digest('hex');
  }

  async close(): Promise<void> {}

  private rowsOf(table: MeasureTable): Row[] {
    return [...(this.tables.get(table.name)?.values() ?? [])];
  }
}

const compareKeys = (table: MeasureTable, a: Row, b: Row): number => compareCells(table.key, a, b);

function compareCells(columns: readonly string[], a: Row, b: Row): number {
  for (const column of columns) {
    const left = a[column];
    const right = b[column];
    const order =
      typeof left === 'string' ? compareBytes(left, right as string) : (left as number) - (right as number);
    if (order !== 0) return order;
  }
  return 0;
}

/** Refuses state of another shape than the program's. */
export function assertStateVersion(
  processor: string,
  partition: number,
  found: number,
  wanted: number,
): void {
  if (found !== wanted)
    throw new ArterialError(
      'store.version',
      `the store holds state ${found} of ${processor}/${partition}, this program has ${wanted}; ` +
        'run the release that wrote it, or replay the log into an empty store',
    );
}

const copyOfKept = (value: unknown): string | Buffer =>
  Buffer.isBuffer(value) ? Buffer.from(value) : JSON.stringify(value);

const copyOf = (progress: Progress): Progress => ({
  version: progress.version,
  epoch: progress.epoch,
  stateVersion: progress.stateVersion,
  releasedThrough: progress.releasedThrough,
  topics: JSON.parse(JSON.stringify(progress.topics)),
  ledger: { ...progress.ledger },
  outbox: Buffer.from(progress.outbox),
});
