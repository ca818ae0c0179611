import { deficitOf } from '#runtime/deficit.ts';
import type { Ledger, MeasureStore } from '#runtime/measures.ts';

/** How the records ended that each processor read, over all partitions; and what is missing, which must be 0. */
export interface LedgerLine extends Ledger {
  readonly processor: string;
  readonly deficit: number;
}

export async function ledgerLines(store: MeasureStore): Promise<LedgerLine[]> {
  const lines = new Map<string, { -readonly [K in keyof LedgerLine]: LedgerLine[K] }>();
  for (const { processor, ledger, topics } of await store.listProgress()) {
    const line = lines.get(processor) ?? { processor, ...nothing };
    for (const outcome of Object.keys(ledger) as (keyof Ledger)[]) line[outcome] += ledger[outcome];
    line.deficit += deficitOf({ ledger, topics });
    lines.set(processor, line);
  }
  return [...lines.values()];
}

const nothing = {
  read: 0,
  folded: 0,
  late: 0,
  rejected: 0,
  duplicate: 0,
  heartbeats: 0,
  open: 0,
  deficit: 0,
};

const columns = ['read', 'folded', 'late', 'rejected', 'duplicate', 'heartbeats', 'open', 'deficit'] as const;

/** The ledger as a table. */
export function formatLedger(lines: readonly LedgerLine[]): string {
  const width = Math.max(9, ...lines.map(({ processor }) => processor.length));
  const row = (name: string, cells: readonly (string | number)[]): string =>
    name.padEnd(width) + cells.map((cell) => cell.toLocaleString('en').padStart(12)).join('');
  return [
    row('processor', columns),
    ...lines.map((line) =>
      row(
        line.processor,
        columns.map((name) => line[name]),
      ),
    ),
  ].join('\n');
}
