/** The table of the job in PostgreSQL. */
import type pg from 'pg';
import type { Row } from './measures.ts';

interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, 'text' | 'bigint' | 'integer'>>;
}

const linkMinute: Table = {
  name: 'link_minute',
  columns: {
    link: 'text',
    window_start: 'bigint',
    vehicles: 'integer',
    flow_vph: 'integer',
    occupancy_permille: 'integer',
    space_mean_decikph: 'integer',
    delay_deciseconds: 'integer',
    travel_time_index_permille: 'integer',
    level_of_service: 'text',
    quality: 'text',
    samples: 'integer',
    expected_samples: 'integer',
  },
};

const linkHop: Table = {
  name: 'link_hop',
  columns: {
    link: 'text',
    window_start: 'bigint',
    vehicles: 'integer',
    occupancy_permille: 'integer',
    space_mean_decikph: 'integer',
    samples: 'integer',
  },
};

export const tables = { frames: linkMinute, single: linkMinute, hop: linkHop } as const;

const rowsInStatement = 5_000;

/**
 * The first row of a link and window stays: it was whole when it was written, and what a restart makes of a window that
 * was closed before it is not.
 */
export async function insertRows(pool: pg.Pool, table: Table, rows: readonly Row[]): Promise<void> {
  const names = Object.keys(table.columns);
  const arrays = Object.values(table.columns).map((type, i) => `$${i + 1}::${type}[]`);
  for (let from = 0; from < rows.length; from += rowsInStatement) {
    const part = rows.slice(from, from + rowsInStatement);
    await pool.query({
      name: `insert into ${table.name}`,
      text: `INSERT INTO ${table.name} (${names}) SELECT * FROM unnest(${arrays})
        ON CONFLICT (link, window_start) DO NOTHING`,
      values: names.map((_, i) => part.map((row) => row[i])),
    });
  }
}
