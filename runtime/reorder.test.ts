import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Held } from './held.ts';
import { type PackedHeld, unpacked } from './packed-held.ts';
import { Waiting } from './reorder.ts';

const origin = { topic: 'a.b.v1', partition: 0, position: 7, bytes: Buffer.from('whole') };

/** A record whose bytes say which one it is. */
const held = fc
  .record({
    // Few times, far apart and near, so that many are equal and many meet in one place of the table.
    time: fc.oneof(
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 5 }).map((n) => n * 1024),
    ),
    rank: fc.integer({ min: 0, max: 1 }),
    source: fc.constantFrom('a', 'b', 'c'),
    sequence: fc.integer({ min: 0, max: 2 ** 40 }),
    kind: fc.constantFrom<Held['kind'][]>('event', 'late'),
    hasOrigin: fc.boolean(),
  })
  .map(({ hasOrigin, ...rest }): Held => {
    const bytes = Buffer.from(JSON.stringify(rest));
    const texts = { first: `1${rest.source}`, second: `2${rest.source}` };
    return { ...rest, ...texts, bytes, start: 0, end: bytes.length, ...(hasOrigin ? { origin } : {}) };
  });

const nameOf = ({ bytes, start, end }: Pick<Held, 'bytes' | 'start' | 'end'>): string =>
  bytes.toString('utf8', start, end);

const byOrder = (a: Held, b: Held): number =>
  a.time - b.time ||
  a.rank - b.rank ||
  (a.source < b.source ? -1 : a.source > b.source ? 1 : 0) ||
  a.sequence - b.sequence;

function take(waiting: Waiting): string[] {
  const taken: string[] = [];
  waiting.takeEarliest((_kind, _rank, bytes, start, end, first, second) => {
    const name = nameOf({ bytes, start, end });
    taken.push(name);
    // What was saved has lost its texts.
    const { source } = JSON.parse(name) as Held;
    if (first + second !== '') expect([first, second]).toEqual([`1${source}`, `2${source}`]);
  });
  return taken;
}

describe('records that wait', () => {
  it('come out by time, topic, source and sequence, however they came and went', () => {
    const step = fc.oneof(held, fc.constant('take' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const waiting = new Waiting();
        let model: Held[] = [];
        for (const each of [...steps, ...steps.map(() => 'take' as const)]) {
          if (each !== 'take') {
            waiting.add(each);
            model.push(each);
          } else if (model.length > 0) {
            const earliest = Math.min(...model.map(({ time }) => time));
            expect(waiting.earliest).toBe(earliest);
            const due = model.filter(({ time }) => time === earliest).sort(byOrder);
            expect(take(waiting)).toEqual(due.map(nameOf));
            model = model.filter(({ time }) => time !== earliest);
          }
          expect(waiting.size).toBe(model.length);
        }
        expect(waiting.earliest).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('are the same after they were saved and read again', () => {
    fc.assert(
      fc.property(fc.array(held, { maxLength: 30 }), (all) => {
        const saved = deserialize(serialize(new Waiting(all).packed())) as PackedHeld;
        const again = [...new Waiting(unpacked(saved))];
        const plain = (records: readonly Held[]): unknown[] =>
          [...records]
            .map((record) => ({
              ...record,
              bytes: nameOf(record),
              start: 0,
              end: 0,
              first: '',
              second: '',
              origin: record.origin?.bytes.toString(),
            }))
            .sort((a, b) => byOrder(a as never, b as never) || (a.bytes < b.bytes ? -1 : 1));
        expect(plain(again)).toEqual(plain(all));
      }),
    );
  });
});
