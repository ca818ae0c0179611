/** The JSON documents of a topic as JSON Schema (draft 7), for people who read the API's description. */
import type { FieldShape, RecordShape, Shape } from './avro-schema.ts';
import { shapeNamed } from './json.ts';

/** JSON Schema of what `eventFromJson` takes for the topic of that name. */
export function jsonSchemaOf(name: string): object {
  return { title: name, ...recordSchema(shapeNamed(name)) };
}

function recordSchema({ doc, fields }: RecordShape): object {
  return {
    type: 'object',
    description: doc,
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)])),
    required: fields.filter(({ shape }) => shape.kind !== 'optional').map((field) => field.name),
    additionalProperties: false,
  };
}

function fieldSchema({ doc, shape, range }: FieldShape): object {
  const value = shape.kind === 'optional' ? shape.of : shape;
  const bounds = range && value.kind !== 'time' ? range : {};
  return { ...valueSchema(value), ...bounds, description: doc };
}

function valueSchema(shape: Shape): object {
  switch (shape.kind) {
    case 'record':
      return recordSchema(shape);
    case 'array':
      return { type: 'array', items: valueSchema(shape.items) };
    case 'optional':
      return valueSchema(shape.of);
    case 'enum':
      return { type: 'string', enum: shape.symbols };
    case 'time':
      return { type: 'string', format: 'date-time' };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64' };
    case 'double':
      return { type: 'number' };
    case 'string':
    case 'boolean':
      return { type: shape.kind };
    default:
      return { type: 'integer' };
  }
}
