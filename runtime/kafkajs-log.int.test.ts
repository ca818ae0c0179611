import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../test/needs.ts';
import { addressOf, missingOf } from '../test/services/shared.ts';
import { type KafkaConfig, readConfig } from './config.ts';
import { openKafkajsLog } from './kafkajs-log.ts';
import { describeEventLog } from './log.contract.ts';

const configOf = (brokers: string, prefix: string): KafkaConfig => {
  const { kafka } = readConfig({ ARTERIAL_KAFKA_BROKERS: brokers, ARTERIAL_KAFKA_PREFIX: prefix });
  return kafka as KafkaConfig;
};

describe('Kafka through kafkajs', needs(missingOf('kafka')), () => {
  let config: KafkaConfig;
  beforeAll(async () => {
    config = configOf(await addressOf('kafka'), `test-${randomUUID()}.`);
  });

  describeEventLog('as a log', async () => {
    let log = await openKafkajsLog(config);
    return {
      log,
      async reopen() {
        await log.close();
        log = await openKafkajsLog(config);
        return log;
      },
    };
  });

  it('keeps cities on one cluster apart by what their topics begin with', async () => {
    const [one, other] = await Promise.all([
      openKafkajsLog(configOf(config.brokers.join(), `a-${randomUUID()}.`)),
      openKafkajsLog(configOf(config.brokers.join(), `b-${randomUUID()}.`)),
    ]);
    await one.createTopic('shared.v1', 1);
    await one.appendTo('shared.v1', 0, [{ key: 'a', value: Buffer.from('mine') }]);
    await expect(other.partitions('shared.v1')).rejects.toMatchObject({ code: 'log.unavailable' });
    await Promise.all([one.close(), other.close()]);
  });

  it('gives what another process has appended, though it looks out from the end', async () => {
    const [writer, reader] = await Promise.all([openKafkajsLog(config), openKafkajsLog(config)]);
    await writer.createTopic('two.v1', 1);
    const { signal } = new AbortController();
    for (let n = 0; n < 20; n++) {
      const coming = reader.appended('two.v1', 0, n, signal);
      await writer.appendTo('two.v1', 0, [{ key: 'a', value: Buffer.from(`value ${n}`) }]);
      await coming;
      const batch = await reader.read('two.v1', 0, n, 1000);
      expect(batch?.bytes.toString('utf8', batch.valueStarts[0], batch.valueEnds[0])).toBe(`value ${n}`);
    }
    await Promise.all([writer.close(), reader.close()]);
  });

  it('says which setting is wrong when no broker is there', async () => {
    const opening = openKafkajsLog(configOf('127.0.0.1:1', ''));
    await expect(opening).rejects.toMatchObject({ code: 'log.unavailable', canRetry: true });
    await expect(openKafkajsLog(configOf('no-such-host.invalid:9092', ''))).rejects.toThrow(
      /ARTERIAL_KAFKA_BROKERS/,
    );
  });
});
