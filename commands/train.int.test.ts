import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Chance } from '#domain/forecast/chance.ts';
import { layers } from '#domain/forecast/forecaster.ts';
import { readModelFile } from '#domain/forecast/model-file.ts';
import { cardPath, type Trained, train } from './train.ts';
import { type MatrixOptions, matrixHistory } from './training/matrix-history.ts';

// Teaching takes seconds, and longer on a machine that has other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const [sensors, ticks, delay] = [16, 12 * 288, 3];

/**
 * A street on which slow traffic moves upstream, from one sensor to the next in a quarter of an hour: who looks at the
 * neighbours knows what comes; a profile and a line of the sensor's own do not.
 */
function streetCsv(): string {
  const chance = new Chance(3);
  const slowness = [0];
  for (let t = 1; t < ticks + sensors * delay; t++)
    slowness.push(0.8 * slowness[t - 1]! + (chance.share() < 0.05 ? 25 * chance.share() : 0));
  const lines = [['timestamp', ...Array.from({ length: sensors }, (_, i) => `S${i}`)].join(',')];
  for (let t = 0; t < ticks; t++) {
    const at = new Date(Date.UTC(2026, 2, 2) + t * 300_000).toISOString().slice(0, 19).replace('T', ' ');
    const rush = 8 * Math.sin((2 * Math.PI * (t % 288)) / 288);
    const speed = (i: number): string =>
      chance.share() < 0.02
        ? '0'
        : (55 + rush - Math.min(45, slowness[t + (sensors - i) * delay]!) + chance.normal()).toFixed(1);
    lines.push([at, ...Array.from({ length: sensors }, (_, i) => speed(i))].join(','));
  }
  return `${lines.join('\n')}\n`;
}

const options: MatrixOptions = {
  ...{ subject: 'link', missing: '0', span: undefined, horizons: [3, 6, 12] },
  ...{ timeZone: 'UTC', days: 180 },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-'));
  await writeFile(join(folder, 'speed.csv.gz'), gzipSync(streetCsv()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('arterial train', () => {
  let lines = '';
  const progress = new Writable({
    write(chunk, _encoding, done) {
      lines += String(chunk);
      done();
    },
  });
  const trained = async (out: string, threads: number): Promise<Trained> => {
    const source = await matrixHistory(folder, options);
    const path = join(folder, out);
    return train({ source, from: 'speed.csv.gz', out: path, members: 2, seed: 7, threads, progress });
  };
  let first: Trained;
  beforeAll(async () => {
    first = await trained('first', 2);
  });

  it('learns what moves along the street, which neither the last value nor a profile nor a line can know', () => {
    const error = (layer: (typeof layers)[number], horizon: number): number =>
      first.scores[horizon]!.layers[layers.indexOf(layer)]!;
    for (const horizon of [0, 1])
      for (const layer of ['last', 'profile', 'line'] as const)
        expect(error('network', horizon)).toBeLessThan(0.8 * error(layer, horizon));
    for (const { judged, withModel, without } of first.scores) {
      expect(judged).toBeGreaterThan(5000);
      expect(withModel.error).toBeLessThan(without.error);
      expect(withModel.interval).toBeLessThan(without.interval);
      expect(withModel.coverage).toBeGreaterThan(0.85);
      expect(withModel.coverage).toBeLessThan(0.95);
    }
  });

  it('writes the model and what it is', async () => {
    const file = readModelFile(await readFile(join(folder, 'first')));
    expect(file).toMatchObject({
      subject: 'link',
      span: 80,
      lastDay: '2026-03-13',
      model: { name: first.name },
    });
    const card = await readFile(cardPath(join(folder, 'first')), 'utf8');
    expect(card).toContain(`# ${first.name}`);
    expect(card).toContain('| data | speed.csv.gz, 2026-03-02T00:05:00.000Z to 2026-03-14T00:00:00.000Z |');
    expect(card).toMatch(/\| missing \| 2\.\d % of the values \|/);
    expect(card).toMatch(
      /\| Ahead \| last value \| profile \| line \| network \| targets \|\n.*\n\| 15 min \| \d/,
    );
    expect(lines).toMatch(/50 % of about 56 rounds, loss \d\.\d{4}/);
  });

  it('gives the same bytes on however many threads', async () => {
    await trained('second', 1);
    expect(await readFile(join(folder, 'second'))).toEqual(await readFile(join(folder, 'first')));
  });
});
