/** How the Kafka Streams peer is built and started. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Subject } from '../../subject.ts';

const sources = fileURLToPath(new URL('.', import.meta.url));
/** Maven makes classes of it. */
const schema = fileURLToPath(new URL('../../../schemas/avro/detector.frame.v1.avsc', import.meta.url));

const variant = (name: string, variant: string): Omit<Subject, 'table'> => ({
  name,
  builtAs: 'kafka-streams',
  build,
  /** What to start in a folder that was built; its orders come from the environment. */
  command: ({ built }) => ({
    program: 'java',
    parameters: [
      `@${join(sources, 'jvm.options')}`,
      '-cp',
      [join(built, 'classes'), join(built, 'libs', '*')].join(':'),
      'peer.Main',
    ],
    environment: { BENCH_VARIANT: variant },
  }),
});

export const kafkaStreamsDsl = variant('Kafka Streams, DSL', 'dsl');
export const kafkaStreamsProcessor = variant('Kafka Streams, processors', 'processor');
export const kafkaStreams = variant('Kafka Streams, own store', 'own-store');

/** Needs Java 17 and Maven, and Maven Central the first time. Does nothing when the folder has these sources. */
async function build(folder: string): Promise<void> {
  const mark = join(folder, 'built-from');
  const digest = await digestOfSources();
  if ((await readFile(mark, 'utf8').catch(() => '')) === digest) return;
  await rm(folder, { recursive: true, force: true });
  const parameters = ['-q', '-B', '-f', join(sources, 'pom.xml'), `-DbuildFolder=${folder}`, 'compile'];
  const maven = promisify(execFile);
  await maven('mvn', ['-o', ...parameters]).catch(() => maven('mvn', parameters));
  await writeFile(mark, digest);
}

async function digestOfSources(): Promise<string> {
  const code = join(sources, 'peer');
  const files = [
    schema,
    join(sources, 'pom.xml'),
    ...(await readdir(code)).sort().map((name) => join(code, name)),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(basename(file)).update(await readFile(file));
  return hash.digest('hex');
}
