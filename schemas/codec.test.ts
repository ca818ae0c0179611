import { readFileSync } from 'node:fs';
import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { anyEvent, itemsOf, plainOf } from './any-event.ts';
import type { RecordShape, Shape } from './avro-schema.ts';
import { generateAll, readSchemas } from './generate.ts';
import { decodeDetectorFrame, encodeDetectorFrame } from './generated/detector.frame.v1.ts';
import { decodeHeartbeat, encodeHeartbeat } from './generated/heartbeat.v1.ts';
import { shapeNamed } from './json.ts';
import { rejectedRecords } from './registry.ts';
import { isRejection, Rejection, rejectionCodes } from './rejection.ts';
import {
  decodeAgain,
  decodeBody,
  decodeLent,
  decodeRecord,
  encodeRecord,
  schemaIdOf,
  type Topic,
  textsRead,
} from './topic.ts';
import { derivedTopics, detectorFrames, environmentReadings, rawTopics } from './topics.ts';
import { Reader, Writer } from './wire.ts';

// Properties try hundreds of events; a busy machine needs its time for them.
vi.setConfig({ testTimeout: 60_000 });

type Codec = Pick<Topic<unknown>, 'encode' | 'decode'>;

const codecs = new Map<string, Codec>([
  ...[...rawTopics, ...derivedTopics].map((topic): [string, Codec] => [topic.name, topic as Topic<unknown>]),
  ['heartbeat.v1', { encode: encodeHeartbeat, decode: decodeHeartbeat } as Codec],
  ['rejected.v1', rejectedRecords as Codec],
]);

/** Whole 64 bits, as bigint: avsc's own long is a double that ends before 2^53 - 1. */
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

const wholeLong = (schema: unknown): avro.Type | undefined =>
  schema === 'long' || (schema as { type?: unknown }).type === 'long' ? long : undefined;

const avscOf = (name: string): avro.Type =>
  avro.Type.forSchema(readSchemas().get(name) as avro.Schema, { typeHook: wholeLong });

const asAvsc = (shape: Shape, leaf: unknown): unknown =>
  shape.kind === 'long' || shape.kind === 'time' ? BigInt(leaf as number) : leaf;

const subjects = [...codecs].map(([name, codec]) => ({
  name,
  codec,
  type: avscOf(name),
  shape: shapeNamed(name),
}));

function encode(codec: Codec, event: unknown): Buffer {
  const writer = new Writer(1);
  codec.encode(writer, event);
  return writer.take();
}

const decode = (codec: Codec, bytes: Buffer): unknown =>
  decodeBody(new Reader(bytes), (reader) => codec.decode(reader));

describe('the generated files', () => {
  it('are what the generator makes', () => {
    for (const [name, text] of generateAll())
      expect(
        readFileSync(new URL(`generated/${name}`, import.meta.url), 'utf8') === text,
        `schemas/generated/${name} is not what schemas/avro says; run npm run generate`,
      ).toBe(true);
  });

  it('have a codec for every schema', () => {
    expect([...codecs.keys()].sort()).toEqual([...readSchemas().keys()].sort());
  });
});

describe.each(subjects)('the codec of $name', ({ codec, type, shape }) => {
  it('writes what avsc reads', () => {
    fc.assert(
      fc.property(anyEvent(shape), (event) => {
        expect(type.fromBuffer(encode(codec, event))).toEqual(plainOf(shape, event, asAvsc));
      }),
      { numRuns: 60 },
    );
  });

  it('reads what avsc writes', () => {
    fc.assert(
      fc.property(anyEvent(shape), (event) => {
        expect(decode(codec, type.toBuffer(plainOf(shape, event, asAvsc)))).toEqual(event);
      }),
      { numRuns: 60 },
    );
  });

  it('reads arrays in several blocks, with and without their sizes', () => {
    fc.assert(
      fc.property(anyEvent(shape), fc.integer({ min: 1, max: 3 }), fc.boolean(), (event, most, isSized) => {
        const bytes = inBlocks(shape, event, most, isSized);
        expect(type.fromBuffer(bytes)).toEqual(plainOf(shape, event, asAvsc));
        expect(decode(codec, bytes)).toEqual(event);
      }),
      { numRuns: 60 },
    );
  });
});

/** Encodes in blocks of at most `most` items; sized blocks have a negative count and their size in bytes. */
function inBlocks(shape: RecordShape, event: unknown, most: number, isSized: boolean): Buffer {
  const encodeInBlocks = (part: Shape, value: unknown): Buffer => {
    const writer = new Writer(1);
    if (part.kind === 'optional') {
      writer.long(value === null ? 0 : 1);
      return value === null ? writer.take() : Buffer.concat([writer.take(), encodeInBlocks(part.of, value)]);
    }
    if (part.kind === 'record') {
      const record = value as Record<string, unknown>;
      return Buffer.concat(part.fields.map((field) => encodeInBlocks(field.shape, record[field.name])));
    }
    if (part.kind === 'array') {
      const items = itemsOf(part.items, value);
      const blocks: Buffer[] = [];
      for (let i = 0; i < items.length; i += most) {
        const block = items.slice(i, i + most).map((item) => encodeInBlocks(part.items, item));
        const body = Buffer.concat(block);
        writer.long(isSized ? -block.length : block.length);
        if (isSized) writer.long(body.length);
        blocks.push(writer.take(), body);
      }
      writer.long(0);
      return Buffer.concat([...blocks, writer.take()]);
    }
    if (part.kind === 'enum') writer.long(part.symbols.indexOf(value as string));
    else if (part.kind === 'bytes') writer.binary(value as Buffer);
    else if (part.kind === 'string') writer.string(value as string);
    else if (part.kind === 'boolean') writer.boolean(value as boolean);
    else if (part.kind === 'double') writer.double(value as number);
    else writer.long(value as number);
    return writer.take();
  };
  return encodeInBlocks(shape, event);
}

describe('a frame of one cabinet', () => {
  const frame = {
    site: 'S1',
    cabinet: 'C1',
    sequence: 7,
    at: 1_700_000_000_000,
    intervalSeconds: 60,
    readings: {
      length: 2,
      detector: Int32Array.of(1, 2),
      count: Int32Array.of(12, -1),
      occupancyPermille: Int32Array.of(80, 1000),
      speedDecikph: Int32Array.of(-1, -1),
    },
  };
  const decodeFrame = (bytes: Buffer): unknown => decodeRecord(detectorFrames, bytes, 0, bytes.length);

  it('is framed as Confluent frames it: zero, the schema id, the body', () => {
    const bytes = encodeRecord(detectorFrames, frame, 0x01020304);
    expect([...bytes.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4]);
    expect(schemaIdOf(bytes, 0, bytes.length)).toBe(0x01020304);
    expect(decodeFrame(bytes)).toEqual(frame);
  });

  it('is the same when it is read again with the texts that it had', () => {
    const bytes = encodeRecord(detectorFrames, frame, 1);
    const again = (first: string, second: string): unknown =>
      decodeAgain(detectorFrames, bytes, 0, bytes.length, first, second);
    expect(decodeLent(detectorFrames, bytes, 0, bytes.length)).toEqual(frame);
    const { first, second } = textsRead;
    expect([first, second]).toEqual([frame.site, frame.cabinet]);
    expect(again(first, second)).toEqual(frame);
    expect(again(first, '')).toEqual(frame);
    expect(again('', '')).toEqual(frame);
    // They are taken as they are told, rather than looked for.
    expect(again('told', second)).toEqual({ ...frame, site: 'told' });
  });

  it('names the row and the column of a reading out of range', () => {
    const wrong = { ...frame, readings: { ...frame.readings, occupancyPermille: Int32Array.of(80, 1001) } };
    expect(decodeFrame(encodeRecord(detectorFrames, wrong, 2))).toEqual(
      new Rejection('value.range', 'readings[1].occupancyPermille', '1001; 0..1000 would be right'),
    );
  });

  it('cannot stand still and count vehicles', () => {
    const wrong = { ...frame, readings: { ...frame.readings, speedDecikph: Int32Array.of(0, -1) } };
    expect(decodeFrame(encodeRecord(detectorFrames, wrong, 2))).toMatchObject({
      code: 'value.combination',
      field: 'readings[0].speedDecikph',
    });
  });

  it('refuses a time that no calendar of four digits can say', () => {
    for (const at of [253_402_300_800_000, -62_167_219_200_001])
      expect(decodeFrame(encodeRecord(detectorFrames, { ...frame, at }, 2))).toMatchObject({
        code: 'value.range',
        field: 'at',
      });
  });

  it('refuses bytes after the record', () => {
    const bytes = Buffer.concat([encodeRecord(detectorFrames, frame, 2), Buffer.of(0)]);
    expect(decodeFrame(bytes)).toMatchObject({ code: 'wire.trailing' });
  });

  it('refuses an integer beyond 2^53 rather than rounding it', () => {
    const type = avscOf('detector.frame.v1');
    const sequence = (value: bigint): Buffer =>
      type.toBuffer({ site: '', cabinet: '', sequence: value, at: 0n, intervalSeconds: 1, readings: [] });
    const codec = { encode: encodeDetectorFrame, decode: decodeDetectorFrame } as Codec;
    expect(decode(codec, sequence(2n ** 53n - 1n))).toMatchObject({ sequence: Number.MAX_SAFE_INTEGER });
    for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])
      expect(decode(codec, sequence(value))).toMatchObject({ code: 'wire.number' });
  });

  it('keeps a replacement character that is in the text, and refuses text that is not UTF-8', () => {
    const named = { ...frame, cabinet: '\ufffd' };
    const bytes = encodeRecord(detectorFrames, named, 2);
    expect(decodeFrame(bytes)).toEqual(named);
    bytes[bytes.indexOf('\ufffd')] = 0xff;
    expect(decodeFrame(bytes)).toMatchObject({ code: 'wire.text' });
  });

  it('refuses a NUL, which PostgreSQL cannot keep', () => {
    const bytes = encodeRecord(detectorFrames, { ...frame, site: 'S\0' }, 2);
    expect(decodeFrame(bytes)).toMatchObject({ code: 'wire.text' });
  });

  it('leaves nothing of an event that cannot be written in front of the next one', () => {
    const fractional = { ...frame, sequence: 1.5 };
    expect(() => encodeRecord(detectorFrames, fractional, 2)).toThrow('1.5; an integer within 2^53');
    expect(decodeFrame(encodeRecord(detectorFrames, frame, 2))).toEqual(frame);
  });
});

describe('poison', () => {
  /** One change to a record: bytes deleted, put in, overwritten or turned round. */
  const anyChange = fc.record({
    kind: fc.constantFrom('truncate', 'flip', 'insert', 'delete', 'overwrite', 'double'),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 11 }),
      // Varints of the largest lengths and counts.
      fc.constantFrom(
        Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
        Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
        Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80),
      ),
    ),
  });

  type Change = typeof anyChange extends fc.Arbitrary<infer Value> ? Value : never;

  function changed(record: Buffer, { kind, place, bytes }: Change): Buffer {
    const at = Math.floor(place * record.length);
    const before = record.subarray(0, at);
    if (kind === 'truncate') return before;
    if (kind === 'double') return Buffer.concat([record, record.subarray(at)]);
    if (kind === 'insert') return Buffer.concat([before, bytes, record.subarray(at)]);
    if (kind === 'delete') return Buffer.concat([before, record.subarray(at + bytes.length)]);
    if (kind === 'overwrite') return Buffer.concat([before, bytes, record.subarray(at + bytes.length)]);
    const flipped = Buffer.from(record);
    flipped[at] = (flipped[at] as number) ^ (1 << ((bytes[0] as number) & 7));
    return flipped;
  }

  it('ends as an event or as a rejection with a code, at least 20,000 times, and never takes long', () => {
    const topics = [...rawTopics, ...derivedTopics] as Topic<unknown>[];
    let poisoned = 0;
    let rejected = 0;
    let longestMs = 0;
    for (const topic of topics)
      fc.assert(
        fc.property(
          anyEvent(shapeNamed(topic.name)),
          fc.array(anyChange, { minLength: 50, maxLength: 50 }),
          (event, changes) => {
            const record = encodeRecord(topic, event, 1);
            for (const change of changes) {
              const bytes = changed(record, change);
              const began = performance.now();
              const result = decodeRecord(topic, bytes, 0, bytes.length);
              longestMs = Math.max(longestMs, performance.now() - began);
              poisoned++;
              if (!isRejection(result)) continue;
              rejected++;
              expect(rejectionCodes).toContain(result.code);
              expect(result.detail.length).toBeLessThan(300);
            }
          },
        ),
        { numRuns: 26 },
      );
    expect(poisoned).toBeGreaterThanOrEqual(20_000);
    expect(rejected).toBeGreaterThan(poisoned / 2);
    expect(longestMs).toBeLessThan(2000);
  });

  it('has no room to announce more rows than its bytes could hold', () => {
    const writer = new Writer();
    for (const text of ['S1', 'C1']) writer.string(text);
    for (const number of [0, 0, 60, 1_000_000]) writer.long(number);
    // 1,000,000 bytes for 1,000,000 rows of at least four bytes each.
    const body = Buffer.concat([writer.take(), Buffer.alloc(1_000_000)]);
    expect(decode({ encode: encodeDetectorFrame, decode: decodeDetectorFrame } as Codec, body)).toMatchObject(
      {
        code: 'wire.length',
      },
    );
  });

  it('costs its length, not the square of it, in blocks of one row', () => {
    const rows = 200_000;
    const writer = new Writer();
    for (const text of ['S1', 'C1']) writer.string(text);
    for (const number of [0, 0, 60]) writer.long(number);
    const block = Buffer.of(2, 2, 0, 0, 0);
    const body = Buffer.concat([writer.take(), Buffer.alloc(rows * block.length, block), Buffer.of(0)]);
    const began = performance.now();
    const frame = decode({ encode: encodeDetectorFrame, decode: decodeDetectorFrame } as Codec, body);
    expect((frame as { readings: { length: number; detector: Int32Array } }).readings).toMatchObject({
      length: rows,
      detector: { length: rows },
    });
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it('says how short a frame is that has no room for its id', () => {
    expect(schemaIdOf(Buffer.of(0, 0, 0), 0, 3)).toMatchObject({ code: 'wire.framing' });
    expect(schemaIdOf(Buffer.of(1, 0, 0, 0, 2), 0, 5)).toMatchObject({ code: 'wire.framing' });
    expect(decodeRecord(environmentReadings, Buffer.of(0, 0), 0, 2)).toMatchObject({
      code: 'wire.truncated',
    });
  });
});
