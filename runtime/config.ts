/** What may be set from outside: endpoints, folders, sizes and keys. What a measure means is code, not config. */
import { ArterialError } from './errors.ts';
import { choice, integer, numberAbove, type Setting, text, type ValueOf } from './setting.ts';

const settings = {
  ARTERIAL_HOST: text('Address on which the API listens.', { initial: '127.0.0.1' }),
  ARTERIAL_PORT: integer('Port of the API; 0 takes a free one.', 8080, 0, 65_535),
  ARTERIAL_DATA: text('Folder of the embedded log and database.', { initial: '.arterial' }),
  ARTERIAL_PARTITIONS: integer('Partitions of each topic; fixed once the topics exist.', 3, 1, 1024),
  ARTERIAL_THREADS: integer(
    'Threads of arterial processors for what nobody waits for, beside the one for alerts and signals; 0 for none.',
    0,
    0,
    64,
  ),
  ARTERIAL_NETWORK: text('Folder of GMNS tables; empty for the demo city.'),
  ARTERIAL_STREET: choice(
    'simulated, or none: then the city hears only what devices send, by the clock of the machine.',
    'simulated',
    'none',
  ),
  ARTERIAL_SEED: integer('Seed of the simulated city.', 7, 0, 2 ** 31 - 1),
  ARTERIAL_SPEED: numberAbove('City seconds that pass in one second.', 10, 0, 1000),
  ARTERIAL_SIGNING_KEY: text('Key under which recommendations are signed; empty makes one for this run.'),
  ARTERIAL_KAFKA_BROKERS: text(
    'Brokers of Apache Kafka, host:port with commas between; empty for the embedded log.',
  ),
  ARTERIAL_KAFKA_CLIENT: choice('kafkajs, or rdkafka where node-rdkafka was added.', 'kafkajs', 'rdkafka'),
  ARTERIAL_KAFKA_GROUP: text('Consumer group in which processes share the partitions.', {
    initial: 'arterial',
    pattern: /./,
  }),
  ARTERIAL_KAFKA_PREFIX: text('What the names of topics begin with, for several cities on one cluster.', {
    pattern: /^[a-zA-Z0-9._-]{0,100}$/,
  }),
  ARTERIAL_KAFKA_REPLICATION: integer('Copies of each partition of a topic that is made.', 1, 1, 32_767),
  ARTERIAL_KAFKA_TLS: choice('on, for connections to the brokers through TLS.', 'off', 'on'),
  ARTERIAL_KAFKA_TLS_CA: text(
    'File of certificates (PEM) by which brokers are known; empty for those of the system.',
  ),
  ARTERIAL_KAFKA_TLS_CERT: text('File of the own certificate (PEM), where brokers ask for one.'),
  ARTERIAL_KAFKA_TLS_KEY: text('File of the key (PEM) of the own certificate.'),
  ARTERIAL_KAFKA_SASL: choice(
    'How to log in at the brokers.',
    'none',
    'plain',
    'scram-sha-256',
    'scram-sha-512',
  ),
  ARTERIAL_KAFKA_USERNAME: text('Name to log in at the brokers.'),
  ARTERIAL_KAFKA_PASSWORD: text('Password to log in at the brokers.'),
  ARTERIAL_SCHEMA_REGISTRY_URL: text(
    "Schema registry in Confluent's dialect; empty for the schemas of the program alone.",
  ),
  ARTERIAL_SCHEMA_REGISTRY_USERNAME: text('Name to log in at the registry.'),
  ARTERIAL_SCHEMA_REGISTRY_PASSWORD: text('Password to log in at the registry.'),
  ARTERIAL_DATABASE_URL: text(
    'PostgreSQL or TimescaleDB, postgres://user:password@host:port/name; empty starts an own one.',
  ),
  ARTERIAL_RETENTION_DAYS: integer(
    'Measures older than so many days of city time are deleted; 0 keeps them for ever.',
    0,
    0,
    36_500,
  ),
  ARTERIAL_REDIS_URL: text(
    'Redis, redis://user:password@host:port or rediss:// for TLS; empty keeps live state in the process.',
  ),
  ARTERIAL_REDIS_TLS_CA: text(
    'File of certificates (PEM) by which Redis is known; empty for those of the system.',
  ),
};

type Settings = { readonly [Name in keyof typeof settings]: ValueOf<(typeof settings)[Name]> };

/** A value that does not print. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }
}

/** The configuration, frozen. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly partitions: number;
  /** Of `arterial processors`, beside the main one. */
  readonly threads: number;
  /** Undefined for the demo city. */
  readonly networkFolder: string | undefined;
  /** `none` for a city of real devices. */
  readonly street: 'simulated' | 'none';
  readonly seed: number;
  readonly speed: number;
  /** Undefined when a key is to be made for this run. */
  readonly signingKey: Secret | undefined;
  /** Undefined for the embedded log. */
  readonly kafka: KafkaConfig | undefined;
  /** Undefined for the schemas of the program alone. */
  readonly registry: RegistryConfig | undefined;
  /** With its password; undefined for a database of the process's own. */
  readonly databaseUrl: Secret | undefined;
  /** 0 keeps measures for ever. */
  readonly retentionDays: number;
  /** Undefined for live state in the process. */
  readonly redis: RedisConfig | undefined;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly client: 'kafkajs' | 'rdkafka';
  readonly group: string;
  readonly prefix: string;
  readonly replication: number;
  /** Undefined without TLS. Paths of PEM files, undefined where there is none. */
  readonly tls:
    | { readonly ca: string | undefined; readonly cert: string | undefined; readonly key: string | undefined }
    | undefined;
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: Secret;
      }
    | undefined;
}

export interface RegistryConfig {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
}

export interface RedisConfig {
  /** With its password. */
  readonly url: Secret;
  /** Path of a PEM file. */
  readonly tlsCa: string | undefined;
}

/** Every variable with its default and meaning, for the docs. */
export const configVariables: readonly { name: string; default: unknown; description: string }[] =
  Object.entries(settings).map(([name, { default: value, description }]) => ({
    name,
    default: value,
    description,
  }));

/**
 * Reads the configuration from environment variables. An unknown `ARTERIAL_*` variable is an error, since a
 * misspelt one would otherwise be silently without effect.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // Those for tests are not for the program, which tests start with all that they were given.
  const given = Object.entries(environment).filter(
    ([name]) => name.startsWith('ARTERIAL_') && !name.startsWith('ARTERIAL_TEST_'),
  );
  const known = Object.keys(settings);
  for (const [name] of given)
    if (!known.includes(name))
      throw new ArterialError(
        'config.unknown',
        `${name} is not a setting; the settings are ${known.join(', ')}`,
      );
  const values = Object.entries<Setting<unknown>>(settings).map(
    ([name, setting]) => [name, settingFrom(name, setting, environment[name])] as const,
  );
  const s = Object.fromEntries(values) as Settings;
  return Object.freeze({
    host: s.ARTERIAL_HOST,
    port: s.ARTERIAL_PORT,
    dataFolder: s.ARTERIAL_DATA,
    partitions: s.ARTERIAL_PARTITIONS,
    threads: s.ARTERIAL_THREADS,
    networkFolder: s.ARTERIAL_NETWORK || undefined,
    street: s.ARTERIAL_STREET,
    seed: s.ARTERIAL_SEED,
    speed: s.ARTERIAL_SPEED,
    signingKey: s.ARTERIAL_SIGNING_KEY ? new Secret(s.ARTERIAL_SIGNING_KEY) : undefined,
    kafka: kafkaOf(s),
    registry: registryOf(s),
    databaseUrl: s.ARTERIAL_DATABASE_URL
      ? secretUrl('ARTERIAL_DATABASE_URL', s.ARTERIAL_DATABASE_URL, ['postgres:', 'postgresql:'])
      : undefined,
    retentionDays: s.ARTERIAL_RETENTION_DAYS,
    redis: s.ARTERIAL_REDIS_URL
      ? {
          url: secretUrl('ARTERIAL_REDIS_URL', s.ARTERIAL_REDIS_URL, ['redis:', 'rediss:']),
          tlsCa: s.ARTERIAL_REDIS_TLS_CA || undefined,
        }
      : undefined,
  });
}

function settingFrom(name: string, setting: Setting<unknown>, given: string | undefined): unknown {
  if (given === undefined) return setting.default;
  const value = setting.parse(given);
  if (value === undefined)
    throw invalid(name, `is ${JSON.stringify(given)}; ${setting.wanted} would be right`);
  return value;
}

function kafkaOf(s: Settings): KafkaConfig | undefined {
  if (s.ARTERIAL_KAFKA_BROKERS === '') return undefined;
  const brokers = s.ARTERIAL_KAFKA_BROKERS.split(',').map((broker) => broker.trim());
  for (const broker of brokers)
    if (!/^[^\s:/]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i.test(broker))
      throw invalid('ARTERIAL_KAFKA_BROKERS', `has '${broker}'; host:port would be right`);
  const files = {
    ca: s.ARTERIAL_KAFKA_TLS_CA,
    cert: s.ARTERIAL_KAFKA_TLS_CERT,
    key: s.ARTERIAL_KAFKA_TLS_KEY,
  };
  if (s.ARTERIAL_KAFKA_TLS === 'off' && (files.ca || files.cert || files.key))
    throw invalid('ARTERIAL_KAFKA_TLS', 'is off, but files for it are given; on would be right');
  if ((files.cert === '') !== (files.key === ''))
    throw invalid('ARTERIAL_KAFKA_TLS_CERT', 'and ARTERIAL_KAFKA_TLS_KEY belong together; one is missing');
  const logsIn = s.ARTERIAL_KAFKA_SASL !== 'none';
  for (const name of ['ARTERIAL_KAFKA_USERNAME', 'ARTERIAL_KAFKA_PASSWORD'] as const)
    if (logsIn !== (s[name] !== ''))
      throw invalid(
        logsIn ? name : 'ARTERIAL_KAFKA_SASL',
        logsIn
          ? `is empty; ARTERIAL_KAFKA_SASL=${s.ARTERIAL_KAFKA_SASL} needs it`
          : `is none, but ${name} is given`,
      );
  return {
    brokers,
    client: s.ARTERIAL_KAFKA_CLIENT,
    group: s.ARTERIAL_KAFKA_GROUP,
    prefix: s.ARTERIAL_KAFKA_PREFIX,
    replication: s.ARTERIAL_KAFKA_REPLICATION,
    tls:
      s.ARTERIAL_KAFKA_TLS === 'on'
        ? { ca: files.ca || undefined, cert: files.cert || undefined, key: files.key || undefined }
        : undefined,
    sasl:
      s.ARTERIAL_KAFKA_SASL === 'none'
        ? undefined
        : {
            mechanism: s.ARTERIAL_KAFKA_SASL,
            username: s.ARTERIAL_KAFKA_USERNAME,
            password: new Secret(s.ARTERIAL_KAFKA_PASSWORD),
          },
  };
}

function registryOf(s: Settings): RegistryConfig | undefined {
  if (s.ARTERIAL_SCHEMA_REGISTRY_URL === '') return undefined;
  const url = secretUrl('ARTERIAL_SCHEMA_REGISTRY_URL', s.ARTERIAL_SCHEMA_REGISTRY_URL, ['http:', 'https:']);
  return {
    url: url.reveal(),
    username: s.ARTERIAL_SCHEMA_REGISTRY_USERNAME || undefined,
    password: s.ARTERIAL_SCHEMA_REGISTRY_PASSWORD
      ? new Secret(s.ARTERIAL_SCHEMA_REGISTRY_PASSWORD)
      : undefined,
  };
}

/** An address, which may hold a password and is therefore not told when it is wrong. */
function secretUrl(name: string, text: string, schemes: readonly string[]): Secret {
  const scheme = URL.canParse(text) ? new URL(text).protocol : undefined;
  if (scheme === undefined || !schemes.includes(scheme))
    throw invalid(name, `is no address; one that begins with ${schemes[0]}// would be right`);
  return new Secret(text);
}

const invalid = (name: string, problem: string): ArterialError =>
  new ArterialError('config.invalid', `${name} ${problem}`);
