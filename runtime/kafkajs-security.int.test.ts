import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaServer, startKafka } from '#commands/services/kafka.ts';
import { needs } from '../test/needs.ts';
import { missingOf } from '../test/services/shared.ts';
import { type KafkaConfig, readConfig } from './config.ts';
import { joinGroup } from './kafkajs-group.ts';
import { openKafkajsLog } from './kafkajs-log.ts';

describe('Kafka behind TLS and passwords', needs(missingOf('kafka')), () => {
  let folder: string;
  let server: KafkaServer;
  let right: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kafka-secure-'));
    server = await startKafka({ folder: join(folder, 'kafka'), secure: true });
    const { brokers, caPem, username, password } = server.secure!;
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, caPem);
    right = {
      ARTERIAL_KAFKA_BROKERS: brokers.join(),
      ARTERIAL_KAFKA_TLS: 'on',
      ARTERIAL_KAFKA_TLS_CA: ca,
      ARTERIAL_KAFKA_SASL: 'scram-sha-512',
      ARTERIAL_KAFKA_USERNAME: username,
      ARTERIAL_KAFKA_PASSWORD: password,
    };
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const config = (changes: Record<string, string> = {}): KafkaConfig =>
    readConfig({ ...right, ...changes }).kafka as KafkaConfig;

  it.each(['scram-sha-512', 'plain'])('is written and read with %s', async (mechanism) => {
    const log = await openKafkajsLog(config({ ARTERIAL_KAFKA_SASL: mechanism }));
    const topic = `secure.${mechanism}.v1`;
    await log.createTopic(topic, 1);
    await log.appendTo(topic, 0, [{ key: 'a', value: Buffer.from('kept') }]);
    const batch = await log.read(topic, 0, 0, 1000);
    expect(batch?.bytes.toString('utf8', batch.valueStarts[0], batch.valueEnds[0])).toBe('kept');
    await log.close();
  });

  it('lets a member into the group', async () => {
    const log = await openKafkajsLog(config());
    await log.createTopic('group.v1', 2);
    const group = await joinGroup({
      config: config(),
      partitions: 2,
      topics: ['group.v1'],
      failed: () => {},
    });
    const own = await new Promise<ReadonlySet<number>>((resolve) => group.follow(resolve));
    expect([...own]).toEqual([0, 1]);
    await group.leave();
    await log.close();
  });

  it.each([
    ['ARTERIAL_KAFKA_PASSWORD', { ARTERIAL_KAFKA_PASSWORD: 'wrong' }],
    ['ARTERIAL_KAFKA_USERNAME', { ARTERIAL_KAFKA_USERNAME: 'nobody' }],
    ['ARTERIAL_KAFKA_SASL', { ARTERIAL_KAFKA_SASL: 'scram-sha-256' }],
  ])('refuses a login, and names %s', async (setting, changes) => {
    const opening = openKafkajsLog(config(changes));
    await expect(opening).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(setting),
    });
    await expect(opening).rejects.not.toThrow(/hush|wrong,/);
  });

  it('is not believed without its certificate, and names ARTERIAL_KAFKA_TLS_CA', async () => {
    const { ARTERIAL_KAFKA_TLS_CA: _, ...without } = right;
    await expect(openKafkajsLog(readConfig(without).kafka as KafkaConfig)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('ARTERIAL_KAFKA_TLS_CA'),
    });
  });

  it('says which file is no certificate', async () => {
    const wrong = join(folder, 'wrong.pem');
    await writeFile(wrong, 'not a certificate');
    await expect(openKafkajsLog(config({ ARTERIAL_KAFKA_TLS_CA: wrong }))).rejects.toThrow(
      /ARTERIAL_KAFKA_TLS_CA is .*PEM/,
    );
    await expect(
      openKafkajsLog(config({ ARTERIAL_KAFKA_TLS_CA: join(folder, 'absent.pem') })),
    ).rejects.toThrow(/ARTERIAL_KAFKA_TLS_CA cannot be read/);
  });
});
