import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MatrixOptions, matrixHistory } from './matrix-history.ts';

const options: MatrixOptions = {
  ...{ subject: 'link', missing: '0', span: undefined, horizons: [3, 6, 12] },
  ...{ timeZone: 'UTC', days: 180 },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matrix-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a CSV matrix', () => {
  const written = async (text: string, different: Partial<MatrixOptions> = {}) => {
    const path = join(folder, 'small.csv');
    await writeFile(path, text);
    return matrixHistory(path, { ...options, ...different });
  };
  const rows = (count: number, row: (i: number) => string): string =>
    `timestamp,A,"B, west"\n${Array.from({ length: count }, (_, i) => row(i)).join('\n')}\n`;
  const at = (hour: number): string => new Date(Date.UTC(2026, 2, 2, hour)).toISOString();
  const days = 6 * 24;

  it('is read as shares of the span, where nothing is what is empty, said to be missing, or left out', async () => {
    const source = await written(
      rows(days, (i) => (i === 2 ? '' : `${at(i)},${i === 1 ? '' : 30},${i === 3 ? -1 : 60}`)).replace(
        '\n\n',
        '\n',
      ),
      { missing: '-1' },
    );
    const { history, span } = source;
    expect(span).toBe(80);
    expect(history.sensors).toEqual(['A', 'B, west']);
    expect(history.pace.tickSeconds).toBe(3600);
    expect(history.ticks).toHaveLength(days);
    expect([...history.values.subarray(0, 10)]).toEqual([37.5, 75, NaN, 75, NaN, NaN, 37.5, NaN, 37.5, 75]);
  });

  it('is read by the clock on the wall of its zone; a row tells of the time that begins with it', async () => {
    const local = (i: number): string => at(i).slice(0, 19);
    const source = await written(
      rows(days, (i) => `${local(i)},1,2`),
      { timeZone: 'America/New_York' },
    );
    expect(new Date(source.from).toISOString()).toBe('2026-03-02T06:00:00.000Z');
    expect(source.history.ticks[0]!.moment(0)).toEqual({ weekday: 0, secondOfDay: 3600 });
    expect(source.history.ticks[0]!.moment(-2)).toEqual({ weekday: 6, secondOfDay: 23 * 3600 });
  });

  it('may say in a word that nothing was measured', async () => {
    const source = await written(
      rows(days, (i) => `${at(i)},${i === 1 ? 'none' : 30},60`),
      { missing: 'none' },
    );
    expect([...source.history.values.subarray(0, 4)]).toEqual([37.5, 75, NaN, 75]);
  });

  it('is cut to its last days', async () => {
    const source = await written(
      rows(days, (i) => `${at(i)},1,2`),
      { days: 5 },
    );
    expect(source.history.ticks).toHaveLength(5 * 24);
    expect(source.to - source.from).toBe((5 * 24 - 1) * 3_600_000);
  });

  it.each([
    ['too little', rows(20, (i) => `${at(i)},1,2`), '2 sensors and 0.8 days'],
    ['a word', rows(days, (i) => `${at(i)},1,fast`), 'row 2: "fast"; a number, or nothing, would be right'],
    ['no time', rows(days, () => 'noon,1,2'), 'row 2: time "noon"'],
    ['another order', rows(days, (i) => `${at(days - 2 * i)},1,2`), 'rows in order of time would be right'],
    ['a row that is too long', rows(days, (i) => `${at(i)},1,2,3`), 'cannot be read'],
  ])('is refused: %s', async (_, text, fault) => {
    await expect(written(text)).rejects.toThrow(fault);
  });
});
