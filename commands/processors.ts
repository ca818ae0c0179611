import { createProcessApp } from '#api/process-app.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { processors } from '#processors/main.ts';
import { runProcessors } from '#runtime/run.ts';
import { demoCity } from './demo-city.ts';
import { joinAsMember } from './group-member.ts';
import { openConfiguredParts } from './parts.ts';
import { configOf, Failure, type Say, secondsSince } from './role.ts';
import { aborted, listen, untilSignal } from './serve.ts';
import { paces } from './stage.ts';

/** `arterial processors`: shares the partitions with other processes of its kind. */
export async function processorsRole(environment: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const began = performance.now();
  const config = configOf('processors', environment, ['kafka', 'databaseUrl', 'redis']);
  const stopping = untilSignal();
  const failing = new Failure(stopping);
  const network = await readNetwork(config.networkFolder ?? demoCity);
  const parts = await openConfiguredParts(config, say);
  try {
    const { kafka, dataFolder, partitions } = config;
    const group = await joinAsMember({ kafka, dataFolder, partitions, processors, failed: failing.fail });
    let owned: ReadonlySet<number> | undefined;
    group.follow((partitionsNow) => {
      owned = partitionsNow;
    });
    const ending = new AbortController();
    const run = runProcessors({
      ...parts,
      processors,
      network,
      partitions,
      ownership: group,
      ...paces.service,
      notice: say,
      signal: ending.signal,
    });
    run.done.catch(failing.fail);
    const app = await createProcessApp({
      probes: [
        { name: 'store', check: async () => void (await parts.store.listProgress()) },
        { name: 'group', check: async () => (owned ? undefined : 'the group has not said which partitions') },
      ],
      measures: {
        arterial_partitions_owned: () => owned?.size ?? 0,
        arterial_log_damaged: () => parts.log.damaged ?? 0,
      },
    });
    try {
      const address = await listen(app, config.host, config.port);
      say(`processors are ready after ${secondsSince(began)} s: ${address}`);
      await aborted(stopping.signal);
    } finally {
      await app.close();
      ending.abort();
      await run.done.catch(() => {});
      await group.leave();
    }
  } finally {
    await parts.close();
  }
  failing.rethrow();
  say('stopped; everything is saved');
}
