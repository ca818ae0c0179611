import { isUtf8 } from 'node:buffer';
import { knowName, knownBytesMost, knownName } from './known-names.ts';
import { type Rejection, type RejectionCode, reject } from './rejection.ts';

/**
 * Reads Avro's binary encoding in place. Failing reads throw `DecodeFailure`, which the codec turns into a
 * `Rejection`; it never leaves `schemas`.
 */
export class Reader {
  bytes: Buffer;
  position: number;
  end: number;
  /** The first two texts of the record, which are most often all that it has. */
  first = '';
  second = '';
  /** How many texts of the record were read, and how many are known from an earlier reading of it. */
  private texts = 0;
  private known = 0;
  /** Whether columns are lent, and written over when others of their length are read. */
  readonly lends: boolean;

  constructor(bytes: Buffer = Buffer.alloc(0), position = 0, end: number = bytes.length, lends = false) {
    this.lends = lends;
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Points the reader at another record, so that one reader serves a whole batch. */
  reset(bytes: Buffer, position: number, end: number): this {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
    this.texts = 0;
    this.known = 0;
    return this;
  }

  /** Tells, after `reset`, what were the first texts of the record when it was read before; empty for none. */
  retell(first: string, second: string): this {
    this.first = first;
    this.second = second;
    this.known = first === '' ? 0 : second === '' ? 1 : 2;
    return this;
  }

  /** A zigzag varint within the safe integers. */
  long(): number {
    const { bytes } = this;
    let at = this.position;
    if (at >= this.end) throw truncated();
    let byte = bytes[at++] as number;
    if (byte < 0x80) {
      this.position = at;
      return (byte >>> 1) ^ -(byte & 1);
    }
    // Low 28 bits in an integer, the rest in a double: no BigInt on the hot path.
    let low = byte & 0x7f;
    for (let shift = 7; shift <= 21; shift += 7) {
      if (at >= this.end) throw truncated();
      byte = bytes[at++] as number;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = at;
        return (low >>> 1) ^ -(low & 1);
      }
    }
    let high = 0;
    let scale = 1;
    for (let i = 0; i < 6; i++) {
      if (at >= this.end) throw truncated();
      byte = bytes[at++] as number;
      high += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        this.position = at;
        // The zigzagged value is high * 2^28 + low; halving moves high's lowest bit into the low half.
        const half = high * 0x8000000 + (low >>> 1);
        const value = low & 1 ? -half - 1 : half;
        if (!Number.isSafeInteger(value))
          throw new DecodeFailure('wire.number', '', 'an integer beyond 2^53');
        return value;
      }
    }
    throw new DecodeFailure('wire.number', '', 'a varint of more than ten bytes or beyond 2^53');
  }

  /** Numbers of one and two bytes, which most are, are read here, where it costs no call. */
  int(): number {
    const { bytes } = this;
    const at = this.position;
    if (at + 1 < this.end) {
      const byte = bytes[at] as number;
      if (byte < 0x80) {
        this.position = at + 1;
        return (byte >>> 1) ^ -(byte & 1);
      }
      const next = bytes[at + 1] as number;
      if (next < 0x80) {
        this.position = at + 2;
        return (((next << 7) | (byte & 0x7f)) >>> 1) ^ -(byte & 1);
      }
    }
    return this.longInt();
  }

  private longInt(): number {
    const value = this.long();
    if (value < -0x80000000 || value > 0x7fffffff)
      throw new DecodeFailure('wire.number', '', 'an int beyond 32 bits');
    return value;
  }

  double(): number {
    if (this.position + 8 > this.end) throw truncated();
    const value = this.bytes.readDoubleLE(this.position);
    this.position += 8;
    return value;
  }

  boolean(): boolean {
    if (this.position >= this.end) throw truncated();
    const byte = this.bytes[this.position++] as number;
    if (byte > 1)
      throw new DecodeFailure('wire.choice', '', `a boolean byte of ${byte}; 0 or 1 would be right`);
    return byte === 1;
  }

  string(): string {
    const length = this.length();
    const start = this.position;
    this.position += length;
    const nth = this.texts++;
    if (nth < this.known) return nth === 0 ? this.first : this.second;
    const text = this.textFrom(start, length, nth);
    if (nth === 0) this.first = text;
    else if (nth === 1) this.second = text;
    return text;
  }

  private textFrom(start: number, length: number, nth: number): string {
    if (length > knownBytesMost || length === 0) return this.newText(start);
    const known = knownName(this.bytes, start, this.position, nth);
    if (known !== undefined) return known;
    const text = this.newText(start);
    // As many characters as bytes: it is ASCII, and so can be told from its bytes.
    if (text.length === length) knowName(text);
    return text;
  }

  private newText(start: number): string {
    const text = this.bytes.utf8Slice(start, this.position);
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, this.position)))
      throw new DecodeFailure('wire.text', '', 'text that is not UTF-8');
    if (text.includes('\0'))
      throw new DecodeFailure('wire.text', '', 'text with a NUL, which no store keeps');
    return text;
  }

  /** A copy, since the buffer that is read from may be used again. */
  binary(): Buffer {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return Buffer.from(this.bytes.subarray(start, this.position));
  }

  /** Index of a union branch or enum symbol below `count`. */
  choice(count: number): number {
    const at = this.position;
    if (at < this.end) {
      const byte = this.bytes[at] as number;
      if (byte < 0x80 && (byte & 1) === 0 && byte >>> 1 < count) {
        this.position = at + 1;
        return byte >>> 1;
      }
    }
    return this.otherChoice(count);
  }

  private otherChoice(count: number): number {
    const index = this.long();
    if (index < 0 || index >= count)
      throw new DecodeFailure(
        'wire.choice',
        '',
        `choice ${index} of ${count}; 0..${count - 1} would be right`,
      );
    return index;
  }

  /**
   * Items in the next block of an array; 0 ends it. Every item takes at least `itemBytes`, so the rest of the
   * record bounds what may be announced.
   */
  block(itemBytes: number): number {
    let count = this.long();
    if (count < 0) {
      count = -count;
      this.long();
    }
    if (count * itemBytes > this.end - this.position)
      throw new DecodeFailure(
        'wire.length',
        '',
        `an array of ${count} items in ${this.end - this.position} bytes`,
      );
    return count;
  }

  /** The n-th column of a record, of so many rows. */
  column(n: number, rows: number): Int32Array<ArrayBuffer> {
    if (!this.lends || rows >= lentRowsMost) return new Int32Array(rows);
    lentColumns[rows] ??= [];
    const lent = lentColumns[rows];
    lent[n] ??= new Int32Array(rows);
    return lent[n];
  }

  private length(): number {
    const length = this.int();
    if (length < 0 || length > this.end - this.position)
      throw new DecodeFailure(
        'wire.length',
        '',
        `${length} bytes announced, ${this.end - this.position} left`,
      );
    return length;
  }
}

/** By rows, then by number of the column. */
const lentColumns: Int32Array<ArrayBuffer>[][] = [];
const lentRowsMost = 256;

declare global {
  interface Buffer {
    utf8Slice(start: number, end: number): string;
  }
}

/** How a value that cannot be used leaves the depth of a codec; its edge turns it into a `Rejection`. */
export class DecodeFailure extends Error {
  readonly rejection: Rejection;

  constructor(code: RejectionCode, field: string, detail: string) {
    super(detail);
    this.rejection = reject(code, field, detail);
  }
}

/** The failure of a part, with the path of the part set before its own: `readings[3]` and `count`. */
export function inside(part: string, failure: unknown): unknown {
  if (!(failure instanceof DecodeFailure)) return failure;
  const { code, field, detail } = failure.rejection;
  const join = field === '' || field.startsWith('[') ? '' : '.';
  return new DecodeFailure(code, part + join + field, detail);
}

const truncated = (): DecodeFailure =>
  new DecodeFailure('wire.truncated', '', 'the record ends inside a value');

/** Out of the stated range. */
export const outside = (field: string, value: number, minimum: number, maximum: number): DecodeFailure =>
  new DecodeFailure('value.range', field, `${value}; ${minimum}..${maximum} would be right`);

/** Characters of a text whose length takes one byte. */
const shortText = 63;

/** Writes Avro's binary encoding into one growing buffer. */
export class Writer {
  private bytes: Buffer;
  private position = 0;

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Forgets what was written since the last `take`, as after a value that could not be written. */
  clear(): void {
    this.position = 0;
  }

  /** A copy of what was written since the last call. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.position));
    this.position = 0;
    return taken;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.position = this.bytes.writeUInt32BE(value, this.position);
  }

  /** A zigzag varint; integers within 2^53. */
  long(value: number): void {
    if (!Number.isSafeInteger(value))
      throw new DecodeFailure('wire.number', '', `${value}; an integer within 2^53 would be right`);
    this.reserve(10);
    if (value >= -0x40000000 && value < 0x40000000) {
      let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
      while (zigzag >= 0x80) {
        this.bytes[this.position++] = (zigzag & 0x7f) | 0x80;
        zigzag >>>= 7;
      }
      this.bytes[this.position++] = zigzag;
      return;
    }
    // The zigzagged value is 2 * n, or 2 * n + 1 for one below 0; its low seven bits first, so that no part is beyond
    // 2^53, and no BigInt is needed.
    const n = value < 0 ? -value - 1 : value;
    let rest = Math.floor(n / 64);
    this.bytes[this.position++] = ((n % 64) * 2) | (value < 0 ? 1 : 0) | 0x80;
    while (rest >= 0x80) {
      this.bytes[this.position++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.position++] = rest;
  }

  double(value: number): void {
    this.reserve(8);
    this.position = this.bytes.writeDoubleLE(value, this.position);
  }

  boolean(value: boolean): void {
    this.byte(value ? 1 : 0);
  }

  string(value: string): void {
    if (value.length <= shortText && this.ascii(value)) return;
    const length = Buffer.byteLength(value);
    this.long(length);
    this.reserve(length);
    this.position += this.bytes.write(value, this.position, length, 'utf8');
  }

  /** Writes a short text here, where it costs no call, if it has no other characters; false if it has. */
  private ascii(value: string): boolean {
    const { length } = value;
    this.reserve(length + 1);
    const { bytes, position } = this;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[position + 1 + i] = code;
    }
    bytes[position] = 2 * length;
    this.position = position + 1 + length;
    return true;
  }

  binary(value: Buffer): void {
    this.long(value.length);
    this.reserve(value.length);
    this.position += value.copy(this.bytes, this.position);
  }

  private reserve(count: number): void {
    if (this.position + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.position + count));
    this.bytes.copy(grown, 0, 0, this.position);
    this.bytes = grown;
  }
}
