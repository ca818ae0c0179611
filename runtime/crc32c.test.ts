import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';

const whole = (bytes: Uint8Array): number => crc32c(bytes, 0, bytes.length);

/** Bit by bit, straight from the definition. */
function slow(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('CRC-32C', () => {
  it.each([
    ['the check value of the catalogue', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
    ['32 bytes of zeros (RFC 3720 B.4)', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones (RFC 3720 B.4)', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 bytes ascending (RFC 3720 B.4)', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    [
      '32 bytes descending (RFC 3720 B.4)',
      Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)),
      0x113fdb5c,
    ],
  ])('of %s is as published', (_, bytes, expected) => {
    expect(whole(bytes)).toBe(expected);
  });

  it('equals the bit-by-bit definition, whatever the length', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => whole(bytes) === slow(bytes)));
  });

  it('covers the range and nothing beside it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }), fc.nat(), fc.nat(), (bytes, a, b) => {
        const start = a % bytes.length;
        const end = start + (b % (bytes.length - start));
        expect(crc32c(bytes, start, end)).toBe(slow(bytes.slice(start, end)));
      }),
    );
  });

  it('goes on from what came before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ maxLength: 50 }), (first, second) => {
        expect(crc32c(second, 0, second.length, whole(first))).toBe(slow(Buffer.concat([first, second])));
      }),
    );
  });
});
