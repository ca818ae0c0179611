import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { schemas } from '#schemas/generated/schemas.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord } from '#schemas/topic.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { createForeignSchemas } from './foreign-schemas.ts';

const topic = detectorFrames.name;
type Fields = { name: string; type: unknown; default?: unknown }[];
/** A copy of our schema with other fields, and of its readings with others. */
function schemaWith(
  frame: (fields: Fields) => Fields,
  reading: (fields: Fields) => Fields = (fields) => fields,
): object {
  const copy = structuredClone(schemas[topic]) as unknown as { fields: Fields };
  const readings = copy.fields.find(({ name }) => name === 'readings')?.type as { items: { fields: Fields } };
  readings.items.fields = reading(readings.items.fields);
  copy.fields = frame(copy.fields);
  return copy;
}

const frame = { site: 'S1', cabinet: 'C1', sequence: 7, at: 60_000, intervalSeconds: 10 };
const readings = [{ detector: 3, count: { int: 2 }, occupancyPermille: { int: 140 }, speedDecikph: null }];

/** What we make of a record that was written with another schema. */
async function read(schema: object | undefined, value: unknown, schemaId = 77): Promise<unknown> {
  const foreign = createForeignSchemas(async () => schema);
  expect(foreign.knows(schemaId)).toBe(false);
  await foreign.learn(schemaId);
  expect(foreign.knows(schemaId)).toBe(true);
  const body = schema ? avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true }).toBuffer(value) : [];
  const record = Buffer.concat([Buffer.from([9, 9, 0, 0, 0, 0, schemaId]), Buffer.from(body)]);
  const translated = foreign.translate(topic, schemaId, record, 2, record.length);
  return isRejection(translated)
    ? translated
    : decodeRecord(detectorFrames, translated, 0, translated.length);
}

const plain = await read(
  schemaWith((fields) => fields),
  { ...frame, readings },
);

describe('a record with another version of the schema', () => {
  it('is what it would be with ours, when nothing differs', () => {
    expect(plain).toMatchObject({ site: 'S1', cabinet: 'C1', sequence: 7, at: 60_000, intervalSeconds: 10 });
    expect((plain as { readings: { length: number } }).readings.length).toBe(1);
  });

  it('may have a field more, wherever it stands', async () => {
    const schema = schemaWith(
      (fields) => [{ name: 'firmware', type: 'string' }, ...fields],
      (fields) => [...fields, { name: 'temperature', type: 'double' }],
    );
    const value = {
      firmware: '3.1',
      ...frame,
      readings: readings.map((one) => ({ ...one, temperature: 4 })),
    };
    expect(await read(schema, value)).toEqual(plain);
  });

  it('may leave out what may be absent', async () => {
    const schema = schemaWith(
      (fields) => fields,
      (fields) => fields.filter(({ name }) => name !== 'speedDecikph'),
    );
    const without = readings.map(({ speedDecikph: _, ...one }) => one);
    expect(await read(schema, { ...frame, readings: without })).toEqual(plain);
  });

  it('is refused when a field has another name that we cannot know', async () => {
    const schema = schemaWith((fields) =>
      fields.map((field) => (field.name === 'cabinet' ? { ...field, name: 'locker' } : field)),
    );
    const { cabinet, ...rest } = frame;
    expect(await read(schema, { ...rest, locker: cabinet, readings })).toMatchObject({ code: 'wire.schema' });
  });

  it('is refused when nobody knows the schema', async () => {
    expect(await read(undefined, undefined)).toMatchObject({
      code: 'wire.schema',
      detail: expect.stringContaining('schema 77'),
    });
  });

  it('is refused when it is no record of the schema that it names', async () => {
    const foreign = createForeignSchemas(async () => schemaWith((fields) => fields));
    await foreign.learn(77);
    const record = Buffer.from([0, 0, 0, 0, 77, 200, 1]);
    expect(foreign.translate(topic, 77, record, 0, record.length)).toMatchObject({ code: 'wire.truncated' });
  });

  it('is asked for again when there was nobody to ask', async () => {
    let isThere = false;
    const foreign = createForeignSchemas(async () => {
      if (!isThere) throw new Error('no answer');
      return schemaWith((fields) => fields);
    });
    await expect(foreign.learn(77)).rejects.toThrow('no answer');
    expect(foreign.knows(77)).toBe(false);
    isThere = true;
    await foreign.learn(77);
    expect(foreign.knows(77)).toBe(true);
  });
});
