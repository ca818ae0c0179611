/** A thread of `arterial processors`: the processors that nobody waits for, on its share of the partitions. */
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { processors } from '#processors/main.ts';
import { ArterialError } from '#runtime/errors.ts';
import { runProcessors } from '#runtime/run.ts';
import { demoCity } from './demo-city.ts';
import { openConfiguredParts } from './parts.ts';
import type { FromThread, ThreadOrder, ToThread } from './processor-threads.ts';
import { configOf } from './role.ts';
import { paces } from './stage.ts';

const port = parentPort as MessagePort;
const tell = (message: FromThread): void => port.postMessage(message);
const notice = (line: string): void => tell({ kind: 'notice', line });

function tellFailure(error: unknown): void {
  if (error instanceof ArterialError) tell({ kind: 'failed', code: error.code, message: error.message });
}

/** What somebody waits for is at work in other threads and programs, and goes first. */
const niceness = 10;

/** Gives way to all others, where 0 is the thread that asks and not its process: on Linux. */
function giveWay(): void {
  if (process.platform === 'linux') setPriority(0, niceness);
}

async function work({ environment, share, shares }: ThreadOrder): Promise<void> {
  const config = configOf('processors', environment, ['kafka', 'databaseUrl', 'redis']);
  const { partitions } = config;
  const network = await readNetwork(config.networkFolder ?? demoCity);
  giveWay();
  const parts = await openConfiguredParts(config, notice);
  const ending = new AbortController();
  const run = runProcessors({
    ...parts,
    processors,
    only: processors.filter(({ isAwaited }) => !isAwaited),
    network,
    partitions,
    ownership: {
      isShared: true,
      follow: (changed) =>
        port.on('message', (message: ToThread) => {
          if (message.kind === 'end') ending.abort();
          else if (message.kind === 'count') tell({ kind: 'counted', damaged: parts.log.damaged ?? 0 });
          else changed(new Set(message.partitions.filter((partition) => partition % shares === share)));
        }),
      processed: (task, partition, topics) => tell({ kind: 'processed', task, partition, topics }),
    },
    ...paces.service,
    notice,
    signal: ending.signal,
  });
  tell({ kind: 'begun' });
  try {
    await run.done;
  } catch (error) {
    // Before the others have ended, so that the process hears why.
    tellFailure(error);
    throw error;
  } finally {
    ending.abort();
    await run.ended;
    await parts.close();
  }
}

try {
  await work(workerData as ThreadOrder);
} catch (error) {
  // A bug ends the thread, and with it the process.
  if (!(error instanceof ArterialError)) throw error;
  tellFailure(error);
}
tell({ kind: 'ended' });
