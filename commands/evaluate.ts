/** `arterial evaluate`: what was true in a simulated run against what Arterial said of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluate } from '#simulators/evaluate/evaluate.ts';
import { formatTable } from '#simulators/evaluate/format-table.ts';
import type { TruthRecord } from '#simulators/simulation.ts';

/** Reads the folder that `arterial simulate` made and answers with the table. */
export async function evaluateFolder(folder: string): Promise<string> {
  const [truth, linkStates, incidents, parkingStates] = await Promise.all([
    readRows<TruthRecord>(join(folder, 'truth.ndjson')),
    readRows(join(folder, 'measures', 'link_state.ndjson')),
    readRows(join(folder, 'measures', 'incident.ndjson')),
    readRows(join(folder, 'measures', 'parking_state.ndjson')),
  ]);
  return formatTable(evaluate(truth, { linkStates, incidents, parkingStates }));
}

// biome-ignore lint/suspicious/noExplicitAny: rows of whatever table the file holds
async function readRows<Row = any>(path: string): Promise<Row[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
