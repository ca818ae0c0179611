/** A recording replayed by the program itself, also when it is killed on the way. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openParts } from '#commands/parts.ts';
import type { Row } from '#runtime/measures.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'e2e-replay-'));
  // Where the tests run as root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));

const stepMilliseconds = 300_000;
const links = [501, 502, 503, 504, 505, 506];

/** Five-minute rows from `begin`; a cell from its row and column. */
function matrix(begin: number, rows: number, cell: (row: number, column: number) => number): Buffer {
  const lines = Array.from({ length: rows }, (_, row) => {
    const time = new Date(begin + row * stepMilliseconds).toISOString().slice(0, 19);
    return [time, ...links.map((_, column) => cell(row, column))].join(',');
  });
  return gzipSync([`timestamp,${links}`, ...lines, ''].join('\n'));
}

/** Every seventh row of a column counts nobody, and the speed beside it is that of the row before. */
const isEmpty = (row: number, column: number): boolean => (row + column) % 7 === 6;
const speedAt = (row: number, column: number): number =>
  isEmpty(row, column) ? speedAt(row - 1, column) : 40 + ((row * 3 + column * 5) % 23);
const countAt = (row: number, column: number): number =>
  isEmpty(row, column) ? 0 : 1 + ((row + column) % 9);

const aarhusBegin = Date.parse('2014-08-01T05:00:00Z');

async function writeAarhus(name: string, rows: number): Promise<string> {
  const recording = join(folder, name);
  await mkdir(recording);
  const header =
    'POINT_1_STREET,POINT_1_NAME,POINT_2_NAME,POINT_2_LNG,POINT_2_STREET,NDT_IN_KMH,POINT_1_LAT,POINT_2_LAT,' +
    'POINT_2_CITY,POINT_1_LNG,REPORT_ID,DISTANCE_IN_METERS,POINT_2_POSTAL_CODE';
  const lines = links.map((id, i) => {
    const [from, to] = [10.1 + i / 100, 10.11 + i / 100].map((degrees) => degrees.toFixed(2));
    return `Ringgaden,${i},${i + 1},${to},Ringgaden,60,56.2,56.2,Aarhus,${from},${id},620,820${i % 3}`;
  });
  await writeFile(join(recording, 'links.csv'), [header, ...lines, ''].join('\n'));
  await writeFile(join(recording, 'speed_kmh.csv.gz'), matrix(aarhusBegin, rows, speedAt));
  await writeFile(join(recording, 'vehicle_count.csv.gz'), matrix(aarhusBegin, rows, countAt));
  return recording;
}

/** Replays into `data`; answers with the hash of all tables and what was said on the way. */
async function replay(
  recording: string,
  data: string,
  ...more: string[]
): Promise<{ hash: string; said: string }> {
  const args = ['--import', 'tsx', 'arterial.ts', 'replay', recording, '--as', 'speed-matrix'];
  const { stdout, stderr } = await run(process.execPath, [...args, '--data', join(folder, data), ...more], {
    cwd: root,
  });
  const hash = /hash of all tables: ([0-9a-f]{64})/.exec(stdout)?.[1];
  if (hash === undefined) throw new Error(stdout + stderr);
  return { hash, said: stdout + stderr };
}

async function linkStates(data: string): Promise<readonly Row[]> {
  const parts = await openParts(join(folder, data), 3);
  try {
    return await parts.store.select({
      table: 'link_state',
      where: {},
      timeColumn: 'window_start',
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
      limit: 1_000_000,
    });
  } finally {
    await parts.close();
  }
}

describe('a recording of speeds and counts', () => {
  const rows = 300;

  it('gives the same tables each time, and no speed where nobody was counted', async () => {
    const recording = await writeAarhus('aarhus', rows);
    const first = await replay(recording, 'first');
    const second = await replay(recording, 'second');
    expect(second.hash).toBe(first.hash);
    expect(first.said).toContain(`${rows * links.length} readings`);
    expect(first.said).toContain('refused at the edge: 0');

    const states = await linkStates('first');
    const found = new Map(states.map((row) => [`${row['link']} ${row['window_start']}`, row]));
    for (let row = 6; row < rows; row++)
      for (const [column, link] of links.entries()) {
        const state = found.get(`${link} ${aarhusBegin + row * stepMilliseconds}`);
        expect(state, `link ${link}, row ${row}`).toBeDefined();
        expect([state?.['vehicles'], state?.['space_mean_decikph']]).toEqual(
          isEmpty(row, column) ? [0, null] : [countAt(row, column), speedAt(row, column) * 10],
        );
      }
  });

  it('gives the same tables when it is killed on the way', async () => {
    const recording = await writeAarhus('longer', 2500);
    const straight = await replay(recording, 'straight');
    const disturbed = await replay(recording, 'disturbed', '--kills', '1');
    expect(disturbed.said).toContain('kill 1 of 1: killed with');
    expect(disturbed.said).toContain('going on after');
    expect(disturbed.hash).toBe(straight.hash);
  });

  it('gives the same tables when it is killed after the last record, before it says so', async () => {
    const recording = await writeAarhus('ended', 40);
    const { hash } = await replay(recording, 'ended-once');
    await rm(join(folder, 'ended-once', 'finished'));
    const again = await replay(recording, 'ended-once');
    expect(again.said).toContain('going on after');
    expect(again.hash).toBe(hash);
  });
});

describe('a recording of speeds alone', () => {
  it('gives the same tables each time, and no speed where the recording says 0', async () => {
    const begin = Date.parse('2012-03-05T06:00:00Z');
    const mphAt = (row: number, column: number): number =>
      isEmpty(row, column) ? 0 : 30 + ((row + column) % 31);
    const recording = join(folder, 'los-angeles');
    await mkdir(recording);
    await writeFile(join(recording, 'speed.csv.gz'), matrix(begin, 300, mphAt));
    const first = await replay(recording, 'los-angeles-first');
    const second = await replay(recording, 'los-angeles-second');
    expect(second.hash).toBe(first.hash);

    const states = (await linkStates('los-angeles-first')).filter(({ window_start: start }) => {
      const row = ((start as number) - begin - 8 * 3_600_000) / stepMilliseconds;
      return row >= 6 && row < 300;
    });
    expect(states.length).toBe(294 * links.length);
    for (const state of states) {
      const row = ((state['window_start'] as number) - begin - 8 * 3_600_000) / stepMilliseconds;
      const mph = mphAt(row, links.indexOf(Number(state['link'])));
      expect(state['space_mean_decikph']).toBe(mph === 0 ? null : Math.round(mph * 16.09344));
    }
  });
});
