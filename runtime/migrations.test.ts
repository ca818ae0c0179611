import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { measureTables } from './measure-tables.ts';

const folder = new URL('./migrations/', import.meta.url);
const files = readdirSync(folder).sort();
const sql = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');

interface Made {
  readonly columns: string[];
  readonly key: string[];
}

/** What the migrations make, `name: column type [NOT NULL]` by `name: column type [NOT NULL]`. */
function tablesIn(text: string): Map<string, Made> {
  const made = new Map<string, Made>();
  for (const [, name, body] of text.matchAll(/CREATE TABLE (\w+) \(\n(.*?)\n\);/gs)) {
    const lines = (body as string).split('\n').map((line) => line.trim().replace(/,$/, ''));
    const key = lines.find((line) => line.startsWith('PRIMARY KEY'))?.match(/\((.*)\)/)?.[1];
    const columns = lines
      .filter((line) => !line.startsWith('PRIMARY KEY') && !line.startsWith('--'))
      .map((line) => line.replace(' COLLATE "C"', ''));
    made.set(name as string, { columns, key: key?.split(', ') ?? [] });
  }
  return made;
}

describe('the migrations', () => {
  const made = tablesIn(sql);

  it('are numbered without a gap', () => {
    expect(files.map((file) => file.slice(0, 5))).toEqual(
      files.map((_, i) => `${String(i + 1).padStart(4, '0')}-`),
    );
  });

  it.each(measureTables)('make $name with a column for every field of its schema', ({ name, columns }) => {
    const expected = columns.map(
      (column) => `${column.name} ${column.type}${column.nullable ? '' : ' NOT NULL'}`,
    );
    expect([...(made.get(name)?.columns ?? [])].sort()).toEqual(expected.sort());
  });

  it.each(measureTables)('give $name its primary key', ({ name, key }) => {
    expect([...(made.get(name)?.key ?? [])].sort()).toEqual([...key].sort());
  });

  it('make no table but those and the three of the tasks', () => {
    const names = [...measureTables.map(({ name }) => name), 'progress', 'unusable', 'kept_state'];
    expect([...made.keys()].sort()).toEqual(names.sort());
  });

  it('compare every text by its bytes', () => {
    for (const line of sql.split('\n'))
      if (/^ {2}\w+ text\b/.test(line)) expect(line).toContain('COLLATE "C"');
  });
});
