import { describe, expect, it } from 'vitest';
import { type Ask, adviceOn, findMissing, requirePrograms, shortOf } from './programs.ts';

/** A machine on which each program says this. */
const machine =
  (says: Readonly<Record<string, string>>): Ask =>
  (program) =>
    says[program];

const whole = machine({
  java: '\nopenjdk version "17.0.15" 2025-04-15\n',
  mvn: 'Apache Maven 3.8.7\nMaven home: /usr/share/maven\n',
  'redis-server': 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64\n',
  openssl: 'OpenSSL 3.0.15 3 Sep 2024\n',
});
const all = ['java', 'mvn', 'redis-server', 'openssl'] as const;

describe('the programs that services need', () => {
  it('are all there on a machine that has them', () => {
    expect(findMissing(all, whole)).toEqual([]);
    expect(() => requirePrograms('Kafka', all, whole)).not.toThrow();
    expect(shortOf([])).toBe('');
  });

  it('are missing where they are not there, are too old, or do not say how old they are', () => {
    const old = machine({ java: 'java version "1.8.0_392"\n', mvn: 'Segmentation fault' });
    expect(shortOf(findMissing(['java', 'mvn', 'redis-server'], old))).toBe(
      'java is version 8.0_392, mvn does not say its version, redis-server is not there',
    );
    expect(findMissing(['java'], machine({ java: 'openjdk version "17" 2021-09-14' }))).toEqual([]);
    expect(findMissing(['java'], machine({ java: 'openjdk version "11.0.2"' }))).toHaveLength(1);
  });

  it('are named with the command that brings them, for each kind of system', () => {
    expect(adviceOn(findMissing(['java', 'mvn'], machine({})), () => 'Kafka')).toBe(
      [
        'Java 17 or newer is needed for Kafka, and java is not there.',
        'Maven 3 or newer is needed for Kafka, and mvn is not there.',
        '  Debian, Ubuntu:  sudo apt-get install openjdk-17-jre-headless maven',
        '  Fedora:          sudo dnf install java-21-openjdk-headless maven',
        '  macOS:           brew install openjdk@17 maven',
        '  macOS hides it; then:  export PATH="$(brew --prefix openjdk@17)/bin:$PATH"',
      ].join('\n'),
    );
    const advice = adviceOn(findMissing(['redis-server'], machine({})), () => 'Redis');
    expect(advice).toContain('brew install redis');
    expect(advice).not.toContain('openjdk');
  });

  it('stop a service with that advice', () => {
    expect(() => requirePrograms('Redis', ['redis-server'], machine({}))).toThrow(
      expect.objectContaining({
        code: 'services.missing',
        message: expect.stringContaining('sudo apt-get install redis-server'),
      }),
    );
  });
});
