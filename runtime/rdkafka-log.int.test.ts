import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../test/needs.ts';
import { addressOf, missingOf } from '../test/services/shared.ts';
import { type KafkaConfig, readConfig } from './config.ts';
import { describeEventLog } from './log.contract.ts';
import { openRdkafkaLog } from './rdkafka-log.ts';

const configOf = (brokers: string, prefix: string): KafkaConfig => {
  const { kafka } = readConfig({
    ARTERIAL_KAFKA_BROKERS: brokers,
    ARTERIAL_KAFKA_PREFIX: prefix,
    ARTERIAL_KAFKA_CLIENT: 'rdkafka',
  });
  return kafka as KafkaConfig;
};

describe('Kafka through librdkafka', needs(missingOf('kafka')), () => {
  let config: KafkaConfig;
  beforeAll(async () => {
    config = configOf(await addressOf('kafka'), `test-${randomUUID()}.`);
  });

  describeEventLog('as a log', async () => {
    let log = await openRdkafkaLog(config);
    return {
      log,
      async reopen() {
        await log.close();
        log = await openRdkafkaLog(config);
        return log;
      },
    };
  });
  it('x', () => expect(1).toBe(1));
});
