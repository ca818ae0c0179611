import { expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { loadRdkafka } from './rdkafka-module.ts';
import { checkFeatures } from './rdkafka-settings.ts';

it('says which command adds node-rdkafka where it is missing', async () => {
  await expect(loadRdkafka('node-rdkafka-that-nobody-has')).rejects.toMatchObject({
    code: 'config.invalid',
    message:
      'ARTERIAL_KAFKA_CLIENT is rdkafka, but node-rdkafka is not installed; npm run add-rdkafka adds it',
  });
});

it('tells one that is there but does not load from one that is missing', async () => {
  const broken = `data:text/javascript,throw new Error('built for another Node')`;
  await expect(loadRdkafka(broken)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(
      /cannot be loaded; npm run add-rdkafka builds it: built for another Node$/,
    ),
  });
});

it('says what librdkafka was built without, where a setting asks for it', () => {
  const { kafka } = readConfig({ ARTERIAL_KAFKA_BROKERS: 'kafka:9092', ARTERIAL_KAFKA_TLS: 'on' });
  expect(() => checkFeatures(kafka!, ['gzip', 'sasl_plain'])).toThrow(/without ssl; .*npm run add-rdkafka/);
  checkFeatures(kafka!, ['gzip', 'ssl']);
});
