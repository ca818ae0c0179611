/** The tables into which subjects write, and what is in them. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { hop, type Job, startAt } from './jobs.ts';

/** Where a subject has its rows, in the words of `JOBS.md`. */
export interface ResultTable {
  /** Makes it, unless the subject does so itself. */
  readonly create: string;
  /** `link` and `window_start` in milliseconds, and the other columns of the job. */
  readonly source: string;
  /** A condition for the rows of one window; `$1` is its start in milliseconds. */
  readonly isWindow: string;
}

const columns: Readonly<Record<Job, readonly string[]>> = {
  frames: minuteColumns(),
  single: minuteColumns(),
  hop: ['vehicles', 'occupancy_permille', 'space_mean_decikph', 'samples'],
};

function minuteColumns(): string[] {
  return [
    'vehicles',
    'flow_vph',
    'occupancy_permille',
    'space_mean_decikph',
    'delay_deciseconds',
    'travel_time_index_permille',
    'level_of_service',
    'quality',
    'samples',
    'expected_samples',
  ];
}

const isText = (name: string): boolean => ['level_of_service', 'quality'].includes(name);

/** The table that `JOBS.md` promises to a subject. */
export function peerTable(job: Job): ResultTable {
  const name = job === 'hop' ? 'link_hop' : 'link_minute';
  const own = columns[job].map((column) => `${column} ${isText(column) ? 'text' : 'integer'}`);
  return {
    create: `CREATE TABLE ${name} (link text COLLATE "C", window_start bigint, ${own.join(', ')},
      PRIMARY KEY (link, window_start))`,
    source: name,
    isWindow: 'window_start = $1',
  };
}

/** Start of the last window that is judged. */
export const lastWindow = (job: Job, minutes: number): number =>
  job === 'hop' ? startAt + minutes * 60_000 - hop.windowSeconds * 1000 : startAt + (minutes - 1) * 60_000;

/** What is asked of the database of a subject. */
export class ResultReader {
  private readonly client: pg.Client;
  private readonly job: Job;
  private readonly table: ResultTable;

  private constructor(client: pg.Client, job: Job, table: ResultTable) {
    this.client = client;
    this.job = job;
    this.table = table;
  }

  static async open(url: string, job: Job, table: ResultTable): Promise<ResultReader> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new ResultReader(client, job, table);
  }

  /** How many rows of a window are there. */
  async countIn(windowStart: number): Promise<number> {
    const { rows } = await this.client.query(
      `SELECT count(*)::integer AS count FROM ${this.table.source} WHERE ${this.table.isWindow}`,
      [windowStart],
    );
    return rows[0].count;
  }

  /** All rows up to a window as text, in the order and the words of the oracle. */
  async rows(last: number): Promise<string[]> {
    const list = columns[this.job].map((column) => `coalesce(${column}::text, '')`).join(` || '|' || `);
    const { rows } = await this.client.query({
      text: `SELECT link || '|' || window_start || '|' || ${list} AS row FROM ${this.table.source}
        WHERE window_start BETWEEN $1 AND $2 ORDER BY link, window_start`,
      values: [startAt, last],
      rowMode: 'array',
    });
    return rows.map(([row]) => row as string);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

export function digestOf(rows: readonly string[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${row}\n`);
  return hash.digest('hex');
}

/** Where two tables first differ, for people; empty when they do not. */
export function firstDifference(found: readonly string[], wanted: readonly string[]): string {
  const at = wanted.findIndex((row, i) => row !== found[i]);
  if (at >= 0) return `row ${at}: ${found[at] ?? 'nothing'} where ${wanted[at]} would be right`;
  return found.length > wanted.length ? `${found.length - wanted.length} rows too many` : '';
}
