import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from './partitioner.ts';

/** murmur2 as defined, in arithmetic without a width that is then cut to 32 bits. */
function defined(bytes: Buffer): number {
  const cut = (n: bigint): bigint => BigInt.asUintN(32, n);
  const m = 0x5bd1e995n;
  let h = cut(0x9747b28cn ^ BigInt(bytes.length));
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const k = cut(BigInt(bytes.readUInt32LE(i)) * m);
    h = cut(h * m) ^ cut((k ^ (k >> 24n)) * m);
  }
  const rest = bytes.subarray(whole);
  if (rest.length > 0) h = cut((h ^ BigInt(rest.readUIntLE(0, rest.length))) * m);
  h = cut((h ^ (h >> 13n)) * m);
  return Number(BigInt.asIntN(32, h ^ (h >> 15n)));
}

describe('the partitioner', () => {
  // The vectors of Kafka's own UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does', (key, expected) => {
    expect(murmur2(key)).toBe(expected);
  });

  it('clears the sign of the hash, neither taking its absolute value nor reading it as unsigned', () => {
    expect(partitionOf('21', 7)).toBe(1_173_551_340 % 7);
    expect(partitionOf('21', 7)).not.toBe(Math.abs(-973_932_308) % 7);
    expect(partitionOf('21', 7)).not.toBe((-973_932_308 >>> 0) % 7);
  });

  it('hashes the UTF-8 of any key as the definition has it', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(fc.property(key, (text) => murmur2(text) === defined(Buffer.from(text))));
  });

  it('always names a partition that is there, and the same one again', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.integer({ min: 1, max: 100 }),
        (key, count) => {
          const partition = partitionOf(key, count);
          expect(Number.isInteger(partition) && partition >= 0 && partition < count).toBe(true);
          expect(partitionOf(key, count)).toBe(partition);
        },
      ),
    );
  });

  it('spreads the sites of a city over all partitions', () => {
    const counts = [0, 0, 0, 0];
    for (let site = 0; site < 400; site++) counts[partitionOf(`site-${site}`, 4)]! += 1;
    for (const count of counts) expect(count).toBeGreaterThan(60);
  });
});
