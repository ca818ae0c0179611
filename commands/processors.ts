import { createProcessApp } from '#api/process-app.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { processors } from '#processors/main.ts';
import type { Ownership } from '#runtime/ownership.ts';
import { runProcessors } from '#runtime/run.ts';
import { demoCity } from './demo-city.ts';
import { joinAsMember } from './group-member.ts';
import { openConfiguredParts, type Parts } from './parts.ts';
import { ProcessorThreads } from './processor-threads.ts';
import { configOf, Failure, type Say, secondsSince } from './role.ts';
import { aborted, listen, untilSignal } from './serve.ts';
import { paces } from './stage.ts';

/** What somebody waits for, which the main thread does itself when there are others for the rest. */
const awaited = processors.filter(({ isAwaited }) => isAwaited);

/** `arterial processors`: shares the partitions with other processes of its kind. */
export async function processorsRole(environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const began = performance.now();
  const config = configOf('processors', environment, ['kafka', 'databaseUrl', 'redis']);
  const { kafka, dataFolder, partitions } = config;
  const stopping = untilSignal();
  const failing = new Failure(stopping);
  // librdkafka can be loaded by the main thread alone.
  const count = kafka.client === 'rdkafka' ? 0 : config.threads;
  const threads = new ProcessorThreads({ environment, count, notice: say, failed: failing.fail });
  let parts: Parts | undefined;
  try {
    const network = await readNetwork(config.networkFolder ?? demoCity);
    parts = await openConfiguredParts(config, say);
    const group = await joinAsMember({ kafka, dataFolder, partitions, processors, failed: failing.fail });
    const ending = new AbortController();
    const run = runProcessors({
      ...parts,
      processors,
      ...(count > 0 ? { only: awaited } : {}),
      network,
      partitions,
      ownership: group,
      ...paces.service,
      notice: say,
      signal: ending.signal,
    });
    run.done.catch(failing.fail);
    const app = await appOf(parts, group, threads);
    try {
      await threads.work(group);
      const address = await listen(app, config.host, config.port);
      say(`processors are ready after ${secondsSince(began)} s: ${address}`);
      await aborted(stopping.signal);
    } finally {
      await app.close();
      ending.abort();
      await Promise.all([run.ended, threads.end()]);
      await group.leave();
    }
  } finally {
    await threads.end();
    await parts?.close();
  }
  failing.rethrow();
  say('stopped; everything is saved');
}

function appOf({ store, log }: Parts, ownership: Ownership, threads: ProcessorThreads) {
  let owned: ReadonlySet<number> | undefined;
  ownership.follow((partitions) => {
    owned = partitions;
  });
  return createProcessApp({
    probes: [
      { name: 'store', check: async () => void (await store.listProgress()) },
      { name: 'group', check: async () => (owned ? undefined : 'the group has not said which partitions') },
    ],
    measures: {
      arterial_partitions_owned: () => owned?.size ?? 0,
      arterial_log_damaged: async () => (log.damaged ?? 0) + (await threads.damaged()),
    },
  });
}
