/** The services in containers, where a Docker engine is there. */
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { findFreePorts } from '#commands/services/ports.ts';
import type { ServiceName } from '#commands/services/state.ts';

export const hasEngine = (): Promise<boolean> =>
  getContainerRuntimeClient().then(
    () => true,
    () => false,
  );

export interface Contained {
  readonly address: string;
  stop(): Promise<void>;
}

const longestStart = 180_000;

export const containers: Readonly<Record<ServiceName, () => Promise<Contained>>> = {
  async kafka() {
    // The broker tells clients its address, so that the port outside must be known before.
    const [port] = (await findFreePorts(1)) as [number];
    const started = await new GenericContainer('apache/kafka:4.1.1')
      .withExposedPorts({ container: 9092, host: port })
      .withEnvironment({
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
        KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(longestStart)
      .start();
    return contained(started, `127.0.0.1:${port}`);
  },

  async postgres() {
    const started = await new GenericContainer('timescale/timescaledb:2.23.0-pg17')
      .withExposedPorts(5432)
      .withEnvironment({ POSTGRES_USER: 'arterial', POSTGRES_PASSWORD: 'arterial', POSTGRES_DB: 'arterial' })
      // It starts once to make its data, and then for good.
      .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
      .withStartupTimeout(longestStart)
      .start();
    const place = `${started.getHost()}:${started.getMappedPort(5432)}`;
    return contained(started, `postgres://arterial:arterial@${place}/arterial`);
  },

  async redis() {
    const started = await new GenericContainer('redis:7.4-alpine')
      .withExposedPorts(6379)
      .withStartupTimeout(longestStart)
      .start();
    return contained(started, `redis://${started.getHost()}:${started.getMappedPort(6379)}`);
  },

  async registry() {
    const started = await new GenericContainer('apicurio/apicurio-registry-mem:2.6.13.Final')
      .withExposedPorts(8080)
      .withEnvironment({ REGISTRY_REST_ARTIFACT_DELETION_ENABLED: 'true' })
      .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080))
      .withStartupTimeout(longestStart)
      .start();
    const place = `${started.getHost()}:${started.getMappedPort(8080)}`;
    return contained(started, `http://${place}/apis/ccompat/v7`);
  },
};

const contained = (started: StartedTestContainer, address: string): Contained => ({
  address,
  async stop() {
    await started.stop();
  },
});
