import { describe, expect, it } from 'vitest';
import { crc32c } from '#runtime/crc32c.ts';
import { DamagedBatch, readChunk } from '#runtime/kafka-batches.ts';
import { isRejection } from '#schemas/rejection.ts';
import { schemaIdOf } from '#schemas/topic.ts';
import { createRandom } from '#simulators/random.ts';
import { makeFeed } from './feed.ts';
import { fuzz } from './fuzz.ts';
import { mutate, mutations } from './mutants.ts';

/** A batch of records with one value each, as Kafka keeps it, its CRC right. */
function batch(base: number, values: readonly Buffer[], codec = 0): Buffer {
  const records = values.map((value, i) => {
    const body = Buffer.concat([varints(0, 0), varints(i), varints(-1, value.length), value, varints(0)]);
    return Buffer.concat([varints(body.length), body]);
  });
  const bytes = Buffer.concat([Buffer.alloc(61), ...records]);
  bytes.writeBigInt64BE(BigInt(base), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeUInt8(2, 16);
  bytes.writeInt16BE(codec, 21);
  bytes.writeInt32BE(values.length - 1, 23);
  bytes.writeBigInt64BE(-1n, 43);
  bytes.writeInt32BE(values.length, 57);
  return sealed(bytes);
}

function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17);
  return bytes;
}

/** Zig-zag numbers below 64. */
const varints = (...numbers: readonly number[]): Buffer =>
  Buffer.from(numbers.map((n) => (n < 0 ? 1 : n * 2)));
const text = (value: string): Buffer => Buffer.from(value);

describe('broken payloads', () => {
  it('crash and disturb no processor, and each is accounted for', async () => {
    const feed = await makeFeed(3, { minutes: 6, partitions: 1 });
    const { slowestBatchMilliseconds, unusable, ...rest } = await fuzz(feed, 3, 20_000);
    expect(rest).toEqual({ payloads: 20_000, crashes: [], disturbed: [], deficit: 0 });
    expect(unusable).toBeGreaterThan(15_000);
    expect(slowestBatchMilliseconds).toBeLessThan(5_000);
  }, 120_000);

  it('are broken in every way, and leave the good one alone', () => {
    const random = createRandom(1, 'mutants');
    const good = Buffer.from('0000000002146e6f7274682d676174650c', 'hex');
    const before = Buffer.from(good);
    for (const [name, mutation] of Object.entries(mutations)) {
      const made = Array.from({ length: 50 }, () => mutation(good, random));
      expect(
        made.some((bytes) => !bytes.equals(before)),
        name,
      ).toBe(true);
    }
    for (let turn = 0; turn < 1_000; turn++) mutate(good, random);
    expect(good).toEqual(before);
  });
});

describe('batches of Kafka', () => {
  it('that nobody can unpack are refused record by record, and their neighbours are read', () => {
    for (const codec of [1, 2, 3, 4, 5, 7]) {
      const bytes = Buffer.concat([
        batch(0, [text('first')]),
        batch(1, [text('a'), text('b'), text('c')], codec),
        batch(4, [text('last')]),
      ]);
      const { count, bytes: read, valueStarts, valueEnds, positions } = readChunk(bytes, 0, bytes.length, 0)!;
      const values = Array.from({ length: count }, (_, i) => read.subarray(valueStarts[i], valueEnds[i]));
      expect([...positions]).toEqual([0, 1, 2, 3, 4]);
      expect([values[0]?.toString(), values[4]?.toString()]).toEqual(['first', 'last']);
      const refused = values.slice(1, 4).map((value) => isRejection(schemaIdOf(value, 0, value.length)));
      expect(refused, `codec ${codec}`).toEqual([true, true, true]);
    }
  });

  it('that lie, with a right CRC, are read or known to be damaged, and nothing else happens', () => {
    const random = createRandom(2, 'batches');
    const good = batch(0, ['one', 'two', 'three', 'four'].map(text));
    let damaged = 0;
    for (let turn = 0; turn < 20_000; turn++) {
      const bytes = Buffer.from(good);
      for (let flips = 1 + random.integer(3); flips > 0; flips--)
        bytes[21 + random.integer(bytes.length - 21)]! ^= 1 << random.integer(8);
      try {
        readChunk(sealed(bytes), 0, bytes.length, 0);
      } catch (failure) {
        if (!(failure instanceof DamagedBatch)) throw failure;
        damaged++;
      }
    }
    expect(damaged).toBeGreaterThan(1_000);
  });
});
