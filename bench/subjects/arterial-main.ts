/** Arterial's own processors role with one processor, on a network that no file holds. */
import { joinAsMember } from '#commands/group-member.ts';
import { openConfiguredParts } from '#commands/parts.ts';
import { configOf } from '#commands/role.ts';
import { aborted, untilSignal } from '#commands/serve.ts';
import { paces } from '#commands/stage.ts';
import { linkState } from '#processors/link-state/link-state.ts';
import { runProcessors } from '#runtime/run.ts';
import { makeCity } from '../city.ts';
import type { Job } from '../jobs.ts';
import { hopState } from './hop.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const stopping = untilSignal();
const job = process.env['BENCH_JOB'] as Job;
const config = configOf('processors', process.env, ['kafka', 'databaseUrl']);
const { network } = makeCity(Number(process.env['BENCH_DETECTORS']), job);
const processors = [job === 'hop' ? hopState : linkState];
const parts = await openConfiguredParts(config, say);
const { kafka, dataFolder, partitions } = config;
const failed = (error: unknown): void => {
  say(String(error));
  process.exit(1);
};
const ownership = await joinAsMember({ kafka, dataFolder, partitions, processors, failed });
const run = runProcessors({
  ...parts,
  live: config.redis === undefined ? undefined : parts.live,
  processors,
  network,
  partitions,
  ownership,
  ...paces.service,
  notice: say,
  signal: stopping.signal,
});
run.done.catch(failed);
await aborted(stopping.signal);
say('stopping');
await run.done;
say('everything is saved');
await ownership.leave();
say('left the group');
await parts.close();
