/** The tables of measures as the stores see them: columns and their types, from the schemas of the events. */
import { type Shape, shapeOf } from '#schemas/avro-schema.ts';
import { schemas } from '#schemas/generated/schemas.ts';
import { columnOf, tables } from '#schemas/tables.ts';
import { storableText } from './canonical-json.ts';
import type { Row } from './measures.ts';

/** A type of PostgreSQL. A `timestamptz` is an EventTime at the port, a `jsonb` a plain object or array. */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'double precision'
  | 'boolean'
  | 'timestamptz'
  | 'jsonb';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

export interface MeasureTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, in the order in which rows are compared. */
  readonly key: readonly string[];
}

const typeOf = (shape: Shape): ColumnType => {
  switch (shape.kind) {
    case 'optional':
      return typeOf(shape.of);
    case 'string':
    case 'enum':
      return 'text';
    case 'int':
      return 'integer';
    case 'long':
      return 'bigint';
    case 'double':
      return 'double precision';
    case 'boolean':
      return 'boolean';
    case 'time':
      return 'timestamptz';
    case 'record':
    case 'array':
      return 'jsonb';
    default:
      throw new TypeError(`a measure cannot hold ${shape.kind}`);
  }
};

const byName: ReadonlyMap<string, MeasureTable> = new Map(
  tables.map(({ name, topic, key }) => {
    const schema = schemas[topic.name];
    if (schema === undefined) throw new TypeError(`there is no schema of ${topic.name}`);
    const columns = shapeOf(schema).fields.map((field) => ({
      name: columnOf(field.name),
      type: typeOf(field.shape),
      nullable: field.shape.kind === 'optional',
    }));
    return [name, { name, columns, key: key.map(columnOf) }];
  }),
);

export const measureTables: readonly MeasureTable[] = [...byName.values()];

/** The tables that grow with time: their key holds it, in the column `time`. */
export const timedTables: readonly { readonly name: string; readonly time: string }[] = tables
  .filter(({ key, time }) => key.includes(time))
  .map(({ name, time }) => ({ name, time: columnOf(time) }));

/** Rows are removed with age by whole days of UTC. Milliseconds. */
export const oneDay = 86_400_000;

/** The table of that name; a name that is none is a mistake of the program. */
export function measureTable(name: string): MeasureTable {
  const table = byName.get(name);
  if (table === undefined)
    throw new TypeError(`no measure table ${name}; ${[...byName.keys()]} would be right`);
  return table;
}

/** The column of that name. */
export function columnIn(table: MeasureTable, name: string): Column {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) throw new TypeError(`${table.name} has no column ${name}`);
  return column;
}

/** Makes sure that the columns hold whole numbers in every row. */
export function assertSummable(table: MeasureTable, names: readonly string[]): void {
  for (const name of names) {
    const { type, nullable } = columnIn(table, name);
    if (nullable || (type !== 'integer' && type !== 'bigint'))
      throw new TypeError(`${name} of ${table.name} cannot be summed`);
  }
}

/** The rows with every column and no other, the last of those with one key; by the text of their key. */
export function completeRows(table: MeasureTable, rows: readonly Row[]): Map<string, Row> {
  const complete = new Map<string, Row>();
  for (const row of rows) {
    const cells: Record<string, string | number | boolean | null | object> = {};
    for (const { name } of table.columns) {
      const cell = row[name];
      if (cell === undefined) throw new TypeError(`a row of ${table.name} without ${name}`);
      cells[name] = storable(cell);
    }
    const names = Object.keys(row);
    if (names.length !== table.columns.length) for (const name of names) columnIn(table, name);
    complete.set(keyOf(table, cells), cells);
  }
  return complete;
}

/** The value as it comes back: plain data of its own, and only what a database may hold. */
function storable(cell: string | number | boolean | null | object): typeof cell {
  if (typeof cell === 'string') return storableText(cell);
  if (typeof cell === 'number') {
    if (!Number.isFinite(cell)) throw new TypeError(`${cell} in a row; a finite number would be right`);
    // No column of integers has a negative zero.
    return cell === 0 ? 0 : cell;
  }
  if (typeof cell === 'boolean' || cell === null) return cell;
  const member = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? storableText(value) : value;
  return JSON.parse(JSON.stringify(cell, member)) as object;
}

/** Stands in no text that can be stored. */
const keySeparator = '\u0000';

const keyOf = (table: MeasureTable, row: Row): string =>
  table.key.length === 1
    ? String(row[table.key[0] as string])
    : table.key.map((name) => row[name]).join(keySeparator);
