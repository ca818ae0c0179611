/** What the tables must say after a feed, from a run that nothing disturbed; and by how much others differ. */
import { type LedgerLine, ledgerLines } from '#commands/ledger.ts';
import { createTopics } from '#commands/parts.ts';
import { openStage } from '#commands/stage.ts';
import { canonicalJson } from '#runtime/canonical-json.ts';
import type { MeasureStore, Row, Unusable } from '#runtime/measures.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { columnOf, type Table, tables } from '#schemas/tables.ts';
import { type Feed, send } from './feed.ts';
import { compareRecount, type Recount, recountVehicles } from './recount.ts';

export interface Expectation {
  /** By table, the canonical text of each row by that of its key. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly rowCount: number;
  readonly ledger: readonly LedgerLine[];
  readonly unusable: readonly Unusable[];
  readonly recount: Recount;
}

export interface Difference {
  /** Rows that are missing, are too many or say something else, in all tables. */
  readonly rows: number;
  /** The first few, as text. */
  readonly first: readonly string[];
  /** Links and minutes whose vehicles were counted again from the feed. */
  readonly recounted: number;
}

const shownMost = 5;

/** Runs every processor over the feed in memory. Throws when its counts are not those of the feed. */
export async function expected(feed: Feed): Promise<Expectation> {
  const { network, partitions } = feed;
  const log = createMemoryLog();
  await createTopics(log, partitions);
  await send(log, feed.records);
  const unusable: Unusable[] = [];
  const store = keepingUnusable(createMemoryMeasures(), unusable);
  const clock = { now: () => 0, rate: 0 };
  const stage = openStage({ log, store, network, partitions, clock, notice: () => {}, pace: 'lockstep' });
  await stage.run.started;
  await stage.run.settle();
  await stage.stop();
  const rows = await rowsOf(store);
  const recount = recountVehicles(feed);
  const differ = compareRecount(recount, await linkStatesOf(store));
  if (recount.size === 0 || differ.length > 0)
    throw new Error(
      `the undisturbed run does not count what the feed says; of ${recount.size} minutes ${differ.length} differ:\n` +
        differ.slice(0, shownMost).join('\n'),
    );
  const rowCount = [...rows.values()].reduce((sum, table) => sum + table.size, 0);
  return { rows, rowCount, ledger: await ledgerLines(store), unusable, recount };
}

/** Compares every row of every table with the expectation, and the vehicles of links with the feed itself. */
export async function compare(store: MeasureStore, expectation: Expectation): Promise<Difference> {
  const found = await rowsOf(store);
  const texts: string[] = [];
  for (const [name, wanted] of expectation.rows) {
    const there = found.get(name) as ReadonlyMap<string, string>;
    for (const [key, row] of wanted) {
      const own = there.get(key);
      if (own !== row) texts.push(`${name} ${key}: ${own ?? 'is missing'}; expected ${row}`);
    }
    for (const [key, row] of there) if (!wanted.has(key)) texts.push(`${name} ${key}: too many: ${row}`);
  }
  const differ = compareRecount(expectation.recount, await linkStatesOf(store));
  return {
    rows: Math.max(texts.length, differ.length),
    first: [...texts, ...differ].slice(0, shownMost),
    recounted: expectation.recount.size,
  };
}

/** What is missing in the ledgers of a store, over all processors. */
export const deficitIn = async (store: MeasureStore): Promise<number> =>
  (await ledgerLines(store)).reduce((sum, { deficit }) => sum + Math.abs(deficit), 0);

/** Every row of every table, by table and key, as canonical text. */
export async function rowsOf(store: MeasureStore): Promise<Map<string, Map<string, string>>> {
  const all = new Map<string, Map<string, string>>();
  for (const table of tables) {
    const rows = await selectAll(store, table);
    all.set(table.name, new Map(rows.map((row) => [keyOf(table, row), canonicalJson(row)])));
  }
  return all;
}

const linkStatesOf = (store: MeasureStore): Promise<readonly Row[]> =>
  selectAll(store, tables.find(({ name }) => name === 'link_state') as Table);

const selectAll = (store: MeasureStore, { name, time }: Table): Promise<readonly Row[]> =>
  store.select({
    table: name,
    where: {},
    timeColumn: columnOf(time),
    from: 0,
    to: Date.UTC(3000, 0),
    limit: 2 ** 31 - 1,
  });

const keyOf = ({ key }: Table, row: Row): string => key.map((field) => row[columnOf(field)]).join(' ');

/** A store that tells which records could not be used. */
export function keepingUnusable(store: MeasureStore, kept: Unusable[]): MeasureStore {
  const commit = store.commit.bind(store);
  return Object.assign(Object.create(store) as MeasureStore, {
    async commit(step: Parameters<MeasureStore['commit']>[0]) {
      const outcome = await commit(step);
      if (outcome === 'committed') kept.push(...step.unusable);
      return outcome;
    },
  });
}
