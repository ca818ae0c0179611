import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameIndex } from './name-index.ts';

describe('things by name', () => {
  const names = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 12 });

  it('are found as in a map, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(
        names,
        fc.nat(12),
        fc.array(fc.nat()),
        fc.array(fc.string({ maxLength: 3 })),
        (known, begun, order, others) => {
          const things = new Map(known.map((name, i) => [name, i]));
          const index = new NameIndex(new Map([...things].slice(0, begun)));
          for (const [name, thing] of [...things].slice(begun)) {
            expect(index.find(name)).toBeUndefined();
            index.add(name, thing);
          }
          const asked = [...order.map((n) => known[n % known.length] ?? ''), ...others, ...known, ...known];
          for (const name of asked) expect(index.find(name), name).toBe(things.get(name));
        },
      ),
    );
  });
});
