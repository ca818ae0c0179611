/** `npm run bench`: Arterial and its peers in turn on the same preloaded topic. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '#runtime/config.ts';
import { makeCity, writeReference } from './city.ts';
import { type Drain, drain } from './drain.ts';
import { type Job, jobs } from './jobs.ts';
import { preload } from './preload.ts';
import { separateCpus, startServers } from './servers.ts';
import type { Subject } from './subject.ts';
import { arterial } from './subjects/arterial.ts';

const subjects: readonly Subject[] = [arterial];
const note = (line: string): void => void process.stderr.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    job: { type: 'string', default: 'frames' },
    detectors: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '20' },
    partitions: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    profile: { type: 'boolean', default: false },
  },
});
const job = values.job as Job;
if (!jobs.includes(job)) throw new Error(`--job ${job}; one of ${jobs.join(', ')} would be right`);
const detectors = Number(values.detectors);
const minutes = Number(values.minutes);
const partitions = Number(values.partitions);
const cpus = separateCpus();
const servers = await startServers(join('.arterial', 'bench', String(process.pid)), cpus?.servers);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void servers.close().finally(() => process.exit(130)));
try {
  const reference = join(servers.folder, 'reference');
  await mkdir(reference);
  await writeReference(makeCity(detectors, job), reference);
  const { kafka } = readConfig({
    ARTERIAL_KAFKA_BROKERS: servers.brokers,
    ARTERIAL_KAFKA_PREFIX: `bench-${job}.`,
  });
  const began = performance.now();
  const preloaded = await preload({
    kafka: kafka!,
    partitions,
    job,
    detectors,
    minutes,
    seed: Number(values.seed),
    progress: () => {},
  });
  note(
    `${preloaded.frames} records with ${preloaded.readings} readings, ${(preloaded.bytes / 2 ** 20).toFixed(0)} MiB, ` +
      `preloaded in ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  for (let round = 0; round < Number(values.rounds); round++)
    for (const subject of subjects) {
      const result = await drain({
        servers,
        subject,
        built: resolve('.arterial', 'bench', subject.name),
        preloaded,
        job,
        guarantee: 'exactly-once',
        partitions,
        detectors,
        minutes,
        reference,
        cpus: cpus?.subject,
        longestSeconds: 600,
        note,
      });
      note(say(result));
    }
} finally {
  await servers.close();
}

function say({ subject, wrong, seconds, warm, peakMib, machineCpuSeconds }: Drain): string {
  if (wrong !== undefined) return `${subject}: does not count: ${wrong}`;
  const perMillion = (1e6 * warm.cpuSeconds) / warm.readings;
  return (
    `${subject}: ${seconds.toFixed(1)} s in all; warm ${(warm.readings / warm.seconds / 1e6).toFixed(2)} M readings/s, ` +
    `${perMillion.toFixed(3)} CPU-s per million (machine ${((1e6 * machineCpuSeconds) / warm.readings).toFixed(3)}), ` +
    `${(1 / perMillion).toFixed(2)} M readings/s/core, ${peakMib.toFixed(0)} MiB`
  );
}
