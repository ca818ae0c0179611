import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from './config.ts';
import { readRedisSettings, wrongSetting } from './redis-settings.ts';

const read = (url: string, tlsCa?: string) => readRedisSettings({ url: new Secret(url), tlsCa });
const complaint = (url: string, tlsCa?: string): string => {
  try {
    read(url, tlsCa);
  } catch (failure) {
    expect(failure).toMatchObject({ code: 'config.invalid' });
    return inspect(failure);
  }
  throw new Error('nothing is wrong with it');
};

describe('where Redis is', () => {
  it('is read from the URL, with user, password and number of the database', () => {
    expect(read('redis://localhost')).toEqual({
      address: 'localhost:6379',
      database: 0,
      options: { host: 'localhost', port: 6379, db: 0 },
    });
    expect(read('redis://city:p%40ss%2Fword@[::1]:7000/3')).toEqual({
      address: '[::1]:7000',
      database: 3,
      options: { host: '::1', port: 7000, db: 3, username: 'city', password: 'p@ss/word' },
    });
    expect(read('redis://:only@h/').options).toEqual({ host: 'h', port: 6379, db: 0, password: 'only' });
  });

  it('asks for TLS where the URL begins with rediss://, and for a certificate of that name', () => {
    expect(read('rediss://redis.example').options.tls).toEqual({ servername: 'redis.example' });
    expect(read('rediss://10.0.0.1').options.tls).toEqual({});
    expect(read('rediss://[::1]').options.tls).toEqual({});
    expect(read('redis://redis.example').options.tls).toBeUndefined();
  });

  it.each([
    ['', 'is not a URL'],
    ['secret', 'is not a URL'],
    ['redis://h:66000', 'is not a URL'],
    ['secret:6379', 'begins with neither redis:// nor rediss://'],
    ['http://user:secret@h', 'begins with neither redis:// nor rediss://'],
    ['redis:h', 'begins with neither redis:// nor rediss://'],
    ['redis:///3', 'names no host'],
    ['redis://:secret@h/zero', 'has a path that is not the number of a database'],
    ['redis://:secret@h/0?family=6', 'goes on after the number of the database'],
    ['redis://:secret@h/0#x', 'goes on after the number of the database'],
    ['redis://:secret%@h', 'has a % in user or password'],
  ])('is not %j', (url, found) => {
    const said = complaint(url);
    expect(said).toContain(`ARTERIAL_REDIS_URL ${found}`);
    expect(said).toContain('redis://user:password@host:6379/0, or rediss:// for TLS, would be right');
    expect(said).not.toContain('secret');
  });

  it('is not trusted by what is no certificate, nor by one that would be of no effect', () => {
    expect(complaint('rediss://h', 'secret')).toMatch(/ARTERIAL_REDIS_TLS_CA is not a certificate; the PEM/);
    expect(complaint('redis://h', 'x')).toMatch(/ARTERIAL_REDIS_URL begins with redis:\/\/, so that/);
  });
});

describe('a failure to connect', () => {
  const server = read('rediss://:secret@h');
  const named = (message: string, code?: string) =>
    wrongSetting(Object.assign(new Error(message), code === undefined ? {} : { code }), server)?.message;

  it.each([
    ['NOAUTH HELLO must be called with', 'ARTERIAL_REDIS_URL has no password'],
    [
      'WRONGPASS invalid username-password pair',
      'ARTERIAL_REDIS_URL has a user or a password that h:6379 refuses',
    ],
    ['ERR invalid password', 'ARTERIAL_REDIS_URL has a user or a password that h:6379 refuses'],
    [
      "NOPERM User city has no permissions to run the 'eval' command",
      'ARTERIAL_REDIS_URL names a user who may not',
    ],
    ['ERR DB index is out of range', 'ARTERIAL_REDIS_URL has the number of a database'],
  ])('of %s is a wrong setting', (message, said) => {
    expect(named(message)).toContain(said);
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ARTERIAL_REDIS_TLS_CA does not vouch for the certificate of h:6379'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ARTERIAL_REDIS_TLS_CA does not vouch for'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ARTERIAL_REDIS_URL names a host that the certificate of h:6379 is not for',
    ],
    ['EPROTO', 'ARTERIAL_REDIS_URL begins with rediss://, but h:6379 does not speak TLS'],
  ])('with %s is a wrong setting', (code, said) => {
    expect(named('it failed', code)).toContain(said);
  });

  it('of a Redis that is only away is none', () => {
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'CERT_HAS_EXPIRED'])
      expect(named('it failed', code)).toBeUndefined();
    expect(named('LOADING Redis is loading the dataset in memory')).toBeUndefined();
  });
});
