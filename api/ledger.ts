import type { Ledger } from '#runtime/measures.ts';

/** Records that were read and did not end anywhere: 0 when nothing was lost. */
export const ledgerDeficit = (ledger: Ledger): number =>
  ledger.read -
  (ledger.folded + ledger.late + ledger.rejected + ledger.duplicate + ledger.heartbeats + ledger.open);
