/** What Maven Central has and we need, fetched once and kept. */
import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArterialError } from '#runtime/errors.ts';
import { findMissing, type Missing, type ProgramName, requirePrograms } from './programs.ts';

/** Where it is kept when nobody says otherwise. */
const cache = fileURLToPath(new URL('../../.arterial/services', import.meta.url));

/** A server that runs in Java and what it consists of. */
export interface JavaServer {
  /** Such as `Kafka 4.4.0`. */
  readonly title: string;
  /** Below the cache, with its version. */
  readonly folder: string;
  readonly megabytes: number;
  /** `<dependency>` elements: every jar that they need is copied. */
  readonly dependencies?: string;
  /** Or an archive that has all: `group:artifact:version:type:classifier`. */
  readonly archive?: string;
}

const folderOf = (server: JavaServer, cacheFolder: string): string =>
  join(cacheFolder, server.folder, 'libs');

/** The programs that the server needs; Maven only until the jars are kept. */
export async function programsFor(server: JavaServer, cacheFolder = cache): Promise<ProgramName[]> {
  return (await exists(folderOf(server, cacheFolder))) ? ['java'] : ['java', 'mvn'];
}

/** Those of them that are not here. */
export const missingFor = async (server: JavaServer): Promise<Missing[]> =>
  findMissing(await programsFor(server));

/** The folder with the jars, filled if need be. */
export async function fetchJars(
  server: JavaServer,
  notice: (line: string) => void,
  cacheFolder = cache,
): Promise<string> {
  const folder = folderOf(server, cacheFolder);
  if (await exists(folder)) return folder;
  requirePrograms(server.title, ['java', 'mvn']);
  notice(`fetching ${server.title} from Maven Central, about ${server.megabytes} MB`);
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), 'fetch-'));
  try {
    if (server.dependencies) await writeFile(join(draft, 'pom.xml'), pom(server.dependencies));
    await runMaven(server, draft);
    // Under its name only when it is whole; somebody else may have been faster.
    await rename(join(draft, 'libs'), folder).catch(async (failure: Error) => {
      if (!(await exists(folder))) throw failure;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

const pom = (dependencies: string): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>arterial</groupId>
  <artifactId>jars</artifactId>
  <version>1</version>
  <dependencies>${dependencies}</dependencies>
</project>
`;

/** With its version, so that Maven asks nobody once it has everything. */
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';

async function runMaven({ title, archive }: JavaServer, folder: string): Promise<void> {
  const goal = archive ? [`${plugin}:unpack`, `-Dartifact=${archive}`] : [`${plugin}:copy-dependencies`];
  const child = spawn('mvn', ['-q', '-B', ...goal, '-DoutputDirectory=libs'], {
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
      `Maven could not fetch ${title}; it needs Maven Central, or a mirror of it in ~/.m2/settings.xml: ` +
        said.trim().slice(0, 1000),
    );
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
