import { columnOf, type LiveFields } from './tables.ts';

/** Columns by field: the names of fields are few, and the renaming costs more than the rest of a row. */
const columns = new Map<string, string>();

/** An event as a row of its table: column to value, nested values as they are. */
export function rowOf(event: object): Record<string, unknown> {
  const fields = event as Readonly<Record<string, unknown>>;
  const row: Record<string, unknown> = {};
  // Events are plain records; a loop over keys makes no list of pairs for each of millions of rows.
  for (const field in fields) {
    let column = columns.get(field);
    if (column === undefined) {
      column = columnOf(field);
      columns.set(field, column);
    }
    row[column] = fields[field];
  }
  return row;
}

/** A row of a table as the event that it was made from. */
export function eventOf(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  for (const [column, value] of Object.entries(row)) event[fieldOf(column)] = value;
  return event;
}

/** `space_mean_decikph` to `spaceMeanDecikph`. */
const fieldOf = (column: string): string =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Which thing an event is the state of, as live state names it. */
export const liveIdOf = (live: LiveFields, event: Readonly<Record<string, unknown>>): string =>
  live.id.map((field) => String(event[field])).join('/');

/** Orders the states of one thing. */
export const liveVersionOf = (live: LiveFields, event: Readonly<Record<string, unknown>>): number[] =>
  live.version.map((field) => Number(event[field]));
