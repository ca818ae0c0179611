import { describe, expect, it } from 'vitest';
import { jointsOf } from './signals-joints.ts';

/** A way through a signal: `west>east s B` comes in on `west`, goes out on `east` and on to B. */
const link = (way: string, number: number) => {
  const [roads = '', dir = 's', next] = way.split(' ');
  const [in_edge = '', out_edge = ''] = roads.split('>');
  return { link: number, in_edge, out_edge, dir, downstream_signal: next ?? null };
};
const signal = (id: string, ...ways: string[]) => ({ id, links: ways.map(link) });

/** From A to B, along a road that is `ab` where it begins and `ab2` where it ends; `ba` is the way back. */
const [a, b] = [
  signal('A', 'west>ab s B', 'west>south1 r', 'ba2>out s', 'ba2>south1 l', 'south>ab r B', 'south>out l'),
  signal('B', 'ab2>far s', 'ab2>side r', 'back>ba s A', 'back>side l', 'up>far r', 'up>ba l A'),
];
const sorted = (joints: ReadonlyMap<string, string>) => [...joints].sort();

describe('the road into the next signal', () => {
  it('is the one from which nobody goes back', () => {
    expect(sorted(jointsOf({ signals: [a, b], detectors: [] }))).toEqual([
      ['ab', 'ab2'],
      ['ba', 'ba2'],
    ]);
  });

  it('is the one whose vehicles turn around into the way back', () => {
    const oneWay = signal('B', 'ab2>far s', 'ab2>ba t A', 'up>far r');
    expect(sorted(jointsOf({ signals: [a, oneWay], detectors: [] }))).toContainEqual(['ab', 'ab2']);
  });

  it('is the one that detectors upstream belong to', () => {
    const many = signal('B', 'one>far s', 'two>far s');
    const detectors = [{ signal: 'B', edge: 'ab', links: [1] }];
    expect(sorted(jointsOf({ signals: [a, many], detectors }))).toEqual([['ab', 'two']]);
    expect(sorted(jointsOf({ signals: [a, many], detectors: [] }))).toEqual([]);
  });

  it('is no other where the road keeps its name', () => {
    const same = signal('B', 'ab>far s', 'ab>ba t A');
    expect(sorted(jointsOf({ signals: [a, same], detectors: [] })).filter(([from]) => from === 'ab')).toEqual(
      [],
    );
  });
});
