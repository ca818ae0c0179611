/** Apache Kafka in one process of its own: broker and controller, on 127.0.0.1, without ZooKeeper. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { ArterialError } from '#runtime/errors.ts';
import { ownCertificate } from './certificate.ts';
import { fetchJars, type JavaServer } from './maven.ts';
import { findFreePorts } from './ports.ts';
import { endProcess, isAlive, launch, type ProcessMark } from './server-process.ts';

export const kafkaVersion = '4.4.0';

/** Without `slf4j-simple`, of the line that Kafka's own `slf4j-api` is of, a broker says nothing of its troubles. */
export const kafkaJars: JavaServer = {
  title: `Kafka ${kafkaVersion}`,
  folder: join('kafka', kafkaVersion),
  megabytes: 45,
  dependencies: `
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>`,
};

export interface KafkaPorts {
  readonly broker: number;
  readonly controller: number;
  /** Of the listener with TLS and passwords. */
  readonly secure: number;
}

export interface KafkaOptions {
  /** Has the data, the settings and `kafka.log`. */
  readonly folder: string;
  /** Free ones when left out. */
  readonly ports?: KafkaPorts;
  /** Opens a second listener with TLS, SCRAM-SHA-512 and PLAIN. */
  readonly secure?: boolean;
  /** Opens another listener for clients that come through a proxy: they are told to come back through it. */
  readonly proxied?: ProxiedListener;
  readonly notice?: (line: string) => void;
  /** Told of the process before it answers. */
  readonly onSpawn?: (mark: ProcessMark, ports: KafkaPorts) => void;
  /** Where jars are kept; `.arterial/services` of the project when left out. */
  readonly cacheFolder?: string;
}

export interface ProxiedListener {
  readonly port: number;
  /** Where the proxy listens, on 127.0.0.1. */
  readonly proxyPort: number;
}

/** How to reach the listener with TLS and passwords; the mechanism is `SCRAM-SHA-512` or `PLAIN`. */
export interface SecureKafka {
  readonly brokers: readonly string[];
  readonly caPem: string;
  readonly username: string;
  readonly password: string;
}

export interface KafkaServer {
  readonly brokers: readonly string[];
  readonly ports: KafkaPorts;
  readonly folder: string;
  readonly process: ProcessMark;
  readonly secure: SecureKafka | undefined;
  /** Ends the broker in order; data and ports stay for `restart`. May be called twice. */
  stop(): Promise<void>;
  /** Ends the broker as a power cut would. */
  kill9(): Promise<void>;
  /** Starts the broker again on its data and ports, after `stop` or `kill9`. */
  restart(): Promise<void>;
}

const longestStart = 90_000;
const username = 'arterial';

/** Starts a broker on what is in the folder, made if need be, and returns once it answers. */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const folder = resolve(options.folder);
  const jars = await fetchJars(kafkaJars, options.notice ?? (() => {}), options.cacheFolder);
  await mkdir(folder, { recursive: true });
  const password = await passwordIn(folder);
  const secrets = options.secure ? await secretsIn(folder, password) : undefined;
  const start = async (ports: KafkaPorts): Promise<ProcessMark> => {
    await writeSecret(join(folder, 'server.properties'), settings(folder, ports, options, secrets));
    const clusterId = await format(folder, jars, password);
    return launch('Kafka', {
      program: 'java',
      parameters: ['-Xmx512m', ...logging, '-cp', join(jars, '*'), 'kafka.Kafka', 'server.properties'],
      folder,
      logFile: join(folder, 'kafka.log'),
      onSpawn: (mark) => options.onSpawn?.(mark, ports),
      // Another broker may have the port.
      isReady: async () => (await clusterIdAt([`127.0.0.1:${ports.broker}`])) === clusterId,
      longestMilliseconds: longestStart,
    });
  };
  const begun = await startOnPorts(options, start);
  const { ports } = begun;
  let mark = begun.mark;
  return {
    brokers: [`127.0.0.1:${ports.broker}`],
    ports,
    folder,
    get process() {
      return mark;
    },
    secure: secrets && {
      brokers: [`127.0.0.1:${ports.secure}`],
      caPem: secrets.caPem,
      username,
      password: secrets.password,
    },
    stop: () => endProcess(mark),
    kill9: () => endProcess(mark, ['SIGKILL']),
    async restart() {
      if (isAlive(mark)) throw new ArterialError('services.start', 'Kafka runs; stop it first');
      mark = await startAgain(() => start(ports));
    },
  };
}

/** Somebody else may take a free port before the broker does; then others are tried. */
async function startOnPorts(
  { folder, ports: given }: KafkaOptions,
  start: (ports: KafkaPorts) => Promise<ProcessMark>,
): Promise<{ readonly ports: KafkaPorts; readonly mark: ProcessMark }> {
  for (let turn = 1; ; turn++) {
    const [broker, controller, secure] = (await findFreePorts(3)) as [number, number, number];
    const ports = given ?? { broker, controller, secure };
    try {
      return { ports, mark: await start(ports) };
    } catch (failure) {
      const said = await readFile(join(folder, 'kafka.log'), 'utf8').catch(() => '');
      if (given || turn === 3 || !said.includes('Address already in use')) throw failure;
    }
  }
}

/** A port that the broker has left may be taken for a while, by a connection of somebody else; so long it waits. */
const portAwaitedMilliseconds = 30_000;

/** Starts on the ports of before, which clients know. */
async function startAgain(start: () => Promise<ProcessMark>): Promise<ProcessMark> {
  const until = Date.now() + portAwaitedMilliseconds;
  for (;;)
    try {
      return await start();
    } catch (failure) {
      if (Date.now() > until || !(failure as Error).message.includes('Address already in use')) throw failure;
      await sleep(500);
    }
}

const logging = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

interface Secrets {
  readonly password: string;
  readonly caPem: string;
  /** Key and certificate in one file. */
  readonly keyStore: string;
}

async function secretsIn(folder: string, password: string): Promise<Secrets> {
  const { caPem, keyFile } = await ownCertificate(folder);
  const keyStore = join(folder, 'keystore.pem');
  await writeSecret(keyStore, `${await readFile(keyFile, 'utf8')}${caPem}`);
  return { caPem, keyStore, password };
}

/** The password of the one user, made with the folder, so that the secure listener may come later. */
async function passwordIn(folder: string): Promise<string> {
  const path = join(folder, 'password');
  if (!(await exists(path))) await writeSecret(path, randomBytes(16).toString('hex'));
  return readFile(path, 'utf8');
}

const writeSecret = (path: string, text: string): Promise<void> => writeFile(path, text, { mode: 0o600 });

function settings(
  folder: string,
  ports: KafkaPorts,
  { proxied }: KafkaOptions,
  secrets: Secrets | undefined,
): string {
  const listeners = [`PLAIN://127.0.0.1:${ports.broker}`];
  if (secrets) listeners.push(`SECURE://127.0.0.1:${ports.secure}`);
  const advertised = [...listeners];
  listeners.push(`CONTROLLER://127.0.0.1:${ports.controller}`);
  if (proxied) {
    listeners.push(`PROXIED://127.0.0.1:${proxied.port}`);
    advertised.push(`PROXIED://127.0.0.1:${proxied.proxyPort}`);
  }
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `listeners=${listeners.join(',')}`,
    `advertised.listeners=${advertised.join(',')}`,
    'listener.security.protocol.map=PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,SECURE:SASL_SSL',
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAIN',
    `log.dirs=${join(folder, 'data')}`,
    // Topics are made by those who know how many partitions they need.
    'auto.create.topics.enable=false',
    // There is one broker, and nobody else to wait for.
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'share.coordinator.state.topic.num.partitions=1',
    'group.initial.rebalance.delay.ms=0',
    // A broker that was killed may come back only once its old session is over.
    'broker.session.timeout.ms=4000',
    'broker.heartbeat.interval.ms=500',
  ];
  if (secrets) lines.push(...secureSettings(secrets));
  return `${lines.join('\n')}\n`;
}

function secureSettings({ keyStore, password }: Secrets): string[] {
  const jaas = 'sasl.jaas.config=org.apache.kafka.common.security';
  return [
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${keyStore}`,
    'listener.name.secure.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN',
    `listener.name.secure.scram-sha-512.${jaas}.scram.ScramLoginModule required;`,
    `listener.name.secure.plain.${jaas}.plain.PlainLoginModule required user_${username}="${password}";`,
  ];
}

/** Makes the data folder unless it is there, and returns the id of its cluster. */
async function format(folder: string, jars: string, password: string): Promise<string> {
  const data = join(folder, 'data');
  const known = await readFile(join(data, 'meta.properties'), 'utf8').catch(() => '');
  const [, knownId] = /^cluster\.id=(.+)$/m.exec(known) ?? [];
  if (knownId) return knownId;
  await rm(data, { recursive: true, force: true });
  // Under another name until it is whole, so that a crash does not leave half of it.
  const draft = join(folder, 'data.new');
  await rm(draft, { recursive: true, force: true });
  const draftSettings = join(folder, 'format.properties');
  const text = await readFile(join(folder, 'server.properties'), 'utf8');
  await writeSecret(draftSettings, text.replace(/^log\.dirs=.*$/m, `log.dirs=${draft}`));
  const parameters = ['-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format'];
  const clusterId = `A${randomBytes(15).toString('base64url')}A`;
  parameters.push('-t', clusterId, '-c', draftSettings);
  parameters.push('--add-scram', `SCRAM-SHA-512=[name=${username},password=${password}]`);
  try {
    await promisify(execFile)('java', parameters);
  } catch (failure) {
    const { stdout = '', stderr = '' } = failure as { stdout?: string; stderr?: string };
    throw new ArterialError('services.start', `Kafka's folder cannot be made: ${stdout}${stderr}`.trim());
  } finally {
    await rm(draftSettings, { force: true });
  }
  await rename(draft, data);
  return clusterId;
}

/** The id of the cluster that answers there within a second and has a broker; undefined when none does. */
export async function clusterIdAt(brokers: readonly string[]): Promise<string | undefined> {
  const admin = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: 'arterial-services',
    connectionTimeout: 1_000,
    requestTimeout: 1_000,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    const { brokers: found, controller, clusterId } = await admin.describeCluster();
    return found.length > 0 && controller !== null ? clusterId : undefined;
  } catch {
    return undefined;
  } finally {
    await Promise.race([admin.disconnect().catch(() => {}), sleep(1_000)]);
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
