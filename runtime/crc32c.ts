/** CRC-32C (Castagnoli), as in RFC 3720 section 12.1 and in Kafka's record batches. */

/** The generator polynomial 0x1EDC6F41 with its bits reversed. */
const polynomial = 0x82f63b78;

/** Eight tables of 256: table k is the effect of a byte that k more bytes follow. */
const table = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  table[byte] = crc;
}
for (let i = 256; i < table.length; i++) {
  const shorter = table[i - 256] as number;
  table[i] = (shorter >>> 8) ^ (table[shorter & 0xff] as number);
}

/** The checksum of `bytes[start, end)`, 0..2^32-1; given `before`, of what that one covers and then these. */
export function crc32c(bytes: Uint8Array, start: number, end: number, before = 0): number {
  const t = table;
  let crc = ~before;
  let i = start;
  // Slicing by eight: eight independent look-ups a step instead of a chain of eight.
  for (const last = end - 8; i <= last; i += 8) {
    const low =
      crc ^
      ((bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24));
    crc =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (bytes[i + 4] as number)] as number) ^
      (t[512 + (bytes[i + 5] as number)] as number) ^
      (t[256 + (bytes[i + 6] as number)] as number) ^
      (t[bytes[i + 7] as number] as number);
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ (t[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
