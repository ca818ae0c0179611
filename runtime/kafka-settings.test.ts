import { expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { kafkaError } from './kafka-settings.ts';

const plain = readConfig({ ARTERIAL_KAFKA_BROKERS: 'kafka:9092' }).kafka!;
const secure = readConfig({
  ARTERIAL_KAFKA_BROKERS: 'kafka:9092',
  ARTERIAL_KAFKA_TLS: 'on',
  ARTERIAL_KAFKA_SASL: 'scram-sha-512',
  ARTERIAL_KAFKA_USERNAME: 'name',
  ARTERIAL_KAFKA_PASSWORD: 'word',
}).kafka!;

it.each([
  [
    'ARTERIAL_KAFKA_USERNAME or ARTERIAL_KAFKA_PASSWORD',
    'invalid credentials with SASL mechanism SCRAM-SHA-512',
  ],
  ['ARTERIAL_KAFKA_SASL', 'SASL SCRAM-SHA-256 mechanism handshake failed: Unsupported SASL mechanism'],
  ['ARTERIAL_KAFKA_TLS_CA', 'SSL handshake failed: certificate verify failed'],
  ['ARTERIAL_KAFKA_BROKERS', "Failed to resolve 'kafka:9092': Name or service not known"],
])('names %s where a client says what does not fit it', (setting, said) => {
  const error = Object.assign(
    new Error(said),
    /SASL|credentials/.test(said) ? { name: 'SASLAuthentication' } : {},
  );
  expect(kafkaError(error, secure)).toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining(`${setting} does not fit the brokers`),
  });
});

it('asks about TLS and the login where a broker closes the connection without a word', () => {
  expect(kafkaError(new Error('Closed connection'), plain)).toMatchObject({
    code: 'log.unavailable',
    message: expect.stringMatching(/ARTERIAL_KAFKA_TLS and ARTERIAL_KAFKA_SASL/),
    canRetry: true,
  });
  expect(kafkaError(new Error('connect ECONNREFUSED'), plain).message).not.toContain('ARTERIAL_KAFKA');
});
