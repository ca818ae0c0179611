/** Apache Kafka as its jars, fetched by Maven once and kept. */
import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArterialError } from '#runtime/errors.ts';
import { findMissing, type Missing, requirePrograms } from './programs.ts';

export const kafkaVersion = '4.4.0';
/** Without it the broker says nothing of why it does not start. Of the line that Kafka's own slf4j-api is of. */
const slf4jVersion = '1.7.36';

const keptAt = fileURLToPath(new URL('../../.arterial/services', import.meta.url));

const jarsFolder = (cacheFolder: string): string => join(cacheFolder, 'kafka', kafkaVersion, 'libs');

/** What a broker cannot do without here; Maven only until the jars are kept. */
export async function missingForKafka(cacheFolder = keptAt): Promise<Missing[]> {
  const hasJars = await exists(jarsFolder(cacheFolder));
  return findMissing(hasJars ? ['java'] : ['java', 'mvn']);
}

/** The folder with the jars, filled if need be. */
export async function kafkaJars(notice: (line: string) => void, cacheFolder = keptAt): Promise<string> {
  const folder = jarsFolder(cacheFolder);
  if (await exists(folder)) return folder;
  requirePrograms('Kafka', ['java', 'mvn']);
  notice(`fetching Kafka ${kafkaVersion} from Maven Central, about 45 MB`);
  await mkdir(join(folder, '..'), { recursive: true });
  const draft = await mkdtemp(join(folder, '..', 'fetch-'));
  try {
    await writeFile(join(draft, 'pom.xml'), pom);
    await runMaven(draft);
    // Under its name only when it is whole; somebody else may have been faster.
    await rename(join(draft, 'libs'), folder).catch(async (failure: Error) => {
      if (!(await exists(folder))) throw failure;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>arterial</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${kafkaVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>${slf4jVersion}</version>
    </dependency>
  </dependencies>
</project>
`;

/** The plugin has a version, so that Maven asks nobody once it has everything. */
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

async function runMaven(folder: string): Promise<void> {
  const child = spawn('mvn', ['-q', '-B', copyDependencies, '-DoutputDirectory=libs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new ArterialError(
      'services.missing',
      `Maven could not fetch Kafka ${kafkaVersion}; it needs Maven Central or a mirror of it ` +
        `(in ~/.m2/settings.xml): ${said.trim().slice(-1000)}`,
    );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
