/**
 * Databases remember what was run on them, so a migration that was released is never edited: `migrations/released.json`
 * records the hash of each. `UPDATE_RELEASED=1` adds what is new; it changes nothing recorded.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aggregateList, aggregates } from './aggregates.ts';
import { measureTables } from './measure-tables.ts';
import { listMigrations, type Migration } from './postgres-migrations.ts';

const releasedFile = new URL('./migrations/released.json', import.meta.url);
const released = JSON.parse(readFileSync(releasedFile, 'utf8')) as Readonly<Record<string, string>>;
const migrations = listMigrations();
const sql = migrations.map(({ text }) => text).join('\n');

/** What keeps databases that exist from going on; empty when nothing does. */
function faultsIn(found: readonly Pick<Migration, 'name' | 'checksum'>[]): string[] {
  const byName = new Map(found.map(({ name, checksum }) => [name, checksum]));
  const changed = Object.keys(released).filter((name) => byName.get(name) !== released[name]);
  return [
    ...changed.map(
      (name) => `${name} was released: put it back as it was and write the change as the next number`,
    ),
    ...found
      .filter(({ name }) => !(name in released))
      .map(({ name }) => `${name} is new: run with UPDATE_RELEASED=1`),
  ];
}

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
    expect(migrations.map(({ name }) => name.slice(0, 5))).toEqual(
      migrations.map((_, i) => `${String(i + 1).padStart(4, '0')}-`),
    );
  });

  it('are as they were released', () => {
    if (process.env['UPDATE_RELEASED']) {
      const all = Object.fromEntries(migrations.map(({ name, checksum }) => [name, checksum]));
      writeFileSync(releasedFile, `${JSON.stringify({ ...all, ...released }, null, 2)}\n`);
      return;
    }
    expect(faultsIn(migrations)).toEqual([]);
  });

  it('would be seen when one was edited, removed or added', () => {
    const [first, ...others] = migrations as [Migration, ...Migration[]];
    expect(faultsIn([{ ...first, checksum: '0' }, ...others])).toHaveLength(1);
    expect(faultsIn(others)).toHaveLength(1);
    expect(faultsIn([...migrations, { name: '9999-new.sql', checksum: '0' }])).toHaveLength(1);
  });

  it.each(aggregates)('sum up $table as the program does, on TimescaleDB as well', (aggregate) => {
    const texts = migrations.filter(({ text }) => text.includes(`${aggregateList(aggregate)}\n`));
    expect(texts.map(({ forTimescale }) => forTimescale)).toEqual([false, true]);
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

  it('make no table but those, the three of the tasks and the two of the housekeeping', () => {
    const others = ['progress', 'unusable', 'kept_state', 'aggregate_behind', 'retention'];
    const names = [...measureTables.map(({ name }) => name), ...others];
    expect([...made.keys()].sort()).toEqual(names.sort());
  });

  it('compare every text by its bytes', () => {
    for (const line of sql.split('\n'))
      if (/^ {2}\w+ text\b(?!;)/.test(line)) expect(line).toContain('COLLATE "C"');
  });
});
