import type { Ledger, MeasureStore } from '#runtime/measures.ts';

/** How the records ended that each processor read, over all partitions; and what is missing, which must be 0. */
export interface LedgerLine extends Ledger {
  readonly processor: string;
  readonly deficit: number;
}

export async function ledgerLines(store: MeasureStore): Promise<LedgerLine[]> {
  const lines = new Map<string, { -readonly [K in keyof Ledger]: number }>();
  for (const { processor, ledger } of await store.listProgress()) {
    const sum = lines.get(processor) ?? {
      read: 0,
      folded: 0,
      late: 0,
      rejected: 0,
      duplicate: 0,
      heartbeats: 0,
      open: 0,
    };
    for (const outcome of Object.keys(sum) as (keyof Ledger)[]) sum[outcome] += ledger[outcome];
    lines.set(processor, sum);
  }
  return [...lines].map(([processor, sum]) => {
    const { read, folded, late, rejected, duplicate, heartbeats, open } = sum;
    return { processor, ...sum, deficit: read - folded - late - rejected - duplicate - heartbeats - open };
  });
}

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
