/** Schema ids from a registry in Confluent's dialect, and the schemas of others. */
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { schemas } from '#schemas/generated/schemas.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import type { RegistryConfig } from './config.ts';
import { ArterialError } from './errors.ts';
import { createForeignSchemas } from './foreign-schemas.ts';
import { machineTimers } from './timers.ts';

/** Begins the wait between tries, and how many there are: a registry may start later than we do. */
const retry = { initialRetryTimeInSecs: 0.2, maxRetryTimeInSecs: 2, retries: 5 };
/** Between two tries, when several processes register at once. Milliseconds. */
const pauseAmongMany = 200;
const heartbeatSchema = 'heartbeat.v1';

/**
 * Registers every schema of the program under `<name>-value`, which changes nothing when it is there, and asks for
 * its id. One that the registry refuses as incompatible with what is there is `registry.incompatible`.
 */
export async function openSchemaRegistry(config: RegistryConfig): Promise<SchemaIds> {
  const { url, username = '', password } = config;
  const registry = new SchemaRegistry({
    host: url.replace(/\/$/, ''),
    clientId: 'arterial',
    retry,
    ...(password ? { auth: { username, password: password.reveal() } } : {}),
  });
  const ids = new Map<string, number>();
  for (const [name, schema] of Object.entries(schemas))
    ids.set(name, await register(registry, name, schema, url));
  return {
    heartbeat: ids.get(heartbeatSchema) as number,
    id(topic) {
      const id = ids.get(topic);
      if (id === undefined) throw new Error(`no schema ${topic}`);
      return id;
    },
    foreign: createForeignSchemas(async (schemaId) => {
      try {
        const schema = (await registry.getSchema(schemaId)) as { toJSON?: () => object };
        // One of another kind than Avro has no such form, and no record of ours.
        return schema.toJSON?.();
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw unavailable(error, url);
      }
    }),
  };
}

async function register(
  registry: SchemaRegistry,
  name: string,
  schema: object,
  url: string,
  tries = 10,
): Promise<number> {
  try {
    const { id } = await registry.register(
      { type: SchemaType.AVRO, schema: JSON.stringify(schema) },
      { subject: `${name}-value`, compatibility: COMPATIBILITY.BACKWARD },
    );
    return id;
  } catch (error) {
    const { message } = error as Error;
    // Another process is at the same: what it has begun is there in a moment, with all that belongs to it.
    if (/already exists|does not match the configuration/i.test(message) && tries > 1) {
      await machineTimers.sleep(pauseAmongMany);
      return register(registry, name, schema, url, tries - 1);
    }
    if (statusOf(error) === 409 || /compatib/i.test(message))
      throw new ArterialError(
        'registry.incompatible',
        `the registry at ${url} has another ${name}-value, to which ours does not fit: ${message}`,
        { cause: error },
      );
    throw unavailable(error, url);
  }
}

const statusOf = (error: unknown): number | undefined => (error as { status?: number }).status;

function unavailable(error: unknown, url: string): ArterialError {
  const { message } = error as Error;
  if ([401, 403].includes(statusOf(error) ?? 0))
    return new ArterialError(
      'config.invalid',
      `ARTERIAL_SCHEMA_REGISTRY_USERNAME or ARTERIAL_SCHEMA_REGISTRY_PASSWORD does not fit the registry: ${message}`,
      { cause: error },
    );
  return new ArterialError('registry.unavailable', `the registry at ${url}: ${message}`, {
    cause: error,
    canRetry: true,
  });
}
