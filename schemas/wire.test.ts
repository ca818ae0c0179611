import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader, Writer } from './wire.ts';

const writer = new Writer(1);

/** By Avro's definition, a digit at a time. */
function zigzag(value: number): number[] {
  const bytes: number[] = [];
  let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

describe('the wire', () => {
  const edges = [0, 2 ** 6, 2 ** 27, 2 ** 28, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 48, 2 ** 52, 2 ** 53 - 1];
  const integer = fc.oneof(
    fc.maxSafeInteger(),
    fc
      .tuple(fc.constantFrom(...edges), fc.integer({ min: -2, max: 2 }), fc.boolean())
      .map(([edge, near, isNegative]) => (isNegative ? -1 : 1) * (edge + near))
      .filter(Number.isSafeInteger),
  );

  it('has every safe integer as Avro defines it', () => {
    fc.assert(
      fc.property(integer, (value) => {
        writer.long(value);
        const bytes = writer.take();
        expect([...bytes]).toEqual(zigzag(value));
        expect(new Reader(bytes).long()).toBe(value + 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has every text as UTF-8 behind its length in bytes', () => {
    const text = fc.oneof(fc.string({ maxLength: 70 }), fc.string({ unit: 'grapheme', maxLength: 70 }));
    fc.assert(
      fc.property(text, (value) => {
        writer.string(value);
        const bytes = writer.take();
        const length = Buffer.byteLength(value);
        const prefix = zigzag(length);
        expect([...bytes.subarray(0, prefix.length)]).toEqual(prefix);
        expect(bytes.toString('utf8', prefix.length)).toBe(Buffer.from(value).toString());
        expect(bytes).toHaveLength(prefix.length + length);
      }),
    );
  });
});
