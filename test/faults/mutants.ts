/** Payloads as broken devices, wrong programs and bad lines make them: one of each kind, at a place by chance. */

import { schemaIdTable } from '#schemas/registry.ts';
import type { Random } from '#simulators/random.ts';

/** Makes a broken payload of a good one, whose bytes are left alone. */
type Mutation = (bytes: Buffer, random: Random) => Buffer;

const frameBytes = 5;
const ids = Object.values(schemaIdTable);

/** A place in the body; in the frame when there is no body. */
const placeIn = (bytes: Buffer, random: Random): number =>
  bytes.length <= frameBytes ? 0 : frameBytes + random.integer(bytes.length - frameBytes);

const changed = (bytes: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

/** Puts bytes in, over what is there or between. */
function put(bytes: Buffer, random: Random, inserted: Buffer): Buffer {
  const at = placeIn(bytes, random);
  const over = random.chance(0.5) ? inserted.length : 0;
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(Math.min(bytes.length, at + over))]);
}

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};
const someBytes = (length: number, random: Random): Buffer =>
  Buffer.from(Array.from({ length }, () => random.integer(256)));

/** Eleven bytes that all say that more follows; 2^63; 2^53 + 1; the least long. */
const badNumbers = [
  'ffffffffffffffffffffff',
  'feffffffffffffffff01',
  '8280808080808020',
  'ffffffffffffffffff01',
];
/** Zigzag of 2^30, of its negative, and of 2^31 - 1. */
const badLengths = ['8080808008', 'ffffffff07', 'feffffff0f'];
const badTexts = ['ff', 'c0af', 'eda080', 'f4908080', '00'];
const badDoubles = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, -0];

const hex = (texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text, 'hex'));
const poison = {
  numbers: hex(badNumbers),
  lengths: hex(badLengths),
  texts: hex(badTexts),
  doubles: badDoubles.map(double),
};

export const mutations: Readonly<Record<string, Mutation>> = {
  truncated: (bytes, random) => bytes.subarray(0, random.integer(bytes.length)),
  'another schema': (bytes, random) => changed(bytes, (copy) => copy.writeUInt32BE(random.pick(ids), 1)),
  'no schema': (bytes, random) => changed(bytes, (copy) => copy.writeUInt32BE(random.integer(2 ** 32), 1)),
  'no frame': (bytes, random) => changed(bytes, (copy) => copy.writeUInt8(1 + random.integer(255), 0)),
  'varint overflow': (bytes, random) => put(bytes, random, random.pick(poison.numbers)),
  'length of a gigabyte': (bytes, random) => put(bytes, random, random.pick(poison.lengths)),
  'NaN or infinite': (bytes, random) => put(bytes, random, random.pick(poison.doubles)),
  'bad UTF-8': (bytes, random) => put(bytes, random, random.pick(poison.texts)),
  empty: () => Buffer.alloc(0),
  flowERROR: (bytes, random) =>
    random.chance(0.5) ? Buffer.from('flowERROR') : put(bytes, random, Buffer.from('flowERROR')),
  'flipped bits': (bytes, random) =>
    changed(bytes, (copy) => {
      for (let flips = 1 + random.integer(3); flips > 0; flips--) {
        const at = placeIn(copy, random);
        copy[at] = (copy[at] as number) ^ (1 << random.integer(8));
      }
    }),
  'another byte': (bytes, random) => put(bytes, random, someBytes(1, random)),
  'bytes lost': (bytes, random) => {
    const at = placeIn(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(8))]);
  },
  'bytes twice': (bytes, random) => {
    const at = placeIn(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at - random.integer(at + 1))]);
  },
  noise: (bytes, random) =>
    Buffer.concat([bytes.subarray(0, frameBytes), someBytes(1 + random.integer(64), random)]),
};

const list = Object.values(mutations);

/** A broken form of a payload of at least five bytes. */
export const mutate = (bytes: Buffer, random: Random): Buffer => random.pick(list)(bytes, random);
