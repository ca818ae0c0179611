import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import avsc from 'avsc';
import { beforeAll, describe, expect, it } from 'vitest';
import { startRegistry } from '#commands/services/registry.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import { schemaIdTable } from '#schemas/registry.ts';
import { decodeRecord, unknownSchemas } from '#schemas/topic.ts';
import { parkingEvents } from '#schemas/topics.ts';
import { needs } from '../test/needs.ts';
import { addressOf, missingOf } from '../test/services/shared.ts';
import { type RegistryConfig, readConfig } from './config.ts';
import { openSchemaRegistry } from './schema-registry.ts';

const configAt = (url: string): RegistryConfig => {
  const { registry } = readConfig({ ARTERIAL_SCHEMA_REGISTRY_URL: url });
  return registry as RegistryConfig;
};

/** What another program would do that has a schema of its own. */
const registerElsewhere = async (url: string, subject: string, schema: object): Promise<number> => {
  const registry = new SchemaRegistry({ host: url });
  const { id } = await registry.register(
    { type: SchemaType.AVRO, schema: JSON.stringify(schema) },
    { subject, compatibility: 'NONE' as never },
  );
  return id;
};

describe('a schema registry', needs(missingOf('registry')), () => {
  let url: string;
  beforeAll(async () => {
    url = await addressOf('registry');
  });

  it('has an id for each schema, the same each time and for everybody', async () => {
    const [one, other] = [await openSchemaRegistry(configAt(url)), await openSchemaRegistry(configAt(url))];
    const names = Object.keys(schemaIdTable);
    const ids = names.map((name) => one.id(name));
    expect(new Set(ids).size).toBe(names.length);
    expect(names.map((name) => other.id(name))).toEqual(ids);
    expect(one.heartbeat).toBe(one.id('heartbeat.v1'));
    expect(() => one.id('tram.position.v1')).toThrow('no schema tram.position.v1');
  });

  it('may be asked by several processes that start together', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'registry-'));
    const registry = await startRegistry({ folder });
    try {
      const all = await Promise.all([1, 2, 3, 4].map(() => openSchemaRegistry(configAt(registry.url))));
      const ids = Object.keys(schemaIdTable).map((name) => all[0]!.id(name));
      for (const other of all) expect(Object.keys(schemaIdTable).map((name) => other.id(name))).toEqual(ids);
    } finally {
      await registry.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('gives schemas of others, with which their records are read', async () => {
    const ids = await openSchemaRegistry(configAt(url));
    const own = schemas['parking.event.v1'] as unknown as { fields: object[] };
    const theirs = {
      ...own,
      fields: [...own.fields, { name: 'gate', type: 'string' }],
    };
    const id = await registerElsewhere(url, `gates-${Math.random()}-value`, theirs);
    const body = avsc.Type.forSchema(theirs as unknown as avsc.Schema).toBuffer({
      facility: 'P1',
      sequence: 3,
      at: 60_000,
      kind: 'entry',
      space: null,
      occupiedSpaces: null,
      gate: 'north',
    });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(id, 1);
    const record = Buffer.concat([frame, body]);

    const foreign = ids.foreign!;
    const unknown = unknownSchemas(ids, ids.id('parking.event.v1'), [[record, 0, record.length]]);
    expect([...unknown]).toEqual([id]);
    await foreign.learn(id);
    const translated = foreign.translate('parking.event.v1', id, record, 0, record.length) as Buffer;
    expect(decodeRecord(parkingEvents, translated, 0, translated.length)).toMatchObject({
      facility: 'P1',
      sequence: 3,
      kind: 'entry',
    });
    expect(unknownSchemas(ids, ids.id('parking.event.v1'), [[record, 0, record.length]]).size).toBe(0);
  });

  it('knows when there is no schema of an id', async () => {
    const { foreign } = await openSchemaRegistry(configAt(url));
    await foreign!.learn(987_654);
    expect(foreign!.knows(987_654)).toBe(true);
    const record = Buffer.from([0, 0, 15, 18, 6, 0]);
    expect(foreign!.translate('parking.event.v1', 987_654, record, 0, 6)).toMatchObject({
      code: 'wire.schema',
    });
  });

  it('refuses a schema to which what is there does not fit, and says which', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'registry-'));
    const registry = await startRegistry({ folder });
    try {
      await registerElsewhere(registry.url, 'incident.v1-value', {
        type: 'record',
        name: 'Incident',
        namespace: 'arterial',
        fields: [{ name: 'colour', type: 'int' }],
      });
      await expect(openSchemaRegistry(configAt(registry.url))).rejects.toMatchObject({
        code: 'registry.incompatible',
        message: expect.stringContaining('incident.v1-value'),
      });
    } finally {
      await registry.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('that does not answer is waited for', async () => {
    await expect(openSchemaRegistry(configAt('http://127.0.0.1:1'))).rejects.toMatchObject({
      code: 'registry.unavailable',
      canRetry: true,
    });
  });
});
