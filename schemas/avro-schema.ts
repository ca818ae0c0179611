/**
 * The part of Avro that this city speaks, with two words of its own: `minimum` and `maximum` on a field, and
 * `columns` on a record that is kept as one typed array a field.
 */

export type Primitive = 'int' | 'long' | 'double' | 'string' | 'boolean' | 'bytes';

export interface TimeSchema {
  readonly type: 'long';
  readonly logicalType: 'timestamp-millis';
}

export interface ArraySchema {
  readonly type: 'array';
  readonly items: Schema;
}

export interface EnumSchema {
  readonly type: 'enum';
  readonly name: string;
  readonly doc: string;
  readonly symbols: readonly string[];
}

export interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc: string;
  readonly fields: readonly Field[];
  readonly columns?: boolean;
}

/** Null or one other; null comes first. */
export type OptionalSchema = readonly ['null', Schema];

/** A type as it stands in an .avsc; a string is a primitive or the name of a type defined before it. */
export type Schema = string | TimeSchema | ArraySchema | EnumSchema | RecordSchema | OptionalSchema;

export interface Field {
  readonly name: string;
  readonly type: Schema;
  readonly doc: string;
  readonly default?: null;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A type with nothing left to look up. */
export type Shape =
  | { readonly kind: Primitive }
  | { readonly kind: 'time' }
  | { readonly kind: 'optional'; readonly of: Shape }
  | { readonly kind: 'array'; readonly items: Shape }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly doc: string;
      readonly symbols: readonly string[];
    }
  | RecordShape;

export interface RecordShape {
  readonly kind: 'record';
  readonly name: string;
  readonly doc: string;
  readonly columns: boolean;
  readonly fields: readonly FieldShape[];
}

export interface FieldShape {
  readonly name: string;
  readonly doc: string;
  readonly shape: Shape;
  /** Least and greatest value; undefined where any value of the type will do. */
  readonly range: Range | undefined;
}

export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** The times that RFC 3339 can write, years 0000 to 9999: beyond them JSON has no word for a time. */
export const timeRange: Range = { minimum: -62_167_219_200_000, maximum: 253_402_300_799_999 };

const primitives: readonly string[] = ['int', 'long', 'double', 'string', 'boolean', 'bytes'];
const isPrimitive = (name: string): name is Primitive => primitives.includes(name);

/** The shape of a schema. Throws when the schema uses what this project does not. */
export function shapeOf(schema: RecordSchema): RecordShape {
  const named = new Map<string, Shape>();

  function resolve(type: Schema): Shape {
    if (typeof type === 'string') return named.get(type) ?? primitive(type);
    if (isOptional(type)) return { kind: 'optional', of: resolve(type[1]) };
    if ('logicalType' in type) return { kind: 'time' };
    if (type.type === 'array') return { kind: 'array', items: resolve(type.items) };
    const shape = type.type === 'enum' ? { ...type, kind: 'enum' as const } : record(type);
    named.set(type.name, shape);
    return shape;
  }

  function primitive(name: string): Shape {
    if (!isPrimitive(name)) throw new Error(`${schema.name}: no such type ${name}`);
    return { kind: name };
  }

  function record(type: RecordSchema): RecordShape {
    const fields = type.fields.map((field) => fieldShape(type, field, resolve(field.type)));
    return { kind: 'record', name: type.name, doc: type.doc, columns: type.columns ?? false, fields };
  }

  return record(schema);
}

function fieldShape(owner: RecordSchema, field: Field, shape: Shape): FieldShape {
  const { name, doc, minimum, maximum } = field;
  const value = shape.kind === 'optional' ? shape.of : shape;
  const stated = minimum === undefined || maximum === undefined ? undefined : { minimum, maximum };
  const range = value.kind === 'time' ? timeRange : stated;
  // A column keeps -1 for absent, so it can hold 32-bit numbers from 0 only.
  if (owner.columns && (value.kind !== 'int' || !range || range.minimum < 0))
    throw new Error(`${owner.name}.${name}: a column must be an int with a minimum of 0 or more`);
  return { name, doc, shape, range };
}

const isOptional = (type: Schema): type is OptionalSchema => Array.isArray(type);
