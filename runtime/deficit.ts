import type { Progress } from './measures.ts';

/** Records that were read and did not end anywhere, and such as the log should have and has not: 0 when all is well. */
export function deficitOf({ ledger, topics }: Pick<Progress, 'ledger' | 'topics'>): number {
  const { read, folded, late, rejected, duplicate, heartbeats, open } = ledger;
  const missing = topics.reduce((sum, { gap }) => sum + (gap && !gap.isAccepted ? gap.to - gap.from : 0), 0);
  return read - (folded + late + rejected + duplicate + heartbeats + open) + missing;
}
