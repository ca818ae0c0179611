/** Which partition a key belongs to: Kafka's default partitioner, so that every log spreads keys alike. */

const multiplier = 0x5bd1e995;
const seed = 0x9747b28c;

let scratch = Buffer.alloc(256);

/** murmur2 of the UTF-8 of `key`, as in Kafka's `Utils.murmur2`: a signed 32-bit integer. */
export function murmur2(key: string): number {
  if (key.length * 3 > scratch.length) scratch = Buffer.alloc(key.length * 3);
  const bytes = scratch;
  const length = isAsciiIn(bytes, key) ? key.length : bytes.write(key, 0, 'utf8');
  let hash = seed ^ length;
  let i = 0;
  for (const last = length - 4; i <= last; i += 4) {
    let word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  const rest = length - i;
  if (rest === 3) hash ^= (bytes[i + 2] as number) << 16;
  if (rest >= 2) hash ^= (bytes[i + 1] as number) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[i] as number), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** Writes a key of ASCII, as nearly all are, without a call into the engine; whether it is one. */
function isAsciiIn(bytes: Buffer, key: string): boolean {
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code > 0x7f) return false;
    bytes[i] = code;
  }
  return true;
}

/** The partition of `key`, 0..partitions-1, as `toPositive(murmur2(key)) % partitions` in Kafka. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
