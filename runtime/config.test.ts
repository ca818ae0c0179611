import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('the configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig({ PATH: '/bin' })).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      partitions: 3,
      speed: 10,
    });
  });

  it('says what would be right', () => {
    expect(() => readConfig({ ARTERIAL_PARTITIONS: '0' })).toThrow(/a whole number from 1 to 1024 would be/);
    expect(() => readConfig({ ARTERIAL_STREET: 'busy' })).toThrow(/; simulated or none would be right/);
  });

  it('takes numbers from the environment', () => {
    expect(readConfig({ ARTERIAL_PORT: '9000', ARTERIAL_SPEED: '0.5' })).toMatchObject({
      port: 9000,
      speed: 0.5,
    });
  });

  it('names a variable that does not exist, and those that do', () => {
    expect(() => readConfig({ ARTERIAL_PROT: '9000' })).toThrow(/ARTERIAL_PROT.*ARTERIAL_PORT/);
  });

  it('leaves to the tests what is theirs', () => {
    expect(readConfig({ ARTERIAL_TEST_REQUIRE: 'all' })).toEqual(readConfig({}));
  });

  it.each([
    ['ARTERIAL_PORT', 'eighty'],
    ['ARTERIAL_PORT', ''],
    ['ARTERIAL_PORT', '80.5'],
    ['ARTERIAL_PORT', '70000'],
    ['ARTERIAL_PARTITIONS', '0'],
    ['ARTERIAL_SPEED', '0'],
    ['ARTERIAL_SPEED', '1001'],
    ['ARTERIAL_STREET', 'busy'],
    ['ARTERIAL_KAFKA_GROUP', ''],
    ['ARTERIAL_KAFKA_PREFIX', 'a b'],
  ])('refuses %s=%s by its name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`${name} is "${value}"`));
  });

  it.each([
    ['ARTERIAL_KAFKA_BROKERS', 'kafka', /ARTERIAL_KAFKA_BROKERS has 'kafka'; host:port/],
    [
      'ARTERIAL_DATABASE_URL',
      'mysql://hush@host/x',
      /^ARTERIAL_DATABASE_URL is no address; .*postgres:\/\/ /,
    ],
    ['ARTERIAL_REDIS_URL', 'hush', /^ARTERIAL_REDIS_URL is no address; .*redis:\/\/ /],
    ['ARTERIAL_SCHEMA_REGISTRY_URL', 'hush', /^ARTERIAL_SCHEMA_REGISTRY_URL is no address; .*http:\/\/ /],
  ])('refuses %s=%s without telling what may hold a password', (name, value, message) => {
    expect(() => readConfig({ [name]: value })).toThrow(message);
    if (value.includes('hush')) expect(() => readConfig({ [name]: value })).not.toThrow(/hush/);
  });

  it.each([
    [{ ARTERIAL_KAFKA_TLS_CA: 'ca.pem' }, /ARTERIAL_KAFKA_TLS is off/],
    [{ ARTERIAL_KAFKA_TLS: 'on', ARTERIAL_KAFKA_TLS_KEY: 'key.pem' }, /ARTERIAL_KAFKA_TLS_CERT/],
    [{ ARTERIAL_KAFKA_SASL: 'plain', ARTERIAL_KAFKA_USERNAME: 'a' }, /ARTERIAL_KAFKA_PASSWORD is empty/],
    [{ ARTERIAL_KAFKA_PASSWORD: 'hush' }, /ARTERIAL_KAFKA_SASL is none/],
    [{ ARTERIAL_KAFKA_SASL: 'kerberos' }, /ARTERIAL_KAFKA_SASL is "kerberos"/],
  ])('names the setting of Kafka that is wrong: %j', (given, message) => {
    expect(() => readConfig({ ARTERIAL_KAFKA_BROKERS: 'a:9092', ...given })).toThrow(message);
  });

  it('takes brokers, a login and addresses, and prints no password', () => {
    const config = readConfig({
      ARTERIAL_KAFKA_BROKERS: 'one:9092, [::1]:9093',
      ARTERIAL_KAFKA_SASL: 'scram-sha-512',
      ARTERIAL_KAFKA_USERNAME: 'city',
      ARTERIAL_KAFKA_PASSWORD: 'hush',
      ARTERIAL_DATABASE_URL: 'postgres://city:hush@host/city',
      ARTERIAL_REDIS_URL: 'rediss://city:hush@host',
    });
    expect(config.kafka).toMatchObject({ brokers: ['one:9092', '[::1]:9093'], tls: undefined });
    expect(config.kafka?.sasl?.password.reveal()).toBe('hush');
    expect(config.databaseUrl?.reveal()).toBe('postgres://city:hush@host/city');
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('hush');
  });

  it('does not print the signing key', () => {
    const config = readConfig({ ARTERIAL_SIGNING_KEY: 'hush-hush' });
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config) + String(config.signingKey)).not.toContain(
      'hush',
    );
    expect(config.signingKey?.reveal()).toBe('hush-hush');
  });
});
