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
  });
}
