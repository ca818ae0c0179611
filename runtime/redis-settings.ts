/** Where Redis is, as a person sets it: what may be wrong with it, and what would be right. */
import { X509Certificate } from 'node:crypto';
import type { RedisOptions } from 'ioredis';
import type { Secret } from './config.ts';
import { ArterialError } from './errors.ts';

export interface RedisSettings {
  /** `redis://` or, with TLS, `rediss://`; with user, password and number of the database where they are needed. */
  readonly url: Secret;
  /** The certificate of who signed the server's, as PEM; undefined for those that the system trusts. */
  readonly tlsCa?: string | undefined;
}

type ServerOptions = {
  -readonly [Name in 'host' | 'port' | 'db' | 'username' | 'password' | 'tls']?: NonNullable<
    RedisOptions[Name]
  >;
};

/** What a client of Redis needs to know of the server. */
export interface RedisServer {
  /** Host and port, without anything secret. */
  readonly address: string;
  readonly database: number;
  /** Holds the password. */
  readonly options: ServerOptions;
}

const example = 'redis://user:password@host:6379/0, or rediss:// for TLS,';
const rightUrl = (found: string): ArterialError =>
  new ArterialError('config.invalid', `ARTERIAL_REDIS_URL ${found}; ${example} would be right`);
const rightCa = (found: string): ArterialError =>
  new ArterialError(
    'config.invalid',
    `ARTERIAL_REDIS_TLS_CA ${found}; ` +
      'the PEM certificate of the authority that signed the certificate of Redis would be right',
  );

/** Reads the settings; what is wrong with them is said without repeating them, since they hold a password. */
export function readRedisSettings({ url, tlsCa }: RedisSettings): RedisServer {
  const parsed = parseUrl(url.reveal());
  const isTls = parsed.protocol === 'rediss:';
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = parsed.port === '' ? 6379 : Number(parsed.port);
  const database = parsed.pathname.length > 1 ? Number(parsed.pathname.slice(1)) : 0;
  const [username, password] = [decode(parsed.username), decode(parsed.password)];
  if (tlsCa !== undefined && !isTls)
    throw rightUrl('begins with redis://, so that ARTERIAL_REDIS_TLS_CA is of no effect');
  if (tlsCa !== undefined) checkCertificate(tlsCa);
  const options: ServerOptions = { host, port, db: database };
  if (username !== '') options.username = username;
  if (password !== '') options.password = password;
  if (isTls) options.tls = { ...(tlsCa !== undefined && { ca: tlsCa }), ...nameForTls(host) };
  return { address: `${parsed.hostname}:${port}`, database, options };
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw rightUrl('is not a URL');
  const url = new URL(text);
  if (!/^rediss?:\/\//.test(text)) throw rightUrl('begins with neither redis:// nor rediss://');
  if (url.hostname === '') throw rightUrl('names no host');
  if (!/^(\/\d{0,5})?$/.test(url.pathname)) throw rightUrl('has a path that is not the number of a database');
  if (url.search !== '' || url.hash !== '') throw rightUrl('goes on after the number of the database');
  return url;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw rightUrl('has a % in user or password that stands for itself and would have to be written %25');
  }
}

function checkCertificate(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch {
    throw rightCa('is not a certificate');
  }
}

/** A name that the server may choose its certificate by; an address is none. */
const nameForTls = (host: string): { servername?: string } =>
  /^[\d.]+$|:/.test(host) ? {} : { servername: host };

const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** The setting that a failure to connect shows to be wrong, as an error; undefined where Redis is only away. */
export function wrongSetting(failure: Error, { address }: RedisServer): ArterialError | undefined {
  const code = 'code' in failure ? String(failure.code) : '';
  if (untrusted.includes(code)) return rightCa(`does not vouch for the certificate of ${address} (${code})`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return rightUrl(`names a host that the certificate of ${address} is not for`);
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO')
    return rightUrl(`begins with rediss://, but ${address} does not speak TLS`);
  if (/^NOAUTH\b/.test(failure.message)) return rightUrl(`has no password, and ${address} asks for one`);
  if (/^WRONGPASS\b|invalid password|invalid username-password/.test(failure.message))
    return rightUrl(`has a user or a password that ${address} refuses`);
  if (/^NOPERM\b/.test(failure.message))
    return rightUrl(`names a user who may not do what is needed at ${address}: ${failure.message}`);
  if (/DB index is out of range/.test(failure.message))
    return rightUrl(`has the number of a database that ${address} does not have`);
  return undefined;
}
