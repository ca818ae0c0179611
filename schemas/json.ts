/**
 * Events as JSON documents, read and written by walking the topic's schema. Columns are a list of objects, a
 * time is RFC 3339, and every rejection names the path and what would be right there.
 */
import { type EventTime, parseRfc3339, toRfc3339 } from '#domain/time.ts';
import { type FieldShape, type Range, type RecordShape, type Shape, shapeOf } from './avro-schema.ts';
import { schemas } from './generated/schemas.ts';
import type { Rejection } from './rejection.ts';
import type { Topic } from './topic.ts';
import { DecodeFailure, inside, outside } from './wire.ts';

type Document = Readonly<Record<string, unknown>>;

/**
 * The event that a JSON document says, or why there is none. Optional fields may be left out or null; a time
 * is RFC 3339 with its zone, or integer milliseconds since 1970. Never throws for bad data.
 */
export function eventFromJson<Event>(topic: Topic<Event>, document: unknown): Event | Rejection {
  try {
    const event = readRecord(shapeNamed(topic.name), document) as Event;
    return topic.check(event) ?? event;
  } catch (failure) {
    if (failure instanceof DecodeFailure) return failure.rejection;
    throw failure;
  }
}

/** The JSON document of an event, which `eventFromJson` reads back as the same event; null where absent. */
export function eventToJson<Event>(topic: Topic<Event>, event: Event): unknown {
  return writeValue(shapeNamed(topic.name), event);
}

const shapes = new Map<string, RecordShape>();

/** The shape of the schema of that name, `detector.frame.v1`; throws when there is none. */
export function shapeNamed(name: string): RecordShape {
  const known = shapes.get(name);
  if (known) return known;
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (!schema) throw new Error(`no schema ${name}`);
  const shape = shapeOf(schema);
  shapes.set(name, shape);
  return shape;
}

function readRecord(shape: RecordShape, value: unknown): Document {
  const document = objectOf(value);
  refuseUnknown(shape, document);
  return Object.fromEntries(shape.fields.map((field) => [field.name, readField(field, document)]));
}

function readField(field: FieldShape, document: Document): unknown {
  const value = document[field.name] ?? null;
  if (value === null && field.shape.kind === 'optional') return null;
  if (value === null) throw new DecodeFailure('json.missing', field.name, `needed: ${field.doc}`);
  try {
    return readValue(field.shape, value, field.range);
  } catch (failure) {
    throw inside(field.name, failure);
  }
}

function readValue(shape: Shape, value: unknown, range: Range | undefined): unknown {
  switch (shape.kind) {
    case 'optional':
      return value === null ? null : readValue(shape.of, value, range);
    case 'record':
      return readRecord(shape, value);
    case 'array':
      return readArray(shape.items, value);
    case 'enum':
      if (typeof value === 'string' && shape.symbols.includes(value)) return value;
      throw new DecodeFailure(
        'json.type',
        '',
        `${found(value)}; one of ${shape.symbols.join(', ')} would be right`,
      );
    case 'time':
      return readTime(value, range);
    case 'string':
      return readText(value);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw wrong(value, 'true or false');
    case 'bytes':
      if (typeof value === 'string') return Buffer.from(value, 'base64');
      throw wrong(value, 'base64 text');
    default:
      return readNumber(shape.kind, value, range);
  }
}

function readArray(items: Shape, value: unknown): unknown {
  if (!Array.isArray(value)) throw wrong(value, 'a list');
  const read = value.map((item, index) => {
    try {
      return readValue(items, item, undefined);
    } catch (failure) {
      throw inside(`[${index}]`, failure);
    }
  });
  if (items.kind !== 'record' || !items.columns) return read;
  const rows = read as Readonly<Record<string, number | null>>[];
  const columns = items.fields.map(({ name }) => [name, Int32Array.from(rows, (row) => row[name] ?? -1)]);
  return { length: rows.length, ...Object.fromEntries(columns) };
}

function readNumber(kind: 'int' | 'long' | 'double', value: unknown, range: Range | undefined): number {
  if (typeof value !== 'number') throw wrong(value, kind === 'double' ? 'a number' : 'an integer');
  if (kind !== 'double' && !Number.isSafeInteger(value)) throw wrong(value, 'an integer within 2^53');
  const int: Range = { minimum: -0x80000000, maximum: 0x7fffffff };
  return within(value, range ?? (kind === 'int' ? int : undefined));
}

function within(value: number, range: Range | undefined): number {
  if (range && !(value >= range.minimum && value <= range.maximum))
    throw outside('', value, range.minimum, range.maximum);
  return value;
}

const localTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

function readTime(value: unknown, range: Range | undefined): EventTime {
  if (typeof value === 'number') return readNumber('long', value, range);
  if (typeof value !== 'string') throw wrong(value, 'RFC 3339 text or integer milliseconds since 1970');
  if (localTime.test(value)) {
    const said = shortened(value);
    throw new DecodeFailure('time.zone', '', `${said} has no zone; ${said}Z or ${said}+02:00 would be right`);
  }
  const at = parseRfc3339(value);
  if (at === undefined) throw wrong(value, 'RFC 3339 with its zone, such as 2024-05-01T08:00:00Z,');
  return within(at, range);
}

function readText(value: unknown): string {
  if (typeof value !== 'string') throw wrong(value, 'text');
  if (value.includes('\0')) throw new DecodeFailure('wire.text', '', 'text with a NUL, which no store keeps');
  if (/\p{Surrogate}/u.test(value))
    throw new DecodeFailure('wire.text', '', 'text with half a surrogate pair, which UTF-8 cannot say');
  return value;
}

function objectOf(value: unknown): Document {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(value, 'an object');
  return value as Document;
}

function refuseUnknown(shape: RecordShape, document: Document): void {
  const names = shape.fields.map((field) => field.name);
  for (const name of Object.keys(document)) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names);
    const right = nearest
      ? `${nearest} would be right`
      : `${names.join(', ')} are the fields of a ${shape.name}`;
    throw new DecodeFailure('json.unknown', shortened(name), `no such field; ${right}`);
  }
}

/** The name with the fewest changed letters, if they are at most half of them. */
function nearestName(name: string, names: readonly string[]): string | undefined {
  const tried = name.slice(0, 60).toLowerCase();
  const ranked = names
    .map((candidate) => ({ candidate, distance: changedLetters(tried, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(tried.length, best.candidate.length) / 2
    ? best.candidate
    : undefined;
}

/** Levenshtein distance: letters to insert, delete or replace to make one word of the other. */
function changedLetters(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] as number) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[to.length] as number;
}

const wrong = (value: unknown, right: string): DecodeFailure =>
  new DecodeFailure('json.type', '', `${found(value)}; ${right} would be right`);

function found(value: unknown): string {
  if (typeof value === 'string') return `text ${JSON.stringify(shortened(value))}`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** Fit to be shown and kept: of bounded length, without control characters or halves of surrogate pairs. */
function shortened(text: string): string {
  const cut = text.length <= 60 ? text : `${text.slice(0, 60)}…`;
  return cut.replace(/[\p{Cc}\p{Surrogate}]/gu, '?');
}

function writeValue(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'optional':
      return value === null ? null : writeValue(shape.of, value);
    case 'record': {
      const record = value as Document;
      return Object.fromEntries(
        shape.fields.map((field) => [field.name, writeValue(field.shape, record[field.name])]),
      );
    }
    case 'array':
      return shape.items.kind === 'record' && shape.items.columns
        ? writeRows(shape.items, value as Columns)
        : (value as readonly unknown[]).map((item) => writeValue(shape.items, item));
    case 'time':
      return toRfc3339(value as EventTime);
    case 'bytes':
      return (value as Buffer).toString('base64');
    default:
      return value;
  }
}

type Columns = { readonly length: number } & Readonly<Record<string, Int32Array | number>>;

function writeRows(row: RecordShape, columns: Columns): unknown[] {
  return Array.from({ length: columns.length }, (_, index) =>
    Object.fromEntries(
      row.fields.map(({ name, shape }) => {
        const value = (columns[name] as Int32Array)[index] as number;
        return [name, shape.kind === 'optional' && value < 0 ? null : value];
      }),
    ),
  );
}
