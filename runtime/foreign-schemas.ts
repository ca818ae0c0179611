/**
 * Records that were written with another version of a schema than ours: translated by the rules of Avro, so that a
 * device may add a field or leave out one that may be absent, while the stream goes on (Avro 1.12, schema resolution).
 */
import avsc, { type Resolver, type Type } from 'avsc';
import type { RecordSchema } from '#schemas/avro-schema.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import { isRejection, type Rejection, reject } from '#schemas/rejection.ts';
import type { ForeignSchemas } from '#schemas/topic.ts';

/** Asks the registry; undefined when it does not know the id either. */
export type LookUp = (schemaId: number) => Promise<object | undefined>;

const frameBytes = 5;

/** Learns schemas once each, whether there is one or not; translates with those that it has learnt. */
export function createForeignSchemas(lookUp: LookUp): ForeignSchemas {
  const learnt = new Map<number, Type | undefined>();
  const readers = new Map<string, Type>();
  const resolvers = new Map<string, Resolver | Rejection>();

  const readerOf = (topic: string): Type => {
    let reader = readers.get(topic);
    if (reader === undefined) {
      reader = avsc.Type.forSchema(withDefaults(schemas[topic] as RecordSchema) as avsc.Schema);
      readers.set(topic, reader);
    }
    return reader;
  };
  const resolverOf = (topic: string, schemaId: number, writer: Type): Resolver | Rejection => {
    const key = `${topic} ${schemaId}`;
    let resolver = resolvers.get(key);
    if (resolver === undefined) {
      resolver = resolve(topic, schemaId, readerOf(topic), writer);
      resolvers.set(key, resolver);
    }
    return resolver;
  };

  return {
    knows: (schemaId) => learnt.has(schemaId),
    async learn(schemaId) {
      const schema = await lookUp(schemaId);
      learnt.set(schemaId, schema && avsc.Type.forSchema(schema as avsc.Schema));
    },
    translate(topic, schemaId, bytes, start, end) {
      const writer = learnt.get(schemaId);
      if (writer === undefined)
        return reject('wire.schema', '', `schema ${schemaId}; one that the registry knows would be right`);
      const resolver = resolverOf(topic, schemaId, writer);
      if (isRejection(resolver)) return resolver;
      try {
        const reader = readerOf(topic);
        const body = reader.toBuffer(reader.fromBuffer(bytes.subarray(start + frameBytes, end), resolver));
        return Buffer.concat([bytes.subarray(start, start + frameBytes), body]);
      } catch (failure) {
        return reject(
          'wire.truncated',
          '',
          `not a record of schema ${schemaId}: ${(failure as Error).message}`,
        );
      }
    },
  };
}

function resolve(topic: string, schemaId: number, reader: Type, writer: Type): Resolver | Rejection {
  try {
    return reader.createResolver(writer);
  } catch (failure) {
    return reject(
      'wire.schema',
      '',
      `schema ${schemaId} cannot be read as ${topic} (${(failure as Error).message.split('\n')[0]}); ` +
        'one that differs in fields added or left out would be right',
    );
  }
}

/** The schema in which what may be null may also be absent. */
function withDefaults(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withDefaults);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([name, value]) => [name, withDefaults(value)]);
  const copy = Object.fromEntries(entries) as { type?: unknown; default?: unknown };
  if ('name' in copy && Array.isArray(copy.type) && copy.type[0] === 'null' && copy.default === undefined)
    copy.default = null;
  return copy;
}
