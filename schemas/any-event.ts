/** Arbitrary events of any schema, for properties: whatever the schema allows, its edges more often. */
import fc from 'fast-check';
import type { FieldShape, Range, RecordShape, Shape } from './avro-schema.ts';

type Plain = Readonly<Record<string, unknown>>;

/** Events as the generated codecs hold them: columns as typed arrays. */
export const anyEvent = (shape: RecordShape): fc.Arbitrary<unknown> => anyValue(shape, undefined);

function anyValue(shape: Shape, range: Range | undefined): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'optional':
      return fc.option(anyValue(shape.of, range), { nil: null, freq: 3 });
    case 'record':
      return anyRecord(shape);
    case 'array':
      return shape.items.kind === 'record' && shape.items.columns
        ? anyColumns(shape.items)
        : fc.array(anyValue(shape.items, undefined), { maxLength: 5 });
    case 'enum':
      return fc.constantFrom(...shape.symbols);
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', 'NUL'));
    case 'boolean':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    case 'double':
      return fc.double({
        min: range?.minimum ?? -Number.MAX_VALUE,
        max: range?.maximum ?? Number.MAX_VALUE,
        noNaN: true,
      });
    default:
      return anyInteger(shape.kind, range);
  }
}

function anyInteger(kind: 'int' | 'long' | 'time', range: Range | undefined): fc.Arbitrary<number> {
  const int: Range = { minimum: -0x80000000, maximum: 0x7fffffff };
  const long: Range = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
  const { minimum, maximum } = range ?? (kind === 'int' ? int : long);
  // Around each power of 128 a varint grows by a byte; around 2^28 and 2^30 the codec changes its arithmetic.
  const edges = [6, 7, 13, 14, 20, 21, 27, 28, 29, 30, 31, 32, 34, 41, 48, 52]
    .flatMap((bits) => [2 ** bits - 1, 2 ** bits, -(2 ** bits), -(2 ** bits) - 1])
    .concat(minimum, maximum)
    .filter((edge) => edge >= minimum && edge <= maximum);
  return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(...edges));
}

function anyRecord(shape: RecordShape): fc.Arbitrary<Plain> {
  const fields = shape.fields.map((field): [string, fc.Arbitrary<unknown>] => [
    field.name,
    anyValue(field.shape, field.range),
  ]);
  return fc.record(Object.fromEntries(fields));
}

function anyColumns(row: RecordShape): fc.Arbitrary<Plain> {
  return fc.array(anyRecord(row), { maxLength: 8 }).map((rows) => columnsOf(row, rows));
}

function columnsOf(row: RecordShape, rows: readonly Plain[]): Plain {
  const column = ({ name }: FieldShape): [string, Int32Array] => [
    name,
    Int32Array.from(rows, (cells) => (cells[name] ?? -1) as number),
  ];
  return { length: rows.length, ...Object.fromEntries(row.fields.map(column)) };
}

/** The same value with rows for columns and `convert` applied to every leaf, as other libraries hold it. */
export function plainOf(
  shape: Shape,
  value: unknown,
  convert: (shape: Shape, leaf: unknown) => unknown,
): unknown {
  switch (shape.kind) {
    case 'optional':
      return value === null ? null : plainOf(shape.of, value, convert);
    case 'record': {
      const record = value as Plain;
      const cells = shape.fields.map((field) => [
        field.name,
        plainOf(field.shape, record[field.name], convert),
      ]);
      return Object.fromEntries(cells);
    }
    case 'array':
      return itemsOf(shape.items, value).map((item) => plainOf(shape.items, item, convert));
    default:
      return convert(shape, value);
  }
}

/** The items of an array field, columns turned into rows. */
export function itemsOf(items: Shape, value: unknown): readonly unknown[] {
  if (items.kind !== 'record' || !items.columns) return value as readonly unknown[];
  const columns = value as { readonly length: number } & Readonly<Record<string, Int32Array>>;
  return Array.from({ length: columns.length }, (_, index) =>
    Object.fromEntries(
      items.fields.map(({ name, shape }) => {
        const cell = (columns[name] as Int32Array)[index] as number;
        return [name, shape.kind === 'optional' && cell < 0 ? null : cell];
      }),
    ),
  );
}
