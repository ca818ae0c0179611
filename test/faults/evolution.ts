/** Devices that write other versions of a schema than ours, registered with a registry in Confluent's dialect. */
import avsc, { type Type } from 'avsc';
import { partitionOf } from '#runtime/partitioner.ts';
import type { RecordSchema } from '#schemas/avro-schema.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import type { SchemaIds } from '#schemas/topic.ts';
import { environmentReadings } from '#schemas/topics.ts';
import type { Random } from '#simulators/random.ts';
import { type Feed, type FeedRecord, feedOf, isHeartbeat } from './feed.ts';

/** A schema of the topic as another device has it. */
interface Version {
  readonly schema: object;
  /** What such a device writes of a record of ours. */
  write(event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

const topic = environmentReadings.name;
const ours = schemas[topic] as RecordSchema;
const fields = ours.fields as readonly { readonly name: string }[];
const optional = 'noiseDecidecibels';

/** Two that can be read as ours, and one that cannot, since what names the record is gone. */
const versions = {
  added: {
    schema: { ...ours, fields: [{ name: 'firmware', type: 'string' }, ...fields] },
    write: (event) => ({ ...event, firmware: '4.2.0' }),
  },
  leftOut: {
    schema: { ...ours, fields: fields.filter(({ name }) => name !== optional) },
    write: ({ [optional]: _, ...event }) => event,
  },
  renamed: {
    schema: {
      ...ours,
      fields: fields.map((field) => (field.name === 'sequence' ? { ...field, name: 'number' } : field)),
    },
    write: ({ sequence, ...event }) => ({ ...event, number: sequence }),
  },
} as const satisfies Readonly<Record<string, Version>>;

export interface Evolved {
  readonly feed: Feed;
  /** Records in another version that can be read. */
  readonly readable: number;
  /** Records that cannot be read, beside the others. */
  readonly unreadable: number;
}

/**
 * The feed in the ids of a registry; from its middle on most readings of the environment are written with another
 * version. What an `added` or `leftOut` version says is as before; those that cannot be read come beside.
 */
export async function evolved(
  feed: Feed,
  ids: SchemaIds,
  registryUrl: string,
  random: Random,
): Promise<Evolved> {
  const idOf = {
    added: await register(registryUrl, 'added', versions.added.schema),
    leftOut: await register(registryUrl, 'left-out', versions.leftOut.schema),
    renamed: await register(registryUrl, 'renamed', versions.renamed.schema),
  };
  const reader = avsc.Type.forSchema(ours as unknown as avsc.Schema);
  const writers = new Map<object, Type>();
  const write = (event: Readonly<Record<string, unknown>>, name: keyof typeof versions): Buffer => {
    const { schema, write: asWritten } = versions[name] as Version;
    const writer = writers.get(schema) ?? avsc.Type.forSchema(schema as avsc.Schema);
    writers.set(schema, writer);
    return framed(idOf[name], writer.toBuffer(asWritten(event)));
  };
  const middle = (feed.startAt + feed.endAt) / 2;
  let readable = 0;
  let unreadable = 0;
  const records = feed.records.flatMap((record): FeedRecord[] => {
    const value = framed(
      isHeartbeat(record) ? ids.heartbeat : ids.id(record.topic),
      record.value.subarray(5),
    );
    if (record.topic !== topic || isHeartbeat(record) || record.at < middle) return [{ ...record, value }];
    const event = reader.fromBuffer(record.value.subarray(5)) as Readonly<Record<string, unknown>>;
    const beside = random.chance(0.5) ? write(event, 'renamed') : framed(unknownId, record.value.subarray(5));
    const partition = partitionOf(record.key, feed.partitions);
    unreadable++;
    const name = event[optional] === null && random.chance(0.5) ? 'leftOut' : 'added';
    readable++;
    return [
      { ...record, value: beside, partition },
      { ...record, value: write(event, name), partition },
    ];
  });
  return { feed: feedOf(feed, records), readable, unreadable };
}

/** No registry of a test has so many. */
const unknownId = 987_654;

function framed(id: number, body: Buffer): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(id, 1);
  return Buffer.concat([frame, body]);
}

async function register(url: string, subject: string, schema: object): Promise<number> {
  const answer = await fetch(`${url}/subjects/${topic}-${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  if (!answer.ok) throw new Error(`the registry refuses ${subject}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: number }).id;
}
