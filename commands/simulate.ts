/** `arterial simulate`: a street with known truth, run through everything as fast as the machine can. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '#domain/network.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import { createProgress } from '#ingest/replay/progress.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { createMemoryLog } from '#runtime/memory-log.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { columnOf, tables } from '#schemas/tables.ts';
import { type LedgerLine, ledgerLines } from './ledger.ts';
import { createTopics } from './parts.ts';
import { openStage } from './stage.ts';
import { Street } from './street.ts';

export interface SimulateOptions {
  readonly network: Network;
  readonly seed: number;
  readonly hours: number;
  readonly startAt: EventTime;
  readonly partitions: number;
  /** Made anew. Holds `truth.ndjson`, `measures/<table>.ndjson` and `run.json` afterwards. */
  readonly folder: string;
  readonly notice: (message: string) => void;
}

export interface Simulated {
  readonly ledger: readonly LedgerLine[];
  readonly wallSeconds: number;
  readonly refused: number;
  readonly appliedPlans: number;
  readonly digest: string;
}

/** Controllers hear advice once in so much city time, when all before it has been processed: so runs are equal. */
const step = seconds(10);

export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { network, seed, hours, startAt, partitions, folder, notice } = options;
  const began = performance.now();
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'measures'), { recursive: true });
  const log = createMemoryLog();
  await createTopics(log, partitions);
  const store = createMemoryMeasures();
  const clock = { now: () => street.now, rate: 0 };
  const stage = openStage({
    log,
    store,
    network,
    partitions,
    clock,
    notice,
    pace: 'lockstep',
  });
  const street: Street = new Street({ network, seed, startAt, partitions, log, ingest: stage.ingest });
  await stage.run.started;

  const truth = createWriteStream(join(folder, 'truth.ndjson'));
  const until = startAt + minutes(60 * hours);
  const progress = createProgress(process.stderr, 'simulated seconds', 3600 * hours);
  while (street.now < until) {
    const next = Math.min(until, street.now + step);
    progress.add((next - street.now) / 1000);
    await street.advance(next);
    await stage.run.settle();
    for (const record of street.drainTruth()) truth.write(`${JSON.stringify(record)}\n`);
  }
  progress.end();
  // What is still on its way in the processors belongs to the time that was simulated.
  await stage.ingest.heartbeat('end of simulation', until + minutes(30));
  await stage.run.settle();
  await stage.stop();
  truth.end();
  await once(truth, 'finish');
  await writeMeasures(store, join(folder, 'measures'), until);
  const simulated: Simulated = {
    ledger: await ledgerLines(store),
    wallSeconds: (performance.now() - began) / 1000,
    refused: street.refused,
    appliedPlans: street.applied,
    digest: await store.digest(tables.map(({ name }) => name)),
  };
  await writeFile(
    join(folder, 'run.json'),
    `${JSON.stringify({ seed, hours, startAt, partitions, ...simulated }, null, 2)}\n`,
  );
  return simulated;
}

/** Every table as one row a line, up to the end of what was simulated. */
async function writeMeasures(store: MeasureStore, folder: string, until: EventTime): Promise<void> {
  for (const { name, time } of tables) {
    const rows = await store.select({
      table: name,
      where: {},
      timeColumn: columnOf(time),
      from: 0,
      to: until,
      limit: Number.MAX_SAFE_INTEGER,
    });
    await writeFile(join(folder, `${name}.ndjson`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
}
