/** The services that a machine without Docker can have: what each needs, how it is started, and how it is probed. */
import { join } from 'node:path';
import { clusterIdAt, kafkaJars, kafkaVersion, startKafka } from './kafka.ts';
import { programsFor } from './maven.ts';
import { postgresSignals, startPostgres, versionAt } from './postgres.ts';
import type { ProgramName } from './programs.ts';
import { infoAt, startRedis } from './redis.ts';
import { answersRegistry, registryJars, registryVersion, startRegistry } from './registry.ts';
import { endProcess, type ProcessMark } from './server-process.ts';
import type { ServiceName } from './state.ts';

export interface StartOptions {
  readonly folder: string;
  /** As many as `defaultPorts`. */
  readonly ports: readonly number[];
  readonly notice: (line: string) => void;
  readonly onSpawn: (mark: ProcessMark) => void;
}

export interface Started {
  readonly process: ProcessMark;
  readonly url: string;
  readonly version: string;
}

export interface Service {
  readonly title: string;
  /** The setting that has its address. */
  readonly setting: string;
  readonly defaultPorts: readonly number[];
  programs(): Promise<readonly ProgramName[]>;
  start(options: StartOptions): Promise<Started>;
  /** Whether it does its work there. */
  answers(url: string): Promise<boolean>;
  end(mark: ProcessMark): Promise<void>;
}

export const catalogue: Readonly<Record<ServiceName, Service>> = {
  kafka: {
    title: 'Kafka',
    setting: 'ARTERIAL_KAFKA_BROKERS',
    defaultPorts: [19092, 19093],
    programs: () => programsFor(kafkaJars),
    async start({ folder, ports, notice, onSpawn }) {
      const [broker, controller] = ports as [number, number];
      const server = await startKafka({
        folder: join(folder, 'kafka'),
        ports: { broker, controller, secure: 0 },
        notice,
        onSpawn,
      });
      return { process: server.process, url: server.brokers.join(','), version: kafkaVersion };
    },
    answers: async (url) => (await clusterIdAt(url.split(','))) !== undefined,
    end: (mark) => endProcess(mark),
  },

  postgres: {
    title: 'PostgreSQL',
    setting: 'ARTERIAL_DATABASE_URL',
    defaultPorts: [15432],
    programs: async () => [],
    async start({ folder, ports, onSpawn }) {
      const [port] = ports as [number];
      return startPostgres({ folder: join(folder, 'postgres'), port, onSpawn });
    },
    answers: async (url) => (await versionAt(url)) !== undefined,
    end: (mark) => endProcess(mark, postgresSignals),
  },

  redis: {
    title: 'Redis',
    setting: 'ARTERIAL_REDIS_URL',
    defaultPorts: [16379],
    programs: async () => ['redis-server'],
    async start({ folder, ports, onSpawn }) {
      const [port] = ports as [number];
      return startRedis({ folder: join(folder, 'redis'), port, onSpawn });
    },
    answers: async (url) => (await infoAt(url)) !== undefined,
    end: (mark) => endProcess(mark),
  },

  registry: {
    title: 'the schema registry',
    setting: 'ARTERIAL_SCHEMA_REGISTRY_URL',
    defaultPorts: [18081],
    programs: () => programsFor(registryJars),
    async start({ folder, ports, notice, onSpawn }) {
      const [port] = ports as [number];
      const server = await startRegistry({ folder: join(folder, 'registry'), port, notice, onSpawn });
      return { process: server.process, url: server.url, version: registryVersion };
    },
    answers: answersRegistry,
    end: (mark) => endProcess(mark),
  },
};
