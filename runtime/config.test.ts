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
    ['ARTERIAL_PORT', '70000'],
    ['ARTERIAL_PARTITIONS', '0'],
    ['ARTERIAL_SPEED', '0'],
  ])('refuses %s=%s by its name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`${name} is "${value}"`));
  });

  it('does not print the signing key', () => {
    const config = readConfig({ ARTERIAL_SIGNING_KEY: 'hush-hush' });
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config) + String(config.signingKey)).not.toContain(
      'hush',
    );
    expect(config.signingKey?.reveal()).toBe('hush-hush');
  });
});
