import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { crossing } from './crossing.fixture.ts';
import { readNetwork } from './read-network.ts';
import { parseLineString } from './wkt.ts';
import { writeNetwork } from './write-network.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gmns-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writing and reading a network', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('Ågade, "nord"', 'a\nb', 'a\r\nb', '"', ',', ' padded ', 'Øst\u2028havn'),
  );
  const degree = fc.integer({ min: -89_999_999, max: 89_999_999 }).map((n) => (n === 0 ? 1 : n) / 1e6);

  it('gives the same network for any names, places and sizes', async () => {
    const changed = fc.record({
      name: text,
      position: fc.tuple(degree, degree),
      lengthMeters: fc.double({ min: 100, max: 200_000, noNaN: true }),
      lanes: fc.integer({ min: 2, max: 20 }),
      capacityVph: fc.integer({ min: 2, max: 5000 }),
      geometry: fc.array(fc.tuple(degree, degree), { minLength: 2, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(changed, async ({ name, position, ...road }) => {
        const before = crossing();
        const link = {
          ...before.links.get('WJ')!,
          name,
          ...road,
          capacityVph: road.capacityVph * road.lanes,
        };
        const node = { ...before.nodes.get('N')!, name, position };
        const network: Network = {
          ...before,
          name,
          links: new Map(before.links).set('WJ', link),
          nodes: new Map(before.nodes).set('N', node),
        };
        await writeNetwork(folder, network);
        expect(await readNetwork(folder)).toEqual(network);
      }),
      { numRuns: 30 },
    );
  });

  it('takes a line string apart and refuses what is none', () => {
    expect(parseLineString('linestring(10.5 56, -1e-3 0)')).toEqual([
      [10.5, 56],
      [-0.001, 0],
    ]);
    for (const wrong of [
      '',
      'POINT (1 2)',
      'LINESTRING (1 2)',
      'LINESTRING (1 2 3, 4 5 6)',
      'LINESTRING (1 2, 181 0)',
    ])
      expect(parseLineString(wrong)).toBeUndefined();
  });
});
