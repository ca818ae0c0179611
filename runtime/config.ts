/** What may be set from outside: endpoints, folders, sizes and keys. What a measure means is code, not config. */
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { ArterialError } from './errors.ts';

const ConfigSchema = Type.Object({
  ARTERIAL_HOST: Type.String({ default: '127.0.0.1', description: 'Address on which the API listens.' }),
  ARTERIAL_PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65535,
    description: 'Port of the API; 0 takes a free one.',
  }),
  ARTERIAL_DATA: Type.String({
    default: '.arterial',
    description: 'Folder of the embedded log and database.',
  }),
  ARTERIAL_PARTITIONS: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 1024,
    description: 'Partitions of each topic; fixed once the topics exist.',
  }),
  ARTERIAL_NETWORK: Type.String({
    default: '',
    description: 'Folder of GMNS tables; empty for the demo city.',
  }),
  ARTERIAL_STREET: Type.Union([Type.Literal('simulated'), Type.Literal('none')], {
    default: 'simulated',
    description:
      'simulated, or none: then the city hears only what devices send, by the clock of the machine.',
  }),
  ARTERIAL_SEED: Type.Integer({
    default: 7,
    minimum: 0,
    maximum: 2 ** 31 - 1,
    description: 'Seed of the simulated city.',
  }),
  ARTERIAL_SPEED: Type.Number({
    default: 10,
    exclusiveMinimum: 0,
    maximum: 1000,
    description: 'City seconds that pass in one second.',
  }),
  ARTERIAL_SIGNING_KEY: Type.String({
    default: '',
    description: 'Key under which recommendations are signed; empty makes one for this run.',
  }),
  ARTERIAL_KAFKA_BROKERS: Type.String({
    default: '',
    description: 'Brokers of Apache Kafka, host:port with commas between; empty for the embedded log.',
  }),
  ARTERIAL_KAFKA_CLIENT: Type.Union([Type.Literal('kafkajs'), Type.Literal('rdkafka')], {
    default: 'kafkajs',
    description: 'kafkajs, or rdkafka where node-rdkafka was added.',
  }),
  ARTERIAL_KAFKA_GROUP: Type.String({
    default: 'arterial',
    minLength: 1,
    description: 'Consumer group in which processes share the partitions.',
  }),
  ARTERIAL_KAFKA_PREFIX: Type.String({
    default: '',
    pattern: '^[a-zA-Z0-9._-]{0,100}$',
    description: 'What the names of topics begin with, for several cities on one cluster.',
  }),
  ARTERIAL_KAFKA_REPLICATION: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 32767,
    description: 'Copies of each partition of a topic that is made.',
  }),
  ARTERIAL_KAFKA_TLS: Type.Union([Type.Literal('off'), Type.Literal('on')], {
    default: 'off',
    description: 'on, for connections to the brokers through TLS.',
  }),
  ARTERIAL_KAFKA_TLS_CA: Type.String({
    default: '',
    description: 'File of certificates (PEM) by which brokers are known; empty for those of the system.',
  }),
  ARTERIAL_KAFKA_TLS_CERT: Type.String({
    default: '',
    description: 'File of the own certificate (PEM), where brokers ask for one.',
  }),
  ARTERIAL_KAFKA_TLS_KEY: Type.String({
    default: '',
    description: 'File of the key (PEM) of the own certificate.',
  }),
  ARTERIAL_KAFKA_SASL: Type.Union(
    [
      Type.Literal('none'),
      Type.Literal('plain'),
      Type.Literal('scram-sha-256'),
      Type.Literal('scram-sha-512'),
    ],
    { default: 'none', description: 'How to log in at the brokers.' },
  ),
  ARTERIAL_KAFKA_USERNAME: Type.String({ default: '', description: 'Name to log in at the brokers.' }),
  ARTERIAL_KAFKA_PASSWORD: Type.String({ default: '', description: 'Password to log in at the brokers.' }),
  ARTERIAL_SCHEMA_REGISTRY_URL: Type.String({
    default: '',
    description: "Schema registry in Confluent's dialect; empty for the schemas of the program alone.",
  }),
  ARTERIAL_SCHEMA_REGISTRY_USERNAME: Type.String({
    default: '',
    description: 'Name to log in at the registry.',
  }),
  ARTERIAL_SCHEMA_REGISTRY_PASSWORD: Type.String({
    default: '',
    description: 'Password to log in at the registry.',
  }),
  ARTERIAL_DATABASE_URL: Type.String({
    default: '',
    description:
      'PostgreSQL or TimescaleDB, postgres://user:password@host:port/name; empty starts an own one.',
  }),
  ARTERIAL_RETENTION_DAYS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description: 'Measures older than so many days of city time are deleted; 0 keeps them for ever.',
  }),
  ARTERIAL_REDIS_URL: Type.String({
    default: '',
    description:
      'Redis, redis://user:password@host:port or rediss:// for TLS; empty keeps live state in the process.',
  }),
  ARTERIAL_REDIS_TLS_CA: Type.String({
    default: '',
    description: 'File of certificates (PEM) by which Redis is known; empty for those of the system.',
  }),
});

type Settings = Static<typeof ConfigSchema>;

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
  Object.entries(ConfigSchema.properties).map(([name, schema]) => {
    const { default: value, description } = schema as unknown as { default: unknown; description: string };
    return { name, default: value, description };
  });

/**
 * Reads the configuration from environment variables. An unknown `ARTERIAL_*` variable is an error, since a
 * misspelt one would otherwise be silently without effect.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // Those for tests are not for the program, which tests start with all that they were given.
  const given = Object.entries(environment).filter(
    ([name]) => name.startsWith('ARTERIAL_') && !name.startsWith('ARTERIAL_TEST_'),
  );
  const known = Object.keys(ConfigSchema.properties);
  for (const [name] of given)
    if (!known.includes(name))
      throw new ArterialError(
        'config.unknown',
        `${name} is not a setting; the settings are ${known.join(', ')}`,
      );
  const settings = Value.Convert(ConfigSchema, Value.Default(ConfigSchema, Object.fromEntries(given)));
  const problem = Value.Errors(ConfigSchema, settings)[0];
  if (problem) {
    const name = problem.instancePath.slice(1);
    throw new ArterialError(
      'config.invalid',
      `${name} is ${JSON.stringify(environment[name])}; it ${problem.message}`,
    );
  }
  const s = settings as Settings;
  return Object.freeze({
    host: s.ARTERIAL_HOST,
    port: s.ARTERIAL_PORT,
    dataFolder: s.ARTERIAL_DATA,
    partitions: s.ARTERIAL_PARTITIONS,
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
