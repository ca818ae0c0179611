import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { forecastStdio } from './forecast-stdio.ts';

const hello = { sensors: ['a', 'b'], horizons: [12, 3, 6], stepSeconds: 300, testFrom: 20 };
const start = Date.UTC(2012, 2, 1);
const rowOf = (row: number, x: readonly unknown[]) => ({
  row,
  t: new Date(start + row * 300_000).toISOString().slice(0, 19),
  x,
});

interface Said {
  readonly row: number;
  readonly y: number[][];
  readonly lo: number[][];
  readonly hi: number[][];
}

async function say(...lines: readonly unknown[]): Promise<Said[]> {
  const output = new PassThrough();
  const said = text(output);
  const input = Readable.from(
    lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`),
  );
  await forecastStdio(input, output, { note: () => undefined });
  output.end();
  return (await said)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Said);
}

describe('forecasts of rows on standard input', () => {
  it('come for each row from the first that is to be answered, in the order of the horizons asked for', async () => {
    const rows = Array.from({ length: 30 }, (_, row) =>
      rowOf(row, [2000, row % 7 === 0 ? null : 500 + 8 * row]),
    );
    const said = await say({ hello }, '', ...rows);
    expect(said.map(({ row }) => row)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    for (const { y, lo, hi } of said)
      for (const [horizon, values] of y.entries()) {
        expect(values).toHaveLength(2);
        expect(Math.abs(values[0]! - 2000)).toBeLessThan(1);
        for (const sensor of [0, 1]) {
          expect(lo[horizon]![sensor]).toBeLessThanOrEqual(values[sensor]!);
          expect(hi[horizon]![sensor]).toBeGreaterThanOrEqual(values[sensor]!);
        }
      }
  });

  it('are those of each horizon, wherever it stands', async () => {
    const rows = Array.from({ length: 600 }, (_, row) => rowOf(row, [50 + 30 * Math.sin(row / 8), 1]));
    const of = async (horizons: readonly number[]) =>
      (await say({ hello: { ...hello, horizons, testFrom: 599 } }, ...rows))[0]!;
    const [mixed, growing] = [await of([12, 3, 6]), await of([3, 6, 12])];
    for (const name of ['y', 'lo', 'hi'] as const)
      expect(mixed[name]).toEqual([growing[name][2], growing[name][0], growing[name][1]]);
    expect(growing.y[0]).not.toEqual(growing.y[2]);
  });

  it('are the same however the input is cut into pieces', async () => {
    const rows = Array.from({ length: 24 }, (_, row) => rowOf(row, [40 + (row % 5), 9]));
    const lines = [{ hello: { ...hello, sensors: ['Ælvej', 'b'] } }, ...rows];
    const bytes = Buffer.from(lines.map((line) => JSON.stringify(line)).join('\r\n'));
    const answer = async (size: number): Promise<string> => {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const output = new PassThrough();
      const said = text(output);
      await forecastStdio(Readable.from(pieces), output, { note: () => undefined });
      output.end();
      return said;
    };
    expect((await answer(1)).split('\n')).toHaveLength(5);
    expect(await answer(1)).toBe(await answer(bytes.length));
    expect(await answer(7)).toBe(await answer(1));
  });

  it('go by nothing that comes later', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => rowOf(row, [40 + (row % 5), 9]));
    const [some, all] = [await say({ hello }, ...rows.slice(0, 30)), await say({ hello }, ...rows)];
    expect(all.slice(0, 10)).toEqual(some);
  });

  it('are the middle of all that can be where nothing was ever measured', async () => {
    const rows = Array.from({ length: 21 }, (_, row) => rowOf(row, [100, null]));
    const [said] = await say({ hello }, ...rows);
    expect([said!.y[0]![1], said!.lo[0]![1], said!.hi[0]![1]]).toEqual([75, 0, 150]);
  });

  it.each([
    ['a row before the hello', [rowOf(0, [1, 2])], 'a hello, then rows with row, t and x would be right'],
    ['what is no JSON', ['{ "hello"'], '{ "hello" was read; a JSON text would be right'],
    ['what is neither', [{ hello }, { bye: 1 }], 'a hello, then rows with row, t and x would be right'],
    ['a number', ['5'], 'a hello, then rows with row, t and x would be right'],
    ['null', ['null'], 'a hello, then rows with row, t and x would be right'],
    [
      'a horizon too far',
      [{ hello: { ...hello, horizons: [3, 13] } }],
      'horizons 3, 13; whole numbers from 1 to 12',
    ],
    [
      'a horizon of now',
      [{ hello: { ...hello, horizons: [0, 3] } }],
      'horizons 0, 3; whole numbers from 1 to 12',
    ],
    ['a horizon with a fraction', [{ hello: { ...hello, horizons: [1.5] } }], 'horizons 1.5; whole numbers'],
    ['no horizon', [{ hello: { ...hello, horizons: [] } }], 'whole numbers from 1 to 12 would be right'],
    [
      'a hello without horizons',
      [{ hello: { ...hello, horizons: undefined } }],
      'whole numbers from 1 to 12',
    ],
    ['a hello without sensors', [{ hello: { ...hello, sensors: [] } }], 'a list of names would be right'],
    ['a step of nothing', [{ hello: { ...hello, stepSeconds: 0 } }], 'stepSeconds 0; seconds above 0'],
    ['no first row', [{ hello: { ...hello, testFrom: undefined } }], 'a row from 0 on would be right'],
    ['a row too short', [{ hello }, rowOf(0, [1])], 'row 0: 1 values; 2 would be right'],
    [
      'a value that is none',
      [{ hello }, rowOf(0, [1, 'x'])],
      'row 0: value x; a number or null would be right',
    ],
    ['a time that is none', [{ hello }, { ...rowOf(0, [1, 2]), t: 'noon' }], 'row 0: time noon'],
  ])('refuse %s', async (_, lines, complaint) => {
    await expect(say(...lines)).rejects.toThrow(complaint);
  });
});
