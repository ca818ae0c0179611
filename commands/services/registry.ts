/** Apicurio Registry in a process of its own, on 127.0.0.1: schemas by Confluent's API, kept in an H2 database. */
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ArterialError } from '#runtime/errors.ts';
import { fetchJars, type JavaServer } from './maven.ts';
import { findFreePorts } from './ports.ts';
import { endProcess, launch, type ProcessMark } from './server-process.ts';

/** The newest line that runs on Java 17. */
export const registryVersion = '2.6.13.Final';

export const registryJars: JavaServer = {
  title: `Apicurio Registry ${registryVersion}`,
  folder: join('registry', registryVersion),
  megabytes: 142,
  archive: `io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`,
};

export interface RegistryOptions {
  /** Has the schemas and `registry.log`. */
  readonly folder: string;
  /** A free one when left out. */
  readonly port?: number;
  readonly notice?: (line: string) => void;
  readonly onSpawn?: (mark: ProcessMark, port: number) => void;
  /** Where jars are kept; `.arterial/services` of the project when left out. */
  readonly cacheFolder?: string;
}

export interface RegistryServer {
  /** Where Confluent's API begins. */
  readonly url: string;
  readonly port: number;
  readonly process: ProcessMark;
  stop(): Promise<void>;
}

const longestStart = 90_000;

export async function startRegistry(options: RegistryOptions): Promise<RegistryServer> {
  const folder = resolve(options.folder);
  const jars = await fetchJars(registryJars, options.notice ?? (() => {}), options.cacheFolder);
  await mkdir(folder, { recursive: true });
  const port = options.port ?? (await findFreePorts(1))[0]!;
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const logFile = join(folder, 'registry.log');
  const mark = await launch('the schema registry', {
    program: 'java',
    parameters: [
      '-Xmx384m',
      '-XX:TieredStopAtLevel=1',
      ...Object.entries(settingsFor(port, folder)).map(([name, value]) => `-D${name}=${value}`),
      '-jar',
      join(jars, `apicurio-registry-app-${registryVersion}-runner.jar`),
    ],
    folder,
    logFile,
    onSpawn: (spawned) => options.onSpawn?.(spawned, port),
    // Another server may have the port.
    isReady: async () =>
      (await readFile(logFile, 'utf8')).includes(`Listening on: http://127.0.0.1:${port}`) &&
      answersRegistry(url),
    longestMilliseconds: longestStart,
  });
  await askForCompatibility(url);
  return { url, port, process: mark, stop: () => endProcess(mark) };
}

const settingsFor = (port: number, folder: string): Readonly<Record<string, string>> => ({
  'quarkus.http.host': '127.0.0.1',
  'quarkus.http.port': String(port),
  // In memory unless a file is named.
  'quarkus.datasource.jdbc.url': `jdbc:h2:file:${join(folder, 'schemas')}`,
  'registry.rest.artifact.deletion.enabled': 'true',
  'quarkus.log.level': 'WARN',
  'registry.log.level': 'WARN',
  'quarkus.log.category."io.apicurio".level': 'WARN',
  'quarkus.log.category."io.quarkus".level': 'INFO',
});

/** What Confluent's registry asks of a new version when nobody says otherwise. */
async function askForCompatibility(url: string): Promise<void> {
  const answer = await fetch(`${url}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ compatibility: 'BACKWARD' }),
  });
  if (!answer.ok)
    throw new ArterialError('services.start', `the schema registry answers ${answer.status} to its settings`);
}

/** Whether a registry lists its subjects there within two seconds. */
export async function answersRegistry(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok && Array.isArray(await answer.json());
  } catch {
    return false;
  }
}
