import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shares } from './kafkajs-group.ts';

const given = (had: Record<string, number[]>, partitions: number): Record<string, number[]> =>
  Object.fromEntries(shares(new Map(Object.entries(had)), partitions));

describe('the shares of a group', () => {
  it('are all partitions for one who is alone', () => {
    expect(given({ a: [] }, 3)).toEqual({ a: [0, 1, 2] });
  });

  it('leave with each what it has when another comes, as far as that is fair', () => {
    expect(given({ a: [0, 1, 2, 3], b: [] }, 4)).toEqual({ a: [0, 1], b: [2, 3] });
    expect(given({ a: [1, 3], b: [0, 2], c: [] }, 4)).toEqual({ a: [1, 3], b: [0], c: [2] });
  });

  it('give what one had who left to those who stay', () => {
    expect(given({ a: [0, 1], c: [4, 5] }, 6)).toEqual({ a: [0, 1, 2], c: [3, 4, 5] });
  });

  it('are empty for those who are too many', () => {
    expect(given({ a: [0], b: [1], c: [] }, 2)).toEqual({ a: [0], b: [1], c: [] });
  });

  it('give each partition to one, and nobody two more than another, whatever members say that they have', () => {
    const had = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.array(fc.nat(11)), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(had, fc.integer({ min: 1, max: 12 }), (members, partitions) => {
        const said = Object.entries(members).map(
          ([member, own]) => [member, own.filter((n) => n < partitions)] as const,
        );
        const result = [...shares(new Map(said), partitions).values()];
        expect(result.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: partitions }, (_, n) => n));
        const sizes = result.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('stay as they are while nobody comes or goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }), (members, partitions) => {
        const none = new Map(Array.from({ length: members }, (_, n) => [`m${n}`, [] as number[]]));
        const once = shares(none, partitions);
        expect(shares(once, partitions)).toEqual(once);
      }),
    );
  });
});
