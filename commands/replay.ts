/** `arterial replay`: real files through ingest, log, processors and store, as fast as the machine can. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventTime, minutes } from '#domain/time.ts';
import { openReplay, type RecordingKind } from '#ingest/replay/open-replay.ts';
import { createProgress } from '#ingest/replay/progress.ts';
import { processors } from '#processors/main.ts';
import { processorsFor } from '#runtime/wiring.ts';
import { tables } from '#schemas/tables.ts';
import { detectorFrames, forecastModels, parkingEvents } from '#schemas/topics.ts';
import { deliveredThrough } from './last-heartbeat.ts';
import { type LedgerLine, ledgerLines } from './ledger.ts';
import { openParts } from './parts.ts';
import { openStage } from './stage.ts';

export interface ReplayOptions {
  readonly recording: string;
  readonly as: RecordingKind;
  /** Where log and database go. A run that did not come to its end is gone on with; else it is made anew. */
  readonly folder: string;
  readonly partitions: number;
  readonly notice: (message: string) => void;
}

export interface Replayed {
  readonly ledger: readonly LedgerLine[];
  readonly readings: number;
  readonly refused: number;
  readonly wallSeconds: number;
  readonly digest: string;
}

/** Who vouches in the heartbeats of a recording. */
const source = 'replay';
/** The log may be ahead of the processors by so many batches; more would only fill the disk early. */
const batchesAhead = 5_000;

export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { recording, as, folder, partitions, notice } = options;
  const began = performance.now();
  const finished = join(folder, 'finished');
  if (await isThere(finished)) await rm(folder, { recursive: true, force: true });
  const { network, records, batches } = await openReplay(recording, as);
  // No model comes, but who may be given one reads its topic too.
  const topics = [as === 'parking' ? parkingEvents : detectorFrames, forecastModels];
  const concerned = processorsFor(processors, topics);
  const parts = await openParts(folder, partitions, { syncEvery: 1_000 });
  let now: EventTime = 0;
  const clock = { now: () => now, rate: 0 };
  const stage = openStage({
    ...parts,
    network,
    partitions,
    processors: concerned,
    clock,
    notice,
    pace: 'bulk',
  });
  await stage.run.started;
  const delivered = await deliveredThrough(parts.log, source, topics);
  if (delivered !== undefined) notice(`going on after ${new Date(delivered).toISOString()}`);

  const progress = createProgress(process.stderr, 'records', records);
  let refused = 0;
  let readings = 0;
  let ahead = 0;
  for await (const { topic, events, at } of batches()) {
    progress.add(events.length);
    for (const event of events) readings += 'readings' in event ? event.readings.length : 1;
    // Also what was delivered before: the end of the recording is where it is, however often it was begun.
    now = at;
    if (delivered !== undefined && at < delivered) continue;
    // Before the events: those that are far ahead of the clock of their partition would not be believed.
    await stage.ingest.heartbeat(source, at, topics);
    const result = await stage.ingest.events<never>(topic as never, events as never[]);
    refused += result.rejected.length;
    if (++ahead % batchesAhead === 0) await stage.run.settle();
  }
  // The last windows close once the clock has passed them and all that may still come late.
  await stage.ingest.heartbeat(source, now + minutes(60), topics);
  await stage.run.settle();
  progress.end();
  await stage.stop();
  const ledger = await ledgerLines(parts.store);
  const digest = await parts.store.digest(tables.map(({ name }) => name));
  await parts.close();
  await writeFile(finished, `${digest}\n`);
  return { ledger, readings, refused, digest, wallSeconds: (performance.now() - began) / 1000 };
}

async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
