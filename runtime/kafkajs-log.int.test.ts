import { randomUUID } from 'node:crypto';
import { readConfig } from './config.ts';
import { openKafkajsLog } from './kafkajs-log.ts';
import { describeEventLog } from './log.contract.ts';

const config = readConfig({
  ARTERIAL_KAFKA_BROKERS: '127.0.0.1:19092',
  ARTERIAL_KAFKA_PREFIX: `test-${randomUUID()}.`,
}).kafka!;
describeEventLog('the log in Kafka, through kafkajs', async () => {
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
