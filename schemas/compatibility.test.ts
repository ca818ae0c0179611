/**
 * Logs are kept and replayed, so a schema that was released is never edited: `avro/released.json` records
 * each as it was, without its docs. `UPDATE_RELEASED=1` adds what is new; it changes nothing recorded.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { type Field, type RecordSchema, type Schema, type Shape, shapeOf } from './avro-schema.ts';
import { readSchemas } from './generate.ts';

const releasedFile = new URL('avro/released.json', import.meta.url);

/** What two programs must agree on to read each other: names, types, defaults and ranges, but no docs. */
function canonical(schema: Schema): unknown {
  if (typeof schema === 'string') return schema;
  if (Array.isArray(schema)) return schema.map((branch) => canonical(branch as Schema));
  if ('items' in schema) return { type: 'array', items: canonical(schema.items) };
  if ('logicalType' in schema) return { type: schema.type, logicalType: schema.logicalType };
  if ('symbols' in schema) return { type: 'enum', name: schema.name, symbols: schema.symbols };
  const { type, name, namespace, fields } = schema as RecordSchema;
  return {
    type,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    fields: fields.map(canonicalField),
  };
}

function canonicalField({ name, type, ...rest }: Field): unknown {
  const { default: absent, minimum, maximum } = rest;
  return {
    name,
    type: canonical(type),
    ...(absent === undefined ? {} : { default: absent }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

/** Why what was released and what stands in the sources differ; undefined when they do not. */
function changeOf(name: string, released: unknown, schema: RecordSchema): string | undefined {
  if (JSON.stringify(released) === JSON.stringify(canonical(schema))) return undefined;
  const [, subject, version] = /^(.+)\.v(\d+)$/.exec(name) as unknown as [string, string, string];
  const next = `${subject}.v${Number(version) + 1}`;
  return (
    `${name}.avsc was released and has changed, so records already in logs would be read wrongly. ` +
    `Put ${name}.avsc back as it was and write the change as ${next}.avsc, with its own topic and id. ` +
    `Only if no log anywhere holds ${name}: delete its entry in avro/released.json and run with ` +
    'UPDATE_RELEASED=1.'
  );
}

/**
 * What keeps `newer` and `older` from reading each other's records (FULL compatibility); empty when nothing.
 * Avro's own resolution in both directions, and the ranges, which Avro does not know.
 */
function faultsBetween(older: RecordSchema, newer: RecordSchema): string[] {
  const olderType = avro.Type.forSchema(older as avro.Schema);
  const newerType = avro.Type.forSchema(newer as avro.Schema);
  const faults: string[] = [];
  const resolve = (reader: avro.Type, writer: avro.Type, direction: string): void => {
    try {
      reader.createResolver(writer);
    } catch (failure) {
      faults.push(`${direction}: ${(failure as Error).message}`);
    }
  };
  resolve(newerType, olderType, 'the new cannot read the old (BACKWARD)');
  resolve(olderType, newerType, 'the old cannot read the new (FORWARD)');
  const now = rangesOf(shapeOf(newer));
  for (const [path, range] of rangesOf(shapeOf(older)))
    if (now.has(path) && now.get(path) !== range)
      faults.push(`${path}: its range was ${range} and is ${now.get(path)}`);
  return faults;
}

/** The range of every field at whatever depth, in words, by path. */
function rangesOf(shape: Shape, path = ''): Map<string, string> {
  if (shape.kind === 'optional') return rangesOf(shape.of, path);
  if (shape.kind === 'array') return rangesOf(shape.items, `${path}[]`);
  if (shape.kind !== 'record') return new Map();
  return new Map(
    shape.fields.flatMap((field) => {
      const at = `${path}.${field.name}`;
      const range = field.range ? `${field.range.minimum}..${field.range.maximum}` : 'any';
      return [[at, range] as const, ...rangesOf(field.shape, at)];
    }),
  );
}

const schemas = readSchemas();
const released = JSON.parse(readFileSync(releasedFile, 'utf8')) as Record<string, unknown>;

if (process.env['UPDATE_RELEASED'] === '1') {
  for (const [name, schema] of schemas) released[name] ??= canonical(schema);
  writeFileSync(releasedFile, `${JSON.stringify(released, null, 1)}\n`);
}

describe('a released schema', () => {
  it('is never changed', () => {
    const changes = Object.entries(released).map(([name, before]) => {
      const schema = schemas.get(name);
      return schema
        ? changeOf(name, before, schema)
        : `${name}.avsc was released and is gone; put it back, the logs still hold its records`;
    });
    expect(changes.filter((change) => change !== undefined)).toEqual([]);
  });

  it('is recorded with the first release that has it', () => {
    const missing = [...schemas.keys()].filter((name) => !Object.hasOwn(released, name));
    expect(
      missing,
      'run UPDATE_RELEASED=1 npx vitest run --project unit schemas/compatibility.test.ts',
    ).toEqual([]);
  });

  it('and the version before it read each other: FULL compatibility', () => {
    for (const [name, schema] of schemas) {
      const older = schemas.get(name.replace(/\d+$/, (version) => `${Number(version) - 1}`));
      if (older)
        expect(faultsBetween(older, schema), `${name}; otherwise give the topic another subject`).toEqual([]);
    }
  });
});

describe('what counts as a change', () => {
  const frame = schemas.get('detector.frame.v1') as RecordSchema;
  const withFields = (fields: readonly Field[]): RecordSchema => ({ ...frame, fields });
  const withField = (name: string, change: Partial<Field>): RecordSchema =>
    withFields(frame.fields.map((field) => (field.name === name ? { ...field, ...change } : field)));
  const change = (schema: RecordSchema): string | undefined =>
    changeOf('detector.frame.v1', released['detector.frame.v1'], schema);

  it('is not another doc', () => {
    expect(change(withField('cabinet', { doc: 'The box at the kerb.' }))).toBeUndefined();
  });

  it.each([
    ['another name', withField('cabinet', { name: 'controller' })],
    ['another type', withField('intervalSeconds', { type: 'long' })],
    ['another range', withField('intervalSeconds', { maximum: 60 })],
    ['another order', withFields([...frame.fields].reverse())],
    ['a field less', withFields(frame.fields.slice(1))],
    ['a field more', withFields([...frame.fields, { name: 'voltage', type: 'int', doc: 'Volts.' }])],
  ])('is %s, and the message says what to do instead', (_, schema) => {
    expect(change(schema)).toContain('write the change as detector.frame.v2.avsc');
  });
});

describe('FULL compatibility of a new version', () => {
  const enumOf = (...symbols: string[]): Schema => ({ type: 'enum', name: 'Kind', doc: '', symbols });
  const versionOf = (...fields: Field[]): RecordSchema => ({ type: 'record', name: 'Seen', doc: '', fields });
  const count: Field = { name: 'count', type: 'int', doc: '', minimum: 0, maximum: 100 };
  const kind: Field = { name: 'kind', type: enumOf('car', 'bus'), doc: '' };
  const optional: Field = { name: 'speed', type: ['null', 'int'], default: null, doc: '' };
  const lane = (field: Field): RecordSchema =>
    versionOf({
      name: 'lanes',
      type: { type: 'array', items: { type: 'record', name: 'Lane', doc: '', fields: [field] } },
      doc: '',
    });
  const needed: Field = { name: 'speed', type: 'int', doc: '' };

  it('allows an optional field more or less', () => {
    expect(faultsBetween(versionOf(count), versionOf(count, optional))).toEqual([]);
    expect(faultsBetween(versionOf(count, optional), versionOf(count))).toEqual([]);
  });

  it.each([
    ['a needed field more', versionOf(count), versionOf(count, needed), 'the new cannot read the old'],
    ['a needed field less', versionOf(count, needed), versionOf(count), 'the old cannot read the new'],
    ['a wider type', versionOf(count), versionOf({ ...count, type: 'long' }), 'the old cannot read the new'],
    ['a symbol more', versionOf(kind), versionOf({ ...kind, type: enumOf('car', 'bus', 'tram') }), 'FORWARD'],
    ['a symbol less', versionOf(kind), versionOf({ ...kind, type: enumOf('car') }), 'BACKWARD'],
    [
      'a narrower range',
      versionOf(count),
      versionOf({ ...count, maximum: 50 }),
      '.count: its range was 0..100',
    ],
    [
      'a narrower range within',
      lane(count),
      lane({ ...count, maximum: 50 }),
      '.lanes[].count: its range was',
    ],
  ])('refuses %s', (_, older, newer, fault) => {
    expect(faultsBetween(older, newer).join('\n')).toContain(fault);
  });
});
