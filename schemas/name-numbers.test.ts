import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameNumbers } from './name-numbers.ts';

describe('names by number', () => {
  const names = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 12 });

  it('are found as in a list, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(
        names,
        fc.nat(12),
        fc.array(fc.nat()),
        fc.array(fc.string({ maxLength: 3 })),
        (known, begun, order, others) => {
          const numbers = new NameNumbers(known.slice(0, begun));
          for (const name of known.slice(begun)) {
            expect(numbers.find(name)).toBe(-1);
            numbers.add(name);
          }
          const asked = [...order.map((n) => known[n % known.length] ?? ''), ...others, ...known, ...known];
          for (const name of asked) expect(numbers.find(name), name).toBe(known.indexOf(name));
        },
      ),
    );
  });
});
