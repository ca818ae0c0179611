import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type KafkaConfig } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../../test/needs.ts';
import { clusterIdAt, type KafkaServer, kafkaJars, startKafka } from './kafka.ts';
import { missingFor } from './maven.ts';
import { findMissing, shortOf } from './programs.ts';
import { isAlive } from './server-process.ts';

const missing = [...(await missingFor(kafkaJars)), ...findMissing(['openssl'])];

describe('a broker of our own', needs(shortOf(missing)), () => {
  let folder: string;
  let server: KafkaServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'arterial-kafka-'));
    server = await startKafka({ folder, secure: true });
  });
  afterAll(async () => {
    await server?.kill9();
    rmSync(folder, { recursive: true, force: true });
  });

  const client = (config: Partial<KafkaConfig> = {}) =>
    new kafkajs.Kafka({
      brokers: [...server.brokers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { retries: 2 },
      ...config,
    });

  const secured = (config: Partial<KafkaConfig> = {}) => {
    const { brokers, caPem, username, password } = server.secure!;
    return client({
      brokers: [...brokers],
      ssl: { ca: [caPem] },
      sasl: { mechanism: 'scram-sha-512', username, password },
      ...config,
    });
  };

  async function positions(topic: string): Promise<string[]> {
    const admin = client().admin();
    await admin.connect();
    const found = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    return found.map(({ high }) => high);
  }

  async function knowsItself(kafka: ReturnType<typeof client>): Promise<number> {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return (await admin.describeCluster()).brokers.length;
    } finally {
      await admin.disconnect();
    }
  }

  it('takes records, makes no topic by itself, and keeps both over a kill and a restart', async () => {
    const admin = client().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true });
    const producer = client().producer();
    await producer.connect();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'a' }, { value: 'b' }] });
    await expect(producer.send({ topic: 'nobody-made-it', messages: [{ value: 'a' }] })).rejects.toThrow();
    await producer.disconnect();
    await admin.disconnect();
    const before = server.process;
    await server.kill9();
    expect(isAlive(before)).toBe(false);
    expect(await clusterIdAt(server.brokers)).toBe(undefined);
    await server.restart();
    expect(server.process.pid).not.toBe(before.pid);
    expect(await positions('kept')).toEqual(['2']);
    await server.stop();
    expect(isAlive(server.process)).toBe(false);
    await server.stop();
    await server.restart();
    expect(await positions('kept')).toEqual(['2']);
    await expect(server.restart()).rejects.toMatchObject({ code: 'services.start' });
  });

  it('lets in over TLS whoever knows the password, by either mechanism', async () => {
    const { username, password } = server.secure!;
    expect(await knowsItself(secured())).toBe(1);
    expect(await knowsItself(secured({ sasl: { mechanism: 'plain', username, password } }))).toBe(1);
  });

  it('refuses over TLS a wrong password and a client that does not trust the certificate', async () => {
    const { username } = server.secure!;
    const wrong = { mechanism: 'scram-sha-512', username, password: 'wrong' } as const;
    await expect(knowsItself(secured({ sasl: wrong }))).rejects.toThrow(/authentication/i);
    await expect(knowsItself(secured({ ssl: true }))).rejects.toThrow(/self.signed/i);
  });

  it('says why a broker does not start, and does not take another one for it', async () => {
    const other = mkdtempSync(join(tmpdir(), 'arterial-kafka-'));
    try {
      await expect(startKafka({ folder: other, ports: server.ports })).rejects.toMatchObject({
        code: 'services.start',
        message: expect.stringContaining('Address already in use'),
      });
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});
